"""Mode, owner, times and extended attributes: any change copies the whole file up.

Source: ``fs/attr.c``, ``fs/xattr.c`` and the kernel's ``ovl_setattr`` and ``ovl_xattr_set``.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from layerlab.container.handle import drop_capability, without_setid
from layerlab.container.inode import Inode
from layerlab.container.mount import Mount
from layerlab.container.rights import READ, WRITE, meta_of
from layerlab.nodes import Seconds
from layerlab.paths import AnyPath, Spot, error

XATTR_SPACES = ("user", "trusted", "security")


class Attributes(Mount):
    """The calls that change what ``stat`` tells."""

    def chmod(self, path: AnyPath, mode: int) -> None:
        """Set the permission bits, following symlinks; copies the file up, same value or not."""
        spot = self._find(path)
        if not self._user.owns(spot.place):
            raise error(errno.EPERM, path)
        mode &= 0o7777
        if self._enter is not None and meta_of(spot.place).gid not in self._user.gids:
            mode &= ~stat.S_ISGID
        self._change("chmod", path, spot).mode = mode

    def chown(self, path: AnyPath, uid: int, gid: int, *, follow_symlinks: bool = True) -> None:
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
        mode = meta.mode
        if spot.place.children is None:
            mode = without_setid(mode, keep_setgid=in_group)
        if mode != meta.mode and not self._user.owns(spot.place):
            raise error(errno.EPERM, path)
        inode = self._change("chown", path, spot)
        inode.mode = mode
        if inode.children is None:
            drop_capability(inode)
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
        # The kernel copies up before the upper file system has its say, so the copy stays
        # even if that refuses.
        inode = self._change("setxattr", path, spot)
        if name.partition(".")[0] not in XATTR_SPACES:
            raise error(errno.EOPNOTSUPP, path)
        if flags & os.XATTR_CREATE and name in inode.xattrs:
            raise error(errno.EEXIST, path)
        if flags & os.XATTR_REPLACE and name not in inode.xattrs:
            raise error(errno.ENODATA, path)
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
        root = self._enter is None
        if name.startswith("trusted.overlay."):
            raise error(errno.EOPNOTSUPP if root else errno.EPERM, path)
        if space == "user":
            kind = (place if type(place) is Inode else place.node).type_bits
            if kind not in (stat.S_IFREG, stat.S_IFDIR):
                raise error(errno.EPERM if want == WRITE else errno.ENODATA, path)
            sticky = kind == stat.S_IFDIR and meta_of(place).mode & stat.S_ISVTX
            if sticky and want == WRITE and not self._user.owns(place):
                raise error(errno.EPERM, path)
        if space == "trusted" and not root:
            raise error(errno.EPERM if want == WRITE else errno.ENODATA, path)
        if space == "security" and not root and want == WRITE:
            raise error(errno.EPERM, path)
        if space not in ("trusted", "security"):
            self._need(place, want, path)
        if space not in XATTR_SPACES and want == READ:
            raise error(errno.EOPNOTSUPP, path)


def meta_xattrs(place: Any) -> Mapping[str, bytes]:
    """The extended attributes, wherever the file lies."""
    xattrs: Mapping[str, bytes] = meta_of(place).xattrs
    return xattrs
