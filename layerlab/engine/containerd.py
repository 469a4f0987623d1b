"""The containerd image store of Engine 29: an image goes by the digest of its manifest.

The state is kept as ever, by ImageID; what users type and read is translated.
"""

from __future__ import annotations

import re

from layerlab.digest import ImageID
from layerlab.engine.finding import lookup
from layerlab.engine.state import State
from layerlab.errors import InvalidReference
from layerlab.reference import Reference
from layerlab.registry import containerd_identity

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
