"""One line of the playground's log: a move made on a copy of a container, and what it came to."""

import errno
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from layerlab.container import Container, Event
from layerlab.container.mount import START
from layerlab.nodes import Directory, Node, Whiteout
from layerlab.notebook.drawing import normal
from layerlab.notebook.playground_moves import Move

_MOVE_TAKES = 60
"""Seconds of the simulated clock from one move to the next."""
_LOOKING = ("stat", "listdir", "readlink")
"""Operations that a program makes to find its way."""
_WHY = {
    errno.EXDEV: "A directory of the image can't be renamed; mv then copies it, file by file.",
    errno.ENOENT: "No layer shows it.",
    errno.ENOTEMPTY: "Names can be seen in it.",
    errno.EEXIST: "There is something of that name.",
    errno.EISDIR: "It is a directory.",
    errno.ENOTDIR: "A file isn't a directory.",
}


@dataclass(frozen=True)
class Entry:
    """One move, and all that it did. It was made in the container of the name ``box``."""

    number: int
    box: str
    move: Move
    top: int
    """The number of the container's own layer at that time."""
    events: tuple[Event, ...] = ()
    """What the container noted of it."""
    result: str = ""
    """What came of it, in words: what was read, printed, or committed."""
    failure: str = ""
    """The errno's name and what it means, if the kernel refused."""
    changed: tuple[str, ...] = ()
    """What is another in the container's layer than before, sorted."""
    whiteouts: tuple[str, ...] = ()
    """Those of ``changed`` that are whiteouts now."""
    opaque: tuple[str, ...] = ()
    """Those of ``changed`` that are opaque directories now."""

    @property
    def searched(self) -> Mapping[str, tuple[int, ...]]:
        """For each path that was looked for, the layers in the order of the first search."""
        return {
            normal(event.path): event.searched for event in reversed(self.events) if event.searched
        }

    @property
    def steps(self) -> tuple[Event, ...]:
        """What is worth a line of its own, where a move was several operations."""
        kept = [event for event in self.events if event.op not in _LOOKING]
        return tuple(kept) if self.move.op in ("sh", "rmtree") else ()

    @property
    def order(self) -> tuple[int, ...]:
        """The layers in the order in which the move's own path was searched for."""
        if self.move.op == "sh":
            return ()
        first = next((event.searched for event in self.events), ())
        return self.searched.get(normal(self.move.path), first)

    @property
    def copied_up(self) -> tuple[str, ...]:
        """The paths that came to the container's layer, parents first."""
        return tuple(dict.fromkeys(path for event in self.events for path in event.copied_up))

    @property
    def bytes_copied(self) -> int:
        """Bytes of content that were copied up."""
        return sum(event.bytes_copied for event in self.events)


def attempt(container: Container, box: str, number: int, move: Move) -> tuple[Container, Entry]:
    """The container after a move, and the line of the log. The one given stays as it is.

    A move that the kernel refuses gives the container as it was.
    """
    trial = container.copy(clock=clock(number))
    noted, upper, top = len(trial.events), container.upper, len(container.layers)
    try:
        result = move.run(trial)
    except OSError as error:
        return container, Entry(number, box, move, top, failure=_refusal(error))
    after = trial.upper
    changed = _changed(upper, after)
    nodes = {path: after[path] for path in changed if path in after}
    entry = Entry(
        number, box, move, top, tuple(trial.events[noted:]), result, changed=changed,
        whiteouts=tuple(path for path, node in nodes.items() if isinstance(node, Whiteout)),
        opaque=tuple(p for p, node in nodes.items() if isinstance(node, Directory) and node.opaque),
    )  # fmt: skip
    return trial, entry


def clock(number: int) -> Callable[[], int]:
    """The simulated clock of a move: the same whatever was made and taken back before it."""
    return count(START + _MOVE_TAKES * number).__next__


def _changed(before: Mapping[str, Node], after: Mapping[str, Node]) -> tuple[str, ...]:
    return tuple(path for path in sorted({*before, *after}) if before.get(path) != after.get(path))


def worth_seeing(entry: Entry, after: Mapping[str, Node]) -> Iterable[str]:
    """The paths that a move is about: those that it names, and each file that it changed."""
    move = entry.move
    yield from (
        path for path in entry.changed if not isinstance(after.get(path, Directory()), Directory)
    )
    if move.op in ("rename", "link"):
        yield normal(move.more)
    if move.op != "sh":
        yield normal(move.path)


def _refusal(error: OSError) -> str:
    code = error.errno or errno.EIO
    why = _WHY.get(code, "")
    return f"{errno.errorcode[code]}, {os.strerror(code)}.{' ' * bool(why)}{why}"
