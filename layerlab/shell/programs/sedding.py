"""``sed``: the stream editor. ``-i`` writes a new file and renames it over the old one."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from typing import Any

from layerlab.shell.options import options, usage
from layerlab.shell.process import Process, Program, Usage
from layerlab.shell.programs.sed_script import Command, parse_script


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
    commands = parse_script(process, "\n".join(scripts), extended=given.any("rE"))
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
