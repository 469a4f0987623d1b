"""Every copy of a file that an image stores, and what became of it.

A layer's bytes stay in the image for good. What a later layer replaces or deletes is still
stored and sent, and nobody can see it any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from layerlab.analysis.sameness import same_content, same_owner
from layerlab.image import Image
from layerlab.layer import IMPLIED, AnyLayer
from layerlab.nodes import Change, Device, Directory, LowerLink, Whiteout

Fate = Literal["in use", "deleted", "changed", "metadata", "rewritten"]
"""``metadata``: the same bytes with another mode, owner or xattr. ``rewritten``: the same bytes
once more. A path that became something else is ``deleted``."""


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
    names: tuple[str, ...] = ()
    """All paths at which it can still be seen, sorted: several are hard links."""


def copies(image: Image) -> tuple[Copy, ...]:
    """All of them, by path and layer; their sizes add up to the image's size.

    ``NoContent`` if only the name of a layer is known.
    """
    stack = _Stack()
    for number, layer in enumerate(image.layers):
        stack.put(number, layer)
    fates, names = _fates(stack.inodes), stack.names()
    found = (
        Copy(
            inode.path, inode.layer, inode.node.size, fate, inode.by,
            tuple(sorted(names[id(inode)])) if inode.by is None else (),
        )
        for inode, fate in zip(stack.inodes, fates, strict=True)
    )  # fmt: skip
    return tuple(sorted(found, key=lambda copy: (copy.path, copy.layer)))


@dataclass(slots=True)
class _Inode:
    """A node of one layer, and how many of its names can still be seen."""

    path: str
    layer: int
    node: Change
    names: int = 0
    by: int | None = None
    successor: Change | None = None
    """What took the place of its last name."""


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
            self._hide(path, node, number, layer)
        own: dict[int, _Inode] = {}
        for path, node in _entries(layer):
            if isinstance(node, Directory):
                self._show(path, None)
            elif isinstance(node, LowerLink):
                inode = lower[path]
                if inode is not None:
                    inode.by = None
                    self._show(path, inode)
            elif not isinstance(node, Whiteout):
                if id(node) not in own:
                    own[id(node)] = _Inode(path, number, node)
                    self.inodes.append(own[id(node)])
                self._show(path, own[id(node)])

    def names(self) -> dict[int, list[str]]:
        """The paths at which each inode can be seen, by its ``id``."""
        found: dict[int, list[str]] = {}
        for path, inode in self._seen.items():
            if inode is not None:
                found.setdefault(id(inode), []).append(path)
        return found

    def _show(self, path: str, inode: _Inode | None) -> None:
        self._seen[path] = inode
        if inode is None:
            self._inside.setdefault(path, set())
        else:
            inode.names += 1
        parent = path.rpartition("/")[0] or "/"
        if path != "/":
            self._inside[parent].add(path)

    def _hide(self, path: str, node: Change, number: int, layer: AnyLayer) -> None:
        """What a change does to what could be seen at its path and below."""
        if path not in self._seen:
            return
        if not isinstance(node, Directory) or self._seen[path] is not None:
            self._gone(path, number, layer)
        elif node.opaque:
            for child in list(self._inside[path]):
                self._gone(child, number, layer)

    def _gone(self, path: str, by: int, layer: AnyLayer) -> None:
        """Nobody sees a path and what is below it any more, but what the layer has there."""
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
                    inode.successor, inode.by = layer.changes.get(path), by


def _entries(layer: AnyLayer) -> Iterator[tuple[str, Change]]:
    """The changes, and the directories that they imply; parents first."""
    yield "/", IMPLIED
    for folder in sorted(layer.tree):
        for name, node in layer.tree[folder].items():
            yield f"{folder.rstrip('/')}/{name}", node
    root = layer.changes.get("/")
    if isinstance(root, Directory) and root.opaque:
        yield "/", root


def _fates(inodes: Sequence[_Inode]) -> Iterator[Fate]:
    """What became of each. All contents are compared together, so that no layer is read twice."""
    replaced = {
        id(inode): (inode.node, inode.successor)
        for inode in inodes
        if inode.by is not None and inode.successor is not None and _alike(inode)
    }
    same = dict(zip(replaced, same_content(list(replaced.values())), strict=True))
    for inode in inodes:
        if inode.by is None:
            yield "in use"
        elif id(inode) not in same:
            yield "deleted"
        elif not same[id(inode)]:
            yield "changed"
        else:
            yield "rewritten" if same_owner(*replaced[id(inode)]) else "metadata"


def _alike(inode: _Inode) -> bool:
    """Whether what took its place is of the same kind, and so the same thing changed."""
    return type(inode.node) is type(inode.successor) and not isinstance(inode.node, Device)
