"""The classic build cache: an image made here, on the same parent, by the same config.

moby 20.10: ``image/cache/compare.go`` and ``cache.go`` (getLocalCachedImage).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layerlab.digest import ImageID
from layerlab.engine.runconfig import document_of
from layerlab.engine.state import State
from layerlab.engine.times import moment

_SAME = "AttachStdout", "AttachStderr", "User", "Tty"
_LISTS = "Cmd", "Env", "Entrypoint"
_KEYS = "ExposedPorts", "Volumes"


@dataclass(frozen=True)
class Probe:
    """What the cache answers: the image of a hit, and why it is one or isn't."""

    image_id: ImageID | None
    reason: str


def probe(state: State, parent: ImageID | None, config: Mapping[str, Any]) -> Probe:
    """Look among the images that were made on ``parent``; the newest that fits is taken."""
    children = _children(state, parent)
    fitting = [image_id for image_id in children if _fits(_config(state, image_id), config)]
    if fitting:
        found = max(fitting, key=lambda image_id: _created(state, image_id))
        return Probe(found, "the same instruction was run on the same image before")
    return Probe(None, _reason(state, children, config))


def _children(state: State, parent: ImageID | None) -> list[ImageID]:
    if parent is not None:
        return list(state.children.get(parent, ()))
    return [image_id for image_id, stored in state.images.items() if stored.parent is None]


def _config(state: State, image_id: ImageID) -> Mapping[str, Any]:
    """The config of the container that the image was made from."""
    return document_of(state.images[image_id].image).get("container_config") or {}


def _created(state: State, image_id: ImageID) -> float:
    return moment(state.images[image_id].image.config.created)


def _fits(made: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether two configs are the same to the cache: neither image, host name nor times count."""
    if made.get("OpenStdin") or wanted.get("OpenStdin"):
        return False
    if any((made.get(name) or "") != (wanted.get(name) or "") for name in _SAME):
        return False
    if any(list(made.get(name) or ()) != list(wanted.get(name) or ()) for name in _LISTS):
        return False
    if any(set(made.get(name) or ()) != set(wanted.get(name) or ()) for name in _KEYS):
        return False
    return dict(made.get("Labels") or {}) == dict(wanted.get("Labels") or {})


def _reason(state: State, children: list[ImageID], config: Mapping[str, Any]) -> str:
    """Why nothing fits, from the image that comes nearest."""
    if not children:
        return "nothing was built on this image yet"
    text = _told(config)
    told = [_told(_config(state, image_id)) for image_id in children]
    if text in told:
        return "what the container is given has changed: variables, user, labels, ports or volumes"
    kind = text.split(" ", 1)[0]
    alike = [other for other in told if other.split(" ", 1)[0] == kind]
    if alike and kind in ("ADD", "COPY") and alike[-1].split(" in ")[1:] == text.split(" in ")[1:]:
        return "the files to be copied have changed"
    if alike:
        return f"the instruction was another one: {alike[-1]}"
    return "another instruction was run on this image"


def _told(config: Mapping[str, Any]) -> str:
    """The instruction as history tells it, without the shell."""
    text = " ".join(config.get("Cmd") or ())
    return text.partition("#(nop) ")[2].strip() or text
