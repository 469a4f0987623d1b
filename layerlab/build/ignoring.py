"""``.dockerignore``: what of a directory doesn't go to the engine.

moby/patternmatcher: ``ignorefile/ignorefile.go``, ``patternmatcher.go``; moby/go-archive:
``archive.go`` (Tarballer.Do), as client 28 has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from layerlab.build.golang import SPACES, clean
from layerlab.build.patterns import BadPattern, ignorer, matches
from layerlab.errors import LayerlabError

NAME = ".dockerignore"


class BadIgnore(LayerlabError):
    """A pattern in ``.dockerignore`` that is none, in the client's words."""


@dataclass(frozen=True)
class Rule:
    """One line: what it means is left out, or after ``!`` taken back in."""

    pattern: str
    keeps: bool = False

    def means(self, path: str) -> bool:
        """Whether it is about this very path; what lies below isn't asked."""
        return ignorer(self.pattern)(path)


@dataclass(frozen=True)
class Ignore:
    """The rules, in order: the last that means a path, or a directory above it, decides."""

    rules: tuple[Rule, ...] = ()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Ignore:
        """Rules from patterns; ``BadIgnore`` in the client's words if one is none."""
        return cls(tuple(_rules(patterns)))

    @classmethod
    def parse(cls, text: str) -> Ignore:
        """The rules of a ``.dockerignore``."""
        return cls.of(patterns(text))

    def excludes(self, path: str) -> bool:
        """Whether a path, relative and clean, is left out."""
        parts = path.split("/")
        marks: tuple[bool, ...] = ()
        excluded = False
        for count in range(1, len(parts) + 1):
            excluded, marks = self.marks("/".join(parts[:count]), marks)
        return excluded

    def marks(self, path: str, parent: tuple[bool, ...] = ()) -> tuple[bool, tuple[bool, ...]]:
        """Whether a path is left out, and which rules mean it; ``parent`` says it of its parent."""
        excluded, found = False, [False] * len(self.rules)
        for index, rule in enumerate(self.rules):
            inherited = bool(parent) and parent[index]
            if not inherited and rule.keeps != excluded:
                continue  # it would change nothing
            found[index] = inherited or rule.means(path)
            if found[index]:
                excluded = not rule.keeps
        return excluded, tuple(found)

    def may_keep_below(self, path: str) -> bool:
        """Whether some ``!`` names something below a directory that is left out."""
        below = f"{path}/"
        return any(rule.keeps and f"{rule.pattern}/".startswith(below) for rule in self.rules)


def _rules(patterns: Iterable[str]) -> Iterator[Rule]:
    for text in patterns:
        pattern = text.strip(SPACES)
        if not pattern:
            continue
        pattern = clean(pattern)
        keeps = pattern.startswith("!")
        if pattern == "!":
            raise BadIgnore('illegal exclusion pattern: "!"')
        pattern = pattern[1:] if keeps else pattern
        try:
            matches(pattern, ".")
            ignorer(pattern)
        except BadPattern as error:
            raise BadIgnore(str(error)) from None
        yield Rule(pattern, keeps)


def patterns(text: str) -> list[str]:
    """The patterns in a ``.dockerignore``; a comment has its ``#`` in the first column."""
    found: list[str] = []
    for line in text.removeprefix("\ufeff").split("\n"):
        pattern = line.removesuffix("\r")
        if pattern.startswith("#") or not pattern.strip(SPACES):
            continue
        pattern = pattern.strip(SPACES)
        mark = "!" if pattern.startswith("!") else ""
        pattern = pattern.removeprefix("!").strip(SPACES)
        if pattern:
            pattern = clean(pattern)
            pattern = pattern[1:] if pattern.startswith("/") and len(pattern) > 1 else pattern
        found.append(mark + pattern)
    return found
