"""Container: the system calls on an image with a writable layer on top.

This is the kernel's VFS half of the work: it walks paths, checks who may do what, in the
kernel's order, so that the errno is the kernel's, and leaves the rest to the overlay.
Source: ``fs/namei.c``, ``fs/open.c``, ``fs/attr.c``; ``tests/reference`` replays random
histories on a real mount and compares every result.
"""

from __future__ import annotations

import copy
import errno
import io
import itertools
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import IO, Any, Protocol, TypeVar
from weakref import WeakSet

from layerlab.container import data as store
from layerlab.container.diff import DiffLine, committed, diff, upper_changes
from layerlab.container.events import Log, Search
from layerlab.container.handle import CAPABILITY, Handle, changed, without_setid
from layerlab.container.inode import Inode
from layerlab.container.overlay import Overlay, has_below
from layerlab.container.rights import READ, SEARCH, WRITE, User, meta_of
from layerlab.display import Drawn
from layerlab.layer import AnyLayer, Layer
from layerlab.nodes import Node, Seconds
from layerlab.paths import AnyPath, Spot, byte_length, error, find, text, walk
from layerlab.union import Entry, Hit, Reading, Step, UnionFS, file_of, lower_stat, lower_trail

START = 1_767_225_600
"""The default clock's first second, 2026-01-01 00:00:00 UTC; each reading is a second later."""
UMASK = 0o022
"""What a container's processes start with, as under Docker."""
ROOT = User()

I = TypeVar("I", bound="Stack")  # noqa: E741


class Stack(Protocol):
    """What a container needs of an image."""

    @property
    def layers(self) -> tuple[AnyLayer, ...]: ...
    @property
    def rootfs(self) -> UnionFS: ...


class Container(Reading, Drawn):
    """A container on ``image``: everything that can be read there, and written over it.

    Acts as root; :meth:`as_user` acts as someone else. ``clock()`` gives the time of a change
    in seconds; by default a simulated clock that goes on a second with each.
    """

    def __init__(self, image: Any, *, clock: Callable[[], Seconds] | None = None) -> None:
        rootfs: UnionFS = image.rootfs
        self.image = image
        self._clock = itertools.count(START).__next__ if clock is None else clock
        self._overlay = Overlay(rootfs.merged)
        self._user = ROOT
        self._enter: Callable[[Any], bool] | None = None
        self.events = Log(rootfs.layers)
        self._records = self.events.records

    def as_user(self, uid: int, gids: Iterable[int] | int = (0,)) -> Container:
        """The same container, acted on by someone whom permission bits stop.

        ``gids``: the primary group first. Without them 0, as ``docker run -u`` has it for a
        user whom ``/etc/passwd`` doesn't know.
        """
        other = copy.copy(self)
        other._user = User(uid, (gids,) if isinstance(gids, int) else tuple(gids) or (0,))
        other._enter = None if uid == 0 else other._may_search
        return other

    def _may_search(self, place: Any) -> bool:
        return self._user.may(place, SEARCH)

    # -- walking ---------------------------------------------------------------------------

    def _walk(self, path: AnyPath, follow: bool) -> Spot:
        """Where ``path`` leads; the last component may be missing.

        Most paths are absolute, clean and without symlinks: they need no more than a
        dictionary look-up a component. All others go the long way.
        """
        root = self._overlay.root
        if type(path) is str and self._enter is None and path[:1] == "/" and len(path) < 1024:
            names = path.split("/")
            name = names.pop()
            del names[0:1]
            chain: list[Any] = [root]
            place: Any = root
            for part in names:
                place = place.children.get(part)
                if place is None or place.children is None:
                    break
                chain.append(place)
            else:
                place = place.children.get(name)
                if place is None:
                    if name not in _DOTS and len(name) < 64 and "\0" not in name:
                        return Spot(chain, names, name, None)
                elif place.target is None or not follow:
                    return Spot(chain, names, name, place)
        return walk(root, text(path), follow=follow, enter=self._enter, shown=path)

    def _find(self, path: AnyPath, op: str = "", follow: bool = True) -> Spot:
        spot = self._walk(path, follow)
        if spot.slash or spot.place is None:
            root = self._overlay.root
            spot = find(root, text(path), follow=follow, enter=self._enter, shown=path)
        return spot

    def _search(self, spot: Spot) -> Search:
        """Note where the last component was looked for, before anything changes."""
        parent, place = spot.chain[-1], spot.place
        if type(parent) is not Inode:
            # The root alone has an upper part from the start: the upper directory itself.
            return Search(spot.names, spot.name, not spot.names, False, parent)
        ended = spot.name in parent.whiteouts or (
            type(place) is Inode and (place.children is None or place.lower is None)
        )
        return Search(spot.names, spot.name, True, ended, parent.lower)

    def _note(
        self, op: str, path: AnyPath, search: Search,
        copied_up: tuple[str, ...] = (), bytes_copied: int = 0, whiteout: str | None = None,
    ) -> None:  # fmt: skip
        shown = path if type(path) is str else text(path)
        self._records.append((op, shown, search, copied_up, bytes_copied, whiteout))

    def _need(self, place: Any, want: int, path: object) -> None:
        if self._enter is not None and not self._user.may(place, want):
            raise error(errno.EACCES, path)

    # -- reading ---------------------------------------------------------------------------

    def lookup(self, path: AnyPath) -> Hit:
        """What ``path`` is, which layer it comes from, and the trail of layers searched.

        The container's own layer counts as one more on top: its index is the number of the
        image's layers, and its ``layer`` is ``container.upper``.
        """
        spot = self._find(path, follow=False)
        place, trail = spot.place, self.trail(path)
        if type(place) is Inode:
            return Hit(spot.path, place.node, len(self.layers), self.upper, trail)
        return Hit(spot.path, place.node, place.index, self.layers[place.index], trail)

    def trail(self, path: AnyPath) -> tuple[Step, ...]:
        """The layers in which the last component is looked for, topmost first."""
        spot = self._walk(path, False)
        search = self._search(spot)
        steps: tuple[Step, ...] = ()
        if search.upper:
            upper = self.upper
            steps = (Step(len(self.layers), upper, upper.get(spot.path)),)
        if search.ended or search.lower is None:
            return steps
        return steps + lower_trail(self.layers, search.lower.stack, spot.parent_path, spot.name)

    def listdir(self, path: AnyPath = "/") -> list[str]:
        spot = self._find(path)
        children = spot.place.children
        if children is None:
            raise error(errno.ENOTDIR, path)
        self._need(spot.place, READ, path)
        self._note("listdir", path, self._search(spot))
        return sorted(children)

    def stat(self, path: AnyPath, *, follow_symlinks: bool = True) -> os.stat_result:
        spot = self._find(path, follow=follow_symlinks)
        self._note("stat", path, self._search(spot))
        return self._stat(spot.place)

    def _stat(self, place: Any) -> os.stat_result:
        return place.stat() if type(place) is Inode else lower_stat(self._overlay.merged, place)

    def readlink(self, path: AnyPath) -> str:
        spot = self._find(path, follow=False)
        target: str | None = spot.place.target
        if target is None:
            raise error(errno.EINVAL, path)
        self._note("readlink", path, self._search(spot))
        return target

    def access(self, path: AnyPath, mode: int) -> bool:
        """``os.access``: root may read and write all, and execute what has any ``x`` bit."""
        try:
            place = self._find(path).place
        except OSError:
            return False
        if self._enter is not None:
            return self._user.may(place, mode & 7)
        executable = place.children is not None or meta_of(place).mode & 0o111
        return bool(executable) or not mode & os.X_OK

    def read_bytes(self, path: AnyPath) -> bytes:
        spot = self._find(path)
        place = spot.place
        if type(place) is Inode and place.type_bits == stat.S_IFREG:
            self._need(place, READ, path)
            found = store.read(place.data)
        else:
            if place.children is not None:
                raise error(errno.EISDIR, path)
            self._need(place, READ, path)
            found = file_of(place, path).content.read()
        self._note("read", path, self._search(spot))
        return found

    # -- opening and writing ---------------------------------------------------------------

    def os_open(self, path: AnyPath, flags: int = os.O_RDONLY, mode: int = 0o777) -> Handle:
        """``os.open``: the flags decide what is copied up.

        Opening for writing copies the whole file, written or not; with ``O_TRUNC`` the file
        without its content. Devices and FIFOs have nothing behind them: ``ENXIO``.
        """
        create, exclusive = flags & os.O_CREAT, flags & os.O_EXCL
        if create and flags & os.O_DIRECTORY:
            raise error(errno.EINVAL, path)
        follow = not (flags & os.O_NOFOLLOW or (create and exclusive))
        spot = self._walk(path, follow) if create else self._find(path, follow=follow)
        if create and spot.last == "name" and spot.slash:
            raise error(errno.EISDIR, path)
        if spot.place is None:
            return self._create(spot, path, flags, mode)
        if create and exclusive:
            raise error(errno.EEXIST, path)
        place, search = spot.place, self._search(spot)
        writes = flags & os.O_ACCMODE != os.O_RDONLY
        self._check_open(place, flags, path)
        if flags & os.O_PATH:
            return self._handle(spot, place, flags)
        copied, count = (), 0
        truncates = bool(flags & os.O_TRUNC) and place.children is None
        if writes or truncates:
            place, copied, count = self._overlay.copy_up(spot, data=not truncates)
        if truncates:
            place.data = bytearray()
            changed(place, self._user, self._clock())
        self._note("open", path, search, copied, count)
        return self._handle(spot, place, flags)

    def _check_open(self, place: Any, flags: int, path: object) -> None:
        if flags & os.O_PATH:
            flags &= os.O_DIRECTORY | os.O_PATH
        want = {os.O_RDONLY: READ, os.O_WRONLY: WRITE}.get(flags & os.O_ACCMODE, READ | WRITE)
        if flags & os.O_TRUNC:
            want |= WRITE
        if place.children is not None:
            if flags & os.O_CREAT or (want & WRITE and not flags & os.O_PATH):
                raise error(errno.EISDIR, path)
        elif flags & os.O_DIRECTORY:
            raise error(errno.ENOTDIR, path)
        elif flags & os.O_PATH:
            return
        elif place.target is not None:
            raise error(errno.ELOOP, path)
        if flags & os.O_PATH:
            return
        self._need(place, want, path)
        if flags & os.O_NOATIME and not self._user.owns(place):
            raise error(errno.EPERM, path)
        if place.children is None:
            file_of(place, path)

    def _create(self, spot: Spot, path: AnyPath, flags: int, mode: int) -> Handle:
        search = self._search(spot)
        inode, copied = self._make(spot, path, stat.S_IFREG, mode & 0o7777 & ~UMASK)
        self._note("open", path, search, copied)
        return self._handle(spot, inode, flags)

    def _handle(self, spot: Spot, place: Any, flags: int) -> Handle:
        handle = Handle(place, flags, self._user, self._clock, self._overlay.merged)
        if type(place) is Entry and place.children is None:
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
        spot = self._walk(path, True)
        place = spot.place
        if type(place) is not Inode or place.type_bits != stat.S_IFREG or self._enter:
            with self.os_open(path, os.O_WRONLY | os.O_CREAT | flag, 0o666) as handle:
                handle.write(new)
            opened = self._records.pop()
            self._records.append((op, *opened[1:]))
            return len(new)
        if spot.slash:
            raise error(errno.EISDIR, path)
        start = store.size_of(place.data) if flag == os.O_APPEND else 0
        if not start:
            place.data = bytearray(new)
        elif new:
            place.data = store.write(place.data, start, new)
        if new or flag == os.O_TRUNC:
            changed(place, self._user, self._clock())
        self._note(op, path, self._search(spot))
        return len(new)

    def truncate(self, path: AnyPath, size: int) -> None:
        """Cut a file to ``size`` bytes or fill it up with zeros; copies it up, whole, first."""
        if size < 0:
            raise error(errno.EINVAL, path)
        spot = self._find(path)
        place, search = spot.place, self._search(spot)
        if place.children is not None:
            raise error(errno.EISDIR, path)
        if (place if type(place) is Inode else place.node).type_bits != stat.S_IFREG:
            raise error(errno.EINVAL, path)
        self._need(place, WRITE, path)
        inode, copied, count = self._overlay.copy_up(spot)
        inode.data = store.truncate(inode.data, size)
        changed(inode, self._user, self._clock())
        self._note("truncate", path, search, copied, count)

    # -- making names ----------------------------------------------------------------------

    def _target(self, path: AnyPath, directory: bool = False) -> Spot:
        """Walk to a name that is to be made: ``EEXIST`` if it is there already."""
        spot = self._walk(path, False)
        if spot.last != "name" or spot.place is not None:
            raise error(errno.EEXIST, path)
        if spot.slash and not directory:
            raise error(errno.ENOENT, path)
        return spot

    def _make(
        self, spot: Spot, path: AnyPath, type_bits: int, mode: int
    ) -> tuple[Inode, tuple[str, ...]]:
        """Create what isn't there; group and setgid come from a setgid directory."""
        if len(spot.name) >= 64 and byte_length(spot.name) > 255:
            raise error(errno.ENAMETOOLONG, path)
        os.fsencode(spot.name)  # a name that no file system can store is a ValueError
        parent = spot.chain[-1]
        self._need(parent, WRITE | SEARCH, path)
        copied = self._overlay.copy_up_parents(spot)
        parent = spot.chain[-1]
        gid = self._user.gids[0]
        if parent.mode & stat.S_ISGID:
            gid = parent.gid
            if type_bits == stat.S_IFDIR:
                mode |= stat.S_ISGID
            elif self._enter is not None and gid not in self._user.gids and mode & stat.S_IXGRP:
                mode &= ~stat.S_ISGID
        now = self._clock()
        inode = self._overlay.new_inode(type_bits, mode, (self._user.uid, gid), now)
        self._overlay.put(spot, inode, now)
        return inode, copied

    def mkdir(self, path: AnyPath, mode: int = 0o777) -> None:
        """Make a directory; over a whiteout it is opaque, and so hides what is below."""
        spot = self._target(path, directory=True)
        search = self._search(spot)
        _, copied = self._make(spot, path, stat.S_IFDIR, mode & 0o1777 & ~UMASK)
        self._note("mkdir", path, search, copied)

    def makedirs(self, path: AnyPath, mode: int = 0o777, exist_ok: bool = False) -> None:
        """Make a directory and the missing ones above it, as ``os.makedirs``."""
        whole = text(path)
        head = whole.rstrip("/").rpartition("/")[0]
        if head and not self.exists(head):
            self.makedirs(head, exist_ok=True)
        try:
            self.mkdir(whole, mode)
        except OSError:
            if not exist_ok or not self.isdir(whole):
                raise

    def symlink(self, target: AnyPath, path: AnyPath) -> None:
        """Make a symlink; ``target`` is stored as it is and need not exist."""
        pointed = text(target)
        if not pointed or byte_length(pointed) >= 4096:
            raise error(errno.ENAMETOOLONG if pointed else errno.ENOENT, target, path)
        spot = self._target(path)
        search = self._search(spot)
        inode, copied = self._make(spot, path, stat.S_IFLNK, 0o777)
        inode.target = pointed
        self._note("symlink", path, search, copied)

    def mknod(self, path: AnyPath, mode: int = 0o600, device: int = 0) -> None:
        """Make a file, device, FIFO or socket; ``device`` is what ``os.makedev`` gives.

        A character device 0/0 is how overlayfs marks a whiteout, and refused: ``EPERM``.
        """
        kind = stat.S_IFMT(mode) or stat.S_IFREG
        special = kind in (stat.S_IFCHR, stat.S_IFBLK)
        if kind not in (stat.S_IFREG, stat.S_IFIFO, stat.S_IFSOCK) and not special:
            raise error(errno.EPERM if kind == stat.S_IFDIR else errno.EINVAL, path)
        spot = self._target(path)
        self._need(spot.chain[-1], WRITE | SEARCH, path)
        if (kind == stat.S_IFCHR and device == 0) or (special and self._enter is not None):
            raise error(errno.EPERM, path)
        search = self._search(spot)
        inode, copied = self._make(spot, path, kind, stat.S_IMODE(mode) & ~UMASK)
        if special:
            inode.device = (os.major(device), os.minor(device))
        self._note("mknod", path, search, copied)

    def link(self, source: AnyPath, path: AnyPath) -> None:
        """Give a file one more name. It is copied up first; a symlink is linked itself."""
        old = self._find(source, follow=False)
        new = self._target(path)
        user = self._user
        if self._enter is not None and not user.may_link(old.place):
            raise error(errno.EPERM, source, path)
        self._need(new.chain[-1], WRITE | SEARCH, path)
        if old.place.children is not None:
            raise error(errno.EPERM, source, path)
        search = self._search(new)
        inode, copied, count = self._overlay.copy_up(old)
        self._overlay.refresh(new)
        copied += self._overlay.copy_up_parents(new)
        inode.links += 1
        self._overlay.put(new, inode, self._clock())
        self._note("link", path, search, copied, count)

    # -- removing and moving names ---------------------------------------------------------

    def _may_delete(self, spot: Spot, path: object, directory: bool) -> None:
        """The kernel's ``may_delete``: rights first, then the kind."""
        parent, place = spot.chain[-1], spot.place
        self._need(parent, WRITE | SEARCH, path)
        if self._enter is not None and not self._user.may_remove(parent, place):
            raise error(errno.EPERM, path)
        if directory != (place.children is not None):
            raise error(errno.ENOTDIR if directory else errno.EISDIR, path)

    def unlink(self, path: AnyPath) -> None:
        """Remove a name. What a lower layer has is hidden by a whiteout; nothing is copied."""
        spot = self._walk(path, False)
        if spot.last != "name":
            raise error(errno.EISDIR, path)
        if spot.place is None:
            raise error(errno.ENOENT, path)
        if spot.slash:
            raise error(errno.EISDIR if spot.place.children is not None else errno.ENOTDIR, path)
        self._may_delete(spot, path, directory=False)
        self._remove("unlink", path, spot)

    remove = unlink

    def rmdir(self, path: AnyPath) -> None:
        """Remove a directory in which nothing is visible: ``ENOTEMPTY`` otherwise."""
        spot = self._walk(path, False)
        if spot.last != "name":
            code = {"dot": errno.EINVAL, "dotdot": errno.ENOTEMPTY}.get(spot.last, errno.EBUSY)
            raise error(code, path)
        if spot.place is None:
            raise error(errno.ENOENT, path)
        self._may_delete(spot, path, directory=True)
        if spot.place.children:
            raise error(errno.ENOTEMPTY, path)
        self._remove("rmdir", path, spot)

    def _remove(self, op: str, path: AnyPath, spot: Spot) -> None:
        search = self._search(spot)
        copied = self._overlay.copy_up_parents(spot)
        whiteout = self._overlay.remove(spot, self._clock())
        self._note(op, path, search, copied, 0, whiteout)

    def rmtree(self, path: AnyPath) -> None:
        """Remove a directory with all below it, as ``rm -rf``: name by name, from the leaves.

        Of a directory that a lower layer has *one* whiteout remains.
        """
        top = text(path)
        if self.islink(top):
            raise error(errno.ENOTDIR, path)
        todo = [(top.rstrip("/") or "/", False)]
        while todo:
            directory, emptied = todo.pop()
            if emptied:
                self.rmdir(directory)
                continue
            todo.append((directory, True))
            for name in self.listdir(directory):
                child = f"{directory.rstrip('/')}/{name}"
                if stat.S_ISDIR(self.lstat(child).st_mode):
                    todo.append((child, False))
                else:
                    self.unlink(child)

    def rename(self, source: AnyPath, path: AnyPath) -> None:
        """Move a name, replacing a file or an empty directory that is in its place.

        A directory that a lower layer has can't be moved: ``EXDEV``, and ``mv`` then copies.
        A file is copied up first, and a whiteout hides the one below.
        """
        old, new = self._walk(source, False), self._walk(path, False)
        self._check_rename(old, new, source, path)
        if new.place is old.place and type(old.place) is Inode:
            return  # two names of one file: nothing happens
        search = self._search(old)
        copied, count, whiteout = self._overlay.rename(old, new, self._clock())
        self._note("rename", source, search, copied, count, whiteout)

    replace = rename

    def _check_rename(self, old: Spot, new: Spot, source: AnyPath, path: AnyPath) -> None:
        """All that can be wrong, in the kernel's order (``do_renameat2`` to ``ovl_rename``)."""

        def fail(code: int) -> OSError:
            return error(code, source, path)

        place, there = old.place, new.place
        if old.last != "name" or new.last != "name":
            raise fail(errno.EBUSY)
        if place is None:
            raise fail(errno.ENOENT)
        directory = place.children is not None
        if not directory and (old.slash or new.slash):
            raise fail(errno.ENOTDIR)
        if any(place is above for above in new.chain):
            raise fail(errno.EINVAL)
        if any(there is above for above in old.chain):
            raise fail(errno.ENOTEMPTY)
        if there is place and type(place) is Inode:
            return
        if len(new.name) >= 64 and byte_length(new.name) > 255:
            raise fail(errno.ENAMETOOLONG)
        if self._enter is not None:
            self._check_rename_rights(old, new, fail)
        if there is not None and directory != (there.children is not None):
            raise fail(errno.ENOTDIR if directory else errno.EISDIR)
        if directory and (type(place) is Entry or place.lower is not None):
            raise fail(errno.EXDEV)
        if there is not None and there.children:
            raise fail(errno.ENOTEMPTY)

    def _check_rename_rights(
        self, old: Spot, new: Spot, fail: Callable[[int], OSError]
    ) -> None:
        source, parent = old.chain[-1], new.chain[-1]
        for spot, above in ((old, source), (new, parent)):
            if not self._user.may(above, WRITE | SEARCH):
                raise fail(errno.EACCES)
            if spot.place is not None and not self._user.may_remove(above, spot.place):
                raise fail(errno.EPERM)
        # A directory that moves to another parent has its own '..' rewritten.
        moves = old.place.children is not None and source is not parent
        if moves and not self._user.may(old.place, WRITE):
            raise fail(errno.EACCES)

    # -- attributes ------------------------------------------------------------------------

    def chmod(self, path: AnyPath, mode: int) -> None:
        """Set the permission bits, following symlinks; copies the file up, same value or not."""
        spot = self._find(path)
        if not self._user.owns(spot.place):
            raise error(errno.EPERM, path)
        mode &= 0o7777
        if self._enter is not None and meta_of(spot.place).gid not in self._user.gids:
            mode &= ~stat.S_ISGID
        self._change("chmod", path, spot).mode = mode

    def chown(
        self, path: AnyPath, uid: int, gid: int, *, follow_symlinks: bool = True
    ) -> None:
        """Set owner and group, ``-1`` for no change; clears setuid and setgid of a file."""
        spot = self._find(path, follow=follow_symlinks)
        meta = meta_of(spot.place)
        if self._enter is not None:
            user, owner = self._user, self._user.uid == meta.uid
            if uid != -1 and not (owner and uid == meta.uid):
                raise error(errno.EPERM, path)
            if gid != -1 and not (owner and (gid in user.gids or gid == meta.gid)):
                raise error(errno.EPERM, path)
        in_group = self._enter is None or meta.gid in self._user.gids
        inode = self._change("chown", path, spot)
        if inode.children is None:
            inode.mode = without_setid(inode.mode, keep_setgid=in_group)
            if CAPABILITY in inode.xattrs:
                inode.xattrs = {k: v for k, v in inode.xattrs.items() if k != CAPABILITY}
        inode.uid = inode.uid if uid == -1 else uid
        inode.gid = inode.gid if gid == -1 else gid

    def utime(
        self, path: AnyPath, times: tuple[float, float] | None = None, *,
        ns: tuple[int, int] | None = None, follow_symlinks: bool = True,
    ) -> None:  # fmt: skip
        """Set the modification time: ``times`` in seconds or ``ns``, (atime, mtime), or now."""
        if times is not None and ns is not None:
            raise ValueError("utime: you may specify either 'times' or 'ns' but not both")
        spot = self._find(path, follow=follow_symlinks)
        if not self._user.owns(spot.place):
            if times is not None or ns is not None:
                raise error(errno.EPERM, path)
            self._need(spot.place, WRITE, path)
        if ns is not None:
            when: Seconds = Fraction(ns[1], 10**9)
        else:
            when = self._clock() if times is None else Fraction(times[1])
        inode = self._change("utime", path, spot)
        inode.mtime = int(when) if when == int(when) else when

    def _change(self, op: str, path: AnyPath, spot: Spot) -> Inode:
        search = self._search(spot)
        inode, copied, count = self._overlay.copy_up(spot)
        self._note(op, path, search, copied, count)
        return inode

    def getxattr(self, path: AnyPath, name: str, *, follow_symlinks: bool = True) -> bytes:
        """One extended attribute; ``ENODATA`` if there is none of this name."""
        place = self._find(path, follow=follow_symlinks).place
        self._check_xattr(place, name, READ, path)
        xattrs = meta_xattrs(place)
        if name not in xattrs:
            raise error(errno.ENODATA, path)
        return bytes(xattrs[name])

    def listxattr(self, path: AnyPath = "/", *, follow_symlinks: bool = True) -> list[str]:
        """The names of the extended attributes, sorted; ``trusted.*`` for root alone."""
        names = sorted(meta_xattrs(self._find(path, follow=follow_symlinks).place))
        return [n for n in names if self._enter is None or not n.startswith("trusted.")]

    def setxattr(
        self, path: AnyPath, name: str, value: bytes, flags: int = 0, *,
        follow_symlinks: bool = True,
    ) -> None:  # fmt: skip
        """Set an extended attribute, ``user.*``, ``trusted.*`` or ``security.*``."""
        spot = self._find(path, follow=follow_symlinks)
        self._check_xattr(spot.place, name, WRITE, path)
        there = name in meta_xattrs(spot.place)
        if flags & os.XATTR_CREATE and there:
            raise error(errno.EEXIST, path)
        if flags & os.XATTR_REPLACE and not there:
            raise error(errno.ENODATA, path)
        inode = self._change("setxattr", path, spot)
        inode.xattrs = MappingProxyType({**inode.xattrs, name: bytes(value)})

    def removexattr(self, path: AnyPath, name: str, *, follow_symlinks: bool = True) -> None:
        """Remove an extended attribute; ``ENODATA`` if there is none of this name."""
        spot = self._find(path, follow=follow_symlinks)
        self._check_xattr(spot.place, name, WRITE, path)
        if name not in meta_xattrs(spot.place):
            raise error(errno.ENODATA, path)
        inode = self._change("removexattr", path, spot)
        inode.xattrs = MappingProxyType({k: v for k, v in inode.xattrs.items() if k != name})

    def _check_xattr(self, place: Any, name: str, want: int, path: object) -> None:
        space = name.partition(".")[0]
        if space not in ("user", "trusted", "security") or name.startswith("trusted.overlay."):
            raise error(errno.EOPNOTSUPP, path)
        if space == "user":
            kind = (place if type(place) is Inode else place.node).type_bits
            if kind not in (stat.S_IFREG, stat.S_IFDIR):
                raise error(errno.EPERM if want == WRITE else errno.ENODATA, path)
            self._need(place, want, path)
        elif self._enter is not None and want == WRITE:
            raise error(errno.EPERM, path)
        elif self._enter is not None and space == "trusted":
            raise error(errno.ENODATA, path)

    # -- the whole -------------------------------------------------------------------------

    @property
    def layers(self) -> tuple[AnyLayer, ...]:
        """The image's layers, lowest first; the container's own lies above them."""
        return tuple(self.image.layers)

    @property
    def upper(self) -> Mapping[str, Node]:
        """The upper directory as it is now: paths to nodes, whiteouts and opaque marks too."""
        return MappingProxyType(upper_changes(self._overlay.root))

    @property
    def size(self) -> int:
        """Bytes of the writable layer, as ``docker ps -s`` prints them."""
        return Layer(self.upper).size

    def items(self) -> Iterable[tuple[str, Node, int]]:
        """Every path the container sees but the root, sorted: path, node, index of its layer."""
        top = len(self.layers)
        todo: list[tuple[str, Any]] = [("", self._overlay.root)]
        while todo:
            path, place = todo.pop()
            if path:
                yield path, place.node, top if type(place) is Inode else place.index
            children = place.children or {}
            todo.extend((f"{path}/{name}", children[name]) for name in sorted(children)[::-1])

    def diff(self) -> list[DiffLine]:
        """What ``docker diff`` prints, sorted by path: ``"A /new"``, ``"C /etc"``, ``"D /old"``."""
        return diff(self._overlay.merged.root, self._overlay.root)

    def layer(self) -> Layer:
        """The layer that ``docker commit`` would store now."""
        return Layer(MappingProxyType(committed(self.upper)))

    def commit(self, history: Any = None) -> Any:
        """The image with :meth:`layer` on top, or with an empty entry if nothing changed."""
        layer = self.layer()
        return self.image.append(layer if layer.changes else None, history)

    def __repr__(self) -> str:
        return f"<Container on {self.image!r}: {len(self.upper)} paths in the upper layer>"


_DOTS = frozenset(("", ".", ".."))


def meta_xattrs(place: Any) -> Mapping[str, bytes]:
    xattrs: Mapping[str, bytes] = meta_of(place).xattrs
    return xattrs
