"""Making, removing and moving names: directories, links, whiteouts.

Source: ``fs/namei.c``, whose order of checks decides which errno wins.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress

from layerlab.container.inode import Inode, is_mount, mount_of
from layerlab.container.mount import Mount
from layerlab.container.rights import SEARCH, WRITE
from layerlab.paths import NAME_MAX, PATH_MAX, AnyPath, Spot, byte_length, error, missing, text
from layerlab.union.merge import Entry

UMASK = 0o022
"""What a container's processes start with, as under Docker."""


class Naming(Mount):
    """The calls that change a directory."""

    def _target(self, path: AnyPath, directory: bool = False) -> Spot:
        """Walk to a name that is to be made: ``EEXIST`` if it is there already."""
        spot = self._walk(path, False)
        if spot.last != "name" or spot.place is not None:
            raise error(errno.EEXIST, path)
        if byte_length(spot.name) > NAME_MAX:
            raise error(errno.ENAMETOOLONG, path)
        if spot.slash and not directory:
            raise error(errno.ENOENT, path)
        return spot

    def _make(
        self, spot: Spot, path: AnyPath, type_bits: int, mode: int
    ) -> tuple[Inode, tuple[str, ...]]:
        """Create what isn't there; group and setgid come from a setgid directory."""
        if byte_length(spot.name) > NAME_MAX:
            raise error(errno.ENAMETOOLONG, path)
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
        missing_ones = [whole]
        head = _parent(whole)
        while head and not self.exists(head) and len(head) < PATH_MAX:
            missing_ones.append(head)
            head = _parent(head)
        for name in missing_ones[:0:-1]:
            with suppress(FileExistsError):
                self.mkdir(name)
        if len(missing_ones) > 1 and whole.endswith("/."):
            return
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
        if mount_of([*old.chain, old.place]) is not mount_of(new.chain):
            raise error(errno.EXDEV, source, path)
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

    def _may_delete(self, spot: Spot, path: object, directory: bool) -> None:
        """The kernel's ``may_delete``: rights first, then the kind."""
        place = spot.place
        if self._enter is not None:
            parent = spot.chain[-1]
            self._need(parent, WRITE | SEARCH, path)
            if not self._user.may_remove(parent, place):
                raise error(errno.EPERM, path)
        if directory != (place.children is not None):
            raise error(errno.ENOTDIR if directory else errno.EISDIR, path)
        if is_mount(place):
            raise error(errno.EBUSY, path)

    def unlink(self, path: AnyPath) -> None:
        """Remove a name. What a lower layer has is hidden by a whiteout; nothing is copied."""
        spot = self._walk(path, False)
        if spot.last != "name":
            raise error(errno.EISDIR, path)
        if spot.place is None:
            raise error(missing(spot.name), path)
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
            raise error(missing(spot.name), path)
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
        todo = [(top, True)]
        while todo:
            name, unvisited = todo.pop()
            if not unvisited:
                self.rmdir(name)
            elif name is top or stat.S_ISDIR(self.lstat(name).st_mode):
                todo.append((name, False))
                todo.extend((f"{name.rstrip('/')}/{child}", True) for child in self.listdir(name))
            else:
                self.unlink(name)

    def rename(self, source: AnyPath, path: AnyPath) -> None:
        """Move a name, replacing a file or an empty directory that is in its place.

        A directory that a lower layer has can't be moved: ``EXDEV``, and ``mv`` then copies.
        A file is copied up first, and a whiteout hides the one below.
        """
        old, new = self._walk(source, False), self._walk(path, False)
        self._check_rename(old, new, source, path)
        if new.place is old.place:
            return  # two names of one file: nothing happens
        search = self._search(old)
        try:
            copied, count, whiteout = self._overlay.rename(old, new, self._clock())
        except OSError as e:
            raise error(e.errno or errno.EIO, source, path) from None
        self._note("rename", source, search, copied, count, whiteout)

    replace = rename

    def _check_rename(self, old: Spot, new: Spot, source: AnyPath, path: AnyPath) -> None:
        """All that can be wrong, in the kernel's order (``do_renameat2`` to ``ovl_rename``)."""

        def fail(code: int) -> OSError:
            return error(code, source, path)

        place, there = old.place, new.place
        if mount_of(old.chain) is not mount_of(new.chain):
            raise fail(errno.EXDEV)
        if old.last != "name" or new.last != "name":
            raise fail(errno.EBUSY)
        if place is None:
            raise fail(missing(old.name))
        if there is None and byte_length(new.name) > NAME_MAX:
            raise fail(errno.ENAMETOOLONG)
        directory = place.children is not None
        if not directory and (old.slash or new.slash):
            raise fail(errno.ENOTDIR)
        if any(place is above for above in new.chain):
            raise fail(errno.EINVAL)
        if any(there is above for above in old.chain):
            raise fail(errno.ENOTEMPTY)
        if there is place:
            return
        for spot in (old, new):
            above = spot.chain[-1]
            if not self._user.may(above, WRITE | SEARCH):
                raise fail(errno.EACCES)
            if spot.place is not None and not self._user.may_remove(above, spot.place):
                raise fail(errno.EPERM)
        if there is not None and directory != (there.children is not None):
            raise fail(errno.ENOTDIR if directory else errno.EISDIR)
        if is_mount(place) or is_mount(there):
            raise fail(errno.EBUSY)
        # A directory that moves to another parent has its own '..' rewritten.
        moves = directory and old.chain[-1] is not new.chain[-1]
        if moves and not self._user.may(place, WRITE):
            raise fail(errno.EACCES)
        if directory and (type(place) is Entry or place.lower is not None):
            raise fail(errno.EXDEV)
        # Of a directory that the upper layer alone has, the upper file system finds out.
        merged = type(there) is Entry or (there is not None and there.lower is not None)
        if merged and there.children:
            raise fail(errno.ENOTEMPTY)


def _parent(path: str) -> str:
    """The path above, as ``os.makedirs`` sees it: a slash at the end counts for nothing."""
    return path.rstrip("/").rpartition("/")[0].rstrip("/")


_DOTS = frozenset(("", ".", ".."))
