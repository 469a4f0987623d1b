"""Disk usage: what images and containers take, what they share, what could be had back.

moby: ``daemon/images/images.go`` and ``daemon/disk_usage.go``; the sums are the client's
(docker/cli: ``cli/command/formatter/disk_usage.go``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from layerlab.digest import ChainID
from layerlab.engine.buildcache import CacheUsage, cache_usage
from layerlab.engine.finding import references_of
from layerlab.engine.state import State, StoredContainer, StoredImage
from layerlab.engine.store import children
from layerlab.reference import Reference


@dataclass(frozen=True)
class ImageUsage:
    """One image that ``docker images`` lists."""

    stored: StoredImage
    references: tuple[Reference, ...]
    size: int
    shared: int
    """Bytes of the layers that another listed image has, too."""
    containers: int

    @property
    def unique(self) -> int:
        """Bytes of the layers that no other listed image has."""
        return self.size - self.shared


@dataclass(frozen=True)
class ContainerUsage:
    """One container; ``size`` is that of its writable layer."""

    container: StoredContainer
    size: int

    @property
    def active(self) -> bool:
        """Whether it runs."""
        return self.container.status in ("running", "paused")


@dataclass(frozen=True)
class Usage:
    """What ``docker system df`` knows."""

    layers_size: int
    """Bytes of the layers of all these images, each counted once; those that only a container
    still holds don't count (``getLayerRefs``)."""
    images: tuple[ImageUsage, ...]
    containers: tuple[ContainerUsage, ...]
    cache: tuple[CacheUsage, ...] = ()

    @property
    def cache_size(self) -> int:
        """Bytes of the build cache that no image has, too. All of it could be had back."""
        return sum(usage.size for usage in self.cache if not usage.shared)

    @property
    def active_images(self) -> int:
        """Images that a container was made of."""
        return sum(bool(image.containers) for image in self.images)

    @property
    def reclaimable_images(self) -> int:
        """All layers, without what only images in use have."""
        return self.layers_size - sum(image.unique for image in self.images if image.containers)

    @property
    def active_containers(self) -> int:
        """Containers that run."""
        return sum(usage.active for usage in self.containers)

    @property
    def containers_size(self) -> int:
        """Bytes of all writable layers."""
        return sum(usage.size for usage in self.containers)

    @property
    def reclaimable_containers(self) -> int:
        """Bytes of the writable layers of containers that don't run."""
        return sum(usage.size for usage in self.containers if not usage.active)


def usage(state: State) -> Usage:
    """The usage of all that the engine holds."""
    listed = [stored for stored in state.images.values() if is_listed(state, stored)]
    counts = Counter(chain_id for stored in listed for chain_id in stored.image.chain_ids)
    sizes = {chain_id: stored.layer.size for chain_id, stored in state.layers.items()}
    made = Counter(container.image_id for container in state.containers.values())
    images = (
        _image(state, stored, counts, sizes, made[stored.image.image_id]) for stored in listed
    )
    newest = sorted(images, key=lambda item: item.stored.image.config.created, reverse=True)
    boxes = [ContainerUsage(item, item.files.size) for item in state.containers.values()]
    in_images = sum(sizes[chain_id] for chain_id in counts)
    return Usage(in_images, tuple(newest), tuple(boxes[::-1]), cache_usage(state))


def is_listed(state: State, stored: StoredImage) -> bool:
    """Whether ``docker images`` shows it: it has a name, or nothing was built on it."""
    image_id = stored.image.image_id
    return bool(references_of(state, image_id)) or not children(state, image_id)


def _image(
    state: State,
    stored: StoredImage,
    counts: Counter[ChainID],
    sizes: dict[ChainID, int],
    containers: int,
) -> ImageUsage:
    chain = stored.image.chain_ids
    shared = sum(sizes[chain_id] for chain_id in chain if counts[chain_id] > 1)
    names = references_of(state, stored.image.image_id)
    size = sum(sizes[chain_id] for chain_id in chain)
    return ImageUsage(stored, names, size, shared, containers)
