"""The engine's list of images, filtered (moby: daemon/images/images.go)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layerlab.docker import identity
from layerlab.docker.engines import filter_wording, is_old
from layerlab.docker.filters import Filters
from layerlab.engine import pruning
from layerlab.engine.finding import references_of
from layerlab.engine.times import moment
from layerlab.errors import EngineError

if TYPE_CHECKING:
    from layerlab.digest import Digest
    from layerlab.engine import Engine
    from layerlab.engine.state import StoredImage
    from layerlab.reference import Reference

ACCEPTED = ("dangling", "label", "before", "since", "reference")
LATER = ("label!", "until")
"""What newer engines accept, too."""


@dataclass(frozen=True)
class ImageSummary:
    """An image, with those of its names that the filters let through, in order."""

    id: Digest
    stored: StoredImage
    references: tuple[Reference, ...]

    @property
    def created(self) -> float:
        """When it was made, in seconds."""
        return created(self.stored)


def summaries(
    engine: Engine, texts: Iterable[str] = (), *, all: bool = False
) -> list[ImageSummary]:
    """The images that ``docker images`` lists, newest first.

    ``all`` shows untagged images on which others were built here, too; ``texts`` are
    filters. ``EngineError`` for a filter that the engine doesn't know.
    """
    wording = filter_wording(engine)
    texts = list(texts)
    filters = Filters.read(texts, ACCEPTED if is_old(engine) else ACCEPTED + LATER, wording)
    later = pruning.Filters.parse(
        (text for text in texts if text.partition("=")[0] in LATER), engine.clock.now
    )
    dangling = filters.switch("dangling", wording)
    before = [created(engine.image(name)) for name in filters.get("before")][-1:]
    since = [created(engine.image(name)) for name in filters.get("since")][-1:]
    parents = {stored.parent for stored in engine.state.images.values()}
    found = []
    for image_id, stored in reversed(list(engine.state.images.items())):
        made = created(stored)
        if any(made >= limit for limit in before) or any(made <= limit for limit in since):
            continue
        labels = stored.image.config.labels
        if not filters.has_labels(labels) or not later.match(labels, made):
            continue
        references = tuple(
            name for name in references_of(engine.state, image_id) if _wanted(filters, name)
        )
        if references:
            if dangling and any(reference.tag for reference in references):
                continue
        else:
            hidden = image_id in parents and (dangling or not all)
            if hidden or dangling is False or "reference" in filters:
                continue
        shown = identity.image_id(engine, stored.image)
        if engine.store == "containerd":  # which knows a digest for whatever it has
            references += tuple(name.with_digest(str(shown)) for name in references if name.tag)
        found.append(ImageSummary(shown, stored, tuple(dict.fromkeys(references))))
    return sorted(found, key=lambda summary: -summary.created)


def created(stored: StoredImage) -> float:
    """When an image was made, as its config says, in seconds."""
    return moment(stored.image.config.created)


def _wanted(filters: Filters, reference: Reference) -> bool:
    if "reference" not in filters:
        return True
    texts = (str(reference), reference.familiar_name)
    return any(path_match(pattern, text) for pattern in filters.get("reference") for text in texts)


def path_match(pattern: str, text: str) -> bool:
    """Go's ``path.Match``: ``*`` and ``?`` stop at a slash; ``EngineError`` if it is malformed."""
    parts = []
    rest = pattern
    while rest:
        match = re.match(r"\*+|\?|\[(\^?)((?:\\.|[^\]\\])+)\]|\\(.)|[^\[\\]", rest, re.DOTALL)
        if match is None:
            raise EngineError("syntax error in pattern")
        rest = rest[match.end() :]
        piece = match[0]
        if piece[0] == "*":
            parts.append("[^/]*")
        elif piece == "?":
            parts.append("[^/]")
        elif match[2]:
            inside = match[2].replace("[", r"\[").replace("&&", r"\&&")
            parts.append(f"(?!/)[{match[1]}{inside}]" if match[1] else f"[{inside}]")
        else:
            parts.append(re.escape(match[3] or piece))
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None
