"""An open file. It stays usable when its name is gone, as a file descriptor does."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable
from typing import Any

from layerlab.container import data as store
from layerlab.container.inode import Inode
from layerlab.container.rights import User
from layerlab.nodes import File, Seconds
from layerlab.paths import error
from layerlab.union.merge import Entry, Merged
from layerlab.union.stats import lower_stat

CAPABILITY = "security.capability"


class Handle(io.RawIOBase):
    """What ``os_open`` returns: ``read``, ``write``, ``seek``, ``truncate``, ``stat``, ``close``.

    A file of a lower layer that is open for reading moves along when it is copied up: from
    then on the handle reads the upper file (the kernel's ``fs/overlayfs/file.c``).
    """

    def __init__(
        self, place: Entry | Inode, flags: int, user: User, clock: Callable[[], Seconds],
        merged: Merged,
    ) -> None:  # fmt: skip
        self._place, self._flags, self._user = place, flags, user
        self._clock, self._merged, self._at = clock, merged, 0

    def move_to(self, inode: Inode) -> None:
        """The file was copied up."""
        self._place = inode

    def _bytes(self) -> store.Data:
        if isinstance(self._place, Inode):
            return self._place.data
        assert isinstance(self._place.node, File)
        return self._place.node.content

    def _check(self, ok: bool) -> None:
        self._checkClosed()
        if not ok:
            raise error(errno.EBADF, None)

    def readable(self) -> bool:
        return self._flags & os.O_ACCMODE != os.O_WRONLY and not self._flags & os.O_PATH

    def writable(self) -> bool:
        return self._flags & os.O_ACCMODE != os.O_RDONLY and not self._flags & os.O_PATH

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Up to ``size`` bytes from the current place, or all that follow."""
        self._check(self.readable())
        if self._place.children is not None:
            raise error(errno.EISDIR, None)
        stop = None if size is None or size < 0 else self._at + size
        found = store.read(self._bytes(), self._at, stop)
        self._at += len(found)
        return found

    def readinto(self, buffer: Any) -> int:
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def readall(self) -> bytes:
        return self.read()

    def write(self, data: Any) -> int:
        """Write at the current place, or at the end with ``O_APPEND``; the number of bytes."""
        self._check(self.writable())
        inode, new = self._inode(), bytes(data)
        if not new:
            return 0
        if self._flags & os.O_APPEND:
            self._at = store.size_of(inode.data)
        inode.data = store.write(inode.data, self._at, new)
        self._at += len(new)
        changed(inode, self._user, self._clock())
        return len(new)

    def truncate(self, size: int | None = None) -> int:
        """Cut the file to ``size`` bytes, by default at the current place, or fill it up."""
        self._checkClosed()
        size = self._at if size is None else size
        if size < 0:
            raise error(errno.EINVAL, None)
        self._check(not self._flags & os.O_PATH)
        if not self.writable():
            raise error(errno.EINVAL, None)
        inode = self._inode()
        inode.data = store.truncate(inode.data, size)
        changed(inode, self._user, self._clock())
        return size

    def _inode(self) -> Inode:
        assert isinstance(self._place, Inode)  # opening for writing copied it up
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place, counted from the start, the current place or the end."""
        self._check(not self._flags & os.O_PATH)
        base = 0 if whence == os.SEEK_SET else self._at
        if whence == os.SEEK_END:
            base = 0 if self._place.children is not None else store.size_of(self._bytes())
        if whence not in (os.SEEK_SET, os.SEEK_CUR, os.SEEK_END) or base + offset < 0:
            raise error(errno.EINVAL, None)
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def stat(self) -> os.stat_result:
        """``os.fstat``: of the open file, whatever its name leads to by now."""
        self._checkClosed()
        if isinstance(self._place, Inode):
            return self._place.stat()
        return lower_stat(self._merged, self._place)


def changed(inode: Inode, user: User, now: Seconds) -> None:
    """New content, new time; file capabilities go, and setuid and setgid unless root wrote."""
    inode.mtime = now
    if user.uid:
        inode.mode = without_setid(inode.mode)
    if inode.xattrs:
        drop_capability(inode)


def drop_capability(inode: Inode) -> None:
    """A file that was written or given away loses what ``setcap`` gave it."""
    if CAPABILITY in inode.xattrs:
        inode.xattrs = {name: v for name, v in inode.xattrs.items() if name != CAPABILITY}


def without_setid(mode: int, keep_setgid: bool = False) -> int:
    """The mode without setuid and setgid; setgid without group execution is another thing."""
    mode &= ~stat.S_ISUID
    if mode & stat.S_IXGRP or not (mode & stat.S_ISGID) or not keep_setgid:
        mode &= ~stat.S_ISGID
    return mode
