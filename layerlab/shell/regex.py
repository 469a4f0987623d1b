"""POSIX regular expressions, basic and extended, as Python's (POSIX.1-2017, chapter 9).

With the GNU escapes that busybox's C library knows, too. Python takes the first alternative
that matches where POSIX takes the longest; scripts rarely tell the difference.
"""

from __future__ import annotations

import re

_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z",
    "space": r"\s", "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f",
    "cntrl": r"\x00-\x1f\x7f", "print": r"\x20-\x7e", "graph": r"\x21-\x7e",
}  # fmt: skip
_GNU = {"w": r"\w", "W": r"\W", "s": r"\s", "S": r"\S", "b": r"\b", "B": r"\B",
        "<": r"\b(?=\w)", ">": r"\b(?<=\w)", "`": r"\A", "'": r"\Z"}  # fmt: skip


class BadPattern(Exception):
    """A regular expression that isn't one."""


def bracket(pattern: str, at: int) -> tuple[str, int]:
    """The bracket expression that begins at ``at``, as Python's, and where it ends."""
    stop = at + 1
    inside = ""
    negated = pattern[stop : stop + 1] == "^"
    stop += negated
    start = stop
    while stop < len(pattern):
        char = pattern[stop]
        if char == "]" and stop > start:
            return f"[{'^' if negated else ''}{inside}]", stop + 1
        named = re.compile(r"\[:(\w+):\]").match(pattern, stop)
        if named:
            if named[1] not in _CLASSES:
                raise BadPattern(pattern)
            inside += _CLASSES[named[1]]
            stop = named.end()
            continue
        inside += char if char == "-" else "\\" + char if char in "\\]^[&~|" else char
        stop += 1
    raise BadPattern(pattern)


def translate(pattern: str, *, extended: bool = False) -> str:
    """The source of the Python expression that matches the same."""
    found: list[str] = []
    at, depth = 0, 0
    fresh = True
    """At the start of the pattern, a group or an alternative: a star is itself there."""
    while at < len(pattern):
        char = pattern[at]
        at += 1
        escaped = char == "\\"
        if escaped:
            if at == len(pattern):
                raise BadPattern(pattern)
            char = pattern[at]
            at += 1
        operator = char in "(){}+?|" and escaped is not extended
        if char == "[" and not escaped:
            source, at = bracket(pattern, at - 1)
            found.append(source)
        elif operator and char == "(":
            found.append("(")
            depth += 1
            fresh = True
            continue
        elif operator and char == ")" and (depth or not extended):
            if not depth:
                raise BadPattern(pattern)
            found.append(")")
            depth -= 1
        elif operator and char == "|":
            found.append("|")
            fresh = True
            continue
        elif operator and char == "{" and not fresh:
            end = pattern.find("}" if extended else "\\}", at)
            if end < 0 or not re.fullmatch(r"\d*(,\d*)?", pattern[at:end]):
                raise BadPattern(pattern)
            found.append("{" + (pattern[at:end] if pattern[at:end][:1] != "," else
                                "0" + pattern[at:end]) + "}")  # fmt: skip
            at = end + (1 if extended else 2)
        elif operator and char in "+?" and not fresh:
            found.append(char)
        elif char == "*" and not escaped:
            found.append(r"\*" if fresh else "*")
        elif char == "." and not escaped:
            found.append(".")
        elif char == "^" and not escaped and (extended or fresh):
            found.append("^")
            continue
        elif char == "$" and not escaped and (extended or _ends(pattern, at)):
            found.append("$")
        elif escaped and char.isdigit() and char != "0":
            found.append(f"(?:\\{char})")
        elif escaped and char in _GNU:
            found.append(_GNU[char])
        elif escaped and char == "n":
            found.append("\n")
        elif escaped and char == "t":
            found.append("\t")
        else:
            found.append(re.escape(char))
        fresh = False
    if depth:
        raise BadPattern(pattern)
    return "".join(found)


def _ends(pattern: str, at: int) -> bool:
    return at == len(pattern) or pattern.startswith(("\\)", "\\|"), at)


def compiled(pattern: str, *, extended: bool = False, ignore_case: bool = False) -> re.Pattern[str]:
    """The expression, to be used on one line; ``BadPattern`` if it is none."""
    flags = re.IGNORECASE if ignore_case else 0
    try:
        return re.compile(translate(pattern, extended=extended), flags)
    except re.error:
        raise BadPattern(pattern) from None
