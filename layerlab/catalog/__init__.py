"""Images that were recorded elsewhere, as data, each figure with its source.

``images()`` gives them by name; ``registries()`` gives the registries that have them.
"""

from collections.abc import Mapping
from types import MappingProxyType

from layerlab.catalog import alpine, flannel
from layerlab.image import Image
from layerlab.registry import Registry


def images() -> Mapping[str, Image]:
    """Every recorded image by the name that it is pulled under."""
    return MappingProxyType(
        {"alpine:3.12": alpine.image(), "quay.io/coreos/flannel:v0.14.0": flannel.IMAGE}
    )


def registries() -> tuple[Registry, ...]:
    """Docker Hub and Quay, each new, with the recorded images: an engine's own two to talk to."""
    hub, quay = Registry("docker.io"), Registry("quay.io")
    for tag in alpine.TAGS:
        hub.publish(f"alpine:{tag}", alpine.image(), index=alpine.INDEX)
    quay.publish("coreos/flannel:v0.14.0", flannel.IMAGE)
    return hub, quay


__all__ = ["images", "registries"]
