"""What the shell needs of a tree of files: the ``os`` module's calls, writable or not."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from typing import Any, Protocol

from layerlab.nodes import Visible
from layerlab.paths import AnyPath, error


class Opened(Protocol):
    """An open file."""

    def read(self, size: int = -1, /) -> bytes: ...
    def write(self, data: bytes, /) -> int: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def truncate(self, size: int | None = None, /) -> int: ...
    def close(self) -> None: ...


class Files(Protocol):
    """A tree that programs act on. ``Container`` is one; errors are the kernel's."""

    def listdir(self, path: AnyPath = "/") -> list[str]: ...
    def stat(self, path: AnyPath, *, follow_symlinks: bool = True) -> os.stat_result: ...
    def lstat(self, path: AnyPath) -> os.stat_result: ...
    def lexists(self, path: AnyPath) -> bool: ...
    def readlink(self, path: AnyPath) -> str: ...
    def read_bytes(self, path: AnyPath) -> bytes: ...
    def listxattr(self, path: AnyPath = "/", *, follow_symlinks: bool = True) -> list[str]: ...
    def getxattr(self, path: AnyPath, name: str, *, follow_symlinks: bool = True) -> bytes: ...
    def os_open(self, path: AnyPath, flags: int = 0, mode: int = 0o777) -> Any: ...
    def mkdir(self, path: AnyPath, mode: int = 0o777) -> None: ...
    def rmdir(self, path: AnyPath) -> None: ...
    def unlink(self, path: AnyPath) -> None: ...
    def rename(self, source: AnyPath, path: AnyPath) -> None: ...
    def link(self, source: AnyPath, path: AnyPath) -> None: ...
    def symlink(self, target: AnyPath, path: AnyPath) -> None: ...
    def mknod(self, path: AnyPath, mode: int = 0o600, device: int = 0) -> None: ...
    def chmod(self, path: AnyPath, mode: int) -> None: ...
    def chown(self, path: AnyPath, uid: int, gid: int, *, follow_symlinks: bool = True) -> None: ...
    def utime(
        self, path: AnyPath, times: tuple[float, float] | None = None, *,
        ns: tuple[int, int] | None = None, follow_symlinks: bool = True,
    ) -> None: ...  # fmt: skip
    def setxattr(
        self, path: AnyPath, name: str, value: bytes, flags: int = 0, *,
        follow_symlinks: bool = True,
    ) -> None: ...  # fmt: skip
    def unpack(self, nodes: Mapping[str, Visible]) -> None: ...


class ReadOnly:
    """A tree that can be read alone, as a file system mounted ``ro``: changes are ``EROFS``."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree

    def __getattr__(self, name: str) -> Any:
        if name in _CHANGES:
            return self._refuse
        return getattr(self._tree, name)

    def as_user(self, uid: int, gids: Any) -> ReadOnly:
        """The tree as somebody sees it whom permission bits stop."""
        return ReadOnly(self._tree.as_user(uid, gids))

    def _refuse(self, path: AnyPath, *_: Any, **__: Any) -> None:
        raise error(errno.EROFS, path)

    def mkdir(self, path: AnyPath, mode: int = 0o777) -> None:
        """``EEXIST`` goes before ``EROFS`` (``filename_create`` in ``fs/namei.c``)."""
        raise error(errno.EEXIST if self._tree.lexists(path) else errno.EROFS, path)

    def _change(self, path: AnyPath, *_: Any, follow_symlinks: bool = True, **__: Any) -> None:
        """What has to be found first: ``ENOENT`` goes before ``EROFS``."""
        self._tree.stat(path, follow_symlinks=follow_symlinks)
        raise error(errno.EROFS, path)

    chmod = chown = utime = setxattr = _change

    def os_open(self, path: AnyPath, flags: int = 0, mode: int = 0o777) -> Any:
        if self._tree.isdir(path) and flags & (os.O_CREAT | os.O_ACCMODE):
            raise error(errno.EISDIR, path)
        if flags & os.O_CREAT and not self._tree.exists(path):
            raise error(errno.EROFS, path)
        if flags & (os.O_ACCMODE | os.O_TRUNC):
            self._change(path)
        return self._tree.open(path, "rb")


_CHANGES = frozenset(("rmdir", "unlink", "rename", "link", "symlink", "mknod", "unpack"))


def writable(tree: Any) -> Files:
    """``tree`` itself if it can be written, else one that says at every change that it can't."""
    found: Files = tree if hasattr(tree, "os_open") else ReadOnly(tree)
    return found
