"""What can be asked of any tree of files, be it a union or a container."""

import errno
import io
import os
import stat
from collections.abc import Iterator
from typing import Any, Protocol

from layerlab.nodes import Content, File
from layerlab.paths import AnyPath, Spot, error, text


class Reading(Protocol):
    """What can be asked of any tree of files; ``os`` gives names, arguments and errors.

    A relative path starts at the root. Whoever has these methods says how a path is found, what
    ``stat`` tells of what was found, and how a file is read.
    """

    __slots__ = ()

    def _find(self, path: AnyPath, follow: bool = True) -> Spot:
        """Where ``path`` leads; ``ENOENT`` if nowhere."""

    def _stat(self, place: Any) -> os.stat_result:
        """What ``os.stat`` tells of a place in the tree."""

    def listdir(self, path: AnyPath = "/") -> list[str]:
        """The names in a directory, sorted; whiteouts never show."""
        spot = self._find(path)
        if spot.place.children is None:
            raise error(errno.ENOTDIR, path)
        return sorted(spot.place.children)

    def stat(self, path: AnyPath, *, follow_symlinks: bool = True) -> os.stat_result:
        """What ``os.stat`` would give; times are the model's, sizes of directories 4096."""
        return self._stat(self._find(path, follow_symlinks).place)

    def lstat(self, path: AnyPath) -> os.stat_result:
        """``stat`` of the path itself, even if it is a symlink."""
        return self.stat(path, follow_symlinks=False)

    def readlink(self, path: AnyPath) -> str:
        """Where a symlink points, as it was written; ``EINVAL`` for anything else."""
        target: str | None = self._find(path, follow=False).place.target
        if target is None:
            raise error(errno.EINVAL, path)
        return target

    def exists(self, path: AnyPath) -> bool:
        """Whether the path leads somewhere; a dangling symlink doesn't."""
        return self._mode(path) is not None

    def lexists(self, path: AnyPath) -> bool:
        """Whether the path is there, be it a dangling symlink."""
        return self._mode(path, follow=False) is not None

    def isdir(self, path: AnyPath) -> bool:
        """Whether the path leads to a directory."""
        return stat.S_ISDIR(self._mode(path) or 0)

    def isfile(self, path: AnyPath) -> bool:
        """Whether the path leads to a regular file."""
        return stat.S_ISREG(self._mode(path) or 0)

    def islink(self, path: AnyPath) -> bool:
        """Whether the path is a symlink."""
        return stat.S_ISLNK(self._mode(path, follow=False) or 0)

    def _mode(self, path: AnyPath, follow: bool = True) -> int | None:
        try:
            return self.stat(path, follow_symlinks=follow).st_mode
        except (OSError, ValueError):
            return None

    def walk(self, top: AnyPath = "/") -> Iterator[tuple[str, list[str], list[str]]]:
        """As ``os.walk`` from the top down, sorted; take names out of the list to prune."""
        todo = [text(top)]
        while todo:
            path = todo.pop()
            directories: list[str] = []
            others: list[str] = []
            try:
                names = self.listdir(path)
            except OSError:
                continue
            for name in names:
                child = path.rstrip("/") + "/" + name
                (directories if self.isdir(child) else others).append(name)
            yield path, directories, others
            base = path.rstrip("/")
            below = (f"{base}/{name}" for name in reversed(directories))
            todo.extend(child for child in below if not self.islink(child))

    def read_text(self, path: AnyPath, encoding: str = "utf-8") -> str:
        """A file's content as text."""
        return self.read_bytes(path).decode(encoding)

    def read_bytes(self, path: AnyPath) -> bytes:
        """A file's content."""


class ContentIO(io.RawIOBase):
    """Reads a ``Content`` piece by piece, so that a big file never is in memory."""

    def __init__(self, content: Content) -> None:
        self._content, self._at = content, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._content.read(self._at, self._at + len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._content.size}
        if whence not in base or base[whence] + offset < 0:
            raise error(errno.EINVAL, None)
        self._at = base[whence] + offset
        return self._at


def file_of(place: Any, path: object) -> File:
    """The file at ``place``: ``EISDIR`` for a directory, ``ENXIO`` for a device.

    A device has a driver behind it only on a running system; the kernel's answer for a number
    without a driver is ``ENXIO``.
    """
    if place.children is not None:
        raise error(errno.EISDIR, path)
    node = place.node
    if not isinstance(node, File):
        raise error(errno.ENXIO, path)
    return node
