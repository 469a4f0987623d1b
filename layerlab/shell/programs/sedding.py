"""``sed``: the stream editor. ``-i`` writes a new file and renames it over the old one."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from layerlab.shell.options import options, usage
from layerlab.shell.process import Process, Program, Usage
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


class _Quit(Exception):
    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


class _Editor:
    """Runs commands over lines."""

    def __init__(self, process: Process, commands: list[Command], quiet: bool) -> None:
        self.process, self.commands, self.quiet = process, commands, quiet
        self.number, self.hold = 0, ""
        self.blocks = _blocks(process, commands)

    def run(self, data: bytes) -> tuple[bytes, int | None]:
        """What is printed for ``data``, and the exit code if a command ended it all."""
        lines = data.decode("utf-8", "surrogateescape").split("\n")
        self.newline_last = lines[-1] == ""
        if self.newline_last:
            lines.pop()
        self.lines, self.at = lines, 0
        self.out: list[str] = []
        code = None
        try:
            while self.at < len(self.lines):
                self._cycle()
        except _Quit as end:
            code = end.code
        text = "".join(self.out)
        if not self.newline_last and self.at >= len(self.lines):
            text = text.removesuffix("\n")
        return text.encode("utf-8", "surrogateescape"), code

    def _print(self, text: str) -> None:
        self.out.append(text + "\n")

    def _take(self) -> str:
        line = self.lines[self.at]
        self.at += 1
        self.number += 1
        return line

    def _cycle(self) -> None:
        self.space = self._take()
        self.after: list[str] = []
        again = True
        while again:
            again = False
            try:
                kept = self._commands()
            except _Quit as end:
                if end.code >= 0:
                    self._end(True)
                raise _Quit(abs(end.code) if end.code >= 0 else -end.code - 1) from None
            if kept is None:
                again = True
        self._end(bool(kept))

    def _end(self, printed: bool) -> None:
        if printed and not self.quiet:
            self._print(self.space)
        for text in self.after:
            self._print(text)

    def _commands(self) -> bool | None:
        """Run all commands; whether the line is to be printed, ``None`` to start over."""
        index, replaced = 0, False
        while index < len(self.commands):
            command = self.commands[index]
            chosen = self._selected(command) is not command.negated
            name = command.name
            if name == "{" and not chosen:
                index = self.blocks[index]
            elif chosen and name in "btT" and (name == "b" or replaced is (name == "t")):
                replaced = False
                if not command.text:
                    return True
                index = self._label(command.text)
            elif chosen and name == "s":
                replaced = self._substitute(command) or replaced
            elif chosen and name == "D" and "\n" in self.space:
                self.space = self.space.partition("\n")[2]
                return None
            elif chosen and name in "dDc":
                if name == "c" and (not command.active or command.second is None):
                    self._print(command.text)
                return False
            elif chosen and name in "nN":
                if self.at >= len(self.lines):
                    return True
                if name == "n":
                    if not self.quiet:
                        self._print(self.space)
                    self.space = self._take()
                else:
                    self.space += "\n" + self._take()
            elif chosen and name in "qQ":
                code = int(command.text or 0)
                raise _Quit(code if name == "q" else -code - 1)
            elif chosen:
                self._simple(command)
            index += 1
        return True

    def _simple(self, command: Command) -> None:
        name = command.name
        if name == "p":
            self._print(self.space)
        elif name == "P":
            self._print(self.space.partition("\n")[0])
        elif name == "=":
            self._print(str(self.number))
        elif name == "a":
            self.after.append(command.text)
        elif name == "i":
            self._print(command.text)
        elif name in "hH":
            self.hold = self.space if name == "h" else f"{self.hold}\n{self.space}"
        elif name in "gG":
            self.space = self.hold if name == "g" else f"{self.space}\n{self.hold}"
        elif name == "x":
            self.space, self.hold = self.hold, self.space
        elif name == "y":
            self.space = self.space.translate(command.table)
        elif name == "l":
            self._print(self.space.encode("unicode_escape").decode() + "$")
        elif name == "r":
            with_file = self._file(command.text)
            if with_file:
                self.after.append(with_file.removesuffix("\n"))

    def _file(self, name: str) -> str:
        try:
            return self.process.read(name).decode("utf-8", "surrogateescape")
        except OSError:
            return ""

    def _label(self, name: str) -> int:
        for index, command in enumerate(self.commands):
            if command.name == ":" and command.text == name:
                return index
        raise Usage(f"can't find label for jump to '{name}'")

    def _selected(self, command: Command) -> bool:
        last = self.at >= len(self.lines)
        first, second = command.first, command.second
        if first is None:
            return True
        if second is None:
            return first.matches(self.number, self.space, last)
        if command.active:
            if second.line is not None:
                end = command.until if second.plus else second.line
                command.active = self.number < (end or 0)
                return self.number <= (end or 0)
            command.active = not second.matches(self.number, self.space, last)
            return True
        if not first.matches(self.number, self.space, last):
            return False
        command.until = self.number + (second.line or 0) if second.plus else None
        end = command.until if second.plus else second.line
        command.active = end is None or self.number < end
        if second.last and last:
            command.active = False
        return True

    def _substitute(self, command: Command) -> bool:
        assert command.expression
        count = 0

        def put(match: re.Match[str]) -> str:
            nonlocal count
            count += 1
            everywhere = "g" in command.flags and count >= command.nth
            if count != command.nth and not everywhere:
                return match[0]
            return "".join(
                piece if isinstance(piece, str) else (match[piece] or "")
                for piece in command.replacement
            )

        limit = 0 if "g" in command.flags else command.nth
        self.space = command.expression.sub(put, self.space, count=limit)
        done = count >= command.nth
        if done and "p" in command.flags:
            self._print(self.space)
        return done


def _blocks(process: Process, commands: list[Command]) -> dict[int, int]:
    """Of each ``{``, where its ``}`` is."""
    found, opened = {}, []
    for index, command in enumerate(commands):
        if command.name == "{":
            opened.append(index)
        elif command.name == "}":
            if not opened:
                raise Usage("unexpected `}'")
            found[opened.pop()] = index
    if opened:
        raise Usage("unterminated {", 1)
    return found


def sed(process: Process) -> int:
    """Edit lines by a script: ``s p d q a i c y n N D P g G h H x = b t { }``."""
    arguments, suffix, inplace = [], "", False
    for arg in process.args:
        found = re.fullmatch(r"(-[nrEsz]*)i(.*)", arg)
        if found and arg != "-":
            suffix, inplace = found[2], True
            arg = found[1] if found[1] != "-" else ""
        elif arg.startswith("--in-place"):
            suffix, inplace, arg = arg.partition("=")[2], True, ""
        if arg:
            arguments.append(arg)
    process.args = arguments
    given = options(process, "nrEs", valued="ef", long={"quiet": "n", "silent": "n",
                    "expression": "e", "file": "f", "regexp-extended": "E"})  # fmt: skip
    scripts = [
        value if letter == "e" else process.read(value).decode("utf-8", "surrogateescape")
        for letter, value in given.given
        if letter in "ef"
    ]
    if not scripts:
        if not given.rest:
            raise Usage(usage(process), 1, bare=True)
        scripts = [given.rest.pop(0)]
    commands = _Parser(process, "\n".join(scripts), given.any("rE")).commands()
    editor = _Editor(process, commands, "n" in given)
    if inplace:
        return _in_place(process, editor, given.rest, suffix)
    return _stream(process, editor, given.rest)


def _stream(process: Process, editor: _Editor, names: list[str]) -> int:
    """All files are one stream of lines."""
    code, whole = 0, []
    for name in names or ["-"]:
        try:
            whole.append(process.read(name))
        except OSError as problem:
            _cannot_read(process, name, problem)
            code = 2 if process.gnu else 1
    data = b"".join(
        piece if piece.endswith(b"\n") or index == len(whole) - 1 or not piece else piece + b"\n"
        for index, piece in enumerate(whole)
    )
    out, ended = editor.run(data)
    process.stdout.write(out)
    return code if ended is None else ended


def _cannot_read(process: Process, name: str, problem: OSError) -> None:
    if isinstance(problem, IsADirectoryError):
        process.say(f"read error: {problem.strerror}",
                    gnu=f"read error on {name}: {problem.strerror}")  # fmt: skip
        return
    process.say(f"{name}: {problem.strerror}", gnu=f"can't read {name}: {problem.strerror}")


def _in_place(process: Process, editor: _Editor, names: list[str], suffix: str) -> int:
    """Each file by itself: a new file beside it, its mode and owner, then ``rename``."""
    code = 0
    files = process.files
    for name in names:
        path = process.path(name)
        try:
            found = files.stat(path)
            regular = stat.S_ISREG(found.st_mode)
            if not regular and process.gnu:
                process.say("", gnu=f"couldn't edit {name}: not a regular file")
                code = 4
                continue
            fresh, handle = _temporary(process, path)
            files.chmod(fresh, stat.S_IMODE(found.st_mode))
            files.chown(fresh, found.st_uid, found.st_gid)
            # busybox takes a directory to be empty, and finds out when it renames
            out, ended = editor.run(files.read_bytes(path) if regular else b"")
            editor.number = 0
            with handle:
                if out:
                    handle.write(out)
            if suffix:
                backup = suffix.replace("*", path.rpartition("/")[2]) if "*" in suffix else None
                files.rename(path, f"{path.rpartition('/')[0]}/{backup}" if backup else
                             path + suffix)  # fmt: skip
            try:
                files.rename(fresh, path)
            except OSError as problem:
                files.unlink(fresh)
                shown = name + fresh.removeprefix(path)
                process.say(f"can't move '{shown}' to '{name}': {problem.strerror}")
                return 1
        except OSError as problem:
            _cannot_read(process, name, problem)
            code = 4 if process.gnu else 1
            continue
        if ended is not None:
            return ended
    return code


def _temporary(process: Process, path: str) -> tuple[str, Any]:
    """A new file beside ``path``, as ``mkstemp`` makes one, but always of the same name."""
    stem = path if not process.gnu else f"{path.rpartition('/')[0]}/sed"
    number = 0
    while True:
        fresh = f"{stem}{number:06}"
        try:
            return fresh, process.files.os_open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1


PROGRAMS: Mapping[str, Program] = {"sed": sed}
