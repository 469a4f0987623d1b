"""A package's control paragraph, and the relations that it names (deb-control(5), policy 7)."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from layerlab.catalog.packages.versions import satisfies

_RELATION = re.compile(
    r"\s*(?P<name>[^\s(:\[<]+)(:(?P<arch>\w+))?\s*(\(\s*(?P<relation>[<>=]+)\s*(?P<version>\S+?)\s*\))?\s*"
)


class Wanted(NamedTuple):
    """One alternative of a relation: a name, and what its version must be."""

    name: str
    relation: str = ""
    version: str = ""


Alternatives = tuple[Wanted, ...]
"""``a | b``: any of them will do."""


@dataclass(frozen=True, slots=True)
class Control:
    """The fields of one package, as the text that it came in."""

    text: str = field(repr=False)
    name: str
    version: str

    @classmethod
    def of(cls, text: str) -> "Control":
        """The paragraph ``text``."""
        return cls(text, _field(text, "Package"), _field(text, "Version"))

    def get(self, name: str) -> str:
        """A field's value, or nothing."""
        return _field(self.text, name)

    def relations(self, name: str) -> tuple[Alternatives, ...]:
        """``Depends`` and its kin: each entry is a group of which one will do."""
        return parse_relations(self.get(name))

    @property
    def provided(self) -> tuple[Wanted, ...]:
        """Every name that the package goes by, its own first."""
        return _provided(self.name, self.version, self.get("Provides"))

    def answers(self, wanted: Wanted) -> bool:
        """Whether the package is, or provides, what is wanted.

        A virtual name without a version answers no question for one (policy 7.5).
        """
        return any(
            name == wanted.name
            and (
                not wanted.relation
                or (bool(version) and satisfies(version, wanted.relation, wanted.version))
            )
            for name, _, version in self.provided
        )


def paragraphs(text: str) -> list[Control]:
    """All of a file of paragraphs, such as ``/var/lib/dpkg/status``."""
    return [Control.of(f"{part}\n") for part in text.strip("\n").split("\n\n") if part]


@lru_cache(maxsize=8192)
def parse_relations(text: str) -> tuple[Alternatives, ...]:
    """The groups of ``a (>= 1) | b, c:any``. The architecture is left out: there is only one."""
    return tuple(
        tuple(_parse(alternative) for alternative in group.split("|"))
        for group in text.replace("\n", " ").split(",")
        if group.strip()
    )


def _parse(text: str) -> Wanted:
    match = _RELATION.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no relation")
    relation = {"<": "<=", ">": ">="}.get(match["relation"] or "", match["relation"] or "")
    return Wanted(match["name"], relation, match["version"] or "")


@lru_cache(maxsize=8192)
def _provided(name: str, version: str, text: str) -> tuple[Wanted, ...]:
    return (Wanted(name, "=", version), *(group[0] for group in parse_relations(text)))


@lru_cache(maxsize=1 << 15)
def _field(text: str, name: str) -> str:
    # Asked for ten thousand times in a build: searching with a pattern took ten times as long.
    start = f"\n{text}".find(f"\n{name}:") + len(name) + 1
    if start == len(name):
        return ""
    end = text.find("\n", start)
    while end >= 0 and text[end + 1 : end + 2] in (" ", "\t"):
        end = text.find("\n", end + 1)
    return text[start : len(text) if end < 0 else end].strip()
