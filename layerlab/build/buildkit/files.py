"""COPY, ADD and WORKDIR as BuildKit does them: on the snapshot's files, one after the other.

BuildKit: ``solver/llbsolver/file/backend.go``; fsutil: ``copy/copy.go``, ``copy/mkdir.go``, as
moby 20.10 has them.
"""

from __future__ import annotations

import os
import posixpath

from layerlab.build import unpacking
from layerlab.build.buildkit.content import is_wild, matching
from layerlab.build.buildkit.graph import Copy, MakeDirectory
from layerlab.build.sources import Source, scoped
from layerlab.build.unpacking import ROOT, Owner
from layerlab.container import Container
from layerlab.errors import EngineError
from layerlab.nodes import Device, Directory, File, Symlink, Visible
from layerlab.shell.programs.copier import copy_data
from layerlab.union.reading import ContentIO

_TABLES = "/etc/passwd", "/etc/group"


def make_directory(files: Container, made: MakeDirectory, mount: str) -> None:
    """A directory and its missing parents; ``mount`` is where the engine has the files."""
    owner = owner_of(files, made.owner, mount) if made.owner else ROOT
    _all_of(files, scoped(files, made.path), owner, mount)


def copy(files: Container, source: Source, wanted: Copy, mount: str) -> None:
    """All sources, in order; errors are BuildKit's, with paths of the host in them."""
    owner = owner_of(files, wanted.owner, mount) if wanted.owner else None
    for path in wanted.sources:
        for place in matching(source.files, path) if is_wild(path) else [path]:
            if not (wanted.unpack and _unpacked(files, source, place, wanted, owner, mount)):
                _Copier(files, source, owner, wanted.mode, mount).copy(place, wanted.target)


def owner_of(files: Container, text: str, mount: str) -> Owner:
    """Whom ``bob:staff`` means; a name that isn't in the files' tables is root's, silently."""
    user, colon, group = text.partition(":")
    uid, gid = _account(files, user, 0, mount)
    if colon:
        gid = _account(files, group, 1, mount)[0]
    return uid, gid


def _account(files: Container, name: str, table: int, mount: str) -> Owner:
    """The number of a user or group, and a user's own group."""
    if name == "root" or (name.isascii() and name.isdecimal()):
        number = 0 if name == "root" else int(name)
        return number, number
    path = scoped(files, _TABLES[table])
    try:
        text = files.read_bytes(path).decode("utf-8", "replace")
    except OSError:
        raise EngineError(f"open {mount}{path}: no such file or directory") from None
    for row in text.splitlines():
        fields = row.split(":")
        if fields[0] == name and len(fields) > 2 + (not table):
            numbers = [int(part) if part.isdecimal() else 0 for part in fields[2:4]]
            return numbers[0], numbers[0] if table else numbers[1]
    return 0, 0


def _all_of(files: Container, path: str, owner: Owner, mount: str) -> None:
    """A directory and the parents that are missing, 0755, all of them the owner's."""
    try:
        unpacking.make_folders(files, path, owner)
    except OSError:
        above = path
        while not files.lexists(above):
            above = posixpath.dirname(above)
        raise EngineError(f"mkdir {mount}{above}: not a directory") from None


def _unpacked(
    files: Container, source: Source, path: str, wanted: Copy, owner: Owner | None, mount: str
) -> bool:
    """Whether the source is an archive; then it is unpacked."""
    layer = unpacking.archive_in(source, scoped(source.files, path))
    if layer is None:
        return False
    to = scoped(files, wanted.target)
    _all_of(files, to, owner or ROOT, mount)
    unpacking.unpack(files, layer, to)
    return True


class _Copier:
    """One source into its place; without an owner all keep their own."""

    def __init__(
        self, files: Container, source: Source, owner: Owner | None, mode: int | None, mount: str
    ) -> None:
        self._files, self._source, self._mount = files, source, mount
        self._owner, self._mode = owner, mode
        self._links: dict[int, str] = {}

    def copy(self, path: str, target: str) -> None:
        """A file, or what a directory holds."""
        folder, name = posixpath.split(target)
        self._make(folder if name not in ("", ".") else target)
        to = scoped(self._files, target)
        place = scoped(self._source.files, path)
        if not self._source.files.lexists(place):
            raise EngineError(f"lstat {self._mount}{place}: no such file or directory")
        is_folder = self._source.files.isdir(place)
        there = self._files.isdir(to)
        if not is_folder and there:
            to = posixpath.join(to, posixpath.basename(path))
        self._make(to if is_folder and not self._files.lexists(to) else posixpath.dirname(to))
        self._put(self._source.node(place) if place != "/" else Directory(), place, to, top=True)

    def _make(self, path: str) -> None:
        _all_of(self._files, scoped(self._files, path), self._owner or ROOT, self._mount)

    def _put(self, node: Visible, path: str, to: str, *, top: bool = False) -> None:
        files = self._files
        if isinstance(node, Directory):
            self._folder(node, path, to, top=top)
            return
        if files.lexists(to):
            if files.isdir(to) and not files.islink(to):
                raise EngineError(f"cannot replace to directory {self._mount}{to} with file")
            files.unlink(to)
        if isinstance(node, Device) and node.device in ("fifo", "socket"):
            return  # not supported, and passed over
        first = self._links.setdefault(id(node), to)
        if isinstance(node, File) and first != to:
            files.link(first, to)
        elif isinstance(node, File):
            with files.open(to, "wb") as writing:
                copy_data(ContentIO(node.content), writing)
        elif isinstance(node, Symlink):
            files.symlink(node.target, to)
        elif isinstance(node, Device):
            number = os.makedev(node.major, node.minor)
            files.mknod(to, node.type_bits | node.meta.mode, number)
        self._attributes(node, to)

    def _folder(self, node: Directory, path: str, to: str, *, top: bool) -> None:
        files, made = self._files, False
        if not files.lexists(to):
            files.mkdir(to, node.meta.mode)
            made = True
        elif files.islink(to) or not files.isdir(to):
            raise EngineError(f"cannot copy to non-directory: {self._mount}{to}")
        for name in self._source.files.listdir(path):
            below = posixpath.join(path, name)
            self._put(self._source.node(below), below, posixpath.join(to, name))
        if made or not top:
            self._attributes(node, to)

    def _attributes(self, node: Visible, to: str) -> None:
        files, meta = self._files, node.meta
        files.chown(to, *(self._owner or (meta.uid, meta.gid)), follow_symlinks=False)
        if not isinstance(node, Symlink):
            mode = meta.mode
            files.chmod(to, mode if self._mode is None else mode & ~0o777 | self._mode & 0o777)
        nanoseconds = int(meta.mtime * 10**9)
        files.utime(to, ns=(nanoseconds, nanoseconds), follow_symlinks=False)
        for name, value in meta.xattrs.items():
            files.setxattr(to, name, value, follow_symlinks=False)
