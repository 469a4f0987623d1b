"""What the upper directory holds: inodes that can be changed."""

from __future__ import annotations

import copy
import os
import stat
from collections.abc import Mapping
from typing import Any

from layerlab.container.data import Data, freeze, size_of
from layerlab.nodes import (
    NO_XATTRS,
    Bytes,
    Device,
    Directory,
    File,
    Meta,
    Seconds,
    Symlink,
    Visible,
)
from layerlab.union.merge import Entry
from layerlab.union.stats import directory_links, make_stat

DEVICES = {
    stat.S_IFCHR: "char",
    stat.S_IFBLK: "block",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
}


class Inode:
    """A file, directory, symlink or device of the upper layer; several names may lead to it.

    A directory's ``children`` are the merged view, so that one look-up is enough: those that
    are ``Inode``s lie in the upper directory, those that are ``Entry``s in a lower one.
    """

    __slots__ = (
        "children", "covers", "data", "device", "gid", "ino", "links", "lower", "mode", "mtime",
        "opaque", "read_only", "source", "target", "type_bits", "uid", "whiteouts", "xattrs",
    )  # fmt: skip

    def __init__(
        self, type_bits: int, mode: int, uid: int, gid: int, mtime: Seconds, ino: int
    ) -> None:
        self.type_bits, self.mode, self.uid, self.gid = type_bits, mode, uid, gid
        self.mtime, self.ino, self.links = mtime, ino, 1
        self.xattrs: Mapping[str, bytes] = NO_XATTRS
        self.data: Data = _NOTHING
        self.target: str | None = None
        self.device = (0, 0)
        self.children: dict[str, Any] | None = None
        self.whiteouts: set[str] = _NO_NAMES
        self.opaque = False
        """The opaque mark as it stands on disk (``trusted.overlay.opaque``)."""
        self.source: Visible | None = None
        """The value that the inode was made of, which it still is until something changes."""
        self.lower: Entry | None = None
        """The merged lower directory that this one lies over; ``None``: nothing shows through."""
        self.covers: Place | None = None
        """For the top of a file system mounted here: what lies beneath it in this one."""
        self.read_only = False
        """It lies in a file system that is mounted read-only."""
        if type_bits == stat.S_IFDIR:
            self.children, self.whiteouts = {}, set()

    @classmethod
    def copy_of(cls, entry: Entry, ino: int) -> Inode:
        """What a copy-up makes: kind, attributes and content are kept, hard links are not."""
        inode = cls.of(entry.node, ino)
        if entry.children is not None:
            inode.children, inode.lower = dict(entry.children), entry
        return inode

    @classmethod
    def of(cls, node: Visible, ino: int) -> Inode:
        """A new file with what a node has."""
        meta = node.meta
        inode = cls(node.type_bits, meta.mode, meta.uid, meta.gid, meta.mtime, ino)
        inode.xattrs = meta.xattrs
        if type(node) is File:
            inode.data = node.content
        elif type(node) is Symlink:
            inode.target = node.target
        elif type(node) is Device:
            inode.device = (node.major, node.minor)
        inode.source = node
        return inode

    def copied(self, known: dict[int, Inode]) -> Inode:
        """The same once more, with all below it; what lower layers have is shared.

        ``known`` holds the inodes that were met already: several names stay names of one.
        """
        other = known.get(id(self))
        if other is None:
            other = known[id(self)] = copy.copy(self)
            if type(self.data) is bytearray:
                other.data = self.data[:]
            if type(self.covers) is Inode:
                other.covers = self.covers.copied(known)
            if self.children is not None:
                other.whiteouts = set(self.whiteouts)
                other.children = {
                    name: child.copied(known) if type(child) is Inode else child
                    for name, child in self.children.items()
                }
        return other

    def gone(self, now: Seconds) -> None:
        """One name less. A directory is cleared of its whiteouts first, which shows in its time."""
        self.links -= 1
        if self.whiteouts:
            self.mtime = now

    @property
    def meta(self) -> Meta:
        return Meta(self.mode, self.uid, self.gid, self.mtime, self.xattrs)

    @property
    def node(self) -> Visible:
        """The inode as it is now, as a value."""
        source = self.source
        if source is not None and self._is_still(source):
            return source
        if self.type_bits == stat.S_IFREG:
            return File(freeze(self.data), self.meta)
        if self.children is not None:
            return Directory(self.meta, self.opaque)
        if self.target is not None:
            return Symlink(self.target, self.meta)
        return Device(DEVICES[self.type_bits], *self.device, self.meta)  # type: ignore[arg-type]

    def _is_still(self, source: Visible) -> bool:
        meta = source.meta
        if (
            self.mtime != meta.mtime
            or self.mode != meta.mode
            or self.uid != meta.uid
            or self.gid != meta.gid
            or self.xattrs is not meta.xattrs
        ):
            return False
        if type(source) is File:
            return self.data is source.content
        return type(source) is not Directory or self.opaque == source.opaque

    @property
    def size(self) -> int:
        if self.children is not None:
            return 4096
        return self.node.size if self.target is not None else size_of(self.data)

    def stat(self) -> os.stat_result:
        links = self.links
        if self.lower is not None:
            links = 1
        elif self.children is not None and links:
            links = directory_links(self.children)
        mode = self.type_bits | self.mode
        return make_stat(mode, self.meta, self.size, links, self.device, self.ino)


def beneath(place: Any) -> Any:
    """The place as this file system has it: what a mount covers, not what is mounted."""
    while type(place) is Inode and place.covers is not None:
        place = place.covers
    return place


def is_mount(place: Any) -> bool:
    """Whether another file system is mounted there: the name can't be removed or replaced."""
    return type(place) is Inode and place.covers is not None


def mount_of(chain: list[Any]) -> Inode | None:
    """What is mounted that the last of ``chain`` lies in; ``None`` if it is the overlay itself."""
    return next((place for place in reversed(chain) if is_mount(place)), None)


Place = Entry | Inode
_NOTHING = Bytes()
_NO_NAMES: set[str] = set()
