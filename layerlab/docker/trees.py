"""Files on the move between a container and this machine, as ``docker cp`` carries them."""

from __future__ import annotations

import os
import posixpath
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from layerlab.nodes import Bytes, Directory, File, Meta, Symlink

Cargo = Mapping[str, Directory | File | Symlink]
"""Relative path to what is there, parents first; ``"."`` is the place itself."""


class Local:
    """The files of this machine, under the names that a container's have."""

    lstat = staticmethod(os.lstat)
    listdir = staticmethod(os.listdir)
    readlink = staticmethod(os.readlink)
    lexists = staticmethod(os.path.lexists)
    isdir = staticmethod(os.path.isdir)
    islink = staticmethod(os.path.islink)
    mkdir = staticmethod(os.mkdir)
    symlink = staticmethod(os.symlink)
    chmod = staticmethod(os.chmod)
    utime = staticmethod(os.utime)
    unlink = staticmethod(os.unlink)
    rmtree = staticmethod(shutil.rmtree)

    @staticmethod
    def read_bytes(path: str) -> bytes:
        return Path(path).read_bytes()

    @staticmethod
    def write_bytes(path: str, data: bytes) -> int:
        return Path(path).write_bytes(data)

    @staticmethod
    def chown(path: str, uid: int, gid: int, *, follow_symlinks: bool = True) -> None:
        """Whoever copies owns the copies here."""


LOCAL = Local()


def pack(files: Any, path: str, name: str) -> Cargo:
    """What is at ``path``, and below it, under ``name``; special files are left out."""
    return dict(_packed(files, path, name))


def _packed(files: Any, path: str, name: str) -> Iterator[tuple[str, Directory | File | Symlink]]:
    entry = files.lstat(path)
    mtime = entry.st_mtime_ns // 10**9
    meta = Meta(stat.S_IMODE(entry.st_mode), entry.st_uid, entry.st_gid, mtime)
    if stat.S_ISLNK(entry.st_mode):
        yield name, Symlink(files.readlink(path), meta)
    elif stat.S_ISREG(entry.st_mode):
        yield name, File(Bytes(files.read_bytes(path)), meta)
    elif stat.S_ISDIR(entry.st_mode):
        yield name, Directory(meta)
        for child in sorted(files.listdir(path)):
            yield from _packed(files, posixpath.join(path, child), posixpath.join(name, child))


def unpack(files: Any, folder: str, cargo: Cargo) -> None:
    """Put everything in ``folder``; directories that are there are merged, the rest replaced.

    Directories get their times last, since filling them changes those (moby: archive.Unpack).
    """
    for name, node in cargo.items():
        path = posixpath.normpath(posixpath.join(folder, name))
        _make_room(files, path, node)
        if isinstance(node, Symlink):
            files.symlink(node.target, path)
        elif isinstance(node, File):
            files.write_bytes(path, node.content.read())
        elif not files.lexists(path):
            files.mkdir(path)
        files.chown(path, node.meta.uid, node.meta.gid, follow_symlinks=False)
        if not isinstance(node, Symlink):
            files.chmod(path, node.meta.mode)
        if not isinstance(node, Directory):
            _set_time(files, path, node)
    for name, node in cargo.items():
        if isinstance(node, Directory):
            _set_time(files, posixpath.normpath(posixpath.join(folder, name)), node)


def _make_room(files: Any, path: str, node: Directory | File | Symlink) -> None:
    if not files.lexists(path):
        return
    if not stat.S_ISDIR(files.lstat(path).st_mode):
        files.unlink(path)
    elif not isinstance(node, Directory):
        files.rmtree(path)


def _set_time(files: Any, path: str, node: Directory | File | Symlink) -> None:
    moment = int(node.meta.mtime) * 10**9
    files.utime(path, ns=(moment, moment), follow_symlinks=False)
