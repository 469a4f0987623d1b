"""A ``sed`` script taken apart: commands with their addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from layerlab.shell.process import Process, Usage
from layerlab.shell.regex import BadPattern, compiled


@dataclass
class Address:
    """Which lines: a number, the last one, or those that match."""

    line: int | None = None
    last: bool = False
    expression: re.Pattern[str] | None = None
    step: int = 0
    plus: bool = False

    def matches(self, number: int, text: str, last: bool) -> bool:
        if self.expression:
            return self.expression.search(text) is not None
        if self.step:
            return number >= (self.line or 0) and (number - (self.line or 0)) % self.step == 0
        return last if self.last else number == self.line


@dataclass
class Command:
    """One command with its addresses."""

    name: str
    first: Address | None = None
    second: Address | None = None
    negated: bool = False
    text: str = ""
    expression: re.Pattern[str] | None = None
    replacement: list[str | int] = field(default_factory=list)
    flags: str = ""
    nth: int = 1
    table: dict[int, str] = field(default_factory=dict)
    until: int | None = None
    """In a range: the line it ends with if that is known; -1 while it isn't."""
    active: bool = False


class _Parser:
    """Takes a script apart."""

    def __init__(self, process: Process, text: str, extended: bool) -> None:
        self.process, self.text, self.extended = process, text, extended
        self.at = 0

    def commands(self) -> list[Command]:
        found: list[Command] = []
        while True:
            self._skip(" \t\n;")
            if self.at >= len(self.text):
                return found
            if self.text[self.at] == "#":
                self._line()
                continue
            found.append(self._command())

    def _skip(self, chars: str) -> None:
        while self.at < len(self.text) and self.text[self.at] in chars:
            self.at += 1

    def _line(self) -> str:
        stop = self.text.find("\n", self.at)
        stop = len(self.text) if stop < 0 else stop
        line = self.text[self.at : stop]
        self.at = stop
        return line

    def _fail(self, busybox: str, gnu: str | None = None) -> Usage:
        told = (
            f"-e expression #1, char {self.at}: {gnu or busybox}" if self.process.gnu else busybox
        )
        return Usage(told)

    def _address(self) -> Address | None:
        text = self.text
        number = re.compile(r"(\+?)(\d+)(?:~(\d+))?").match(text, self.at)
        if number:
            self.at = number.end()
            return Address(line=int(number[2]), plus=bool(number[1]), step=int(number[3] or 0))
        if text.startswith("$", self.at):
            self.at += 1
            return Address(last=True)
        if text.startswith("/", self.at) or text.startswith("\\", self.at):
            self.at += text[self.at] == "\\"
            delimiter = text[self.at]
            self.at += 1
            pattern = self._until(delimiter, "unterminated address regex")
            ignore = text.startswith("I", self.at)
            self.at += ignore
            return Address(expression=self._compiled(pattern, ignore))
        return None

    def _compiled(self, pattern: str, ignore: bool) -> re.Pattern[str]:
        try:
            return compiled(pattern, extended=self.extended, ignore_case=ignore)
        except BadPattern:
            raise self._fail(f"bad regex '{pattern}'", "Invalid regular expression") from None

    def _until(self, delimiter: str, problem: str) -> str:
        """Up to a delimiter, which a backslash makes a character like any other."""
        kept: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == delimiter:
                return "".join(kept)
            if char == "\\" and self.at < len(self.text):
                follower = self.text[self.at]
                self.at += 1
                kept.append(follower if follower == delimiter else char + follower)
            elif char == "[" and delimiter != "[":
                kept.append(char + self._bracket())
            else:
                kept.append(char)
        raise self._fail(f"unmatched '{delimiter}'", problem)

    def _bracket(self) -> str:
        """The rest of ``[…]``, in which a delimiter is a character."""
        stop = self.at
        stop += self.text.startswith("^", stop)
        stop += self.text.startswith("]", stop)
        while stop < len(self.text) and self.text[stop] not in "]\n":
            named = re.compile(r"\[:\w+:\]").match(self.text, stop)
            stop = named.end() if named else stop + 1
        if not self.text.startswith("]", stop):
            return ""
        inside = self.text[self.at : stop + 1]
        self.at = stop + 1
        return inside

    def _command(self) -> Command:
        first = self._address()
        second = None
        self._skip(" \t")
        if first and self.text.startswith(",", self.at):
            self.at += 1
            self._skip(" \t")
            second = self._address()
            if second is None:
                raise self._fail("no address after comma", "unexpected `,'")
        self._skip(" \t")
        negated = self.text.startswith("!", self.at)
        self.at += negated
        self._skip(" \t!")
        if self.at >= len(self.text):
            raise self._fail("missing command")
        name = self.text[self.at]
        self.at += 1
        command = Command(name, first, second, negated)
        if name == "s":
            self._substitute(command)
        elif name == "y":
            self._translate(command)
        elif name in "aic":
            command.text = self._block()
        elif name in "btT:":
            label = re.compile(r"[ \t]*([^;\n}]*)").match(self.text, self.at)
            assert label
            command.text, self.at = label[1].strip(), label.end()
        elif name in "rwR":
            command.text = self._line().strip()
        elif name in "qQl":
            self._skip(" \t")
            code = re.compile(r"\d*").match(self.text, self.at)
            assert code
            command.text, self.at = code[0], code.end()
        elif name not in "{}dDpPnNgGhHx=":
            raise self._fail(f"unsupported command {name}", f"unknown command: `{name}'")
        if name not in "{}aic:btT":
            self._skip(" \t")
            if self.at < len(self.text) and self.text[self.at] not in ";\n}#":
                self.at += 1
                raise self._fail(f"unsupported command {self.text[self.at - 1]}",
                                 "extra characters after command")  # fmt: skip
        return command

    def _block(self) -> str:
        """The text of ``a``, ``i`` and ``c``: the rest of the line, and lines after a backslash."""
        self._skip(" \t")
        if self.text.startswith("\\", self.at):
            self.at += 1
            self._skip(" \t")
            if self.text.startswith("\n", self.at):
                self.at += 1
        kept: list[str] = []
        while self.at < len(self.text) and self.text[self.at] != "\n":
            if self.text[self.at] == "\\" and self.at + 1 < len(self.text):
                self.at += 1
            kept.append(self.text[self.at])
            self.at += 1
        return "".join(kept)

    def _substitute(self, command: Command) -> None:
        if self.at >= len(self.text):
            raise self._fail("bad format in substitution expression",
                             "unterminated `s' command")  # fmt: skip
        delimiter = self.text[self.at]
        self.at += 1
        problem = "unterminated `s' command"
        pattern = self._until(delimiter, problem)
        text = self._replacement_text(delimiter, problem)
        flags = re.compile(r"[0-9gpIiew]*").match(self.text, self.at)
        assert flags
        command.flags, self.at = flags[0], flags.end()
        nth = re.search(r"\d+", command.flags)
        command.nth = int(nth[0]) if nth else 1
        ignore = "I" in command.flags or "i" in command.flags
        command.expression = self._compiled(pattern, ignore)
        command.replacement = _replacement(text)

    def _replacement_text(self, delimiter: str, problem: str) -> str:
        kept: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == delimiter:
                return "".join(kept)
            if char == "\\" and self.at < len(self.text):
                follower = self.text[self.at]
                self.at += 1
                kept.append(follower if follower == delimiter and delimiter != "&" else
                            char + follower)  # fmt: skip
            else:
                kept.append(char)
        raise self._fail(f"unmatched '{delimiter}'", problem)

    def _translate(self, command: Command) -> None:
        delimiter = self.text[self.at]
        self.at += 1
        old = self._until(delimiter, "unterminated `y' command")
        new = self._until(delimiter, "unterminated `y' command")
        old, new = (re.sub(r"\\n", "\n", text).replace("\\\\", "\\") for text in (old, new))
        if len(old) != len(new):
            raise self._fail("strings for 'y' command are different lengths",
                             "strings for `y' command are different lengths")  # fmt: skip
        command.table = {ord(a): b for a, b in zip(old, new, strict=True)}


def _replacement(text: str) -> list[str | int]:
    """Pieces of text and numbers of groups; 0 is all that matched."""
    pieces: list[str | int] = []
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "&":
            pieces.append(0)
        elif char == "\\" and at < len(text):
            follower = text[at]
            at += 1
            known = {"n": "\n", "t": "\t", "r": "\r"}
            pieces.append(int(follower) if follower.isdigit() else known.get(follower, follower))
        else:
            pieces.append(char)
    return pieces


def parse_script(process: Process, text: str, *, extended: bool) -> list[Command]:
    """The commands of a script; ``Usage`` in ``sed``'s words if it is none."""
    return _Parser(process, text, extended).commands()
