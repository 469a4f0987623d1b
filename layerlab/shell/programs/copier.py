"""How ``cp`` and a ``mv`` that has to copy do it: the system calls, in their order.

*ran*: strace of busybox 1.35 and coreutils 9.1. A file that is there is truncated and written,
not replaced. busybox's ``libbb/copy_file.c`` and coreutils' ``src/copy.c`` say what is refused.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import Any

from layerlab.shell.process import Process

CHUNK = 1 << 20
_ZEROS = bytes(CHUNK)


class Failed(Exception):
    """A copy that didn't come about, in busybox's words and in GNU's."""

    def __init__(self, text: str, gnu: str) -> None:
        self.text, self.gnu = text, gnu
        super().__init__(text)


class Copier:
    """Copies files with or without their attributes.

    ``links``: symlinks are copied as they are; ``follow_top``: but not those that were named.
    ``hard``: hard links among what is copied stay hard links.
    """

    def __init__(
        self, process: Process, *, recursive: bool, preserve: bool, links: bool,
        force: bool = False, follow_top: bool = False, hard: bool = False,
    ) -> None:  # fmt: skip
        self.process, self.files = process, process.files
        self.recursive, self.preserve, self.links = recursive, preserve, links
        self.force, self.follow_top, self.hard = force, follow_top, hard
        self.code = 0
        self.made: set[int] = set()
        """The directories that were made: met again, they lie in what is copied."""
        self.tops = ("", "")
        self.seen: dict[int, str] = {}
        """What was copied, inode to path, where hard links are to stay."""

    def copy(self, source: str, to: str, *, top: bool = True) -> bool:
        """Copy ``source`` to the name ``to``; whether all of it came through."""
        if top:
            self.tops = (source, to)
        try:
            return self._copy(source, to, top)
        except Failed as failure:
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
            raise Failed(f"can't stat '{source}': {problem.strerror}",
                         f"cannot stat '{source}': {problem.strerror}") from None  # fmt: skip
        there = self._there(to, to_path)
        omitted = Failed(
            f"omitting directory '{source}'", f"-r not specified; omitting directory '{source}'"
        )
        refused = stat.S_ISDIR(found.st_mode) and not self.recursive
        if refused and process.gnu:
            raise omitted
        if there and (there.st_ino == found.st_ino or self._leads_to(from_path, there)):
            told = f"'{source}' and '{to}' are the same file"
            raise Failed(told, told)
        if refused:
            raise omitted
        if stat.S_ISDIR(found.st_mode):
            return self._directory(source, to, found, there)
        if there and process.gnu and stat.S_ISDIR(there.st_mode):
            raise Failed("", f"cannot overwrite directory '{to}' with non-directory")
        if self.hard and self._linked(found, to, to_path):
            return True
        if stat.S_ISREG(found.st_mode):
            self._file(source, to, found, there)
        else:
            self._special(source, to, found, there)
        self._attributes(from_path, to_path, found)
        return True

    def _there(self, to: str, to_path: str) -> os.stat_result | None:
        """What is at the destination; GNU looks through a symlink, busybox at the link."""
        try:
            return self.files.stat(to_path, follow_symlinks=self.process.gnu and not self.links)
        except OSError as problem:
            if problem.errno in (errno.ENOENT, errno.ELOOP):
                return lstat(self.files, to_path)
            why = f"stat '{to}': {problem.strerror}"
            raise Failed(f"can't {why}", f"cannot {why}") from None

    def _leads_to(self, from_path: str, there: os.stat_result) -> bool:
        """GNU also refuses to put a symlink where the file is that it leads to."""
        if not self.process.gnu or not self.links:
            return False
        try:
            return self.files.stat(from_path).st_ino == there.st_ino
        except OSError:
            return False

    def _linked(self, found: os.stat_result, to: str, to_path: str) -> bool:
        """Link to the first copy of a file that was copied under another name already."""
        first = self.seen.get(found.st_ino)
        if first is None:
            if found.st_nlink > 1:
                self.seen[found.st_ino] = to_path
            return False
        if lstat(self.files, to_path):
            if not self.force and not self.process.gnu:
                raise Failed(f"can't create '{to}': File exists", "")
            self.files.unlink(to_path)
        self.files.link(first, to_path)
        return True

    def _directory(
        self, source: str, to: str, found: os.stat_result, there: os.stat_result | None
    ) -> bool:
        process, files = self.process, self.files
        to_path = process.path(to)
        if found.st_ino in self.made:  # both copy what they can before they notice
            raise Failed(
                f"recursion detected, omitting directory '{source}'",
                "cannot copy a directory, '{}', into itself, '{}'".format(*self.tops),
            )
        if there and not stat.S_ISDIR(there.st_mode):
            raise Failed(
                f"target '{to}' is not a directory",
                f"cannot overwrite non-directory '{to}' with directory '{source}'",
            )
        mode = stat.S_IMODE(found.st_mode)
        if not there:
            try:
                files.mkdir(to_path, mode)
            except OSError as problem:
                told = f"create directory '{to}': {problem.strerror}"
                raise Failed(f"can't {told}", f"cannot {told}") from None
        if not (there and process.gnu):
            self.made.add(files.lstat(to_path).st_ino)
        whole = True
        try:
            names = files.listdir(process.path(source))
        except OSError as problem:
            raise Failed(f"can't open '{source}': {problem.strerror}",
                         f"cannot access '{source}': {problem.strerror}") from None  # fmt: skip
        for name in names:
            child = f"{source.rstrip('/')}/{name}"
            whole &= self.copy(child, f"{to.rstrip('/')}/{name}", top=False)
        if not there and not process.gnu:
            files.chmod(to_path, mode & ~0o022)
        self._attributes(process.path(source), to_path, found)
        return whole

    def _file(
        self, source: str, to: str, found: os.stat_result, there: os.stat_result | None
    ) -> None:
        process = self.process
        try:
            reading = process.open(source)
        except OSError as problem:
            gnu = f"cannot open '{source}' for reading: {problem.strerror}"
            raise Failed(f"can't open '{source}': {problem.strerror}", gnu) from None
        mode = stat.S_IMODE(found.st_mode)
        with reading, self._create(to, mode, there) as writing:
            copy_data(reading, writing)

    def _create(self, to: str, mode: int, there: os.stat_result | None) -> Any:
        process = self.process
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        if process.gnu:
            flags = os.O_WRONLY | (os.O_TRUNC if there else os.O_CREAT | os.O_EXCL)
        try:
            return process.open(to, flags, mode)
        except OSError as problem:
            self._out_of_the_way(to, problem, bool(there))
            return process.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)

    def _out_of_the_way(self, to: str, problem: OSError, there: bool) -> None:
        """With ``-f``, remove what can't be opened; ``Failed`` without or if that fails, too."""
        gnu = f"cannot create regular file '{to}': {problem.strerror}"
        if to.endswith("/"):
            gnu = f"cannot create regular file '{to}': {os.strerror(errno.ENOTDIR)}"
        elif there and problem.errno == errno.ENOENT:
            gnu = f"not writing through dangling symlink '{to}'"
        if self.force and (there or not self.process.gnu):
            try:
                self.files.unlink(self.process.path(to))
                return
            except OSError as again:
                if again.errno == problem.errno == errno.ENOENT:
                    raise Failed(f"can't create '{to}': Path does not exist", gnu) from None
        raise Failed(f"can't create '{to}': {problem.strerror}", gnu)

    def _special(
        self, source: str, to: str, found: os.stat_result, there: os.stat_result | None
    ) -> None:
        """A symlink, device or FIFO: in place of what is there only with ``-f``, or in GNU."""
        files, to_path = self.files, self.process.path(to)
        link = stat.S_ISLNK(found.st_mode)
        if there and self.process.gnu:
            files.unlink(to_path)
        elif there:
            self._out_of_the_way(to, OSError(errno.EEXIST, "File exists"), True)
        target = files.readlink(self.process.path(source)) if link else ""
        try:
            if link:
                files.symlink(target, to_path)
            else:
                files.mknod(to_path, found.st_mode, found.st_rdev)
        except OSError as problem:
            kind = "symbolic link" if link else "special file"
            gnu = f"cannot create {kind} '{to}': {problem.strerror}"
            told = f"symlink '{to}' to '{target}'" if link else f"'{to}'"
            raise Failed(f"can't create {told}: {problem.strerror}", gnu) from None

    def _attributes(self, from_path: str, to_path: str, found: os.stat_result) -> None:
        """Time, owner, mode, in this order. busybox keeps whole seconds, and no time of links."""
        if not self.preserve:
            return
        files, link, gnu = self.files, stat.S_ISLNK(found.st_mode), self.process.gnu
        ns = found.st_mtime_ns
        if not gnu:
            ns -= ns % 10**9
        if not link or gnu:
            files.utime(to_path, ns=(ns, ns), follow_symlinks=not link)
        files.chown(to_path, found.st_uid, found.st_gid, follow_symlinks=not link)
        if gnu and self.hard:  # -a and mv: all attributes
            for name in files.listxattr(from_path, follow_symlinks=not link):
                value = files.getxattr(from_path, name, follow_symlinks=not link)
                files.setxattr(to_path, name, value, follow_symlinks=not link)
        if not link:
            files.chmod(to_path, stat.S_IMODE(found.st_mode))


def copy_data(reading: Any, writing: Any) -> None:
    """Copy all bytes. Runs of zeros are skipped, so that a measured file stays without content."""
    size = 0
    while data := reading.read(CHUNK):
        size += len(data)
        if data == _ZEROS:
            writing.seek(len(data), os.SEEK_CUR)
            writing.truncate(size)
        else:
            writing.write(data)


def lstat(files: Any, path: str) -> os.stat_result | None:
    """What is at ``path`` itself, or ``None``."""
    try:
        found: os.stat_result = files.lstat(path)
    except OSError:
        return None
    return found
