"""What a container did: one event for each operation that succeeded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from layerlab.layer import AnyLayer
from layerlab.union.merge import Entry, lower_trail


@dataclass(frozen=True, slots=True)
class Event:
    """One operation: which layers it searched, what it copied, what it hid.

    Layers go by their place in the stack, 0 the lowest; the container's own is the number of
    the image's layers. ``copied_up`` names the paths that came to the upper layer, parents
    first; ``bytes_copied`` counts file content only. ``whiteout`` is the path that was hidden.
    """

    op: str
    path: str
    searched: tuple[int, ...] = ()
    copied_up: tuple[str, ...] = ()
    bytes_copied: int = 0
    whiteout: str | None = None


Search = tuple[list[str], str, bool, bool, Entry | None]
"""Where a name was looked for, noted before the operation changed anything.

The names above it, and its own; whether the parent directory had an upper part; whether the
search ended there, at a file, a whiteout or a directory that hides what is below; the parent's
lower part. A bare tuple, since every operation makes one.
"""

Record = tuple[str, str, Search, tuple[str, ...], int, str | None]


class Log(Sequence[Event]):
    """The events of a container, oldest first.

    They are kept as they were noted; which layers were searched is worked out when asked.
    """

    __slots__ = ("_layers", "records")

    def __init__(self, layers: tuple[AnyLayer, ...]) -> None:
        self._layers = layers
        self.records: list[Record] = []

    def __len__(self) -> int:
        return len(self.records)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        if isinstance(index, slice):
            return [self._event(record) for record in self.records[index]]
        return self._event(self.records[index])

    def __iter__(self) -> Iterator[Event]:
        return map(self._event, self.records)

    def _event(self, record: Record) -> Event:
        op, path, search, copied_up, bytes_copied, whiteout = record
        return Event(op, path, self._searched(search), copied_up, bytes_copied, whiteout)

    def _searched(self, search: Search) -> tuple[int, ...]:
        names, name, has_upper, ended, lower = search
        upper = (len(self._layers),) if has_upper else ()
        if ended or lower is None:
            return upper
        trail = lower_trail(self._layers, lower.stack, "/" + "/".join(names), name)
        return upper + tuple(step.index for step in trail)

    def __repr__(self) -> str:
        return f"<{len(self)} events>"
