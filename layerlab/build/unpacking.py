"""Files put into a container, one tar entry after the other, as Docker unpacks them.

moby 20.10: ``pkg/archive/archive.go`` (Unpack, createTarFile), ``pkg/containerfs/archiver.go``
and ``builder/dockerfile/copy.go``.
"""

from __future__ import annotations

import bz2
import errno
import lzma
import os
import posixpath
from collections.abc import Iterable
from typing import Any

from layerlab.build.sources import Source
from layerlab.container import Container
from layerlab.errors import LayerlabError
from layerlab.layer import Layer
from layerlab.nodes import Change, Device, Directory, File, LowerLink, Symlink
from layerlab.shell.programs.copier import copy_data
from layerlab.tarball import looks_like_tar
from layerlab.union.reading import ContentIO

Owner = tuple[int, int]
ROOT: Owner = (0, 0)
_BZIP2, _XZ = b"BZh", b"\xfd7zXZ\x00"


def make_folders(files: Container, path: str, owner: Owner = ROOT) -> None:
    """A directory and the parents that are missing, 0755; those that are there stay as they are."""
    missing: list[str] = []
    above = path
    while not files.lexists(above):
        missing.append(above)
        above = posixpath.dirname(above)
    if not files.isdir(above):
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
    for folder in reversed(missing):
        files.mkdir(folder, 0o755)
        files.chown(folder, *owner)


class Unpacker:
    """Entries that come into a directory; directories get their times when all is there."""

    def __init__(self, files: Container, folder: str) -> None:
        self._files, self._folder = files, folder
        self._links: dict[int, str] = {}
        self._times: list[tuple[str, Any]] = []

    def put(self, name: str, node: Change) -> None:
        """One entry, over whatever is there."""
        path = posixpath.join(self._folder, name)
        make_folders(self._files, posixpath.dirname(path))
        self._make_room(path, node)
        if isinstance(node, LowerLink):
            self._files.link(posixpath.join(self._folder, node.target.lstrip("/")), path)
            return
        first = self._links.setdefault(id(node), path)
        if first != path and not isinstance(node, Directory):
            self._files.link(first, path)
        elif isinstance(node, Directory):
            if not self._files.lexists(path):
                self._files.mkdir(path, node.meta.mode)
        elif isinstance(node, Symlink):
            self._files.symlink(node.target, path)
        elif isinstance(node, File):
            with self._files.open(path, "wb") as writing:
                copy_data(ContentIO(node.content), writing)
        elif isinstance(node, Device):
            number = os.makedev(node.major, node.minor)
            self._files.mknod(path, node.type_bits | node.meta.mode, number)
        self._attributes(path, node)

    def _make_room(self, path: str, node: Change) -> None:
        files = self._files
        if not files.lexists(path):
            return
        if files.islink(path) or not files.isdir(path):
            files.unlink(path)
        elif not isinstance(node, Directory):
            files.rmtree(path)

    def _attributes(self, path: str, node: Change) -> None:
        meta = getattr(node, "meta", None)
        if meta is None:
            return
        files, link = self._files, isinstance(node, Symlink)
        files.chown(path, meta.uid, meta.gid, follow_symlinks=False)
        for name, value in meta.xattrs.items():
            files.setxattr(path, name, value, follow_symlinks=False)
        if not link:
            files.chmod(path, meta.mode)
        self._times.append((path, meta.mtime))
        if not isinstance(node, Directory):
            self._set_time(*self._times.pop())

    def _set_time(self, path: str, mtime: Any) -> None:
        nanoseconds = int(mtime // 1) * 10**9
        self._files.utime(path, ns=(nanoseconds, nanoseconds), follow_symlinks=False)

    def finish(self) -> None:
        """All entries are there."""
        for path, mtime in self._times:
            self._set_time(path, mtime)


def copy_file(files: Container, source: Source, path: str, to: str, owner: Owner | None) -> None:
    """A single file, symlinks in its path followed; without an owner it keeps its own."""
    make_folders(files, posixpath.dirname(to), owner or ROOT)
    unpacker = Unpacker(files, posixpath.dirname(to))
    unpacker.put(posixpath.basename(to), source.node(path))
    if owner:
        files.chown(to, *owner, follow_symlinks=False)


def copy_folder(files: Container, source: Source, path: str, to: str, owner: Owner | None) -> None:
    """What a directory holds, into another; that gets an owner only if it is new."""
    there = files.isdir(to)
    make_folders(files, to)
    unpacker = Unpacker(files, to)
    names: list[str] = []
    for entry, node in source.walk(path):
        name = posixpath.relpath(entry, path)
        if entry != path and not (isinstance(node, Device) and node.device == "socket"):
            unpacker.put(name, node)
            names.append(name)
    unpacker.finish()
    if owner:
        changed = names if there else ["", *names]
        _give(files, (posixpath.join(to, name).rstrip("/") or "/" for name in changed), owner)


def _give(files: Container, paths: Iterable[str], owner: Owner) -> None:
    for path in paths:
        if files.lexists(path):
            files.chown(path, *owner, follow_symlinks=False)


def archive_in(source: Source, path: str) -> Layer | None:
    """The tar that a file is, plain or compressed, if it is one: ADD unpacks it."""
    node = source.node(path)
    if not isinstance(node, File) or not node.size:
        return None
    data = node.content.read()
    try:
        if data.startswith(_BZIP2):
            data = bz2.decompress(data)
        elif data.startswith(_XZ):
            data = lzma.decompress(data)
        if data[:2] != b"\x1f\x8b" and (not looks_like_tar(data[:512]) or not any(data[:512])):
            return None
        layer = Layer.from_tar(data)
    except (LayerlabError, OSError, EOFError, ValueError, lzma.LZMAError):
        return None
    return layer if layer.changes else None


def unpack(files: Container, layer: Layer, to: str) -> None:
    """All that a tar holds, into a directory, with its own owners and times."""
    make_folders(files, to)
    unpacker = Unpacker(files, to)
    for path, node in layer.changes.items():
        if path != "/":
            unpacker.put(path[1:], node)
    unpacker.finish()
