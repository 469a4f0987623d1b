"""What ``find`` asks of a path: its name, kind, size, age and owner."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from layerlab.shell import accounts, patterns
from layerlab.shell.process import Process, Usage

_TYPES = {"f": stat.S_IFREG, "d": stat.S_IFDIR, "l": stat.S_IFLNK, "b": stat.S_IFBLK,
          "c": stat.S_IFCHR, "p": stat.S_IFIFO, "s": stat.S_IFSOCK}  # fmt: skip


@dataclass
class Here:
    """The path that is being looked at."""

    path: str
    found: os.stat_result
    depth: int
    prune: bool = False


Test = Callable[[Here], bool]


def _name(process: Process, pattern: str, *, ignore: bool = False) -> Test:
    pattern = pattern.lower() if ignore else pattern

    def test(here: Here) -> bool:
        name = here.path.rstrip("/").rpartition("/")[2] or "/"
        return patterns.matches(pattern, name.lower() if ignore else name)

    return test


def _path(process: Process, pattern: str, *, ignore: bool = False) -> Test:
    if ignore:
        return lambda here: patterns.matches(pattern.lower(), here.path.lower())
    return lambda here: patterns.matches(pattern, here.path)


def _type(process: Process, letters: str) -> Test:
    kinds = {_TYPES.get(letter) for letter in letters.split(",")}
    if None in kinds:
        gnu = f"Unknown argument to -type: {letters}"
        raise Usage(gnu if process.gnu else f"invalid argument '{letters}' to '-type'")
    return lambda here: stat.S_IFMT(here.found.st_mode) in kinds


def _compare(text: str) -> Callable[[int], bool]:
    """``+3`` more than, ``-3`` less than, ``3`` exactly."""
    found = re.fullmatch(r"([-+]?)(\d+)", text)
    if not found:
        raise Usage(f"invalid number '{text}'")
    number = int(found[2])
    if found[1] == "+":
        return lambda value: value > number
    return (lambda value: value < number) if found[1] == "-" else (lambda value: value == number)


def _size(process: Process, text: str) -> Test:
    units = {"c": 1, "w": 2, "b": 512, "k": 1024, "M": 1 << 20, "G": 1 << 30}
    unit = units.get(text[-1:], 0)
    compare = _compare(text[:-1] if unit else text)
    unit = unit or 512
    return lambda here: compare(-(-here.found.st_size // unit))


def _newer(process: Process, name: str) -> Test:
    try:
        than = process.files.stat(process.path(name)).st_mtime_ns
    except OSError as problem:
        raise Usage(f"{name}: {problem.strerror}" if not process.gnu else
                    f"‘{name}’: {problem.strerror}") from None  # fmt: skip
    return lambda here: here.found.st_mtime_ns > than


def _perm(process: Process, text: str) -> Test:
    digits = text.lstrip("-+/")
    if not re.fullmatch("[0-7]+", digits):
        raise Usage(f"invalid mode '{text}'")
    bits = int(digits, 8)
    if text.startswith("-"):
        return lambda here: here.found.st_mode & bits == bits
    if text[:1] in "+/":
        return lambda here: bool(here.found.st_mode & bits) or not bits
    return lambda here: stat.S_IMODE(here.found.st_mode) == bits


def _owner(process: Process, text: str) -> Test:
    names = {name: number for number, name in accounts.users(process.files).items()}
    uid = names.get(text, int(text) if text.isdigit() else None)
    if uid is None:
        raise Usage(f"unknown user {text}" if not process.gnu else
                    f"‘{text}’ is not the name of a known user")  # fmt: skip
    return lambda here: here.found.st_uid == uid


def _group(process: Process, text: str) -> Test:
    names = {name: number for number, name in accounts.groups(process.files).items()}
    gid = names.get(text, int(text) if text.isdigit() else None)
    if gid is None:
        raise Usage(f"unknown group {text}" if not process.gnu else
                    f"‘{text}’ is not the name of an existing group")  # fmt: skip
    return lambda here: here.found.st_gid == gid


def _age(unit: int) -> Callable[[Process, str], Test]:
    def make(process: Process, text: str) -> Test:
        compare, now = _compare(text), process.now
        return lambda here: compare((now - int(here.found.st_mtime)) // unit)

    return make


def _count(value: Callable[[os.stat_result], int]) -> Callable[[Process, str], Test]:
    def make(process: Process, text: str) -> Test:
        compare = _compare(text)
        return lambda here: compare(value(here.found))

    return make


TESTS: Mapping[str, Callable[[Process, str], Test]] = {
    "-name": _name, "-iname": lambda process, text: _name(process, text, ignore=True),
    "-path": _path, "-wholename": _path, "-type": _type, "-size": _size, "-newer": _newer,
    "-ipath": lambda process, text: _path(process, text, ignore=True), "-perm": _perm,
    "-user": _owner, "-group": _group, "-mtime": _age(86400), "-mmin": _age(60),
    "-links": _count(lambda found: found.st_nlink), "-inum": _count(lambda found: found.st_ino),
    "-regex": lambda process, text: (lambda here: re.fullmatch(text, here.path) is not None),
}  # fmt: skip
