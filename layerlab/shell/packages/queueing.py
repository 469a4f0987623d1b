"""In which order ``dpkg --configure`` comes to the packages that it has to configure.

dpkg 1.21: ``src/main/packages.c`` (``enqueue_pending``, ``process_queue``), ``src/main/depcon.c``
(``findbreakcycle``); the queue begins in the order of ``lib/dpkg/pkg-hash.c``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from layerlab.catalog.packages import Control, Wanted

_BINS = 65521


def bin_of(name: str) -> int:
    """Where dpkg's table of packages has a name: FNV-1a over its bytes.

    ``--pending`` walks the table, so that is how the queue begins.
    """
    hashed = 0x811C9DC5
    for byte in name.lower().encode():
        hashed = (hashed ^ byte) * 0x01000193 & 0xFFFFFFFF
    return hashed % _BINS


@dataclass(eq=False)
class _Link:
    """One alternative of a relation: which of the waiting packages would answer it."""

    answers: tuple[str, ...]
    broken: bool = False


@dataclass(frozen=True, eq=False)
class _Group:
    """A relation. One that something configured answers is ready from the start."""

    ready: bool
    links: tuple[_Link, ...]


def configuration_order(
    waiting: Iterable[Control],
    ready: Iterable[Control],
    has_script: Callable[[str], bool],
    pending: int = 0,
) -> Iterator[str]:
    """The unpacked packages in the order in which they are configured; they come as queued.

    ``ready`` are those that are configured, ``has_script`` tells whether one has a ``postinst``,
    and so many ``pending`` ones wait in the same queue for their triggers' turn.
    """
    queue = _Queue(waiting, ready, has_script)
    names = deque(queue.groups)
    idle, breaking = 0, False
    while names:
        idle += 1
        if idle > 2 * (len(names) - 1 + pending) + 2:
            idle, breaking = 0, True
        name = names.popleft()
        if breaking and queue.breaks_circle(name):
            idle = 0
        if queue.is_ready(name):
            queue.done.add(name)
            idle = 0
            yield name
        else:
            names.append(name)


class _Queue:
    """What the packages need of each other."""

    def __init__(
        self,
        waiting: Iterable[Control],
        ready: Iterable[Control],
        has_script: Callable[[str], bool],
    ) -> None:
        queued = list(waiting)
        answering, there = _by_name(queued), _by_name(ready)

        def link(wanted: Wanted) -> _Link:
            found = (c.name for c in answering.get(wanted.name, ()) if c.answers(wanted))
            return _Link(tuple(found))

        def group(alternatives: tuple[Wanted, ...]) -> _Group:
            settled = any(c.answers(w) for w in alternatives for c in there.get(w.name, ()))
            return _Group(settled, tuple(link(wanted) for wanted in alternatives))

        self.done: set[str] = set()
        self.has_script = has_script
        self.groups = {
            control.name: [
                group(alternatives)
                for field in ("Depends", "Pre-Depends")
                for alternatives in control.relations(field)
            ]
            for control in queued
        }

    def is_ready(self, name: str) -> bool:
        """Whether all that a package needs is configured. What nobody answers holds nobody up."""
        return all(
            group.ready
            or not any(link.answers for link in group.links)
            or any(
                link.broken or name in link.answers or not self.done.isdisjoint(link.answers)
                for link in group.links
            )
            for group in self.groups[name]
        )

    def breaks_circle(self, name: str) -> bool:
        """Give up one need of a circle that the package leads to, if it leads to any."""
        return self._follow(name, [], set())

    def _follow(self, name: str, above: list[tuple[str, _Link]], finished: set[str]) -> bool:
        if name in finished or name in self.done:
            return False
        links = [link for group in self.groups[name] for link in group.links]
        for link in links:
            if link.broken:
                continue
            trail = [*above, (name, link)]
            for other in link.answers:
                if other not in (step[0] for step in above):
                    if self._follow(other, trail, finished):
                        return True
                    continue
                self._break(trail, other)
                return True
        finished.add(name)
        return False

    def _break(self, trail: list[tuple[str, _Link]], met: str) -> None:
        """Best the need of a package without a script; else that of the one met again."""
        for at, (name, link) in enumerate(reversed(trail)):
            if not self.has_script(name) or (at and name == met):
                link.broken = True
                return


def _by_name(controls: Iterable[Control]) -> dict[str, list[Control]]:
    found: dict[str, list[Control]] = {}
    for control in controls:
        for name in dict.fromkeys(wanted.name for wanted in control.provided):
            found.setdefault(name, []).append(control)
    return found
