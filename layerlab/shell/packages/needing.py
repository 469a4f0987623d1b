"""Which packages go: those named, those that need them, and those that nobody needs any more.

apt 2.6: ``apt-pkg/depcache.cc`` (MarkDelete, MarkRequired).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layerlab.catalog.packages import Control
from layerlab.shell.packages.ordering import Needs
from layerlab.shell.packages.status import Stanza

_NEEDED = ("Pre-Depends", "Depends")


def removal(removed: Mapping[str, Stanza]) -> list[str]:
    """Those that need others go before them, and by name where nothing else tells."""
    needs = Needs((stanza.control for stanza in removed.values()), ())
    ordered: dict[str, None] = {}
    needing: dict[str, set[str]] = {name: set() for name in removed}
    for name in removed:
        for other in needs.of(name):
            needing[other].add(name)

    def visit(name: str, above: set[str]) -> None:
        if name in ordered or name in above:
            return
        for other in sorted(needing[name]):
            visit(other, above | {name})
        ordered[name] = None

    for name in sorted(removed):
        visit(name, set())
    return list(ordered)


def with_dependents(names: Iterable[str], installed: Iterable[Control]) -> set[str]:
    """The packages with all those that can't do without them."""
    controls = {control.name: control for control in installed}
    going = set(names)
    while True:
        staying = [control for name, control in controls.items() if name not in going]
        provided = {name for control in staying for name, _, _ in control.provided}
        broken = {
            control.name
            for control in staying
            for field in _NEEDED
            for group in control.relations(field)
            if not any(wanted.name in provided for wanted in group)
        }
        if not broken:
            return going
        going |= broken


def unneeded(
    database: Mapping[str, Stanza],
    automatic: Mapping[str, bool],
    *,
    going: Iterable[str] = (),
    coming: Iterable[Control] = (),
) -> list[str]:
    """The automatic packages that nothing which stays depends on or recommends.

    ``coming`` ones are needed, and what they ask for is. What ``Suggests`` names isn't: so the
    official image has set it (``docker-autoremove-suggests``).
    """
    gone = set(going)
    controls = {s.name: s.control for s in database.values() if s.installed and s.name not in gone}
    coming = list(coming)
    controls |= {control.name: control for control in coming}
    providers: dict[str, list[str]] = {}
    for control in controls.values():
        for name, _, _ in control.provided:
            providers.setdefault(name, []).append(control.name)
    new = {control.name for control in coming}
    todo = [
        name
        for name, control in controls.items()
        if name in new or not automatic.get(name) or _stays(control)
    ]
    needed = set(todo)
    while todo:
        control = controls[todo.pop()]
        for field in (*_NEEDED, "Recommends"):
            for group in control.relations(field):
                for wanted in group:
                    for name in providers.get(wanted.name, ()):
                        if name not in needed:
                            needed.add(name)
                            todo.append(name)
    return sorted(controls.keys() - needed)


def _stays(control: Control) -> bool:
    """Apt itself, what is essential or protected, and what Debian calls required."""
    marked = any(control.get(field) == "yes" for field in ("Essential", "Protected", "Important"))
    return marked or control.name == "apt" or control.get("Priority") == "required"
