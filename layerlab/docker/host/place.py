"""Places: the tree that an engine keeps on disk, made as somebody looks into it.

A place is to ``layerlab.paths.walk`` what an entry of a union is: a node, and for a directory
its children. They are worked out when they are first asked for, or, in the directories of a
container, each time: whatever its processes write shows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from layerlab.nodes import Content, Directory, File, Meta, Seconds, Symlink, Visible, Zeros

Children = Mapping[str, "Place"]
EMPTY: Children = MappingProxyType({})


class Place:
    """One name: its ``node``, and for a directory its ``children``, or who makes them."""

    __slots__ = ("_children", "_make", "links", "node", "of")

    index: ClassVar[int] = -1
    """No layer of the host's own file system has it."""
    stack: ClassVar[tuple[int, ...]] = ()
    lower: ClassVar[tuple[()]] = ()
    """Not ``None``: a directory can't be moved from here to the host's file system."""

    def __init__(
        self,
        node: Visible,
        children: Children | Callable[[], Children] | None = None,
        *,
        links: int = 1,
        of: object = None,
    ) -> None:
        self.node, self.links = node, links
        self.of = of
        """What it shows, where a new place is made each time: names of one file are equal here."""
        self._make = children if callable(children) else None
        self._children = None if callable(children) else children

    @property
    def children(self) -> Children | None:
        if self._make is not None:
            self._children, self._make = self._make(), None
        return self._children

    @property
    def target(self) -> str | None:
        return self.node.target if type(self.node) is Symlink else None

    @property
    def is_directory(self) -> bool:
        """Told without making the children."""
        return type(self.node) is Directory


class Names(Mapping[str, Place]):
    """A directory's names, each looked up when it is asked for, so that it is what it is *now*."""

    def __init__(
        self, names: Callable[[], Iterator[str]], place: Callable[[str], Place | None]
    ) -> None:
        self._names, self._place = names, place

    def __getitem__(self, name: str) -> Place:
        found = self._place(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return self._names()

    def __len__(self) -> int:
        return sum(1 for _ in self._names())


def folder(
    children: Children | Callable[[], Children] = EMPTY, *, mode: int = 0o700, mtime: Seconds
) -> Place:
    """A directory of root's."""
    return Place(Directory(Meta(mode, mtime=mtime)), children)


def file(content: Content | bytes | str, *, mode: int = 0o644, mtime: Seconds) -> Place:
    """A file of root's; text and bytes stand for themselves."""
    return Place(File(content, Meta(mode, mtime=mtime)))  # type: ignore[arg-type]


def database(size: int, when: int, mode: int = 0o600) -> Place:
    """A bbolt file of the size it has at first; its pages aren't modelled and read as zeros."""
    return file(Zeros(size), mode=mode, mtime=when)


def link(target: str, *, mtime: Seconds) -> Place:
    """A symlink of root's."""
    return Place(Symlink(target, Meta(0o777, mtime=mtime)))


def in_engine(chain: list[Any], place: Any) -> bool:
    """Whether a walk ended at, or came through, what the engine keeps."""
    return type(place) is Place or any(type(above) is Place for above in chain)
