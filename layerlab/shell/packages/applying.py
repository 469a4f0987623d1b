"""Puts changes into the tree as programs do: directories made in place, files renamed into it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import replace

from layerlab.nodes import Directory, File, Symlink, Visible
from layerlab.shell.files import Files


def apply(files: Files, changes: Mapping[str, File | Directory | Symlink | None], now: int) -> None:
    """Make each path what it is to be, ``None`` for what goes. New things have the time ``now``.

    A script makes its directories with mkdir, so they aren't opaque as dpkg's are. What it made
    in a directory that isn't here, it wouldn't have made here.
    """
    new: dict[str, Visible] = {}
    for path in sorted(changes):
        node = changes[path]
        if node is not None and not exists(files, path.rpartition("/")[0] or "/"):
            continue
        if isinstance(node, Directory):
            directory(files, path, node.meta.mode, node.meta.uid, node.meta.gid)
        elif node is not None:
            new[path] = replace(node, meta=replace(node.meta, mtime=node.meta.mtime or now))
    files.unpack(new)
    for path in sorted(changes, reverse=True):
        if changes[path] is None:
            remove(files, path)


def directory(files: Files, path: str, mode: int, uid: int = 0, gid: int = 0) -> None:
    """A directory with this mode and owner, made if it isn't there."""
    try:
        found = files.stat(path)
    except FileNotFoundError:
        parent = path.rpartition("/")[0]
        if parent:
            directory_there(files, parent)
        files.mkdir(path, mode)
        found = files.stat(path)
    if (found.st_uid, found.st_gid) != (uid, gid):
        files.chown(path, uid, gid)
        found = files.stat(path)
    if stat.S_IMODE(found.st_mode) != mode:
        files.chmod(path, mode)


def directory_there(files: Files, path: str) -> None:
    """A directory as it is, made with the usual mode if it isn't there."""
    try:
        files.stat(path)
    except FileNotFoundError:
        directory(files, path, 0o755)


def remove(files: Files, path: str) -> bool:
    """Remove what is at a path, if that works; a directory only when it is empty."""
    try:
        found = files.lstat(path)
        (files.rmdir if stat.S_ISDIR(found.st_mode) else files.unlink)(path)
    except OSError:
        return False
    return True


def touched(files: Files, path: str, mode: int) -> None:
    """Open a file for writing, made if it isn't there, and write nothing: a lock."""
    flags = os.O_RDWR | os.O_CREAT
    try:
        files.os_open(path, flags, mode).close()
    except FileNotFoundError:
        directory_there(files, path.rpartition("/")[0])
        files.os_open(path, flags, mode).close()


def appended(files: Files, path: str, data: bytes, mode: int = 0o644, gid: int = 0) -> None:
    """Add to a file's end, made if it isn't there."""
    there = exists(files, path)
    if not there:
        touched(files, path, mode)
        if gid:
            files.chown(path, 0, gid)
        files.chmod(path, mode)
    with files.os_open(path, os.O_WRONLY | os.O_APPEND) as file:
        file.write(data)


def exists(files: Files, path: str) -> bool:
    """Whether a path leads to something."""
    try:
        files.stat(path)
    except OSError:
        return False
    return True
