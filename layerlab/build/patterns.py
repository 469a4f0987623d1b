"""Patterns of paths: Go's own, and those of ``.dockerignore``, which add ``**``.

Go: ``path/filepath/match.go``. moby/patternmatcher: ``patternmatcher.go``, as client 28 has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from layerlab.build.globbing import ANY, FOLDERS, WITHIN, Gap, matcher

_NO_MEANING = ".+()|{}$"
"""What means something in a regular expression, and nothing in a pattern."""


class BadPattern(ValueError):
    """A pattern that is none."""

    def __init__(self) -> None:
        super().__init__("syntax error in pattern")


def matches(pattern: str, path: str) -> bool:
    """``filepath.Match``: ``*``, ``?`` and ``[…]`` within a name; ``BadPattern`` if it is none."""
    return _go(pattern)(path)


@cache
def _go(pattern: str) -> Callable[[str], bool]:
    """Whether a path is one that a pattern of Go's means."""
    pieces, found, at = [], "", 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            pieces.append(found)
            found = ""
        elif char == "?":
            found += "[^/]"
        elif char == "[":
            text, at = _class(pattern, at)
            found += text
        else:
            if char == "\\":
                char, at = _escaped(pattern, at)
            found += re.escape(char)
    return matcher([*pieces, found], [WITHIN] * len(pieces))


def _escaped(pattern: str, at: int) -> tuple[str, int]:
    if at == len(pattern):
        raise BadPattern
    return pattern[at], at + 1


def _class(pattern: str, at: int) -> tuple[str, int]:
    """What stands between ``[`` and ``]``, and where it ends."""
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[str] = []
    while not (pattern.startswith("]", at) and ranges):
        low, at = _bound(pattern, at)
        high = low
        if pattern.startswith("-", at):
            high, at = _bound(pattern, at + 1)
        if low <= high:
            ranges.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            ranges.append("")  # a range that nothing lies in
    inside = "".join(ranges)
    if not inside:
        return (r"[\s\S]" if negated else r"(?!)"), at + 1
    return f"[{'^' if negated else ''}{inside}]", at + 1


def _bound(pattern: str, at: int) -> tuple[str, int]:
    if at == len(pattern) or pattern[at] in "-]":
        raise BadPattern
    if pattern[at] == "\\":
        return _escaped(pattern, at + 1)
    return pattern[at], at + 1


@cache
def ignorer(pattern: str) -> Callable[[str], bool]:
    """Whether a path is one that a line of ``.dockerignore``, without its ``!``, means.

    A bare ``**`` at the end or the beginning means any text there, slashes or not.
    """
    pieces: list[str] = []
    gaps: list[Gap] = []
    source, kind, at = "", "exact", 0

    def variable(gap: Gap) -> None:
        nonlocal source, kind
        pieces.append(source)
        gaps.append(gap)
        source, kind = "", "regexp"

    while at < len(pattern):
        start, char = at, pattern[at]
        at += 1
        if char == "*" and pattern.startswith("*", at):
            at += 1 + pattern.startswith("/", at + 1)
            if at < len(pattern):
                variable(FOLDERS)
            elif kind == "exact":
                kind = "prefix"
            else:
                variable(ANY)
            if start == 0:
                kind = "suffix"
        elif char == "*":
            variable(WITHIN)
        elif char == "?":
            source, kind = f"{source}[^/]", "regexp"
        elif char in _NO_MEANING:
            source += f"\\{char}"
        elif char == "\\":
            if at < len(pattern):
                source, kind = source + re.escape(pattern[at]), "regexp"
                at += 1
            else:
                source += "\\"
        else:
            source += char
            kind = "regexp" if char in "[]" else kind
    return _test(pattern, kind, [*pieces, source], gaps)


def _test(pattern: str, kind: str, pieces: list[str], gaps: list[Gap]) -> Callable[[str], bool]:
    if kind == "exact":
        return pattern.__eq__
    if kind == "prefix":
        return lambda path: path.startswith(pattern[:-2])
    if kind == "suffix":
        tail = pattern[2:]
        return lambda path: path.endswith(tail) or (tail[:1] == "/" and path == tail[1:])
    try:
        return matcher(pieces, gaps)
    except re.error:
        raise BadPattern from None
