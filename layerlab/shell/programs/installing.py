"""``install``: files copied with a mode and an owner, and the directories for them.

*ran*: strace of coreutils 9.1. What is at the destination goes first.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress

from layerlab.shell import modes
from layerlab.shell.options import Options, options, usage
from layerlab.shell.process import Process, Program, Usage
from layerlab.shell.programs.copier import copy_data
from layerlab.shell.programs.owning import owner_of

_LONG = {
    "directory": "d", "mode": "m", "owner": "o", "group": "g", "target-directory": "t",
    "preserve-timestamps": "p", "verbose": "v", "strip": "s", "compare": "C",
    "no-target-directory": "T",
}  # fmt: skip


def install(process: Process) -> int:
    """Copy files to a place, or ``-d`` make directories; ``-m -o -g`` say how, ``-D`` parents."""
    given = options(process, "dDpvscCT", valued="mogt", long=_LONG)
    if not given.rest:
        more = "Try 'install --help' for more information."
        raise Usage(f"missing file operand\n{more}" if process.gnu else usage(process))
    change = _mode(process, given.value("m") or "755")
    user, group = given.value("o"), given.value("g")
    owner = owner_of(process, f"{user or ''}{':' + group if group else ''}")
    if "d" in given:
        for name in given.rest:
            _directory(process, given, name, change(0, True), owner)
        return 0
    names, target = list(given.rest), given.value("t")
    if target is None:
        if len(names) < 2:
            told = f"missing destination file operand after '{names[0]}'"
            raise Usage(f"{told}\nTry 'install --help' for more information.", 1)
        target = names.pop()
    folder = "t" in given or _is_directory(process, target)
    if "D" in given:
        _parents(process, f"{target}/x" if "t" in given else target)
        folder = folder or "t" in given
    if not folder and (len(names) > 1 or target.endswith("/")):
        raise Usage(f"target '{target}' is not a directory" if len(names) > 1 else
                    f"cannot create regular file '{target}': Not a directory")  # fmt: skip
    code = 0
    for name in names:
        to = f"{target.rstrip('/')}/{name.rpartition('/')[2]}" if folder else target
        code |= _file(process, given, name, to, change(0, False), owner)
    return code


def _mode(process: Process, text: str) -> modes.Change:
    try:
        return modes.parse(process, text)
    except Usage:
        raise Usage(f"invalid mode ‘{text}’" if process.gnu else f"invalid mode '{text}'") from None


def _file(
    process: Process, given: Options, name: str, to: str, mode: int, owner: tuple[int, int]
) -> int:
    files, source, path = process.files, process.path(name), process.path(to)
    try:
        found = files.stat(source)
    except OSError as problem:
        process.say(f"can't stat '{name}': {problem.strerror}",
                    gnu=f"cannot stat '{name}': {problem.strerror}")  # fmt: skip
        return 1
    if stat.S_ISDIR(found.st_mode):
        process.say(f"omitting directory '{name}'")
        return 1
    with suppress(FileNotFoundError):
        if files.stat(path).st_ino == found.st_ino:
            process.say(f"'{name}' and '{to}' are the same file")
            return 1
        files.unlink(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with process.open(name) as reading, files.os_open(path, flags, 0o600) as writing:
            copy_data(reading, writing)
    except OSError as problem:
        process.say(f"can't create '{to}': {problem.strerror}",
                    gnu=f"cannot create regular file '{to}': {problem.strerror}")  # fmt: skip
        return 1
    if "v" in given:
        process.stdout.line(f"'{name}' -> '{to}'")
    if "p" in given:
        files.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    if owner != (-1, -1):
        files.chown(path, *owner)
    files.chmod(path, mode)
    return 0


def _directory(
    process: Process, given: Options, name: str, mode: int, owner: tuple[int, int]
) -> None:
    files, path = process.files, process.path(name)
    if not _is_directory(process, name):
        _parents(process, name)
        files.mkdir(path, 0o755)
        if "v" in given:
            process.stdout.line(f"install: creating directory '{name}'")
    if owner != (-1, -1):
        files.chown(path, *owner)
    files.chmod(path, mode)


def _parents(process: Process, name: str) -> None:
    above = name.rstrip("/").rpartition("/")[0]
    if above and not _is_directory(process, above):
        _parents(process, above)
        process.files.mkdir(process.path(above), 0o755)


def _is_directory(process: Process, name: str) -> bool:
    try:
        return stat.S_ISDIR(process.files.stat(process.path(name)).st_mode)
    except OSError:
        return False


PROGRAMS: Mapping[str, Program] = {"install": install}
