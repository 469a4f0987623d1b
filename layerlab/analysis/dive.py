"""The figures that dive prints of an image, to the last digit, blind spots and all.

wagoodman/dive 0.13.1: ``dive/filetree/efficiency.go`` and ``file_tree.go``,
``dive/image/analysis.go``.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from layerlab.image import Image
from layerlab.layer import AnyLayer, Layer
from layerlab.source import Reader
from layerlab.tarball import read_entries, tar_blocks
from layerlab.tarball.headers import DIRECTORY

_MARK = ".wh."
_OPAQUE = ".wh..wh.."


@dataclass(frozen=True, slots=True)
class Repeated:
    """A path that dive counts as inefficient: more than one layer says something of it."""

    path: str
    layers: int
    """How many layers do."""
    size: int
    """All the path's sizes together, in bytes."""


@dataclass(frozen=True, slots=True)
class Dive:
    """What dive says of an image. Sizes are in bytes, of regular files alone."""

    efficiency: float
    """Each path's smallest size, summed up, as a part of all sizes: 1.0 is best."""
    wasted_bytes: int
    """The sizes of all repeated paths, the copy that is in use included."""
    size: int
    user_size: int
    """Without the lowest layer."""
    user_wasted_percent: float
    """``wasted_bytes`` as a part of ``user_size``, 1.0 for all of it.

    As in dive an image of one layer divides by nothing: not a number, or infinite.
    """
    paths: tuple[Repeated, ...] = field(repr=False)
    """The largest first."""


def dive(image: Image) -> Dive:
    """Analyse an image as dive does; ``NoContent`` if only a layer's name is known.

    As dive does, it reads the layers' tars, which for compressed ones means unpacking them again.
    """
    trees = [_tree(layer) for layer in image.layers]
    sizes = [sum(entry.size for entries in tree.values() for entry in entries.values())
             for tree in trees]  # fmt: skip
    seen: dict[str, list[int]] = {}
    below = _Stack()
    for number, tree in enumerate(trees):
        if number < 2:  # dive stacks the lowest layer on a copy of itself
            below.add(trees[0], marks=not number)
        for path, size in _leaves(tree, below):
            found = seen.setdefault(path, [])
            if size is not None:
                found.append(size)
        if number:
            below.add(tree)
    least = sum(min(found, default=-1) for found in seen.values())  # its mark for "not known yet"
    total = sum(map(sum, seen.values()))
    repeated = [
        Repeated(path, len(found), sum(found)) for path, found in seen.items() if len(found) > 1
    ]
    wasted, user_size = sum(row.size for row in repeated), sum(sizes[1:])
    return Dive(
        efficiency=least / total if total else 1.0,
        wasted_bytes=wasted,
        size=sum(sizes),
        user_size=user_size,
        user_wasted_percent=_divided(wasted, user_size),
        paths=tuple(sorted(repeated, key=lambda row: (-row.size, row.path))),
    )


def _divided(number: int, by: int) -> float:
    """A division as Go's floats have it."""
    if by:
        return number / by
    return math.inf if number else math.nan


class _Entry(NamedTuple):
    """What dive knows of a path: nothing at all of a parent that no entry of the tar names."""

    size: int = 0
    is_directory: bool = False


_Tree = dict[str, dict[str, _Entry]]
"""For each directory what is in it, by the names in the tar; a whiteout's begins with ``.wh.``."""


def _tree(layer: AnyLayer) -> _Tree:
    """A layer as dive reads its tar: of an opaque mark only the directories on the way count.

    A link in the archive is to dive the tar of an empty layer.
    """
    own = layer.tar if isinstance(layer, Layer) else None
    tree: _Tree = {"/": {}}
    if isinstance(layer, Layer) and layer.linked:
        return tree
    for entry in read_entries(Reader(own.blocks() if own else tar_blocks(layer.changes))):
        folder, _, name = posixpath.normpath(f"/{entry.name.lstrip('/')}").rpartition("/")
        if name:
            _open(tree, folder or "/")
            if not name.startswith(_OPAQUE):
                tree[folder or "/"][name] = _Entry(entry.size, entry.kind == DIRECTORY)
    return tree


def _open(tree: _Tree, folder: str) -> None:
    """Enter a folder and its parents, as far as they aren't there yet."""
    missing = []
    while folder not in tree:
        parent, _, name = folder.rpartition("/")
        missing.append((folder, parent or "/", name))
        folder = parent or "/"
    for path, parent, name in reversed(missing):
        tree[path] = {}
        tree[parent].setdefault(name, _Entry())


def _join(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}"


def _walk(tree: _Tree) -> Iterator[tuple[str, str]]:
    """Folder and name of each path in Go's order, by the bytes of names; what is in it first."""
    waiting = _names(tree, "/")
    opened: set[str] = set()
    while waiting:
        folder, name = waiting[-1]
        path = _join(folder, name)
        if tree.get(path) and path not in opened:
            opened.add(path)
            waiting += _names(tree, path)
        else:
            yield waiting.pop()


def _names(tree: _Tree, folder: str) -> list[tuple[str, str]]:
    """What is in a folder, the last first."""
    return [(folder, name) for name in sorted(tree[folder], key=_bytes, reverse=True)]


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


class _Stack:
    """The layers below, put on top of each other as dive does it."""

    def __init__(self) -> None:
        self._tree: _Tree = {"/": {}}

    def add(self, upper: _Tree, *, marks: bool = False) -> None:
        """What a layer says of a path replaces what was known; children stay, even a file's.

        ``marks`` takes the whiteouts as names like any other.
        """
        for folder, name in _walk(upper):
            if name.startswith(_MARK) and not marks:
                self._remove(folder, name.removeprefix(_MARK))
            else:
                self._tree.setdefault(folder, {})[name] = upper[folder][name]

    def _remove(self, folder: str, name: str) -> None:
        if self._tree.get(folder, {}).pop(name, None) is not None:
            for path in list(self._below(_join(folder, name))):
                self._tree.pop(path, None)

    def _below(self, path: str) -> Iterator[str]:
        """A path and all directories in it."""
        waiting = [path]
        while waiting:
            path = waiting.pop()
            yield path
            entries = self._tree.get(path, {})
            waiting.extend(child for name in entries if (child := _join(path, name)) in self._tree)

    def hidden(self, folder: str, name: str) -> int | None:
        """What a whiteout counts for: a directory's files, nothing for a file.

        ``None`` if there is nothing to hide.
        """
        entry = self._tree.get(folder, {}).get(name)
        if entry is None or not entry.is_directory:
            return None if entry is None else 0
        inside = self._below(_join(folder, name))
        return sum(each.size for path in inside for each in self._tree.get(path, {}).values())


def _leaves(tree: _Tree, below: _Stack) -> Iterator[tuple[str, int | None]]:
    """Each leaf of a layer, without its mark, and the size that it counts for.

    At a whiteout that hides nothing (``None``) dive gives up, and overlooks the layer's rest.
    """
    for folder, name in _walk(tree):
        if tree.get(_join(folder, name)):
            continue
        if not name.startswith(_MARK):
            yield _join(folder, name), tree[folder][name].size
            continue
        name = name.removeprefix(_MARK)
        size = below.hidden(folder, name)
        yield _join(folder, name), size
        if size is None:
            return
