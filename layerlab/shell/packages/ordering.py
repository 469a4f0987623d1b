"""In which order apt has packages unpacked and configured.

apt 2.6, ``apt-pkg/orderlist.cc``: by priority first, and before each what it depends on.
``apt-pkg/packagemanager.cc``: what a package pre-depends on is configured before it is unpacked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from layerlab.catalog.packages import Control, Package

_SCORES = {"required": 5, "important": 4, "standard": 3, "optional": 1}
_ESSENTIAL, _PRE_DEPENDS = 200, 50


@dataclass(frozen=True)
class Call:
    """One call of dpkg, with the packages that it names; none: all that are pending."""

    action: Literal["unpack", "configure"]
    names: tuple[str, ...] = ()


class Needs:
    """Which of some packages each of them needs, directly."""

    def __init__(self, controls: Iterable[Control], present: Iterable[Control]) -> None:
        self.controls = {control.name: control for control in controls}
        self._there = {name for control in present for name, _, _ in control.provided}
        self._providers: dict[str, str] = {}
        for control in self.controls.values():
            for name, _, _ in control.provided:
                self._providers.setdefault(name, control.name)
        self._providers |= {name: name for name in self.controls}

    def of(self, name: str, *fields: str) -> Iterator[str]:
        """The packages that ``name`` needs by these fields, in their order."""
        for field in fields or ("Depends", "Pre-Depends"):
            for group in self.controls[name].relations(field):
                wanted = [each.name for each in group]
                if self._there.isdisjoint(wanted):
                    yield from (self._providers[each] for each in wanted if each in self._providers)


def unpacking(packages: Mapping[str, Package], needs: Needs) -> list[str]:
    """The packages in the order in which they are fetched and unpacked."""
    ordered: dict[str, None] = {}
    for name in sorted(packages, key=lambda name: (-_score(packages[name].control), name)):
        _visit(name, needs, ordered, set())
    return list(ordered)


def _score(control: Control) -> int:
    score = _SCORES.get(control.get("Priority"), 0)
    score += _ESSENTIAL if control.get("Essential") == "yes" else 0
    return score + (_PRE_DEPENDS if control.get("Pre-Depends") else 0)


def _visit(name: str, needs: Needs, ordered: dict[str, None], above: set[str]) -> None:
    """Enter a package after all that it needs; a circle is cut where it closes."""
    if name in ordered or name in above:
        return
    above.add(name)
    for other in needs.of(name):
        _visit(other, needs, ordered, above)
    ordered[name] = None


def calls(order: Iterable[str], needs: Needs) -> Iterator[Call]:
    """The calls of dpkg: everything unpacked, then configured, but for what is needed earlier."""
    waiting: list[str] = []
    configured: set[str] = set()
    for name in order:
        early = [other for other in needs.of(name, "Pre-Depends") if other not in configured]
        if early:
            closed: dict[str, None] = {}
            for other in early:
                _visit(other, needs, closed, set(configured))
            if waiting:
                yield Call("unpack", tuple(waiting))
            yield Call("configure", tuple(closed))
            configured.update(closed)
            waiting = []
        waiting.append(name)
    yield Call("unpack", tuple(waiting))
    yield Call("configure")
