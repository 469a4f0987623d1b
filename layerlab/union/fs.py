"""UnionFS: the merged tree of layers, to be read, and lookups that explain themselves."""

import errno
import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from layerlab.display import Drawn
from layerlab.layer import AnyLayer
from layerlab.nodes import CHUNK, Content, Visible
from layerlab.paths import AnyPath, Spot, error, find, text
from layerlab.union.merge import Entry, Step, deepest, lower_trail, merged
from layerlab.union.reading import ContentIO, Reading, file_of
from layerlab.union.stats import lower_stat


@dataclass(frozen=True, slots=True)
class Hit:
    """The answer of a lookup: what the path is, which layer it comes from, how it was found."""

    path: str
    node: Visible
    index: int
    layer: Any
    trail: tuple[Step, ...]


class UnionFS(Reading, Drawn):
    """The merged tree of ``layers``, lowest first. It can be read, never written."""

    __slots__ = ("_hits", "layers", "merged")

    def __init__(self, layers: Iterable[AnyLayer] = ()) -> None:
        self.layers = tuple(layers)
        self.merged = merged(self.layers)
        self._hits: dict[str, Hit] = {}

    @property
    def root(self) -> Entry:
        return self.merged.root

    def _find(self, path: AnyPath, follow: bool = True) -> Spot:
        return find(self.merged.root, text(path), follow=follow, shown=path)

    def _stat(self, place: Any) -> os.stat_result:
        return lower_stat(self.merged, place)

    def lookup(self, path: AnyPath) -> Hit:
        """What ``path`` is, which layer it comes from, and the trail of layers searched.

        Directories on the way are merged and followed; a symlink at the end is not followed.
        """
        shown = text(path)
        if shown in self._hits:  # a union never changes
            return self._hits[shown]
        spot = self._find(path, follow=False)
        place: Entry = spot.place
        layer = self.layers[place.index] if place.index >= 0 else None
        hit = Hit(spot.path, place.node, place.index, layer, self.trail(path))
        self._hits[shown] = hit
        return hit

    def trail(self, path: AnyPath) -> tuple[Step, ...]:
        """The layers in which the last component is looked for, topmost first.

        Also for a path that isn't there, so that you see what hides it. Only the layers that
        the parent directory is merged from are searched. The search ends at the first file or
        whiteout; a directory goes on, since what is below merges with it.
        """
        spot = deepest(self.merged.root, text(path))
        return lower_trail(self.layers, spot.chain[-1].stack, spot.parent_path, spot.name)

    def items(self) -> Iterator[tuple[str, Visible, int]]:
        """Every path of the merged tree but the root, sorted: path, node, index of its layer."""
        todo = [("", self.merged.root)]
        while todo:
            path, entry = todo.pop()
            if path:
                yield path, entry.node, entry.index
            children = entry.children or {}
            todo.extend((f"{path}/{name}", children[name]) for name in sorted(children)[::-1])

    def content(self, path: AnyPath) -> Content:
        """A file's content, unread: ask it for ``size``, ``read(start, stop)`` or ``chunks()``."""
        return file_of(self._find(path).place, path).content

    def read_bytes(self, path: AnyPath) -> bytes:
        """A file's content; a layer that came from an archive reads it there and then."""
        return self.content(path).read()

    def open(self, path: AnyPath, mode: str = "r", **options: Any) -> IO[Any]:
        """The builtin's ``open`` for reading; a mode that writes is ``EROFS``."""
        if set(mode) & set("wax+"):
            raise error(errno.EROFS, path)
        raw = io.BufferedReader(ContentIO(self.content(path)), CHUNK >> 4)
        return raw if "b" in mode else io.TextIOWrapper(raw, **{"encoding": "utf-8"} | options)

    def getxattr(self, path: AnyPath, name: str, *, follow_symlinks: bool = True) -> bytes:
        """One extended attribute; ``ENODATA`` if the path has none of this name."""
        xattrs = self._find(path, follow_symlinks).place.node.meta.xattrs
        if name not in xattrs:
            raise error(errno.ENODATA, path)
        return bytes(xattrs[name])

    def listxattr(self, path: AnyPath = "/", *, follow_symlinks: bool = True) -> list[str]:
        """The names of the extended attributes, sorted."""
        return sorted(self._find(path, follow_symlinks).place.node.meta.xattrs)

    def __repr__(self) -> str:
        count = len(self.layers)
        return f"<UnionFS of {count} layer{'' if count == 1 else 's'}>"
