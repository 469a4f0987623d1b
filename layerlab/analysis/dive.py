"""The figures that dive prints of an image, to the last digit, blind spots and all.

wagoodman/dive 0.13.1: ``dive/filetree/efficiency.go`` and ``file_tree.go``,
``dive/image/analysis.go``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from layerlab.image import Image
from layerlab.layer import IMPLIED, AnyLayer, Layer
from layerlab.nodes import Directory, File, Whiteout
from layerlab.source import Reader
from layerlab.tarball.headers import FILE, read_entries

_MARK = ".wh."


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
    """Analyse an image as dive does; ``NoContent`` if only a layer's name is known."""
    counts = Counter(path for layer in image.layers for path in layer.changes)
    trees = [_tree(layer, counts) for layer in image.layers]
    sizes = [sum(entry.size for entries in tree.values() for entry in entries.values())
             for tree in trees]  # fmt: skip
    seen: dict[str, list[int]] = {}
    below = _Stack()
    for number, tree in enumerate(trees):
        if number < 2:  # dive stacks the lowest layer on a copy of itself
            below.add(trees[0], marks=not number)
        for path, size in _leaves(tree, below):
            seen.setdefault(path, []).append(size)
        if number:
            below.add(tree)
    least = sum(map(min, seen.values()))
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
    size: int = 0
    is_directory: bool = False
    is_mark: bool = False


_BLANK = _Entry()
"""A parent that no entry of the tar names: to dive it isn't even a directory."""

_Tree = dict[str, dict[str, _Entry]]
"""For each directory what is in it, by name; a whiteout's begins with ``.wh.``."""


def _tree(layer: AnyLayer, counts: Mapping[str, int]) -> _Tree:
    """A layer as dive reads its tar; ``counts`` says how many layers have a path."""
    sizes = {path: node.size for path, node in _files(layer, counts)}
    tree: _Tree = {}
    for folder, entries in layer.tree.items():
        found = tree[folder] = {}
        for name, node in entries.items():
            if isinstance(node, Whiteout):
                found[_MARK + name] = _Entry(is_mark=True)
            elif node is IMPLIED:
                found[name] = _BLANK
            else:
                size = sizes.get(_join(folder, name), 0)
                found[name] = _Entry(size, isinstance(node, Directory))
    return tree


def _files(layer: AnyLayer, counts: Mapping[str, int]) -> Iterator[tuple[str, File]]:
    """The files, a hard-linked one under the name that stands first in the tar.

    Dive gives the others no size. Which one it is matters only if other layers have it, too;
    then the tar's headers are read again, since changes are sorted.
    """
    links = layer.links
    names = [path for path, node in layer.changes.items() if id(node) in links]
    first: set[str] | None = None
    if isinstance(layer, Layer) and layer.tar and any(counts[path] > 1 for path in names):
        entries = read_entries(Reader(layer.tar.blocks()))
        whole = (entry.name for entry in entries if entry.kind == FILE)
        first = {"/" + name.removeprefix("./") for name in whole}
    known: set[int] = set()
    for path, node in layer.changes.items():
        if not isinstance(node, File):
            continue
        if id(node) not in links:
            yield path, node
        elif path in first if first is not None else id(node) not in known:
            known.add(id(node))
            yield path, node


def _join(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}"


class _Stack:
    """The layers below, put on top of each other as dive does it."""

    def __init__(self) -> None:
        self._tree: _Tree = {"/": {}}

    def add(self, upper: _Tree, *, marks: bool = False) -> None:
        """What a layer says of a path replaces what was known; children stay, even a file's.

        ``marks`` takes the whiteouts as names like any other.
        """
        for folder, entries in upper.items():
            for name, entry in entries.items():
                if entry.is_mark and not marks:
                    self._remove(folder, name.removeprefix(_MARK))
                else:
                    self._tree.setdefault(folder, {})[name] = entry

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


def _leaves(tree: _Tree, below: _Stack) -> Iterator[tuple[str, int]]:
    """Each leaf of a layer, in dive's order, without its mark, and the size that it counts for.

    At a whiteout that hides nothing dive gives up, and overlooks the rest of the layer.
    """
    leaves = [
        (_join(folder, name), folder, name, entry)
        for folder, entries in tree.items()
        for name, entry in entries.items()
        if not tree.get(_join(folder, name))
    ]
    for path, folder, name, entry in sorted(leaves, key=lambda leaf: _order(leaf[0])):
        if not entry.is_mark:
            yield path, entry.size
            continue
        name = name.removeprefix(_MARK)
        size = below.hidden(folder, name)
        if size is None:
            return
        yield _join(folder, name), size


def _order(path: str) -> list[bytes]:
    """Go sorts each directory's names by their bytes."""
    return path.encode("utf-8", "surrogateescape").split(b"/")
