"""``du``, ``dd``, ``truncate``: sizes, and files made to have one."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from typing import Any

from layerlab.shell import sizes
from layerlab.shell.options import Options, options
from layerlab.shell.process import Process, Program, Usage
from layerlab.shell.programs.copier import CHUNK, copy_data

_UNITS = {"": 1, "c": 1, "w": 2, "b": 512, "k": 1024, "K": 1024, "M": 1 << 20, "G": 1 << 30,
          "kB": 1000, "KB": 1000, "MB": 10**6, "GB": 10**9, "KiB": 1024, "MiB": 1 << 20,
          "GiB": 1 << 30}  # fmt: skip


def _bytes(text: str) -> int | None:
    found = re.fullmatch(r"(\d+)([a-zA-Z]*)", text)
    if not found or found[2] not in _UNITS:
        return None
    return int(found[1]) * _UNITS[found[2]]


def du(process: Process) -> int:
    """Print the space that directories take, in kilobytes; ``-s`` totals, ``-a`` files, too."""
    given = options(process, "sahkmcbLxlH", valued="d", long={
        "summarize": "s", "all": "a", "human-readable": "h", "max-depth": "d", "total": "c",
        "bytes": "b", "apparent-size": "A",
    })  # fmt: skip
    job = _Usage(process, given)
    total = sum(job.measure(name, 0) for name in given.rest or ["."])
    if "c" in given:
        job.tell(total, "total")
    return job.code


class _Usage:
    def __init__(self, process: Process, given: Options) -> None:
        self.process, self.given = process, given
        self.seen: set[int] = set()
        self.code = 0
        depth = given.value("d")
        self.deepest = 0 if "s" in given else int(depth) if depth and depth.isdigit() else None

    def measure(self, name: str, depth: int) -> int:
        """Bytes of what is at ``name`` and below; each hard link counts once."""
        process = self.process
        try:
            found = process.files.stat(process.path(name), follow_symlinks="L" in self.given)
        except OSError as problem:
            process.say(f"{name}: {problem.strerror}",
                        gnu=f"cannot access '{name}': {problem.strerror}")  # fmt: skip
            self.code = 1
            return 0
        if found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode):
            if found.st_ino in self.seen:
                return 0
            self.seen.add(found.st_ino)
        directory = stat.S_ISDIR(found.st_mode)
        size = found.st_size if "b" in self.given else sizes.blocks(found) * 512
        if directory:
            base = name if name.endswith("/") else name + "/"
            for child in process.files.listdir(process.path(name)):
                size += self.measure(base + child, depth + 1)
        shown = directory or depth == 0 or "a" in self.given
        if shown and (self.deepest is None or depth <= self.deepest):
            self.tell(size, name)
        return size

    def tell(self, size: int, name: str) -> None:
        if "b" in self.given:
            shown = str(size)
        elif "h" in self.given:
            shown = sizes.human(size, gnu=self.process.gnu)
        else:
            unit = 1 << 20 if "m" in self.given else 1024
            shown = str(-(-size // unit))
        self.process.stdout.line(f"{shown}\t{name}")


def truncate(process: Process) -> int:
    """Make files a size; GNU's ``-s +5`` makes them larger by so much."""
    given = options(process, "co", valued="s", least=1, long={"size": "s", "no-create": "c"})
    text = given.value("s")
    if text is None:
        if process.gnu:
            raise Usage("you must specify either ‘--size’ or ‘--reference’\n"
                        "Try 'truncate --help' for more information.")  # fmt: skip
        raise Usage("Usage: truncate [-c] -s SIZE FILE...", 1, bare=True)
    sign = text[0] if process.gnu and text[:1] in "+-" else ""
    size = _bytes(text[len(sign) :])
    if size is None:
        raise Usage(f"Invalid number: ‘{text}’" if process.gnu else f"invalid number '{text}'")
    code = 0
    for name in given.rest:
        flags = os.O_WRONLY | (0 if "c" in given else os.O_CREAT)
        try:
            file = process.open(name, flags)
        except OSError as problem:
            if "c" in given and isinstance(problem, FileNotFoundError):
                continue
            process.say(f"{name}: open: {problem.strerror}",
                        gnu=f"cannot open '{name}' for writing: {problem.strerror}")  # fmt: skip
            code = 1
            continue
        with file:
            old = file.stat().st_size if sign else 0
            file.truncate(max(old + {"+": size, "-": -size}.get(sign, size), 0))
    return code


def dd(process: Process) -> int:
    """Copy blocks: ``if= of= bs= count= skip= seek= conv=notrunc``."""
    given = {"if": "", "of": "", "bs": "512", "ibs": "", "obs": "", "count": "", "skip": "0",
             "seek": "0", "conv": "", "status": "", "iflag": "", "oflag": ""}  # fmt: skip
    for word in process.args[1:]:
        name, equals, value = word.partition("=")
        if not equals or name not in given:
            raise Usage(f"unrecognized operand ‘{word}’\nTry 'dd --help' for more information."
                        if process.gnu else f"invalid argument '{word}'")  # fmt: skip
        given[name] = value
    numbers = {}
    for name in ("bs", "count", "skip", "seek"):
        number = _bytes(given[name] or "0")
        if number is None:
            raise Usage(f"invalid number: ‘{given[name]}’" if process.gnu else
                        f"invalid number '{given[name]}'")  # fmt: skip
        numbers[name] = number
    return _copy_blocks(process, given, numbers)


def _copy_blocks(process: Process, given: Mapping[str, str], numbers: Mapping[str, int]) -> int:
    size = numbers["bs"]
    source = _opened(process, given["if"], os.O_RDONLY)
    if source is None:
        return 1
    flags = os.O_WRONLY | os.O_CREAT
    if "notrunc" not in given["conv"] and not numbers["seek"]:
        flags |= os.O_TRUNC
    target = _opened(process, given["of"], flags)
    if target is None:
        return 1
    if numbers["skip"]:
        source.read(size * numbers["skip"])
    if numbers["seek"] and given["of"]:
        if "notrunc" not in given["conv"]:
            target.truncate(size * numbers["seek"])
        target.seek(size * numbers["seek"])
    limited = _Limited(source, size * numbers["count"] if given["count"] else None)
    if given["of"]:
        copy_data(limited, target)
        target.close()
    else:
        while data := limited.read(CHUNK):
            process.stdout.write(data)
    whole, part = divmod(limited.count, size)
    records = f"{whole}+{int(part > 0)} records"
    if given["status"] not in ("none", "noxfer"):
        process.stderr.write(f"{records} in\n{records} out\n")
        if process.gnu:
            process.stderr.line(_gnu_summary(limited.count))
    elif given["status"] == "noxfer":
        process.stderr.write(f"{records} in\n{records} out\n")
    return 0


def _gnu_summary(count: int) -> str:
    """No time passes while bytes are copied here, so there is no speed to tell."""
    many = "" if count == 1 else "s"
    return f"{count} byte{many} copied"


def _opened(process: Process, name: str, flags: int) -> Any:
    if not name:
        return process.stdin if flags == os.O_RDONLY else process.stdout
    try:
        return process.open(name, flags)
    except OSError as problem:
        process.say(f"can't open '{name}': {problem.strerror}",
                    gnu=f"failed to open '{name}': {problem.strerror}")  # fmt: skip
        return None


class _Limited:
    """Reads no more than so many bytes, and counts them."""

    def __init__(self, source: Any, most: int | None) -> None:
        self.source, self.most, self.count = source, most, 0

    def read(self, size: int) -> bytes:
        left = size if self.most is None else min(size, self.most - self.count)
        data: bytes = self.source.read(left) if left > 0 else b""
        self.count += len(data)
        return data


PROGRAMS: Mapping[str, Program] = {"du": du, "truncate": truncate, "dd": dd}
