"""How ``tar -c`` makes an archive: GNU's format, members in the order of a sorted directory."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from typing import TYPE_CHECKING

from layerlab.shell import accounts, times
from layerlab.shell.process import join

if TYPE_CHECKING:
    from layerlab.shell.programs.tarring import Job

_KINDS = {
    stat.S_IFREG: tarfile.REGTYPE, stat.S_IFDIR: tarfile.DIRTYPE, stat.S_IFLNK: tarfile.SYMTYPE,
    stat.S_IFCHR: tarfile.CHRTYPE, stat.S_IFBLK: tarfile.BLKTYPE, stat.S_IFIFO: tarfile.FIFOTYPE,
}  # fmt: skip


_END = 1024
"""Two empty blocks end an archive; GNU's tar fills it up to 10,240 bytes, busybox doesn't."""


def mode_of(member: tarfile.TarInfo) -> int:
    """A member's mode with its kind, as ``st_mode`` has it."""
    kinds = {kind: bits for bits, kind in _KINDS.items()}
    return kinds.get(member.type, stat.S_IFREG) | member.mode


def pack(job: Job) -> tuple[bytes, int]:
    """The archive of what was named, and the exit code."""
    return _Packer(job).run()


class Rooted:
    """Members' names, without the slash in front unless ``-P`` keeps it; said once."""

    def __init__(self, job: Job) -> None:
        self._process, self._keep, self._told = job.process, "P" in job.given, False

    def stripped(self, name: str) -> str:
        """The name as it is stored, or looked for."""
        if not name.startswith("/") or self._keep:
            return name
        if not self._told:
            self._told = True
            self._process.say("removing leading '/' from member names",
                              gnu="Removing leading `/' from member names")  # fmt: skip
        return name.lstrip("/")


class _Packer:
    def __init__(self, job: Job) -> None:
        self.job, self.process, self.files = job, job.process, job.process.files
        self.users, self.groups = accounts.users(self.files), accounts.groups(self.files)
        self.seen: dict[int, str] = {}
        self.code = 0
        self.rooted = Rooted(job)
        self.archive_inode: int | None = None

    def run(self) -> tuple[bytes, int]:
        given, sink = self.job.given, io.BytesIO()
        names = list(given.rest)
        listed = given.value("T")
        if listed is not None:
            names += self.process.read(listed).decode().splitlines()
        archive = given.value("f") or "-"
        if archive != "-":
            self._find_archive(archive)
        with tarfile.open(fileobj=sink, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for name in names:
                self._add(tar, name)
            end = tar.offset
        if self.code and self.process.gnu:
            self.process.say("Exiting with failure status due to previous errors")
        elif self.code:
            self.process.say("error exit delayed from previous errors")
        data = sink.getvalue()
        return (data if self.process.gnu else data[: end + _END]), self.code

    def _find_archive(self, name: str) -> None:
        try:
            self.archive_inode = self.files.stat(self.process.path(name)).st_ino
        except OSError:
            return

    def _add(self, tar: tarfile.TarFile, name: str) -> None:
        path = join(self.job.folder, name)
        stored = self._stored(name)
        if self.job.excluded(stored or name):
            return
        try:
            found = self.files.stat(path, follow_symlinks="h" in self.job.given)
        except OSError as problem:
            self.process.say(f"{name}: {problem.strerror}",
                             gnu=f"{name}: Cannot stat: {problem.strerror}")  # fmt: skip
            self.code = 2 if self.process.gnu else 1
            return
        if found.st_ino == self.archive_inode:
            self.process.say(f"{name}: file is the archive; not dumped")
            return
        if stored:
            self._member(tar, name, stored, path, found)
        if stat.S_ISDIR(found.st_mode) and "flat" not in self.job.given:
            for child in self.files.listdir(path):
                self._add(tar, f"{name.rstrip('/')}/{child}" if name != "/" else f"/{child}")

    def _stored(self, name: str) -> str:
        name = self.rooted.stripped(name)
        return name.rstrip("/") if name != "/" else name

    def _member(self, tar: tarfile.TarFile, name: str, stored: str, path: str,
                found: os.stat_result) -> None:  # fmt: skip
        given = self.job.given
        member = tarfile.TarInfo(stored)
        member.type = _KINDS.get(stat.S_IFMT(found.st_mode), tarfile.REGTYPE)
        member.mode = stat.S_IMODE(found.st_mode)
        member.uid, member.gid = found.st_uid, found.st_gid
        member.mtime = found.st_mtime_ns // 10**9
        if given.value("mtime"):
            member.mtime = times.parse(given.value("mtime") or "", self.process.now)
        self._owner(member)
        data = b""
        first = self.seen.get(found.st_ino)
        if found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode):
            self.seen.setdefault(found.st_ino, stored)
        if first is not None:
            member.type, member.linkname = tarfile.LNKTYPE, first
        elif member.issym():
            member.linkname = self.files.readlink(path)
        elif member.isreg():
            data = self.files.read_bytes(path)
            member.size = len(data)
        elif member.isdev():
            member.devmajor, member.devminor = os.major(found.st_rdev), os.minor(found.st_rdev)
        if self.job.verbose:
            self.job.tell(f"{stored}/" if member.isdir() else stored)
        tar.addfile(member, io.BytesIO(data))

    def _owner(self, member: tarfile.TarInfo) -> None:
        given = self.job.given
        for option, number, names, kind in (("owner", "uid", self.users, "uname"),
                                            ("group", "gid", self.groups, "gname")):  # fmt: skip
            asked = given.value(option)
            if asked is not None:
                name, _, text = asked.partition(":")
                known = {label: key for key, label in names.items()}
                value = int(text or name) if (text or name).isdigit() else known.get(name, 0)
                setattr(member, number, value)
            if "numeric" not in given:
                setattr(member, kind, names.get(getattr(member, number), ""))
