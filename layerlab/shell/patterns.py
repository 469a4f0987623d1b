"""Patterns with ``*``, ``?`` and ``[…]``, matched against names and against paths."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z",
    "space": r"\s", "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f",
    "cntrl": r"\x00-\x1f\x7f", "print": r"\x20-\x7e", "graph": r"\x21-\x7e",
}  # fmt: skip


def escape(text: str) -> str:
    """``text`` as a pattern that matches it alone."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", text)


def unescape(pattern: str) -> str:
    """A pattern's text, its backslashes taken away."""
    return re.sub(r"\\(.)", r"\1", pattern, flags=re.DOTALL)


def is_pattern(text: str) -> bool:
    """Whether anything in it would match more than itself."""
    return bool(re.search(r"(?<!\\)(?:\\\\)*(?:[*?]|\[.*\])", text, re.DOTALL))


def _bracket(pattern: str, at: int) -> tuple[str, int] | None:
    """A bracket expression as a regular expression, and where it ends."""
    stop = at + 1
    if pattern[stop : stop + 1] in ("!", "^"):
        stop += 1
    start = stop
    inside = ""
    while stop < len(pattern):
        char = pattern[stop]
        if char == "]" and stop > start:
            negated = pattern[at + 1] in "!^"
            return f"[{'^' if negated else ''}{inside}]", stop + 1
        named = re.compile(r"\[:(\w+):\]").match(pattern, stop)
        if named and named[1] in _CLASSES:
            inside += _CLASSES[named[1]]
            stop = named.end()
            continue
        if char == "\\" and stop + 1 < len(pattern):
            stop += 1
            char = pattern[stop]
            inside += re.escape(char)
        else:
            inside += char if char == "-" else re.escape(char)
        stop += 1
    return None


@cache
def expression(pattern: str, *, any_star: str = ".*", any_one: str = ".") -> str:
    """A pattern as a regular expression's source."""
    found: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            found.append(any_star)
        elif char == "?":
            found.append(any_one)
        elif char == "[" and (bracket := _bracket(pattern, at - 1)):
            found.append(bracket[0])
            at = bracket[1]
        elif char == "\\" and at < len(pattern):
            found.append(re.escape(pattern[at]))
            at += 1
        else:
            found.append(re.escape(char))
    return "".join(found)


def matches(pattern: str, text: str) -> bool:
    """``fnmatch(3)`` without flags: ``*`` goes over slashes and leading dots, too."""
    return re.fullmatch(expression(pattern), text, re.DOTALL) is not None


def glob(files: Any, cwd: str, pattern: str) -> list[str]:
    """The paths that a pattern stands for, sorted; none if nothing matches."""
    whole = [(pattern.startswith("/") and "/") or ""]
    parts = [part for part in pattern.split("/") if part]
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        whole = [new for base in whole for new in _step(files, cwd, base, part, last)]
    if pattern.endswith("/"):
        whole = [path + "/" for path in whole if _is_directory(files, cwd, path)]
    return sorted(whole)


def _step(files: Any, cwd: str, base: str, part: str, last: bool) -> Iterable[str]:
    here = _joined(cwd, base)
    separator = "" if not base or base.endswith("/") else "/"
    if not is_pattern(part):
        name = unescape(part)
        path = f"{base}{separator}{name}"
        try:
            files.lstat(_joined(cwd, path))
        except OSError:
            return
        yield path
        return
    try:
        names = files.listdir(here)
    except OSError:
        return
    if part.startswith("."):
        names = [".", "..", *names]
    for name in names:
        if name.startswith(".") and not part.startswith("."):
            continue
        path = f"{base}{separator}{name}"
        if matches(part, name) and (last or _is_directory(files, cwd, path)):
            yield path


def _joined(cwd: str, path: str) -> str:
    return path if path.startswith("/") else f"{cwd.rstrip('/')}/{path}"


def _is_directory(files: Any, cwd: str, path: str) -> bool:
    try:
        return files.stat(_joined(cwd, path)).st_mode & 0o170000 == 0o040000  # type: ignore[no-any-return]
    except OSError:
        return False
