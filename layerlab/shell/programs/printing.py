"""``echo``, ``printf``, ``true``, ``false``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from layerlab.shell.process import Process, Program, Usage

_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
           "\\": "\\", "e": "\x1b", '"': '"'}  # fmt: skip
_ESCAPE = re.compile(r"\\(?:0([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))", re.DOTALL)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def unescaped(text: str, *, echo: bool, hexadecimals: bool = True) -> tuple[bytes, bool]:
    r"""Backslashes made to what they mean, and whether ``\c`` said to stop there.

    In ``echo`` an octal number begins with ``\0``, in a format it need not. Dash alone has no
    ``hexadecimals``.
    """
    found = bytearray()
    at = 0
    for match in _ESCAPE.finditer(text):
        if match.start() < at:
            continue
        found += _bytes(text[at : match.start()])
        at = match.end()
        zero, hexadecimal, octal, char = match.groups()
        if char == "c":
            return bytes(found), True
        if hexadecimal is not None and not hexadecimals:
            found += _bytes(match[0])
        elif hexadecimal is not None:
            found.append(int(hexadecimal, 16))
        elif zero is not None or (octal is not None and (not echo or octal == "0")):
            found.append(int(zero or octal, 8) & 255)
        elif octal is not None:
            found += _bytes(match[0])
        else:
            found += _bytes(_SIMPLE.get(char, match[0]))
    return bytes(found + _bytes(text[at:])), False


def echo(process: Process) -> int:
    """Print the arguments; ``-n`` no newline, ``-e`` with escapes, which dash has always."""
    words = process.args[1:]
    newline, escapes = True, process.builtin == "dash"
    while words and re.fullmatch("-[neE]+", words[0]):
        if escapes and words[0] != "-n":
            break
        for letter in words.pop(0)[1:]:
            newline = newline and letter != "n"
            escapes = {"e": True, "E": False}.get(letter, escapes)
    text = " ".join(words)
    if escapes:
        data, stop = unescaped(text, echo=True, hexadecimals=process.builtin != "dash")
        process.stdout.write(data)
        newline = newline and not stop
    else:
        process.stdout.write(text)
    if newline:
        process.stdout.write(b"\n")
    return 0


_SPEC = re.compile(r"%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?([hlqjzt]*)([a-zA-Z%])")


def printf(process: Process) -> int:
    """Print by a format, again and again while there are arguments left."""
    if len(process.args) < 2:
        dash = process.builtin == "dash"
        raise Usage(f"usage: printf {'format [arg ...]' if dash else 'FORMAT [ARGUMENT...]'}", 2)
    form, rest = process.args[1], process.args[2:]
    if form == "--" and rest:
        form, rest = rest[0], rest[1:]
    job = _Printf(process, form)
    while True:
        before = len(rest)
        rest, stop = job.once(rest)
        if stop or not rest or len(rest) == before:
            return job.code


class _Printf:
    def __init__(self, process: Process, form: str) -> None:
        self.process, self.form, self.code = process, form, 0

    def once(self, rest: list[str]) -> tuple[list[str], bool]:
        """Print the format once; the arguments left, and whether printing is to stop."""
        at = 0
        for found in _SPEC.finditer(self.form):
            if found.start() < at:
                continue
            data, stop = self._unescaped(self.form[at : found.start()])
            self.process.stdout.write(data)
            if stop:
                return rest, True
            at = found.end()
            rest, stop = self._conversion(found, rest)
            if stop:
                return rest, True
        data, stop = self._unescaped(self.form[at:])
        self.process.stdout.write(data)
        return rest, stop

    def _unescaped(self, text: str, *, echo: bool = False) -> tuple[bytes, bool]:
        return unescaped(text, echo=echo, hexadecimals=self.process.builtin != "dash")

    def _conversion(self, found: re.Match[str], rest: list[str]) -> tuple[list[str], bool]:
        flags, width, precision, _, kind = found.groups()
        if kind == "%":
            self.process.stdout.write(b"%")
            return rest, False
        rest = list(rest)
        if width == "*":
            width = str(self._number(rest.pop(0))) if rest else ""
            if width.startswith("-"):
                flags, width = flags + "-", width[1:]
        if precision == "*":
            precision = str(self._number(rest.pop(0))) if rest else ""
        spec = "%" + flags + (width or "") + ("" if precision is None else "." + precision)
        given = rest.pop(0) if rest else None
        if kind in "sbc":
            data, stop = _bytes(given or ""), False
            if kind == "b":
                data, stop = self._unescaped(given or "", echo=True)
            self.process.stdout.write(_padded(data[:1] if kind == "c" else data, spec))
            return rest, stop
        if kind in "diouxX":
            number = self._number(given or "0")
            if kind in "ouxX" and number < 0:
                number += 1 << 64
            self.process.stdout.write((spec + kind) % number)
        elif kind in "eEfFgG":
            self.process.stdout.write((spec + kind) % self._float(given or "0"))
        else:
            self.process.say(f"{self.form}: invalid format")
            self.code = 1
        return rest, False

    def _number(self, text: str) -> int:
        if text[:1] in ("'", '"'):
            return ord(text[1:2] or "\0")
        found = re.fullmatch(r"\s*([-+]?)(0[xX][0-9a-fA-F]+|\d+)(.*)", text, re.DOTALL)
        if not found or found[3]:
            self._not_a_number(text)
            self.code = 1
            if not found:
                return 0
        digits = found[2]
        base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[:1] == "0" else 10
        return int(found[1] + digits, base)

    def _not_a_number(self, text: str) -> None:
        bash = self.process.builtin == "bash"
        gnu = f"{text}: invalid number" if bash else f"‘{text}’: expected a numeric value"
        self.process.say(f"invalid number '{text}'", gnu=gnu,
                         dash=f"{text}: expected numeric value")  # fmt: skip

    def _float(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            self._not_a_number(text)
            self.code = 1
            return 0.0


def _padded(data: bytes, spec: str) -> bytes:
    """``%-10.3s``: cut to the precision, filled up to the width."""
    found = re.fullmatch(r"%([-+ #0]*)(\d*)(?:\.(\d*))?", spec)
    assert found
    if found[3] is not None:
        data = data[: int(found[3] or 0)]
    width = int(found[2] or 0)
    return data.ljust(width) if "-" in found[1] else data.rjust(width)


def true(process: Process) -> int:
    """Succeed."""
    return 0


def false(process: Process) -> int:
    """Fail."""
    return 1


PROGRAMS: Mapping[str, Program] = {"echo": echo, "printf": printf, "true": true, "false": false}
