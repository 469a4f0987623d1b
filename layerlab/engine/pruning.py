"""Prune: remove what isn't used, and say what that freed.

moby: ``daemon/prune.go``, ``daemon/images/image_prune.go``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from layerlab.digest import ImageID
from layerlab.engine.deleting import remove
from layerlab.engine.finding import references_of
from layerlab.engine.state import State, StoredImage
from layerlab.engine.store import children, remove_container
from layerlab.errors import EngineError

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_DURATION = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|ns))+|[+-]?0")
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|ns)")


@dataclass(frozen=True)
class Pruned:
    """What a prune did."""

    deleted: tuple[str, ...] = ()
    """A line each: container IDs; of images ``untagged: …`` and ``deleted: …``."""
    reclaimed: int = 0
    """Bytes."""


@dataclass(frozen=True)
class Filters:
    """Which of the unused things may go."""

    labels: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    until: float | None = None
    """Only what was created up to then, in seconds."""

    @classmethod
    def parse(cls, texts: Iterable[str], now: int) -> Filters:
        """``label=a``, ``label!=a=b``, ``until=24h``; ``EngineError`` as the daemon words it."""
        found: dict[str, list[str]] = {}
        for text in filter(None, texts):
            name, _, value = text.partition("=")
            found.setdefault(name, []).append(value)
        for name in found:
            if name not in ("label", "label!", "until"):
                raise EngineError(f"Invalid filter '{name}'")
        until = found.get("until", [])
        if len(until) > 1:
            raise EngineError("more than one until filter specified")
        return cls(
            tuple(found.get("label", ())),
            tuple(found.get("label!", ())),
            moment_of(until[0], now) if until else None,
        )

    def match(self, labels: Mapping[str, str], created: float) -> bool:
        """Whether something with these labels, created then, may go."""
        if self.until is not None and created > self.until:
            return False
        return all(_has(labels, text) for text in self.labels) and not (
            self.without and all(_has(labels, text) for text in self.without)
        )


def _has(labels: Mapping[str, str], text: str) -> bool:
    name, equals, value = text.partition("=")
    return name in labels and (not equals or labels[name] == value)


def moment_of(text: str, now: int) -> float:
    """A time, or how long ago (``api/types/time/timestamp.go``), in seconds since 1970."""
    if _DURATION.fullmatch(text):
        seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
        return now + seconds if text.startswith("-") else now - seconds
    try:
        if re.fullmatch(r"\d+(\.\d+)?", text):
            return float(text)
        time = datetime.fromisoformat(text)
    except ValueError:
        raise EngineError(f'failed to parse value as time or duration: "{text}"') from None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def prune_containers(state: State, filters: Filters) -> tuple[State, Pruned]:
    """The state without containers that don't run, the newest first."""
    gone, reclaimed = [], 0
    for container in reversed(list(state.containers.values())):
        stands = container.status not in ("running", "paused")
        if stands and filters.match(container.options["labels"], container.created):
            gone.append(container.id)
            reclaimed += container.files.size
            state = remove_container(state, container)
    return state, Pruned(tuple(gone), reclaimed)


def prune_images(state: State, filters: Filters, *, all: bool) -> tuple[State, Pruned]:
    """The state without images that have no tag, or with ``all`` those no container stands on."""
    before = state
    lines: list[str] = []
    for image_id, stored in _candidates(state, filters, all=all):
        if image_id not in state.images:
            continue  # it went with one that was built on it
        names = references_of(state, image_id)
        if names and not all and any(name.tag for name in names):
            continue
        for name in [str(name) for name in names] or [stored.image.image_id.hex]:
            try:
                state, told = remove(state, name)
            except EngineError:
                continue
            lines += told
    deleted = [line[0].lower() + line[1:] for line in lines]
    freed = [layer.layer.size for key, layer in before.layers.items() if key not in state.layers]
    return state, Pruned(tuple(deleted), sum(freed))


def _candidates(state: State, filters: Filters, *, all: bool) -> list[tuple[ImageID, StoredImage]]:
    """Images that may go, the newest first: one that was only built on counts with its child."""
    return [
        (image_id, stored)
        for image_id, stored in reversed(list(state.images.items()))
        if not children(state, image_id) or (all and references_of(state, image_id))
        if filters.match(stored.image.config.labels, _created(stored))
    ]


def _created(stored: StoredImage) -> float:
    created = stored.image.config.created
    return datetime.fromisoformat(created).timestamp() if created else 0.0
