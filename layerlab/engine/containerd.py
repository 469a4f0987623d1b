"""The containerd image store of Engine 29: an image goes by the digest of its manifest.

The state is kept as ever, by ImageID; what users type and read is translated.
"""

from __future__ import annotations

import re
from typing import Any

from layerlab.digest import ImageID
from layerlab.engine.finding import lookup
from layerlab.engine.state import State
from layerlab.errors import InvalidReference
from layerlab.image import Image
from layerlab.reference import Reference
from layerlab.registry import Manifest, containerd_identity
from layerlab.registry.manifest import MANIFEST

_DIGITS = re.compile("(?:sha256:)?([0-9a-f]{1,64})")


def classic(state: State, text: str) -> str:
    """``text``, or if it is (the beginning of) a manifest's digest, the image's ImageID."""
    match = _DIGITS.fullmatch(text)
    if match is None or _is_name(state, text):
        return text
    ids = [
        image_id for image_id in state.images if _digest(state, image_id)[7:].startswith(match[1])
    ]
    return ids[0] if len(ids) == 1 else text


def _is_name(state: State, text: str) -> bool:
    try:
        return lookup(state, Reference.parse(text)) is not None
    except InvalidReference:
        return False


def _digest(state: State, image_id: ImageID) -> str:
    return str(containerd_identity(state.images[image_id].image)[0])


def told(before: State, lines: list[str]) -> list[str]:
    """The lines of ``rmi`` as this store prints them: manifests go, and no layer is named."""
    kept = []
    for line in lines:
        what, _, name = line.partition(": ")
        if what == "Untagged":
            kept.append(line)
        elif name in before.images:
            kept.append(f"{what}: {_digest(before, ImageID(name))}")
    return kept


_GRAPH_DRIVER = {"Data": None, "Name": "overlayfs"}
"""No directories: they are the snapshotter's business."""
_GONE = "Container", "ContainerConfig", "VirtualSize"
"""What the API had until 1.44."""


def image_json(document: dict[str, Any], image: Image) -> dict[str, Any]:
    """An image's JSON as this store has it (moby: daemon/containerd/image_inspect.go).

    Size is that of what was pulled: manifest, config and compressed layers; 0 where that
    was never recorded.
    """
    manifest = Manifest.of(image)
    sizes = [manifest.size, *(part.size for part in (manifest.config, *manifest.layers))]
    names = [Reference.parse(name) for name in document["RepoTags"]]
    changed = document | {
        "Id": str(manifest.digest),
        "RepoDigests": list(
            dict.fromkeys(str(name.with_digest(str(manifest.digest))) for name in names)
        ) or document["RepoDigests"],
        "Size": 0 if None in sizes else sum(size for size in sizes if size is not None),
        "GraphDriver": _GRAPH_DRIVER,
        "Descriptor": {
            "mediaType": MANIFEST, "digest": str(manifest.digest), "size": manifest.size or 0,
        },
    }  # fmt: skip
    return {key: value for key, value in changed.items() if key not in _GONE}


def container_json(document: dict[str, Any], image: Image) -> dict[str, Any]:
    """A container's JSON as this store has it."""
    return document | {
        "Image": str(containerd_identity(image)[0]),
        "Driver": "overlayfs",
        "GraphDriver": _GRAPH_DRIVER,
    }
