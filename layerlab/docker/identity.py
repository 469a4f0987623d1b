"""What an image is called and how large it is said to be, by the engine's image store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layerlab.registry import Manifest, containerd_identity
from layerlab.units import human_size

if TYPE_CHECKING:
    from layerlab.digest import Digest
    from layerlab.engine import Engine
    from layerlab.engine.usage import Usage
    from layerlab.image import Image


def image_id(engine: Engine, image: Image) -> Digest:
    """IMAGE ID: the config's digest, or in the containerd image store the manifest's."""
    return containerd_identity(image)[0] if engine.store == "containerd" else image.image_id


def image_size(engine: Engine, image: Image) -> int | None:
    """SIZE in bytes: of the layers, unpacked; in the containerd image store also as they came.

    ``None`` if it was never recorded how large they came.
    """
    return containerd_identity(image)[1] if engine.store == "containerd" else image.size


def disk_usage(engine: Engine) -> Usage:
    """The engine's disk usage; in the containerd image store also of what was pulled.

    moby: daemon/containerd/service.go (ImageDiskUsage): every blob once, and the snapshots.
    """
    used = engine.df()
    if engine.store != "containerd":
        return used
    content: dict[Digest, int] = {}
    for use in used.images:
        manifest = Manifest.of(use.stored.image)
        content[manifest.digest] = manifest.size or 0
        for part in (manifest.config, *manifest.layers):
            content[part.digest] = part.size or 0
    images = (
        replace(use, size=image_size(engine, use.stored.image) or use.size) for use in used.images
    )
    total = used.layers_size + sum(content.values())
    return replace(used, layers_size=total, images=tuple(images))


def shown_size(size: int | None, digits: int = 3) -> str:
    """The size in words; what isn't known is ``N/A``."""
    return "N/A" if size is None else human_size(size, digits)
