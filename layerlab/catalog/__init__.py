"""Images that were recorded elsewhere or measured, as data, each figure with its source.

``images()`` gives them by name; ``registries()`` gives the registries that have the recorded
ones.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import NamedTuple

from layerlab.catalog import alpine, centos, flannel, ubuntu
from layerlab.digest import BlobDigest
from layerlab.image import Image
from layerlab.registry import Registry

_FLANNEL = "quay.io/coreos/flannel:v0.14.0"


class _Offer(NamedTuple):
    """An image at Docker Hub."""

    tags: tuple[str, ...]
    make: Callable[[], Image]
    named_by: BlobDigest | None = None
    """Of the index that names it, where there is one."""


def _later(name: str) -> Callable[[], Image]:
    """Make the image by its own module, which costs time, when somebody asks."""
    return lambda: import_module(f"layerlab.catalog.{name}").image()


_HUB = {
    "alpine": _Offer(alpine.TAGS, alpine.image, alpine.INDEX),
    "busybox": _Offer(("1.35", "latest"), _later("busybox")),
    "centos": _Offer(centos.TAGS, centos.image, centos.INDEX),
    # Debian 13 took `latest` over in August 2025.
    "debian": _Offer(("12", "bookworm", "latest"), _later("debian")),
    "ubuntu": _Offer(ubuntu.TAGS, lambda: ubuntu.IMAGE, ubuntu.INDEX),
}


def images() -> Mapping[str, Image]:
    """Every image by the name that it is pulled under; each is made when it is asked for."""
    hub = {f"{name}:{tag}": offer.make for name, offer in _HUB.items() for tag in offer.tags}
    return _Made({**hub, _FLANNEL: lambda: flannel.IMAGE})


class _Made(Mapping[str, Image]):
    def __init__(self, makers: Mapping[str, Callable[[], Image]]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> Image:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def registries() -> tuple[Registry, ...]:
    """Docker Hub and Quay, each new, with the catalog's images: an engine's own two to talk to."""
    hub, quay = Registry("docker.io"), Registry("quay.io")
    for name, offer in _HUB.items():
        for tag in offer.tags:
            hub.offer(f"{name}:{tag}", offer.make, offer.named_by)
    quay.offer(_FLANNEL.partition("/")[2], lambda: flannel.IMAGE)
    return hub, quay


__all__ = ["images", "registries"]
