"""``cp`` and ``mv``: the system calls that busybox and GNU make, in their order.

*ran*: strace of busybox 1.35 and coreutils 9.1. A file that is there is truncated and written,
not replaced. What can't be renamed (``EXDEV``: a directory of a lower layer) is copied with
all its attributes, and then removed.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from typing import Any

from layerlab.shell.options import options
from layerlab.shell.process import Process, Program
from layerlab.shell.programs.names import remove_tree

CHUNK = 1 << 20


class _Failed(Exception):
    """A copy that didn't come about, in busybox's words and in GNU's."""

    def __init__(self, text: str, gnu: str) -> None:
        self.text, self.gnu = text, gnu
        super().__init__(text)


class Copier:
    """Copies files with or without their attributes."""

    def __init__(
        self, process: Process, *, recursive: bool, preserve: bool, links: bool, force: bool = False,
        follow_top: bool = False, xattrs: bool = False,
    ) -> None:  # fmt: skip
        self.process, self.files = process, process.files
        self.recursive, self.preserve, self.links = recursive, preserve, links
        self.force, self.xattrs = force, xattrs
        self.follow_top = follow_top
        self.code = 0
        self.made: set[int] = set()
        """The directories that were made: met again, they lie in what is copied."""
        self.tops = ("", "")
        self.seen: dict[int, str] = {}
        """Hard links among what is copied with all attributes: inode to the copy's path."""

    def copy(self, source: str, to: str, *, top: bool = True) -> bool:
        """Copy ``source`` to the name ``to``; whether all of it came through."""
        if top:
            self.tops = (source, to)
        try:
            return self._copy(source, to, top)
        except _Failed as failure:
            self.process.say(failure.text, gnu=failure.gnu)
            self.code = 1
            return False

    def _copy(self, source: str, to: str, top: bool) -> bool:
        process, files = self.process, self.files
        from_path, to_path = process.path(source), process.path(to)
        follow = not self.links or (top and self.follow_top)
        try:
            found = files.stat(from_path, follow_symlinks=follow)
        except OSError as problem:
            raise _Failed(f"can't stat '{source}': {problem.strerror}",
                          f"cannot stat '{source}': {problem.strerror}") from None  # fmt: skip
        there = _lstat(files, to_path)
        if there and there.st_ino == found.st_ino and _same(files, from_path, to_path):
            told = f"'{source}' and '{to}' are the same file"
            raise _Failed(told, told)
        if stat.S_ISDIR(found.st_mode):
            return self._directory(source, to, found, there)
        if there and stat.S_ISDIR(_stat(files, to_path, there).st_mode):
            raise _Failed(f"can't create '{to}': Is a directory",
                          f"cannot overwrite directory '{to}' with non-directory")  # fmt: skip
        if self.links and self.preserve and found.st_nlink > 1 and self._linked(found, to_path):
            return True
        if stat.S_ISREG(found.st_mode):
            self._file(source, to, found, there)
        else:
            self._special(source, to, found, there)
        self.seen[found.st_ino] = to_path
        self._attributes(from_path, to_path, found)
        return True

    def _linked(self, found: os.stat_result, to_path: str) -> bool:
        first = self.seen.get(found.st_ino)
        if first is None:
            return False
        self.files.link(first, to_path)
        return True

    def _directory(
        self, source: str, to: str, found: os.stat_result, there: os.stat_result | None
    ) -> bool:
        process, files = self.process, self.files
        to_path = process.path(to)
        if not self.recursive:
            raise _Failed(f"omitting directory '{source}'",
                          f"-r not specified; omitting directory '{source}'")  # fmt: skip
        if there and not stat.S_ISDIR(_stat(files, to_path, there).st_mode):
            raise _Failed(f"target '{to}' is not a directory",
                          f"cannot overwrite non-directory '{to}' with directory '{source}'")  # fmt: skip
        if found.st_ino in self.made:  # both copy what they can before they notice
            raise _Failed(f"recursion detected, omitting directory '{source}'",
                          "cannot copy a directory, '{}', into itself, '{}'".format(*self.tops))  # fmt: skip
        mode = stat.S_IMODE(found.st_mode)
        if not there:
            try:
                files.mkdir(to_path, mode)
            except OSError as problem:
                raise _Failed(f"can't create directory '{to}': {problem.strerror}",
                              f"cannot create directory '{to}': {problem.strerror}") from None  # fmt: skip
            self.made.add(files.lstat(to_path).st_ino)
        whole = True
        try:
            names = files.listdir(process.path(source))
        except OSError as problem:
            raise _Failed(f"can't open '{source}': {problem.strerror}",
                          f"cannot access '{source}': {problem.strerror}") from None  # fmt: skip
        for name in names:
            child = f"{source.rstrip('/')}/{name}"
            whole &= self.copy(child, f"{to.rstrip('/')}/{name}", top=False)
        if not there and not process.gnu:
            files.chmod(to_path, mode & ~0o022)
        if self.preserve or not there:
            self._attributes(process.path(source), to_path, found)
        return whole

    def _file(
        self, source: str, to: str, found: os.stat_result, there: os.stat_result | None
    ) -> None:
        process = self.process
        try:
            reading = process.open(source)
        except OSError as problem:
            raise _Failed(f"can't open '{source}': {problem.strerror}",
                          f"cannot open '{source}' for reading: {problem.strerror}") from None  # fmt: skip
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        if process.gnu:
            flags = os.O_WRONLY | (os.O_TRUNC if there else os.O_CREAT | os.O_EXCL)
        mode = stat.S_IMODE(found.st_mode)
        with reading:
            try:
                writing = self._create(to, flags, mode, there)
            except OSError as problem:
                gnu = f"cannot create regular file '{to}': {problem.strerror}"
                raise _Failed(f"can't create '{to}': {problem.strerror}", gnu) from None
            with writing:
                copy_data(reading, writing)

    def _create(self, to: str, flags: int, mode: int, there: os.stat_result | None) -> Any:
        try:
            return self.process.open(to, flags, mode)
        except OSError as problem:
            if not (self.force and there) or problem.errno == errno.EROFS:
                raise
            self.files.unlink(self.process.path(to))
            return self.process.open(to, flags | os.O_CREAT, mode)

    def _special(
        self, source: str, to: str, found: os.stat_result, there: os.stat_result | None
    ) -> None:
        files, to_path = self.files, self.process.path(to)
        try:
            if there:
                files.unlink(to_path)
            if stat.S_ISLNK(found.st_mode):
                files.symlink(files.readlink(self.process.path(source)), to_path)
            else:
                files.mknod(to_path, found.st_mode, found.st_rdev)
        except OSError as problem:
            kind = "symlink" if stat.S_ISLNK(found.st_mode) else "special file"
            raise _Failed(f"can't create {kind} '{to}': {problem.strerror}",
                          f"cannot create {'symbolic link' if kind == 'symlink' else kind} "
                          f"'{to}': {problem.strerror}") from None  # fmt: skip

    def _attributes(self, from_path: str, to_path: str, found: os.stat_result) -> None:
        """Time, owner, mode, in this order; busybox keeps whole seconds alone."""
        if not self.preserve:
            return
        files, link = self.files, stat.S_ISLNK(found.st_mode)
        ns = found.st_mtime_ns
        if not self.process.gnu:
            ns -= ns % 10**9
        if not link or self.process.gnu:
            files.utime(to_path, ns=(ns, ns), follow_symlinks=not link)
        files.chown(to_path, found.st_uid, found.st_gid, follow_symlinks=not link)
        if self.xattrs:
            for name in files.listxattr(from_path, follow_symlinks=not link):
                value = files.getxattr(from_path, name, follow_symlinks=not link)
                files.setxattr(to_path, name, value, follow_symlinks=not link)
        if not link:
            files.chmod(to_path, stat.S_IMODE(found.st_mode))


def copy_data(reading: Any, writing: Any) -> None:
    """Copy all bytes. Runs of zeros are skipped, so that a measured file stays without content."""
    size = 0
    while data := reading.read(CHUNK):
        if len(data) == CHUNK and not any(data):
            writing.seek(len(data), os.SEEK_CUR)
            skipped = True
        else:
            writing.write(data)
            skipped = False
        size += len(data)
        if skipped:
            writing.truncate(size)


def _lstat(files: Any, path: str) -> os.stat_result | None:
    try:
        found: os.stat_result = files.lstat(path)
    except OSError:
        return None
    return found


def _stat(files: Any, path: str, default: os.stat_result) -> os.stat_result:
    """Where a symlink leads, or the link itself if it leads nowhere."""
    try:
        found: os.stat_result = files.stat(path)
    except OSError:
        return default
    return found


def _same(files: Any, one: str, other: str) -> bool:
    """Two paths of one inode; numbers of lower layers and of the upper one are apart."""
    first, second = files.stat(one, follow_symlinks=False), files.lstat(other)
    return bool(first.st_ino == second.st_ino)


def _inside(process: Process, source: str, to: str) -> bool:
    """Whether ``to`` lies in the directory ``source``."""
    above = os.path.normpath(process.path(source))
    below = os.path.normpath(process.path(to))
    return below.startswith(above.rstrip("/") + "/")


def _target(process: Process, to: str, source: str, into: bool) -> str:
    return f"{to.rstrip('/')}/{source.rstrip('/').rpartition('/')[2]}" if into else to


def _is_directory(process: Process, name: str) -> bool:
    try:
        return stat.S_ISDIR(process.files.stat(process.path(name)).st_mode)
    except OSError:
        return False


_LONG = {"archive": "a", "recursive": "r", "force": "f", "no-target-directory": "T",
         "no-dereference": "P", "preserve": "p", "no-clobber": "n", "verbose": "v",
         "target-directory": "t", "update": "u"}  # fmt: skip


def cp(process: Process) -> int:
    """Copy files; ``-r`` directories, ``-p`` with time, owner and mode, ``-a`` as they are."""
    given = options(process, "arRpPdLHfilsnTvux", valued="t", long=_LONG,
                    least=1 if "-t" in process.args else 2)  # fmt: skip
    sources = given.rest
    to = given.value("t") or sources.pop()
    into = _is_directory(process, to) and "T" not in given
    if process.gnu and len(sources) > 1 and not into:
        process.say("", gnu=f"target '{to}': No such file or directory"
                    if not _lstat(process.files, process.path(to))
                    else f"target '{to}' is not a directory")  # fmt: skip
        return 1
    into = into or len(sources) > 1
    recursive = given.any("arR")
    copier = Copier(
        process, recursive=recursive, preserve=given.any("ap"), force="f" in given,
        links=given.any("adP") or (recursive and "L" not in given), follow_top="H" in given,
        xattrs="a" in given and process.gnu,
    )  # fmt: skip
    for source in sources:
        target = _target(process, to, source, into)
        if "n" in given and _lstat(process.files, process.path(target)):
            continue
        if copier.copy(source, target) and "v" in given:
            process.stdout.line(f"'{source}' -> '{target}'")
    return copier.code


def mv(process: Process) -> int:
    """Rename files, or copy and remove what can't be renamed."""
    given = options(process, "finTvu", valued="t", long=_LONG,
                    least=1 if "-t" in process.args else 2)  # fmt: skip
    sources = given.rest
    to = given.value("t") or sources.pop()
    into = _is_directory(process, to) and "T" not in given
    if process.gnu and len(sources) > 1 and not into:
        process.say("", gnu=f"target '{to}': No such file or directory"
                    if not _lstat(process.files, process.path(to))
                    else f"target '{to}' is not a directory")  # fmt: skip
        return 1
    code = 0
    for source in sources:
        target = _target(process, to, source, into or len(sources) > 1)
        if "n" in given and _lstat(process.files, process.path(target)):
            continue
        moved = _move(process, source, target)
        code |= int(not moved)
        if moved and "v" in given:
            told = f"'{source}' -> '{target}'"
            process.stdout.line(f"renamed {told}" if process.gnu else told)
    return code


def _move(process: Process, source: str, to: str) -> bool:
    files = process.files
    from_path, to_path = process.path(source), process.path(to)
    found, there = _lstat(files, from_path), _lstat(files, to_path)
    if process.gnu:
        wrong = _gnu_refuses(process, source, to, found, there)
        if wrong:
            process.say("", gnu=wrong)
            return False
    try:
        files.rename(from_path, to_path)
        return True
    except OSError as problem:
        if problem.errno != errno.EXDEV or found is None:
            process.say(f"can't rename '{source}': {problem.strerror}",
                        gnu=f"cannot move '{source}' to '{to}': {problem.strerror}")  # fmt: skip
            return False
    if there is not None:
        try:
            if stat.S_ISDIR(there.st_mode):
                files.rmdir(to_path)
            else:
                files.unlink(to_path)
        except OSError as problem:
            gnu = f"inter-device move failed: '{source}' to '{to}'; unable to remove target: "
            process.say(f"can't remove '{to}': {problem.strerror}", gnu=f"{gnu}{problem.strerror}")
            return False
    copier = Copier(process, recursive=True, preserve=True, links=True, xattrs=process.gnu)
    if not copier.copy(source, to):
        return False
    return remove_tree(process, source)


def _gnu_refuses(
    process: Process, source: str, to: str, found: os.stat_result | None,
    there: os.stat_result | None,
) -> str | None:  # fmt: skip
    """What GNU's ``mv`` finds out before it tries."""
    if found is None:
        return f"cannot stat '{source}': No such file or directory"
    if there is None:
        return None
    if found.st_ino == there.st_ino and process.path(source) == process.path(to):
        return f"'{source}' and '{to}' are the same file"
    if stat.S_ISDIR(found.st_mode) and not stat.S_ISDIR(there.st_mode):
        return f"cannot overwrite non-directory '{to}' with directory '{source}'"
    if stat.S_ISDIR(found.st_mode) and _inside(process, source, to):
        return f"cannot move '{source}' to a subdirectory of itself, '{to}'"
    return None


PROGRAMS: Mapping[str, Program] = {"cp": cp, "mv": mv}
