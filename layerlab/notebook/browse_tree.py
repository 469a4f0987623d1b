"""Trees of an image that can be opened folder by folder: what is seen, one layer's changes, waste.

A tree is made once and kept; only the rows of open folders are ever sent to the page.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from layerlab.nodes import Change, Directory

MOST_IN_FOLDER, MOST_ROWS = 60, 400


class Item(NamedTuple):
    """A path of a tree. ``size`` is its own, in bytes: 0 for a folder."""

    path: str
    node: Change | None
    """``None`` for a folder that a layer only implies."""
    layer: int
    size: int = 0
    mark: str = ""
    """What the layer did here, or what became of the bytes."""
    gone: bool = False
    """It isn't in the merged tree any more."""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2] or "/"

    @property
    def folder(self) -> bool:
        return self.node is None or isinstance(self.node, Directory)


@dataclass(frozen=True)
class Row:
    """A line of the opened tree."""

    item: Item
    depth: int
    size: int
    """Bytes of all that is in it."""
    wasted: int
    place: int
    """Its place among the names of its folder, from 1."""
    count: int
    open: bool = False
    more: int = 0
    """Stands for this many names of its folder that aren't shown."""


@dataclass(frozen=True)
class Tree:
    """Items by path, the root included, sorted; and the waste at each path."""

    items: Mapping[str, Item]
    waste: Mapping[str, int]

    @cached_property
    def children(self) -> Mapping[str, list[Item]]:
        """The items of each folder, by name."""
        found: dict[str, list[Item]] = {
            path: [] for path, item in self.items.items() if item.folder
        }
        for path, item in self.items.items():
            if path != "/":
                found.setdefault(path.rpartition("/")[0] or "/", []).append(item)
        return found

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """Bytes at and below each path; a hard-linked file counts once."""
        own = {}
        inodes: set[tuple[int, int]] = set()
        for path, item in self.items.items():
            inode = item.layer, id(item.node)
            if item.size and inode not in inodes:
                inodes.add(inode)
                own[path] = item.size
        return _sums(own)

    @cached_property
    def wasted(self) -> Mapping[str, int]:
        """Wasted bytes at and below each path."""
        return _sums(self.waste)

    @property
    def largest(self) -> str:
        """The path of the largest file, the first of several; the root's if there is none."""
        files = (item for item in self.items.values() if not item.folder)
        return max(files, key=lambda item: item.size, default=self.items["/"]).path

    def short_folders(self, most: int = 40) -> set[str]:
        """The folders from the top down, for as long as the names in them fit ``most`` lines."""
        opened, level = {"/"}, ["/"]
        room = most - len(self.children["/"])
        while level:
            below = [item for path in level for item in self.children[path] if item.folder]
            level = []
            for item in below:
                names = len(self.children[item.path])
                if names <= room:
                    room -= names
                    opened.add(item.path)
                    level.append(item.path)
        return opened

    def kept(self, match: Callable[[str], bool]) -> Tree:
        """The paths that match, what is in them, and the folders that lead to them."""
        whole: set[str] = set()
        for path in self.items:
            if path != "/" and (path.rpartition("/")[0] in whole or match(path)):
                whole.add(path)
        keep = whole | leading(whole)
        items = {path: item for path, item in self.items.items() if path in keep}
        return Tree(items, {path: size for path, size in self.waste.items() if path in keep})

    def rows(
        self, opened: Collection[str], order: str, limits: Mapping[str, int]
    ) -> tuple[Row, ...]:
        """The lines of the opened folders; a long folder ends in one that stands for the rest.

        There are at most ``MOST_ROWS`` and one more, which shows that there would be others.
        """
        return tuple(islice(self._walk("/", 0, opened, order, limits), MOST_ROWS + 1))

    def _walk(
        self, path: str, depth: int, opened: Collection[str], order: str, limits: Mapping[str, int]
    ) -> Iterator[Row]:
        items = self.children.get(path, [])
        if order == "size":
            items = sorted(items, key=lambda each: (-self.sizes.get(each.path, 0), each.name))
        most = limits.get(path, MOST_IN_FOLDER)
        shown = items if len(items) <= most + 1 else items[:most]
        for place, item in enumerate(shown, 1):
            is_open = item.folder and item.path in opened
            size, wasted = self.sizes.get(item.path, 0), self.wasted.get(item.path, 0)
            yield Row(item, depth, size, wasted, place, len(items), is_open)
            if is_open:
                yield from self._walk(item.path, depth + 1, opened, order, limits)
        if rest := len(items) - len(shown):
            folder = Item(path, None, -1)
            yield Row(folder, depth, 0, 0, len(shown) + 1, len(items), more=rest)


def tree(items: Iterable[Item], waste: Mapping[str, int]) -> Tree:
    """The tree of these items, with the folders that lead to them."""
    found = {item.path: item for item in items}
    for folder in leading(found):
        found.setdefault(folder, Item(folder, None, -1))
    return Tree(dict(sorted(found.items())), waste)


def leading(paths: Iterable[str]) -> set[str]:
    """The folders that lead to paths, the root among them."""
    folders = {"/"}
    for path in paths:
        folder = path.rpartition("/")[0] or "/"
        while folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0] or "/"
    return folders


def _sums(own: Mapping[str, int]) -> dict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int, own)
    folders: defaultdict[str, int] = defaultdict(int)
    for path, size in own.items():
        if path != "/":
            folders[path.rpartition("/")[0]] += size
    for folder, size in folders.items():
        sums["/"] += size
        above = folder
        while above:
            sums[above] += size
            above = above.rpartition("/")[0]
    return dict(sums)


def matcher(pattern: str) -> Callable[[str], bool]:
    """Which paths a filter lets through: ``*.so`` and ``motd`` go by the name, ``/etc/*`` by path.

    A text without ``*``, ``?`` or ``[`` may stand anywhere in it. Letters are letters: ``a`` isn't
    ``A``.
    """
    if not set(pattern) & set("*?["):
        pattern = f"*{pattern}*"
    matches = re.compile(translate(pattern)).match
    if "/" in pattern:
        return lambda path: matches(path) is not None
    return lambda path: matches(path.rpartition("/")[2]) is not None
