"""Where an image's bytes are, as a tree: its layers, their folders, and what is waste of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from layerlab.analysis import Copy, Waste, copies, waste
from layerlab.analysis.caches import cache_of
from layerlab.image import Image
from layerlab.layer import Layer, RecordedLayer


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes that one layer stores for a path."""

    path: str
    layer: int
    size: int
    why: str = ""
    """Why they are waste, if they are."""


@dataclass(slots=True)
class Part:
    """A layer, a folder or a file, with the sums of all that is in it, in bytes."""

    path: str
    layer: int
    size: int = 0
    wasted: int = 0
    files: int = 0
    children: dict[str, Part] = field(default_factory=dict)

    def sorted(self) -> list[Part]:
        """The children, largest first."""
        return sorted(self.children.values(), key=lambda part: (-part.size, part.path))

    def at(self, path: str) -> Part | None:
        """The part of a path in a layer."""
        part = self
        for name in path.split("/"):
            if name:
                if name not in part.children:
                    return None
                part = part.children[name]
        return part


def pieces(image: Image) -> tuple[Piece, ...]:
    """Every piece that has bytes, by path and layer; ``NoContent`` for a recorded layer."""
    return pieces_of(copies(image), waste(image))


def pieces_of(stored: Iterable[Copy], found: Waste) -> tuple[Piece, ...]:
    """The same, of an image whose copies and waste are known."""
    why = {(each.layer, path): each.why for each in found.findings for path in each.paths}
    return tuple(
        Piece(copy.path, copy.layer, copy.size, why.get((copy.layer, copy.path), ""))
        for copy in stored
        if copy.size
    )


def pieces_of_layer(layer: Layer | RecordedLayer) -> tuple[Piece, ...]:
    """The same for a layer by itself: nothing hides its bytes, and caches are waste."""
    return tuple(_own(layer))


def _own(layer: Layer | RecordedLayer) -> Iterator[Piece]:
    seen: set[int] = set()
    for path, node in layer.changes.items():
        if node.size and id(node) not in seen:  # hard links count once
            seen.add(id(node))
            cache = cache_of(path)
            yield Piece(path, 0, node.size, cache.what if cache else "")


def plant(found: Iterable[Piece], count: int) -> list[Part]:
    """For each of ``count`` layers, the tree of what it stores."""
    roots = [Part("/", number) for number in range(count)]
    for piece in found:
        part = roots[piece.layer]
        _add(part, piece)
        path = ""
        for name in piece.path[1:].split("/"):
            path += "/" + name
            below = part.children.get(name)
            if below is None:
                below = part.children[name] = Part(path, piece.layer)
            part = below
            _add(part, piece)
    return roots


def _add(part: Part, piece: Piece) -> None:
    part.size += piece.size
    part.files += 1
    if piece.why:
        part.wasted += piece.size
