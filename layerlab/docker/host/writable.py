"""A container's own layer as it lies on disk, the one Docker puts beneath it, and both merged."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from layerlab.container import Container
from layerlab.container.data import read, size_of
from layerlab.container.inode import Inode, beneath
from layerlab.docker.host.place import Names, Place, folder
from layerlab.engine.state import StoredContainer
from layerlab.layer import IMPLIED
from layerlab.nodes import (
    CHUNK,
    Change,
    Device,
    Directory,
    File,
    LowerLink,
    Meta,
    Seconds,
    Visible,
    Whiteout,
)

OPAQUE = "trusted.overlay.opaque"
WHITEOUT = Device("char", 0, 0, Meta(0))
"""How overlayfs marks a deletion: a character device 0/0."""
DIRECTORY, FILE = "directory", "file"
_INIT = {
    "/dev/pts": DIRECTORY,
    "/dev/shm": DIRECTORY,
    "/proc": DIRECTORY,
    "/sys": DIRECTORY,
    "/.dockerenv": FILE,
    "/etc/resolv.conf": FILE,
    "/etc/hosts": FILE,
    "/etc/hostname": FILE,
    "/dev/console": FILE,
    "/etc/mtab": "/proc/mounts",
}


def init_layer(box: StoredContainer) -> Container:
    """What stands beneath a container: its image, with somewhere to mount things.

    As moby makes it (``daemon/initlayer/setup_unix.go``): files on the way are removed first.
    """
    files = Container(box.image, clock=lambda: box.created)
    for path, kind in _INIT.items():
        names = path.split("/")
        for depth in range(2, len(names) + 1):
            with suppress(OSError):
                files.unlink("/".join(names[:depth]))
        if files.exists(path):
            continue
        files.makedirs(path if kind is DIRECTORY else path.rpartition("/")[0] or "/", exist_ok=True)
        if kind is FILE:
            files.os_open(path, os.O_CREAT, 0o755).close()
        elif kind is not DIRECTORY:
            files.symlink(kind, path)
    return files


def is_mounted(box: StoredContainer) -> bool:
    """Whether its process is there: a paused one is, too."""
    return box.status in ("running", "paused")


def work(when: int) -> Place:
    """The scratch directory of overlayfs, once the layer was mounted to be written to."""
    return folder({"work": folder(mode=0, mtime=when)}, mtime=when)


@dataclass(frozen=True, slots=True)
class Live:
    """The content of a file in a container, as long as it may change: never copied."""

    inode: Inode

    @property
    def size(self) -> int:
        return size_of(self.inode.data)

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        return read(self.inode.data, start, stop)

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        for start in range(0, self.size, size):
            yield self.read(start, start + size)


def live(inode: Inode) -> Visible:
    """The node of an inode, its content as it is when somebody reads it."""
    if inode.type_bits == stat.S_IFREG:
        return File(Live(inode), inode.meta)
    return inode.node


def on_disk(node: Change, when: Seconds) -> Visible:
    """What overlayfs keeps for a node: whiteouts are devices, opacity is an attribute."""
    if node is IMPLIED:
        return Directory(Meta(0o755, mtime=when))
    if isinstance(node, Whiteout):
        return replace(WHITEOUT, meta=Meta(0, mtime=when))
    if isinstance(node, Directory) and node.opaque:
        meta = replace(node.meta, xattrs={**node.meta.xattrs, OPAQUE: b"y"})
        return Directory(meta, opaque=True)
    assert not isinstance(node, LowerLink)
    return node


def upper(files: Container, when: int) -> Place:
    """The writable layer of a container as it is at this moment, whiteouts and all."""
    names = Names(lambda: _upper_names(files.root), lambda name: _upper_at(files.root, name, when))
    return Place(Directory(Meta(0o755, mtime=when)), names)


def _upper_names(directory: Any) -> Iterator[str]:
    if isinstance(directory, Inode) and directory.children is not None:
        yield from (
            name for name, child in directory.children.items() if isinstance(beneath(child), Inode)
        )
        yield from directory.whiteouts


def _upper_at(directory: Any, name: str, when: int) -> Place | None:
    if not isinstance(directory, Inode):
        return None
    child = beneath((directory.children or {}).get(name))
    if isinstance(child, Inode):
        names = None
        if child.children is not None:
            names = Names(lambda: _upper_names(child), lambda below: _upper_at(child, below, when))
        return Place(on_disk(live(child), when), names, links=child.links, of=child)
    if name not in directory.whiteouts:
        return None
    return Place(on_disk(Whiteout(), directory.mtime), of=directory.whiteouts)


def merged(box: StoredContainer) -> Place:
    """What is mounted for a running container: its own layer over the one beneath.

    What the process finds in ``/dev``, ``/proc`` and ``/etc/hosts`` is mounted where only it
    can see it.
    """
    below, files = init_layer(box), box.files
    names = _merged_names(below, below.root, lambda: files.root)
    return Place(files.root.node, names)


def _merged_names(init: Container, under: Any, find: Callable[[], Any]) -> Names:
    """The names of a merged directory: ``under`` is the one beneath, ``find`` the container's."""

    def names() -> Iterator[str]:
        over, lower = find(), (under.children if under is not None else {})
        if not isinstance(over, Inode):
            yield from lower
            return
        for name, child in (over.children or {}).items():
            if isinstance(beneath(child), Inode) or name in lower:
                yield name
        if over.lower is not None:
            yield from lower.keys() - (over.children or {}).keys() - over.whiteouts

    def place(name: str) -> Place | None:
        over = find()
        below = (under.children or {}).get(name) if under is not None else None
        if not isinstance(over, Inode):
            return below and _beneath(init, below)
        child = beneath((over.children or {}).get(name))
        if isinstance(child, Inode):
            inner = None
            if child.children is not None:
                inner = _merged_names(
                    init, below if child.lower is not None else None, lambda: child
                )
            return Place(live(child), inner, links=child.links, of=child)
        if name in over.whiteouts or (child is None and over.lower is None):
            return None
        return below and _beneath(init, below)

    return Names(names, place)


def _beneath(init: Container, place: Any) -> Place:
    """A file of the image or of the layer between."""
    if place.children is not None:
        names = Names(
            lambda: iter(place.children),
            lambda name: _beneath(init, place.children[name]) if name in place.children else None,
        )
        return Place(place.node, names, of=place)
    if isinstance(place, Inode):
        return Place(live(place), links=place.links, of=place)
    return Place(place.node, links=init._stat(place).st_nlink, of=place.node)
