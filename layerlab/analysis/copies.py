"""Every copy of a file that an image stores, and what became of it.

A layer's bytes stay in the image for good. What a later layer replaces or deletes is still
stored and sent, and nobody can see it any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from layerlab.analysis.sameness import same_content, same_owner
from layerlab.image import Image
from layerlab.layer import IMPLIED, AnyLayer
from layerlab.nodes import Change, Device, Directory, LowerLink, Whiteout

Fate = Literal["in use", "deleted", "changed", "metadata", "rewritten"]
"""``metadata``: the same bytes with another mode, owner or xattr. ``rewritten``: the same bytes
once more. A path that became something else, a folder's that was replaced too, is ``deleted``."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The bytes that one layer stores for a path: a file's, or a symlink's target."""

    path: str
    """The first of its names in that layer, if it is hard-linked."""
    layer: int
    size: int
    fate: Fate
    by: int | None = None
    """The layer that hid it."""


def copies(image: Image) -> tuple[Copy, ...]:
    """All of them, by path and layer; their sizes add up to the image's size.

    ``NoContent`` if only the name of a layer is known.
    """
    stack = _Stack()
    for number, layer in enumerate(image.layers):
        stack.put(number, layer)
    found = (inode.copy() for inode in stack.inodes)
    return tuple(sorted(found, key=lambda copy: (copy.path, copy.layer)))


@dataclass(slots=True)
class _Inode:
    """A node of one layer, and how many of its names can still be seen."""

    path: str
    layer: int
    node: Change
    names: int = 0
    fate: Fate = "in use"
    by: int | None = None

    def copy(self) -> Copy:
        return Copy(self.path, self.layer, self.node.size, self.fate, self.by)


class _Stack:
    """The layers so far: what can be seen, and all inodes that there ever were."""

    def __init__(self) -> None:
        self.inodes: list[_Inode] = []
        self._seen: dict[str, _Inode | None] = {"/": None}  # None: a directory
        self._inside: dict[str, set[str]] = {"/": set()}

    def put(self, number: int, layer: AnyLayer) -> None:
        """Put a layer on top."""
        lower = {
            path: self._seen.get(node.target)
            for path, node in layer.changes.items()
            if isinstance(node, LowerLink)
        }
        for path, node in _entries(layer):
            self._hide(path, node, number)
        own: dict[int, _Inode] = {}
        for path, node in _entries(layer):
            if isinstance(node, Directory):
                self._show(path, None)
            elif isinstance(node, LowerLink):
                inode = lower[path]
                if inode is not None:
                    inode.fate, inode.by = "in use", None
                    self._show(path, inode)
            elif not isinstance(node, Whiteout):
                if id(node) not in own:
                    own[id(node)] = _Inode(path, number, node)
                    self.inodes.append(own[id(node)])
                self._show(path, own[id(node)])

    def _show(self, path: str, inode: _Inode | None) -> None:
        self._seen[path] = inode
        if inode is None:
            self._inside.setdefault(path, set())
        else:
            inode.names += 1
        parent = path.rpartition("/")[0] or "/"
        if path != "/":
            self._inside[parent].add(path)

    def _hide(self, path: str, node: Change, number: int) -> None:
        """What a change does to what could be seen at its path and below."""
        if path not in self._seen:
            return
        old = self._seen[path]
        if isinstance(node, Directory):
            if old is not None:
                self._gone(path, "deleted", number)
            elif node.opaque:
                for child in list(self._inside[path]):
                    self._gone(child, "deleted", number)
        else:
            fate: Fate = "deleted" if old is None else _fate(old.node, node)
            self._gone(path, fate, number)

    def _gone(self, path: str, fate: Fate, by: int) -> None:
        """Nobody sees a path and what is below it any more."""
        parent = path.rpartition("/")[0] or "/"
        self._inside[parent].discard(path)
        waiting = [path]
        while waiting:
            path = waiting.pop()
            waiting.extend(self._inside.pop(path, ()))
            inode = self._seen.pop(path)
            if inode is not None:
                inode.names -= 1
                if not inode.names:
                    inode.fate, inode.by = fate, by


def _entries(layer: AnyLayer) -> Iterator[tuple[str, Change]]:
    """The changes, and the directories that they imply; parents first."""
    yield "/", IMPLIED
    for folder in sorted(layer.tree):
        for name, node in layer.tree[folder].items():
            yield f"{folder.rstrip('/')}/{name}", node
    root = layer.changes.get("/")
    if isinstance(root, Directory) and root.opaque:
        yield "/", root


def _fate(old: Change, new: Change) -> Fate:
    """What became of a file or symlink whose path a newer layer has, too."""
    if type(old) is not type(new) or isinstance(new, Device):
        return "deleted"
    if not same_content(old, new):
        return "changed"
    return "rewritten" if same_owner(old, new) else "metadata"
