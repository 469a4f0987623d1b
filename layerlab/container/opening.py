"""Opening, reading and writing files: what is copied up is decided by the flags.

Source: ``fs/namei.c`` (``open_last_lookups``, ``do_open``), ``fs/open.c``, and the kernel's
``ovl_open_need_copy_up``.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from typing import IO, Any
from weakref import WeakSet

from layerlab.container import data as store
from layerlab.container.handle import Handle, changed
from layerlab.container.inode import Inode
from layerlab.container.naming import UMASK, Naming
from layerlab.container.rights import READ, WRITE
from layerlab.paths import AnyPath, Spot, error
from layerlab.union.merge import Entry
from layerlab.union.reading import file_of


class Opening(Naming):
    """The calls that get at a file's content."""

    def read_bytes(self, path: AnyPath) -> bytes:
        spot = self._find(path)
        place = spot.place
        if type(place) is Inode and place.type_bits == stat.S_IFREG:
            self._need(place, READ, path)
            found = store.read(place.data)
        else:
            self._need(place, READ, path)
            found = file_of(place, path).content.read()
        self._note("read", path, self._search(spot))
        return found

    def os_open(self, path: AnyPath, flags: int = os.O_RDONLY, mode: int = 0o777) -> Handle:
        """``os.open``: the flags decide what is copied up.

        Opening for writing copies the whole file, written or not; with ``O_TRUNC`` the file
        without its content. Devices and FIFOs have nothing behind them: ``ENXIO``.
        """
        if flags & os.O_PATH:  # a mere place in the tree: no other flag counts
            flags &= os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW
        create, exclusive = flags & os.O_CREAT, flags & os.O_EXCL
        if create and flags & os.O_DIRECTORY:
            raise error(errno.EINVAL, path)
        follow = not (flags & os.O_NOFOLLOW or (create and exclusive))
        spot = self._walk(path, follow, True) if create else self._find(path, follow=follow)
        if spot.place is None:
            return self._create(spot, path, flags, mode)
        if create and exclusive:
            raise error(errno.EEXIST, path)
        place, search = spot.place, self._search(spot)
        writes = flags & os.O_ACCMODE != os.O_RDONLY
        self._check_open(spot.chain[-1], place, flags, path)
        if flags & os.O_PATH:
            return self._handle(spot, place, flags)
        copied: tuple[str, ...] = ()
        count = 0
        truncates = bool(flags & os.O_TRUNC) and place.children is None
        if writes or truncates:
            place, copied, count = self._overlay.copy_up(spot, data=not truncates)
        if truncates:
            place.data = bytearray()
            changed(place, self._user, self._clock())
        self._note("open", path, search, copied, count)
        return self._handle(spot, place, flags)

    def _check_open(self, parent: Any, place: Any, flags: int, path: object) -> None:
        """What can be wrong with something that is there, in the kernel's order (``do_open``)."""
        directory = place.children is not None
        if flags & os.O_PATH:
            if flags & os.O_DIRECTORY and not directory:
                raise error(errno.ENOTDIR, path)
            return
        want = {os.O_RDONLY: READ, os.O_WRONLY: WRITE}.get(flags & os.O_ACCMODE, READ | WRITE)
        if flags & os.O_TRUNC:
            want |= WRITE
        if directory:
            if flags & os.O_CREAT or want & WRITE:
                raise error(errno.EISDIR, path)
        elif flags & os.O_CREAT and not self._user.may_reuse(parent, place):
            raise error(errno.EACCES, path)
        elif flags & os.O_DIRECTORY:
            raise error(errno.ENOTDIR, path)
        elif place.target is not None:
            raise error(errno.ELOOP, path)
        self._need(place, want, path)
        if flags & os.O_NOATIME and not self._user.owns(place):
            raise error(errno.EPERM, path)
        if not directory:
            file_of(place, path)

    def _create(self, spot: Spot, path: AnyPath, flags: int, mode: int) -> Handle:
        search = self._search(spot)
        inode, copied = self._make(spot, path, stat.S_IFREG, mode & 0o7777 & ~UMASK)
        self._note("open", path, search, copied)
        return self._handle(spot, inode, flags)

    def _handle(self, spot: Spot, place: Any, flags: int) -> Handle:
        handle = Handle(place, flags, self._user, self._clock, self._overlay.merged)
        if place is self._overlay.root:
            handle.move_to(self._overlay.copy_up(spot)[0])
        elif type(place) is Entry:
            self._overlay.readers.setdefault(spot.path, WeakSet()).add(handle)
        return handle

    def open(self, path: AnyPath, mode: str = "r", **options: Any) -> IO[Any]:
        """The builtin's ``open``, text (UTF-8) or binary, buffered; modes as there."""
        kinds = set(mode)
        if len(kinds & set("rwax")) != 1 or kinds - set("rwaxbt+") or len(kinds) != len(mode):
            raise ValueError(f"invalid mode: {mode!r}")
        if {"b", "t"} <= kinds:
            raise ValueError("can't have text and binary mode at once")
        flags = {"r": 0, "w": os.O_CREAT | os.O_TRUNC, "a": os.O_CREAT | os.O_APPEND,
                 "x": os.O_CREAT | os.O_EXCL}[(kinds & set("rwax")).pop()]  # fmt: skip
        plain = os.O_RDONLY if "r" in kinds else os.O_WRONLY
        handle = self.os_open(path, flags | (os.O_RDWR if "+" in kinds else plain), 0o666)
        if stat.S_ISDIR(handle.stat().st_mode):
            self._records.pop()
            raise error(errno.EISDIR, path)
        if "a" in kinds:
            handle.seek(0, os.SEEK_END)
        raw: Any
        if "+" in kinds:
            raw = io.BufferedRandom(handle)
        elif "r" in kinds:
            raw = io.BufferedReader(handle)
        else:
            raw = io.BufferedWriter(handle)
        return raw if "b" in kinds else io.TextIOWrapper(raw, **{"encoding": "utf-8"} | options)

    def write_bytes(self, path: AnyPath, data: bytes | str) -> int:
        """Make the file's content ``data``, creating it if needed; the number of bytes."""
        return self._put("write", path, data, os.O_TRUNC)

    def append_bytes(self, path: AnyPath, data: bytes | str) -> int:
        """Add ``data`` to the file's end, creating it if needed; the number of bytes."""
        return self._put("append", path, data, os.O_APPEND)

    write_text = write_bytes

    def _put(self, op: str, path: AnyPath, data: bytes | str, flag: int) -> int:
        new = data.encode() if isinstance(data, str) else bytes(data)
        spot = self._walk(path, True, True)
        place, truncates = spot.place, flag == os.O_TRUNC
        regular = place is not None and _type_bits(place) == stat.S_IFREG
        if self._enter is not None or not regular:
            with self.os_open(path, os.O_WRONLY | os.O_CREAT | flag, 0o666) as handle:
                handle.write(new)
            opened = self._records.pop()
            self._records.append((op, *opened[1:]))
            return len(new)
        # Root writes to a file: the same as above, without an open file to go through.
        search = self._search(spot)
        copied: tuple[str, ...] = ()
        count = 0
        if type(place) is not Inode or place.read_only:
            place, copied, count = self._overlay.copy_up(spot, data=not truncates)
            if truncates and new:
                self._clock()  # the file was cut off, and then written
        start = 0 if truncates else store.size_of(place.data)
        if not start:
            place.data = bytearray(new)
        elif new:
            place.data = store.write(place.data, start, new)
        if new or truncates:
            changed(place, self._user, self._clock())
        self._note(op, path, search, copied, count)
        return len(new)

    def truncate(self, path: AnyPath, size: int) -> None:
        """Cut a file to ``size`` bytes or fill it up with zeros; copies it up, whole, first."""
        if size < 0:
            raise error(errno.EINVAL, path)
        spot = self._find(path)
        place, search = spot.place, self._search(spot)
        if place.children is not None:
            raise error(errno.EISDIR, path)
        if _type_bits(place) != stat.S_IFREG:
            raise error(errno.EINVAL, path)
        self._need(place, WRITE, path)
        inode, copied, count = self._overlay.copy_up(spot)
        # truncate(2) of what is empty already leaves the time alone; ftruncate doesn't.
        empty = not size and not store.size_of(inode.data)
        inode.data = store.truncate(inode.data, size)
        changed(inode, self._user, inode.mtime if empty else self._clock())
        self._note("truncate", path, search, copied, count)


def _type_bits(place: Any) -> int:
    bits: int = (place if type(place) is Inode else place.node).type_bits
    return bits
