"""What ``apt-get install`` pulls in: apt's own way of choosing, as far as nothing is removed.

apt 2.6, apt-pkg/depcache.cc (MarkInstall): a package's relations are taken in order,
Pre-Depends, Depends, then Recommends, each followed down before the next. A group that
something chosen or installed satisfies asks for nothing. Of the others the first alternative
that can be installed is taken, and of several providers the one of the higher priority.
"""

from collections.abc import Iterable, Iterator

from layerlab.catalog.packages.control import Alternatives, Control, Wanted
from layerlab.catalog.packages.index import Package, every_package, providers_of
from layerlab.errors import LayerlabError

_PRIORITIES = ("required", "important", "standard", "optional", "extra")


BROKEN = "Unable to correct problems, you have held broken packages."


class Unresolvable(LayerlabError):
    """A package that can't be installed, in apt's words where it has some."""


def resolve(
    names: Iterable[str], installed: Iterable[Control], *, recommends: bool = True
) -> tuple[Package, ...]:
    """The packages that ``apt-get install NAMES`` adds to those installed, sorted by name.

    Raises ``Unresolvable`` for a name that wasn't measured, for one that several packages
    provide, and where no choice fits together.
    """
    marks = _Marks(installed, recommends)
    named = [found for name in names if (found := _named(name, marks)) is not None]
    for package in named:  # all of them first: one may be what another asks for
        marks.add(package.control)
    for package in named:
        if not (marks.fits(package.control) and marks.follow(package.control)):
            raise Unresolvable(BROKEN, where=package.name)
    packages = every_package()
    return tuple(packages[name] for name in sorted(marks.chosen))


def _named(name: str, marks: "_Marks") -> Package | None:
    """The package to install for a name that somebody typed; ``None`` if it is there already."""
    if name in marks.present:
        return None
    if name in every_package():
        return every_package()[name]
    providers = providers_of(name)
    if not providers:
        raise Unresolvable(f"Unable to locate package {name}", where=name)
    if len(providers) > 1:
        raise Unresolvable(f"Package '{name}' has no installation candidate", where=name)
    return _named(providers[0], marks)


class _Marks:
    """What is installed and what is chosen so far."""

    def __init__(self, installed: Iterable[Control], recommends: bool) -> None:
        self.present = {control.name: control for control in installed}
        self.chosen: dict[str, Control] = {}
        self.fields = ("Pre-Depends", "Depends") + (("Recommends",) if recommends else ())
        self.providing: dict[str, list[Control]] = {}
        self.excluded: dict[str, list[tuple[Control, Wanted]]] = {}
        for control in self.present.values():
            self._enter(control)

    def add(self, control: Control) -> None:
        """Choose a package."""
        self.chosen[control.name] = control
        self._enter(control)

    def _enter(self, control: Control) -> None:
        for name in {name for name, _, _ in control.provided}:
            self.providing.setdefault(name, []).append(control)
        for wanted in _excludes(control):
            self.excluded.setdefault(wanted.name, []).append((control, wanted))

    def restore(self, names: set[str]) -> None:
        """Choose only these: what was chosen for a package that failed goes again."""
        kept = [control for name, control in self.chosen.items() if name in names]
        self.chosen, self.providing, self.excluded = {}, {}, {}
        for control in self.present.values():
            self._enter(control)
        for control in kept:
            self.add(control)

    def follow(self, control: Control) -> bool:
        """Choose what a package asks for; False if it must have what can't be had."""
        for field in self.fields:
            for group in control.relations(field):
                if self.satisfied(group) or self.choose(group):
                    continue
                if field != "Recommends":
                    return False
        return True

    def satisfied(self, group: Alternatives) -> bool:
        """Whether something installed or chosen is one of the alternatives."""
        return any(
            control.answers(wanted)
            for wanted in group
            for control in self.providing.get(wanted.name, ())
        )

    def choose(self, group: Alternatives) -> bool:
        """Choose the first alternative that can be installed, with all that it asks for."""
        for candidate in _candidates(group):
            if candidate.name in self.present or not self.fits(candidate):
                continue
            before = set(self.chosen)
            self.add(candidate)
            if self.follow(candidate):
                return True
            self.restore(before)
        return False

    def fits(self, candidate: Control) -> bool:
        """Whether nothing installed or chosen excludes the package, nor it any of them."""
        for wanted in _excludes(candidate):
            others = self.providing.get(wanted.name, ())
            if any(o.name != candidate.name and o.answers(wanted) for o in others):
                return False
        return not any(
            owner.name != candidate.name and candidate.answers(wanted)
            for name, _, _ in candidate.provided
            for owner, wanted in self.excluded.get(name, ())
        )


def _excludes(control: Control) -> Iterator[Wanted]:
    for field in ("Conflicts", "Breaks"):
        for group in control.relations(field):
            yield from group


def _candidates(group: Alternatives) -> Iterator[Control]:
    """Measured packages that are one of the alternatives, in the order in which apt tries them."""
    packages = every_package()
    for wanted in group:
        names = [name for name in providers_of(wanted.name) if name in packages]
        answering = [packages[n].control for n in names if packages[n].control.answers(wanted)]
        yield from sorted(answering, key=lambda control: _rank(control, wanted))


def _rank(control: Control, wanted: Wanted) -> tuple[bool, int]:
    priority = control.get("Priority")
    rank = _PRIORITIES.index(priority) if priority in _PRIORITIES else len(_PRIORITIES)
    return control.name != wanted.name, rank
