"""``mkdir``, ``rmdir``, ``rm``, ``touch``: names that come and go."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping

from layerlab.shell import modes, times
from layerlab.shell.options import options
from layerlab.shell.process import Process, Program, Usage


def mkdir(process: Process) -> int:
    """Make directories; ``-p`` with those above and no complaint about what is there."""
    given = options(process, "pv", valued="m", least=1,
                    long={"parents": "p", "mode": "m", "verbose": "v"})  # fmt: skip
    code = 0
    for name in given.rest:
        try:
            made = _make_parents(process, name) if "p" in given else []
            made += _make(process, name, given.value("m"), parents="p" in given)
        except _Blocked as blocked:
            process.say(
                f"can't create directory '{blocked.name}': {blocked.why}",
                gnu=f"cannot create directory ‘{blocked.gnu_name}’: {blocked.why}",
            )
            code = 1
            continue
        for path in made if "v" in given else ():
            process.stdout.line(
                f"mkdir: created directory '{path}'"
                if process.gnu
                else f"created directory: '{path}'"
            )
    return code


class _Blocked(Exception):
    def __init__(self, name: str, why: str | None, gnu_name: str | None = None) -> None:
        self.name, self.why = name, why
        self.gnu_name = name if gnu_name is None else gnu_name


def _make(process: Process, name: str, mode: str | None, *, parents: bool) -> list[str]:
    path = process.path(name)
    try:
        process.files.mkdir(path, 0o777)
    except OSError as problem:
        why = problem.strerror
        if not process.gnu and name == ".":
            return []
        if parents and problem.errno == errno.EEXIST:
            if is_directory(process, path):
                return []
            if not process.gnu and not _leads_somewhere(process, path):
                why = os.strerror(errno.ENOENT)
        raise _Blocked(name, why) from None
    if mode is not None:
        process.files.chmod(path, modes.parse(process, mode)(0o777 & ~0o022, True))
    return [name]


def _make_parents(process: Process, name: str) -> list[str]:
    """Make the directories above ``name``; busybox names the one that failed with its slash."""
    made: list[str] = []
    pieces = name.split("/")
    for count in range(1, len(pieces)):
        part = "/".join(pieces[:count])
        if not part or pieces[count - 1] == "" or not any(pieces[count:]):
            continue
        try:
            process.files.mkdir(process.path(part), 0o777)
            made.append(part)
        except OSError as problem:
            if is_directory(process, process.path(part)):
                continue
            why = problem.strerror
            if problem.errno == errno.EEXIST:
                why = os.strerror(errno.ENOTDIR)
            raise _Blocked(part + "/", why, part) from None
    return made


def _leads_somewhere(process: Process, path: str) -> bool:
    try:
        process.files.stat(path)
    except OSError:
        return False
    return True


def is_directory(process: Process, path: str) -> bool:
    """Whether a path leads to a directory."""
    try:
        return stat.S_ISDIR(process.files.stat(path).st_mode)
    except OSError:
        return False


def rmdir(process: Process) -> int:
    """Remove empty directories; ``-p`` those above them, too."""
    given = options(process, "pv", least=1, long={"parents": "p", "verbose": "v",
                                                  "ignore-fail-on-non-empty": "i"})  # fmt: skip
    code = 0
    for name in given.rest:
        here = name
        while here:
            try:
                process.files.rmdir(process.path(here))
            except OSError as problem:
                if not ("i" in given and problem.errno == errno.ENOTEMPTY):
                    process.say(f"'{here}': {problem.strerror}",
                                gnu=f"failed to remove '{here}': {problem.strerror}")  # fmt: skip
                    code = 1
                break
            here = os.path.dirname(here.rstrip("/")) if "p" in given else ""
    return code


def rm(process: Process) -> int:
    """Remove files; ``-r`` directories with all below them, name by name; ``-f`` no complaint."""
    given = options(process, "rRfidvI", long={"recursive": "r", "force": "f", "verbose": "v"})
    force = "f" in given
    if not given.rest and not force:
        options(process, "rRfidvI", least=1)
    job = _Removal(process, given.any("rR"), force, "v" in given)
    for name in given.rest:
        job.top(name)
    return job.code


class _Removal:
    def __init__(self, process: Process, recursive: bool, force: bool, verbose: bool) -> None:
        self.process, self.recursive = process, recursive
        self.force, self.verbose = force, verbose
        self.code = 0

    def top(self, name: str) -> None:
        last = name.rstrip("/").rpartition("/")[2]
        process = self.process
        if last in (".", "..") or (self.recursive and process.path(name).strip("/") == ""):
            if process.gnu and last in (".", "..") and not self.recursive:
                gnu = f"cannot remove '{name}': Is a directory"
            elif process.gnu and last in (".", ".."):
                gnu = f"refusing to remove '.' or '..' directory: skipping '{name}'"
            else:
                gnu = (
                    "it is dangerous to operate recursively on '/'\n"
                    "rm: use --no-preserve-root to override this failsafe"
                )
            if name and (process.gnu or last in (".", "..")):
                process.say("can't remove '.' or '..'", gnu=gnu)
                self.code = 1
                return
        # busybox looks at the name without slashes at its end: a link to a directory, say
        self.remove(name if process.gnu else name.rstrip("/") or name)

    def remove(self, name: str) -> bool:
        """Remove what is at ``name``; whether it is gone."""
        process, path = self.process, self.process.path(name)
        try:
            found = process.files.lstat(path)
            if not stat.S_ISDIR(found.st_mode):
                process.files.unlink(path)
            elif not self.recursive:
                process.say(f"'{name}' is a directory",
                            gnu=f"cannot remove '{name}': Is a directory")  # fmt: skip
                self.code = 1
                return False
            else:
                below = [self.remove(f"{name.rstrip('/')}/{child}")
                         for child in process.files.listdir(path)]  # fmt: skip
                if not all(below):
                    return False
                process.files.rmdir(path)
        except OSError as problem:
            missing = (errno.ENOENT, errno.ENOTDIR) if process.gnu else (errno.ENOENT,)
            if self.force and problem.errno in missing:
                return True
            verb = "stat" if problem.errno == errno.ENOTDIR else "remove"
            process.say(f"can't {verb} '{name}': {problem.strerror}",
                        gnu=f"cannot remove '{name}': {problem.strerror}")  # fmt: skip
            self.code = 1
            return False
        if self.verbose:
            process.stdout.line(f"removed '{name}'")
        return True


def remove_tree(process: Process, name: str) -> bool:
    """Remove all of ``name``, as ``rm -r`` does; whether it is gone."""
    return _Removal(process, recursive=True, force=False, verbose=False).remove(name)


def touch(process: Process) -> int:
    """Set the time of files, and make those that aren't there, unless ``-c``."""
    given = options(process, "cham", valued="dtr", least=1,
                    long={"no-create": "c", "date": "d", "reference": "r"})  # fmt: skip
    ns: tuple[int, int] | None = None
    if "r" in given:
        like = given.value("r") or ""
        try:
            mtime = process.files.stat(process.path(like)).st_mtime_ns
        except OSError as problem:
            raise Usage(f"{like}: {problem.strerror}") from None
        ns = (mtime, mtime)
    elif given.any("dt"):
        text = given.value("d") if "d" in given else given.value("t")
        try:
            seconds = times.parse(text or "", process.now, keep_hour=not process.gnu)
        except ValueError:
            told = f"invalid date format ‘{text}’" if process.gnu else f"invalid date '{text}'"
            raise Usage(told) from None
        ns = (seconds * 10**9, seconds * 10**9)
    code = 0
    for name in given.rest:
        path = process.path(name)
        try:
            try:
                process.files.utime(path, ns=ns, follow_symlinks="h" not in given)
            except FileNotFoundError:
                if "c" in given:
                    continue
                process.files.os_open(path, os.O_RDWR | os.O_CREAT, 0o666).close()
                if ns is not None:
                    process.files.utime(path, ns=ns)
        except OSError as problem:
            process.say(f"{name}: {problem.strerror}",
                        gnu=f"cannot touch '{name}': {problem.strerror}")  # fmt: skip
            code = 1
    return code


PROGRAMS: Mapping[str, Program] = {"mkdir": mkdir, "rmdir": rmdir, "rm": rm, "touch": touch}
