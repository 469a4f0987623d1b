"""``test`` and ``[``: conditions by exit code, 0 for true, 1 for false, 2 for nonsense."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping

from layerlab.shell.process import Process, Program, Usage

_KINDS: Mapping[str, Callable[[os.stat_result], bool]] = {
    "-e": lambda found: True, "-f": lambda found: stat.S_ISREG(found.st_mode),
    "-d": lambda found: stat.S_ISDIR(found.st_mode),
    "-b": lambda found: stat.S_ISBLK(found.st_mode),
    "-c": lambda found: stat.S_ISCHR(found.st_mode),
    "-p": lambda found: stat.S_ISFIFO(found.st_mode),
    "-S": lambda found: stat.S_ISSOCK(found.st_mode), "-s": lambda found: found.st_size > 0,
    "-u": lambda found: bool(found.st_mode & stat.S_ISUID),
    "-g": lambda found: bool(found.st_mode & stat.S_ISGID),
    "-k": lambda found: bool(found.st_mode & stat.S_ISVTX),
}  # fmt: skip
_RIGHTS = {"-r": os.R_OK, "-w": os.W_OK, "-x": os.X_OK}
_NUMBERS: Mapping[str, Callable[[int, int], bool]] = {
    "-eq": int.__eq__, "-ne": int.__ne__, "-lt": int.__lt__, "-le": int.__le__,
    "-gt": int.__gt__, "-ge": int.__ge__,
}  # fmt: skip
_STRINGS: Mapping[str, Callable[[str, str], bool]] = {
    "=": str.__eq__, "==": str.__eq__, "!=": str.__ne__, "<": str.__lt__, ">": str.__gt__,
}  # fmt: skip
_FILES = ("-nt", "-ot", "-ef")
_UNARY = frozenset((*_KINDS, *_RIGHTS, "-n", "-z", "-h", "-L", "-t", "-O", "-G"))
_BINARY = frozenset((*_NUMBERS, *_STRINGS, *_FILES))


def test(process: Process) -> int:
    """Evaluate a condition. With up to four words POSIX says what is what, by their number."""
    words = process.args[1:]
    if process.name == "[":
        if words[-1:] != ["]"]:
            raise Usage("missing ]" if _plain(process) else "missing `]'", 2)
        words = words[:-1]
    return int(not _Condition(process, words).value())


class _Condition:
    def __init__(self, process: Process, words: list[str]) -> None:
        self.process, self.words = process, words
        self.first = words[0] if words else ""

    def value(self) -> bool:
        words = self.words
        if not words:
            return False
        if len(words) == 1:
            return words[0] != ""
        if len(words) == 2 and words[0] == "!":
            return words[1] == ""
        if len(words) == 3 and words[1] in _BINARY:
            return self._binary(*words)
        if len(words) == 3 and words[0] == "(" and words[2] == ")":
            return words[1] != ""
        count, first, second = len(words), words[0], words[1]
        bash = not _plain(self.process)
        if bash and count == 2 and first not in _UNARY:
            raise Usage(f"{first}: unary operator expected", 2)
        if bash and count == 3 and first not in ("!", "(") and second not in ("-a", "-o"):
            raise Usage(f"{second}: binary operator expected", 2)
        found = self._or()
        if self.words:
            raise Usage(self._left_over(), 2)
        return found

    def _left_over(self) -> str:
        if self.process.builtin == "dash":
            return f"{self.first}: unexpected operator"
        if _plain(self.process):
            return f"{self.words[0]}: unknown operand"
        return "too many arguments"

    def _or(self) -> bool:
        value = self._and()
        while self.words[:1] == ["-o"]:
            self.words.pop(0)
            value = self._and() or value
        return value

    def _and(self) -> bool:
        value = self._not()
        while self.words[:1] == ["-a"]:
            self.words.pop(0)
            value = self._not() and value
        return value

    def _not(self) -> bool:
        if self.words[:1] == ["!"]:
            self.words.pop(0)
            return not self._not()
        return self._primary()

    def _primary(self) -> bool:
        words = self.words
        if not words:
            raise Usage("argument expected", 2)
        if words[0] == "(":
            words.pop(0)
            value = self._or()
            if words[:1] != [")"]:
                raise Usage("closing paren expected", 2)
            words.pop(0)
            return value
        if len(words) > 2 and words[1] in _BINARY:
            left, op, right = words[:3]
            del words[:3]
            return self._binary(left, op, right)
        if words[0] in _UNARY and len(words) > 1:
            op, operand = words[:2]
            del words[:2]
            return self._unary(op, operand)
        if len(words) == 2 and words[1] in _BINARY:
            raise Usage(f"{words[1]}: argument expected", 2)
        return words.pop(0) != ""

    def _unary(self, op: str, operand: str) -> bool:
        if op in ("-n", "-z"):
            return (operand != "") is (op == "-n")
        if op == "-t":
            return False
        files, path = self.process.files, self.process.path(operand)
        try:
            found = files.stat(path, follow_symlinks=op not in ("-h", "-L"))
        except OSError:
            return False
        if op in ("-h", "-L"):
            return stat.S_ISLNK(found.st_mode)
        if op in ("-O", "-G"):
            account = self.process.world.account
            return found.st_uid == account.uid if op == "-O" else found.st_gid == account.gid
        if op in _RIGHTS:
            return _may(self.process, path, found, _RIGHTS[op])
        return _KINDS[op](found)

    def _binary(self, left: str, op: str, right: str) -> bool:
        if op in _STRINGS:
            return _STRINGS[op](left, right)
        if op in _NUMBERS:
            return _NUMBERS[op](self._number(left), self._number(right))
        process = self.process
        stats: list[os.stat_result | None] = []
        for name in (left, right):
            try:
                stats.append(process.files.stat(process.path(name)))
            except OSError:
                stats.append(None)
        one, other = stats
        if op == "-ef":
            return bool(one and other and one.st_ino == other.st_ino)
        first = one.st_mtime_ns if one else -1
        second = other.st_mtime_ns if other else -1
        return first > second if op == "-nt" else first < second

    def _number(self, text: str) -> int:
        if not re.fullmatch(r"\s*[-+]?\d+\s*", text):
            told = f"{text}: integer expression expected"
            if _plain(self.process):
                told = f"{text}: bad number"
            if self.process.builtin == "dash":
                told = f"Illegal number: {text}"
            raise Usage(told, 2)
        return int(text)


def _plain(process: Process) -> bool:
    """Whether it is ash's or dash's, not bash's, whose words GNU's own program has, too."""
    return process.builtin in ("ash", "dash") or not process.gnu


def _may(process: Process, path: str, found: os.stat_result, right: int) -> bool:
    access = getattr(process.files, "access", None)
    if access:
        return bool(access(path, right))
    return right != os.X_OK or stat.S_ISDIR(found.st_mode) or bool(found.st_mode & 0o111)


PROGRAMS: Mapping[str, Program] = {"test": test, "[": test}
