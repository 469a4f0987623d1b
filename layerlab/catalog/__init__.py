"""Images that were recorded elsewhere or measured, as data, each figure with its source.

``images()`` gives them by name; ``registries()`` gives the registries that have the recorded
ones.
"""

from collections.abc import Callable, Iterator, Mapping

from layerlab.catalog import alpine, flannel
from layerlab.image import Image
from layerlab.registry import Registry


def images() -> Mapping[str, Image]:
    """Every image by the name that it is pulled under; each is made when it is asked for."""
    return _Made(
        {
            "alpine:3.12": alpine.image,
            "debian:12": _debian,
            "debian:bookworm": _debian,
            "debian:latest": _debian,
            "quay.io/coreos/flannel:v0.14.0": lambda: flannel.IMAGE,
        }
    )


class _Made(Mapping[str, Image]):
    def __init__(self, makers: Mapping[str, Callable[[], Image]]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> Image:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def _debian() -> Image:
    from layerlab.catalog import debian  # unpacking its files takes longer than all the rest

    return debian.image()


def registries() -> tuple[Registry, ...]:
    """Docker Hub and Quay, each new, with the catalog's images: an engine's own two to talk to."""
    hub, quay = Registry("docker.io"), Registry("quay.io")
    for tag in alpine.TAGS:
        hub.offer(f"alpine:{tag}", alpine.image, index=alpine.INDEX)
    for tag in ("12", "bookworm", "latest"):  # Debian 13 took latest over in August 2025
        hub.offer(f"debian:{tag}", _debian)
    quay.offer("coreos/flannel:v0.14.0", lambda: flannel.IMAGE)
    return hub, quay


__all__ = ["images", "registries"]
