"""What apt makes of the words of a command: which packages come, go, or are named by hand.

apt 2.6: ``apt-private/private-install.cc``, ``apt-private/private-cacheset.cc`` (the words).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from layerlab.catalog.packages import Control, Package, Unresolvable, resolve
from layerlab.shell.packages.indexes import Source
from layerlab.shell.packages.status import Stanza

MODIFIER = re.compile(r"[+-]$")


class Refused(Exception):
    """What apt can't do: what it prints first, and its errors."""

    def __init__(self, *errors: str, printed: str = "") -> None:
        self.errors, self.printed = errors, printed
        super().__init__(*errors)


@dataclass(frozen=True)
class Known:
    """What apt knows before it decides: the packages there are, and those that can be had."""

    database: Mapping[str, Stanza]
    available: Mapping[str, tuple[Package, Source]]

    @property
    def installed(self) -> list[Control]:
        """What is there, broken or not."""
        return [s.control for s in self.database.values() if s.state not in NOT_THERE]

    def is_installed(self, name: str) -> bool:
        """Whether a package is there."""
        return name in self.database and self.database[name].state not in NOT_THERE

    def mentioned(self, name: str) -> bool:
        """Whether some package speaks of a name that isn't to be had itself."""
        controls = [s.control for s in self.database.values()]
        fields = ("Depends", "Pre-Depends", "Recommends", "Suggests", "Breaks", "Conflicts")
        return any(
            wanted.name == name
            for control in controls
            for each in (*fields, "Replaces")
            for group in control.relations(each)
            for wanted in group
        )

    def replacing(self, name: str) -> list[str]:
        """The installed packages that replace one of that name."""
        return [
            control.name
            for control in self.installed
            if any(w.name == name for group in control.relations("Replaces") for w in group)
        ]


NOT_THERE = frozenset(("not-installed", "config-files"))


@dataclass
class Plan:
    """What will be done, and what is said of it."""

    new: dict[str, Package] = field(default_factory=dict)
    removed: dict[str, Stanza] = field(default_factory=dict)
    purged: set[str] = field(default_factory=set)
    manual: list[str] = field(default_factory=list)
    """The packages that were named: they stay when nothing needs them."""
    notes: list[str] = field(default_factory=list)
    layerlab: list[str] = field(default_factory=list)
    """What is done otherwise than apt would, told on standard error."""


def plan(words: Iterable[str], known: Known, *, recommends: bool) -> Plan:
    """The plan for ``apt-get install``. Raises ``Refused``."""
    made, wanted = Plan(), []
    errors: list[str] = []
    for word in words:
        for name, leaves in _named(word, known, made, errors):
            if leaves:
                _leave(name, known, made)
            else:
                wanted.append(name)
    if errors:
        raise Refused(*errors, printed="".join(made.notes))
    for name in wanted:
        if known.is_installed(name):
            stanza = known.database[name]
            made.notes.append(f"{name} is already the newest version ({stanza.version}).\n")
            made.manual.append(name)
    missing = [name for name in wanted if not known.is_installed(name)]
    staying = [control for control in known.installed if control.name not in made.removed]
    try:
        found = resolve(missing, staying, recommends=recommends) if missing else ()
    except Unresolvable as problem:
        raise Refused(problem.what, printed="".join(made.notes)) from None
    made.new = {package.name: package for package in found}
    made.manual += missing
    lost = [name for name in made.new if name not in known.available]
    if lost:
        raise Refused("Unable to correct problems, you have held broken packages.")
    return made


def _leave(name: str, known: Known, made: Plan) -> None:
    if known.is_installed(name):
        made.removed[name] = known.database[name]
    else:
        made.notes.append(f"Package '{name}' is not installed, so not removed\n")


def _named(word: str, known: Known, made: Plan, errors: list[str]) -> Iterator[tuple[str, bool]]:
    """The packages that a word means, and whether they are to go."""
    leaves = False
    name = word
    if not _is_known(name, known) and MODIFIER.search(name):
        leaves, name = name.endswith("-"), name[:-1]
    name, equals, version = name.partition("=")
    name, _, release = name.partition("/")
    name = name.removesuffix(":amd64").removesuffix(":all")
    if not _is_known(name, known):
        matching = _matching(name, known)
        if matching:
            made.notes += [
                f"Note, selecting '{found}' for {kind} '{name}'\n" for found, kind in matching
            ]
            yield from ((found, leaves) for found, _ in matching)
            return
        try:
            yield _substitute(name, known, made), leaves
        except Refused as refused:
            made.notes.append(refused.printed)
            errors += refused.errors
        return
    if release and name in known.available and not _is_release(release):
        errors.append(f"Release '{release}' for '{name}' was not found")
        made.notes.append(_unavailable(name, known))
        return
    measured = known.available[name][0].version if name in known.available else ""
    if equals and version not in ("", "*", measured):
        told = f"{name} {version} wasn't measured: {measured or 'the installed one'} is taken"
        made.layerlab.append(f"layerlab: {told}\n")
    yield name, leaves


_PATTERNS = {"glob": frozenset(".?*[]"), "regex": frozenset(".?+*|[^$")}
"""The signs by which apt takes a name that no package has for a pattern."""


def _is_known(name: str, known: Known) -> bool:
    return name in known.available or known.is_installed(name)


def _is_release(name: str) -> bool:
    return name.partition("-")[0] in ("bookworm", "oldstable", "stable")


def _matching(word: str, known: Known) -> list[tuple[str, str]]:
    """The packages that a pattern matches: ``libssl*`` as a glob, else as a regular expression."""
    if not {*word} & _PATTERNS["regex"]:
        return []
    names = sorted({*known.available, *known.database})
    try:
        glob = re.compile(re.escape(word).replace(r"\*", ".*").replace(r"\?", ".") + r"\Z")
        if any(sign in word for sign in "*?[") and (
            found := [name for name in names if glob.match(name)]
        ):
            return [(name, "glob") for name in found]
        pattern = re.compile(word)
    except re.error:
        return []
    return [(name, "regex") for name in names if pattern.search(name)]


def _no_match(word: str) -> list[str]:
    """What apt says of a word that it also tried as a pattern (*ran*: apt 2.6)."""
    tried = [kind for kind, signs in _PATTERNS.items() if {*word} & signs]
    return [f"Couldn't find any package by {kind} '{word}'" for kind in tried]


def _substitute(name: str, known: Known, made: Plan) -> str:
    """The one package that provides a name that isn't a package's own."""
    owners = [
        control.name
        for control in (*known.installed, *(p.control for p, _ in known.available.values()))
        if any(provided == name for provided, _, _ in control.provided)
    ]
    owners = list(dict.fromkeys(owners))
    if len(owners) == 1:
        made.notes.append(f"Note, selecting '{owners[0]}' instead of '{name}'\n")
        return owners[0]
    if owners:
        versions = {
            owner: known.available[owner][0].version
            if owner in known.available
            else known.database[owner].version
            for owner in owners
        }
        lines = "".join(f"  {o} {versions[o]}\n" for o in sorted(owners, reverse=True))
        told = f"Package {name} is a virtual package provided by:\n{lines}\n"
        raise Refused(f"Package '{name}' has no installation candidate", printed=told)
    if known.mentioned(name):
        told = _unavailable(name, known)
        raise Refused(f"Package '{name}' has no installation candidate", printed=told)
    raise Refused(f"Unable to locate package {name}", *_no_match(name))


def _unavailable(name: str, known: Known) -> str:
    others = known.replacing(name)
    instead = "However the following packages replace it:\n" + "".join(f"  {o}\n" for o in others)
    return (
        f"Package {name} is not available, but is referred to by another package.\n"
        "This may mean that the package is missing, has been obsoleted, or\n"
        f"is only available from another source\n{instead if others else ''}\n"
    )
