"""The overlay itself: when something is copied up, and what marks a deletion leaves.

This is the file system's half of the work, as ``fs/overlayfs`` is in the kernel: it gets
places in the tree, never paths from a user, and the checks have been made. The mount is as
Docker makes it: ``index=off,redirect_dir=off,metacopy=off,xino=off``. Sources: the kernel's
``copy_up.c`` and ``dir.c``; a random test compares every step with a real mount.
"""

from __future__ import annotations

import errno
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from layerlab.container.data import size_of
from layerlab.container.inode import Inode, beneath
from layerlab.nodes import Seconds
from layerlab.paths import Spot, error
from layerlab.union.merge import Entry, Merged

if TYPE_CHECKING:
    from layerlab.container.handle import Handle


class Overlay:
    """One mount: the merged lower tree, and the upper layer that grows over it."""

    __slots__ = ("inodes", "merged", "mounts", "readers", "root")

    def __init__(self, merged: Merged) -> None:
        self.merged = merged
        self.root: Entry | Inode = merged.root
        self.inodes = 0
        self.mounts: list[tuple[list[str], bool]] = []
        """Where other file systems are mounted: the names that lead there, whether read-only."""
        self.readers: dict[str, WeakSet[Handle]] = {}
        """What is open of the lower layers, by path: a copy-up moves it along."""

    def copied(self) -> Overlay:
        """The same mount once more; what is open stays with this one."""
        other = Overlay(self.merged)
        other.inodes, other.mounts, other.root = self.inodes, self.mounts[:], self.root
        if type(self.root) is Inode:
            other.root = self.root.copied({})
        for names, _ in self.mounts:  # below what was not copied up they are shared still
            place = _at(other.root, names)
            if place is not None and place is _at(self.root, names):
                other.graft(names, place.copied({}))
        return other

    def mount(self, names: list[str], read_only: bool) -> None:
        """Mount a file system at ``names``, with a copy of what is there. It isn't copied up."""
        covered = beneath(_at(self.root, names))
        inode = self._own(covered, read_only)
        inode.covers = covered
        self.graft(names, inode)
        if (names, read_only) not in self.mounts:
            self.mounts.append((names, read_only))

    def _own(self, place: Any, read_only: bool) -> Inode:
        """Inodes of its own for a place and all below it."""
        top = Inode.of(place.node, self.new_number())
        todo = [(place, top)]
        while todo:
            place, inode = todo.pop()
            inode.read_only = read_only
            for name, child in (place.children or {}).items():
                own = Inode.of(child.node, self.new_number())
                inode.children[name] = own  # type: ignore[index]  # a directory has children
                todo.append((child, own))
        return top

    def graft(self, names: list[str], inode: Inode) -> None:
        """Show ``inode`` at ``names``. What lower layers have on the way is noted anew for that."""
        chain: list[Any] = [self.root]
        for name in names[:-1]:
            chain.append(chain[-1].children[name])
        shown: Any = inode
        for name, place in zip(names[::-1], chain[::-1], strict=True):
            if type(place) is Inode:
                place.children[name] = shown  # type: ignore[index]
                return
            shown = replace(place, children={**place.children, name: shown})
        self.root = shown

    def new_number(self) -> int:
        """The inode number of what is made next."""
        self.inodes += 1
        return UPPER_INODES + self.inodes

    def new_inode(self, type_bits: int, mode: int, owner: tuple[int, int], mtime: Seconds) -> Inode:
        return Inode(type_bits, mode, *owner, mtime, self.new_number())

    def _copy(self, entry: Entry, path: str) -> Inode:
        inode = Inode.copy_of(entry, self.merged.inode(entry))
        if self.readers:
            for handle in self.readers.pop(path, ()):
                handle.move_to(inode)
        return inode

    def copy_up_parents(self, spot: Spot) -> tuple[str, ...]:
        """Give every directory of ``spot.chain`` an upper part; the paths that had none.

        Their times stay as they were. The root always has one: the upper directory.
        """
        chain, names = spot.chain, spot.names
        if type(chain[-1]) is Inode:
            if chain[-1].read_only:
                raise error(errno.EROFS, spot.path)
            return ()
        copied = []
        for depth, place in enumerate(chain):
            if type(place) is Inode:
                continue
            path = "/" + "/".join(names[:depth])
            chain[depth] = inode = self._copy(place, path)
            if depth == 0:
                self.root = inode
            else:
                chain[depth - 1].children[names[depth - 1]] = inode
                copied.append(path)
        return tuple(copied)

    def copy_up(self, spot: Spot, *, data: bool = True) -> tuple[Inode, tuple[str, ...], int]:
        """Bring what ``spot`` names to the upper layer: its inode, the paths and bytes copied.

        ``data`` says whether content is copied too: not when it is truncated by the opening.
        """
        place = spot.place
        if type(place) is Inode:
            if place.read_only:
                raise error(errno.EROFS, spot.path)
            return place, (), 0
        copied = self.copy_up_parents(spot)
        if not spot.name:  # the root: its upper part is always there
            if type(self.root) is not Inode:
                self.root = self._copy(place, "/")
            spot.place = self.root
            return self.root, copied, 0
        path = spot.path
        inode = spot.place = self._copy(place, path)
        count = 0
        if not data:
            inode.data = bytearray()
        elif inode.children is None and inode.target is None:
            count = size_of(inode.data)
        spot.chain[-1].children[spot.name] = inode
        return inode, (*copied, path), count

    def refresh(self, spot: Spot) -> None:
        """Follow the canonical names again, after a copy-up elsewhere changed the way."""
        spot.chain[0] = self.root
        for depth, name in enumerate(spot.names):
            spot.chain[depth + 1] = spot.chain[depth].children[name]

    def put(self, spot: Spot, inode: Inode, now: Seconds) -> None:
        """Enter ``inode`` under a free name; its directory must have been copied up.

        Where a whiteout stood, a directory becomes opaque, so that what the whiteout hid
        stays hidden; a file simply takes its place.
        """
        parent: Inode = spot.chain[-1]
        if spot.name in parent.whiteouts:
            parent.whiteouts.discard(spot.name)
            if inode.children is not None:
                inode.opaque = True
        parent.children[spot.name] = inode  # type: ignore[index]  # a directory has children
        parent.mtime = now

    def remove(self, spot: Spot, now: Seconds) -> str | None:
        """Take the name away; the path of the whiteout, if a lower layer makes one needed."""
        parent: Inode = spot.chain[-1]
        del parent.children[spot.name]  # type: ignore[union-attr]
        if type(spot.place) is Inode:
            spot.place.gone(now)
        elif self.readers:
            self.readers.pop(spot.path, None)
        parent.mtime = now
        return self._white_out(parent, spot)

    def _white_out(self, parent: Inode, spot: Spot) -> str | None:
        if not has_below(parent, spot.name):
            return None
        parent.whiteouts.add(spot.name)
        return spot.path

    def rename(self, old: Spot, new: Spot, now: Seconds) -> tuple[tuple[str, ...], int, str | None]:
        """Move ``old`` to ``new``: paths and bytes copied up, and the whiteout left behind."""
        inode, copied, count = self.copy_up(old)
        self.refresh(new)
        copied += self.copy_up_parents(new)
        self.refresh(old)
        source: Inode = old.chain[-1]
        parent: Inode = new.chain[-1]
        if inode.children is not None and parent.lower is not None:
            inode.opaque = True
        if new.place is not None and new.place.children:
            raise OSError(errno.ENOTEMPTY, "")  # found by the upper file system, this late
        if type(new.place) is Inode:
            new.place.gone(now)
        elif new.place is not None:
            self.readers.pop(new.path, None)
        del source.children[old.name]  # type: ignore[union-attr]
        parent.whiteouts.discard(new.name)
        parent.children[new.name] = inode  # type: ignore[index]
        source.mtime = parent.mtime = now
        return copied, count, self._white_out(source, old)


def _at(root: Any, names: list[str]) -> Any:
    """What ``names`` lead to, or ``None``."""
    for name in names:
        root = (root.children or {}).get(name) if root is not None else None
    return root


def has_below(parent: Inode, name: str) -> bool:
    """Whether a lower layer would show ``name`` if the upper one didn't have it."""
    return parent.lower is not None and name in (parent.lower.children or ())


UPPER_INODES = 1 << 32
"""Inode numbers of what was made in the container; a copied-up file keeps its lower number."""
