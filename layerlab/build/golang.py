"""What Go's standard library makes of texts: quotes, spaces, lengths of time."""

from __future__ import annotations

import posixpath
import re

SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""``unicode.IsSpace``. Python's ``isspace`` has four control characters more."""

_SHORT = {'"': '\\"', "\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n",
          "\r": "\\r", "\t": "\\t", "\v": "\\v"}  # fmt: skip
_DURATION = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_VERB = re.compile(r"%%|%[-+# 0]*\d*(?:\.\d*)?(.)?", re.DOTALL)
_NANOSECONDS = {
    "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 10**6, "s": 10**9, "m": 60 * 10**9,
    "h": 3600 * 10**9,
}  # fmt: skip


def quoted(text: str) -> str:
    """``text`` as ``%q`` writes it."""
    shown = (_SHORT.get(char) or (char if char.isprintable() else _escaped(char)) for char in text)
    return f'"{"".join(shown)}"'


def quoted_number(number: int) -> str:
    r"""A whole number as ``%q`` writes it: as the character of that number, ``'\x03'``."""
    char = chr(number) if 0 <= number < 0x110000 else "\ufffd"
    if char == "'":
        return r"'\''"
    return f"'{char if char == chr(34) else quoted(char)[1:-1]}'"


def quoted_list(words: list[str] | tuple[str, ...]) -> str:
    """A list of texts as ``%q`` writes it: ``["a" "b"]``, no commas."""
    return f"[{' '.join(map(quoted, words))}]"


def _escaped(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code < 0xDD00:  # a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def parse_duration(text: str) -> int:
    """Nanoseconds of ``1h30m``; ``ValueError`` in the words of ``time.ParseDuration``."""
    body = text.removeprefix("-") if text.startswith("-") else text.removeprefix("+")
    if body == "0":
        return 0
    total, at = 0, 0
    while match := _DURATION.match(body, at):
        whole, _, part = match[1].partition(".")
        unit = _NANOSECONDS[match[2]]
        total += int(whole or "0") * unit + int(part or "0") * unit // 10 ** len(part)
        at = match.end()
    if at < len(body) or not body:
        raise ValueError(_fault(text, body[at:] if at < len(body) else ""))
    return -total if text.startswith("-") else total


def _fault(text: str, rest: str) -> str:
    number = re.match(r"\d+\.?\d*|\.\d+", rest)
    unit = re.match(r"[^.\d]+", rest[number.end() :]) if number else None
    if number and not unit:
        return f"time: missing unit in duration {quoted(text)}"
    if unit:
        return f"time: unknown unit {quoted(unit[0])} in duration {quoted(text)}"
    return f"time: invalid duration {quoted(text)}"


def duration(nanoseconds: int) -> str:
    """A length of time as ``Duration.String`` writes it: ``5m0s``, ``1.5s``, ``20ms``."""
    if nanoseconds == 0:
        return "0s"
    sign, rest = ("-" if nanoseconds < 0 else ""), abs(nanoseconds)
    if rest < 10**9:
        unit, size = next((u, s) for u, s in (("ms", 10**6), ("µs", 1000), ("ns", 1)) if rest >= s)
        return f"{sign}{_decimal(rest, size)}{unit}"
    minutes, rest = divmod(rest, 60 * 10**9)
    hours, minutes = divmod(minutes, 60)
    shown = f"{_decimal(rest, 10**9)}s"
    if hours or minutes:
        shown = f"{minutes}m{shown}"
    return f"{sign}{f'{hours}h' if hours else ''}{shown}"


def _decimal(value: int, unit: int) -> str:
    whole, part = divmod(value, unit)
    digits = f"{part:0{len(str(unit)) - 1}d}".rstrip("0") if part else ""
    return f"{whole}.{digits}" if digits else str(whole)


def clean(path: str) -> str:
    """The shortest path that means the same (``filepath.Clean``)."""
    normal = posixpath.normpath(path)
    return normal[1:] if normal.startswith("//") else normal


def unfilled(text: str) -> str:
    """What ``Printf`` makes of a text that was taken for a format, with nothing to fill it.

    Docker prints its warnings about a Dockerfile's lines so (*ran*: docker 20.10).
    """
    return _VERB.sub(_missing, text)


def _missing(match: re.Match[str]) -> str:
    if match[0] == "%%":
        return "%"
    return f"%!{match[1]}(MISSING)" if match[1] else "%!(NOVERB)"
