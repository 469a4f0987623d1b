"""How ``tar -x`` unpacks an archive: the system calls of GNU's tar and of busybox's.

*ran*: strace of tar 1.34. What is there goes first, unless it is a directory; a directory gets its
owner, mode and time when all that is in it is there.
"""

from __future__ import annotations

import errno
import os
import stat
import tarfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from layerlab.shell import accounts
from layerlab.shell.modes import UMASK
from layerlab.shell.process import Usage, join
from layerlab.shell.programs.packing import Rooted

if TYPE_CHECKING:
    from layerlab.shell.programs.tarring import Job


_ROOM = 1 << 30
"""Bytes that one file's holes may have."""


def unpack(job: Job, archive: tarfile.TarFile, members: Iterator[tarfile.TarInfo]) -> None:
    """Put the members where they belong."""
    _Unpacker(job, archive).run(members)


class _Unpacker:
    def __init__(self, job: Job, archive: tarfile.TarFile) -> None:
        self.job, self.archive = job, archive
        self.process, self.files = job.process, job.process.files
        users, groups = accounts.users(self.files), accounts.groups(self.files)
        self.users = {name: number for number, name in users.items()}
        self.groups = {name: number for number, name in groups.items()}
        self.strip = int(job.given.value("strip") or 0)
        self.root = job.process.world.account.uid == 0
        self.later: list[tuple[str, tarfile.TarInfo]] = []
        self.rooted = Rooted(job)

    def run(self, members: Iterator[tarfile.TarInfo]) -> None:
        for member in members:
            name = self._name(member.name)
            if not name:
                continue
            if self.job.verbose:
                self.job.tell(f"{member.name}/" if member.isdir() else member.name)
            if "O" in self.job.given:
                self.process.stdout.write(self._data(member))
                continue
            self._put(member, join(self.job.folder, name))
        for path, member in reversed(self.later):
            self._attributes(path, member)

    def _name(self, name: str) -> str:
        """Where a member goes; nowhere if it has too few parts for ``--strip-components``."""
        name = self.rooted.stripped(name)
        if not self.strip:
            return name
        parts = [part for part in name.split("/") if part]
        return "/".join(parts[self.strip :])

    def _data(self, member: tarfile.TarInfo) -> bytes:
        if member.issparse() and member.size > _ROOM:  # a few bytes may say that it is a terabyte
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), member.name)
        reader = self.archive.extractfile(member) if member.isreg() else None
        return reader.read() if reader else b""

    def _put(self, member: tarfile.TarInfo, path: str) -> None:
        files = self.files
        self._parents(path)
        if member.isdir():
            self._directory(member, path)
            return
        there = self._there(path)
        if there and "k" in self.job.given:
            return
        if member.islnk():
            target = join(self.job.folder, self._name(member.linkname))
            if there and there.st_ino == files.lstat(target).st_ino:
                return
            self._forget(path, there)
            files.link(target, path)
            return
        self._forget(path, there)
        if member.issym():
            files.symlink(member.linkname, path)
        elif member.isdev() or member.isfifo():
            kind = {tarfile.CHRTYPE: stat.S_IFCHR, tarfile.BLKTYPE: stat.S_IFBLK}
            bits = kind.get(member.type, stat.S_IFIFO)
            files.mknod(path, bits | member.mode, os.makedev(member.devmajor, member.devminor))
        else:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with files.os_open(path, flags, 0o600) as new:
                data = self._data(member)
                if data:
                    new.write(data)
        self._attributes(path, member)

    def _there(self, path: str) -> os.stat_result | None:
        try:
            return self.files.lstat(path)
        except OSError:
            return None

    def _forget(self, path: str, there: os.stat_result | None) -> None:
        if there and stat.S_ISDIR(there.st_mode) and not self.process.gnu:
            shown = path.removeprefix(f"{self.job.folder}/")
            raise Usage(f"can't remove old file {shown}: Is a directory")
        if there and stat.S_ISDIR(there.st_mode):
            self.files.rmdir(path)
        elif there:
            self.files.unlink(path)

    def _parents(self, path: str) -> None:
        above = path.rstrip("/").rpartition("/")[0]
        if not above:
            return
        try:
            self.files.stat(above)
        except FileNotFoundError:
            self._parents(above)
            self.files.mkdir(above, 0o777 & ~UMASK)

    def _directory(self, member: tarfile.TarInfo, path: str) -> None:
        files = self.files
        try:
            there = stat.S_ISDIR(files.stat(path).st_mode)
        except OSError:
            there = False
        if not there:
            self._forget(path, self._there(path))
            files.mkdir(path.rstrip("/") or "/", 0o700)
        if there and "keepdirs" in self.job.given:
            return
        if self.process.gnu:
            self.later.append((path, member))
        else:
            self._attributes(path, member)

    def _attributes(self, path: str, member: tarfile.TarInfo) -> None:
        given, files = self.job.given, self.files
        if "m" not in given and (self.process.gnu or not member.issym()):
            now = self.process.now * 10**9
            mtime = int(member.mtime) * 10**9
            files.utime(path, ns=(now, mtime), follow_symlinks=False)
        if self.root and "o" not in given:
            files.chown(path, *self._owner(member), follow_symlinks=False)
        if not member.issym():
            keeps = "P-" not in given and (self.root or "p" in given)
            files.chmod(path, member.mode if keeps else member.mode & ~UMASK)

    def _owner(self, member: tarfile.TarInfo) -> tuple[int, int]:
        """The names count before the numbers, where the tree knows them."""
        if "numeric" in self.job.given:
            return member.uid, member.gid
        return (self.users.get(member.uname, member.uid),
                self.groups.get(member.gname, member.gid))  # fmt: skip
