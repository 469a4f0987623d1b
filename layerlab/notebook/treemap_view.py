"""Where the bytes of an image or a layer are, in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layerlab.image import Image
from layerlab.layer import Layer, RecordedLayer
from layerlab.notebook import svg, treemap_picture
from layerlab.notebook.drawing import Picture, normal
from layerlab.notebook.subject import CannotDraw, instructions
from layerlab.notebook.treemap_parts import Part, pieces, pieces_of_layer, plant
from layerlab.notebook.treemap_picture import Map, Tile
from layerlab.notebook.words import short
from layerlab.units import human_size

if TYPE_CHECKING:
    import pandas as pd

_TOLD = 20


@dataclass(frozen=True)
class Treemap(Picture):
    """The picture, the same in words, and as a table."""

    tiles: tuple[Tile, ...] = field(repr=False)
    __repr__ = Picture.__repr__

    @property
    def table(self) -> pd.DataFrame:
        """A row for each box of the picture: its layer, bytes, and how many of them are waste."""
        import pandas as pd

        rows = [(t.name, t.part.layer, t.part.size, t.part.wasted) for t in by_size(self.tiles)]
        frame = pd.DataFrame(rows, columns=["path", "layer", "bytes", "wasted"])
        return frame.set_index("path").rename_axis(index=None, columns="path")


def treemap(
    value: Image | Layer | RecordedLayer,
    path: str = "/",
    *,
    layer: int | None = None,
    title: str = "",
) -> Treemap:
    """Where the bytes are: an area is a size, in its layer's colour, hatched where it is waste.

    ``path`` shows a folder, ``layer`` one layer of an image, counted from 0 at the base. The
    areas add up to what ``docker history`` prints. ``NoContent`` for a layer known by name only.
    """
    shown = compose(value, path, layer=layer, title=title)
    return Treemap(
        treemap_picture.draw(shown, alt(shown), description(shown)),
        alt(shown), text(shown), shown.tiles,
    )  # fmt: skip


def compose(
    value: Image | Layer | RecordedLayer, path: str = "/", *, layer: int | None, title: str
) -> Map:
    """What the picture of ``value`` shows."""
    path = normal(path)
    match value:
        case Image():
            roots = plant(pieces(value), len(value.layers))
            names = instructions(value) or [f"layer {n}" for n in range(len(roots))]
        case Layer() | RecordedLayer():
            if layer:
                raise CannotDraw(f"a layer by itself has no layer {layer}", hint="leave it out")
            roots, names, layer = plant(pieces_of_layer(value), 1), [""], 0
        case _:
            raise CannotDraw(
                f"a {type(value).__name__} has no treemap", hint="pass an Image or a Layer"
            )
    return choose(roots, names, path, layer, title)


def choose(
    roots: Sequence[Part], names: Sequence[str], path: str, layer: int | None, title: str = ""
) -> Map:
    """The map of a folder in all layers, or in one."""
    if layer is not None and not 0 <= layer < len(roots):
        raise CannotDraw(f"there is no layer {layer}", hint=f"the layers are 0 to {len(roots) - 1}")
    chosen = roots if layer is None else [roots[layer]]
    parts = tuple(part for root in chosen if (part := root.at(path)) is not None)
    if not any(part.size for part in parts):
        where = "the image" if layer is None else f"layer {layer}"
        there = "no bytes" if path == "/" else f"no bytes at {path}"
        raise CannotDraw(f"{where} has {there}", hint="choose another folder or layer")
    shown = Map(parts, tuple(names) if layer is None and len(roots) > 1 else ())
    return Map(parts, shown.names, title or _title(shown, names, path))


def _title(shown: Map, names: Sequence[str], path: str) -> str:
    """What one should see: who has the most, and how much is waste."""
    inside = "" if path == "/" else f" in {svg.printable(path)}"
    whole = human_size(shown.size)
    largest = max(shown.parts, key=lambda part: part.size)
    if len(shown.parts) > 1:
        made_by = short(svg.brief(names[largest.layer]), 44)
        where = f"came with {made_by}" if largest.layer else "are the base"
        told = f"Of {whole}{inside}, {human_size(largest.size)} {where}"
    else:
        deepest = _dominant(largest)
        if deepest is largest:
            told = f"{whole}{inside}"
        else:
            where = short(svg.printable(deepest.path), 48)
            of_it = f"Of {whole}{inside}, {human_size(deepest.size)}"
            told = f"{of_it if deepest.size < shown.size else f'All {whole}{inside}'} are {where}"
    if shown.wasted * 50 >= shown.size:
        wasted = "all" if shown.wasted == shown.size else human_size(shown.wasted)
        told += f"; {wasted} are waste"
    return told


def _dominant(part: Part) -> Part:
    """The deepest part that has half of the bytes; else the largest one inside."""
    whole, deepest = part, part
    while deepest.children:
        largest = deepest.sorted()[0]
        if 2 * largest.size < whole.size:
            return largest if deepest is whole else deepest
        deepest = largest
    return deepest


def by_size(tiles: Sequence[Tile]) -> list[Tile]:
    """The tiles, the largest first."""
    return sorted(tiles, key=lambda tile: (-tile.part.size, tile.part.layer, tile.name))


def alt(shown: Map) -> str:
    """What the picture shows, in a few sentences."""
    told = [
        f"{short(svg.printable(tile.name), 60)} {human_size(tile.part.size)}"
        for tile in by_size(shown.tiles)[:4]
    ]
    return f"{shown.title}. The largest boxes: {', '.join(told)}."


def description(shown: Map) -> str:
    """How to read the picture."""
    lines = [
        f"Layer {part.layer}: {human_size(part.size)}, {human_size(part.wasted)} of it waste."
        for part in shown.parts
    ]
    return " ".join(["An area is a size, hatched where it is waste.", *lines])


def text(shown: Map) -> str:
    """The largest boxes as a table, and the sum of the others; they add up to the whole."""
    tiles = by_size(shown.tiles)
    told = tiles if len(tiles) <= _TOLD + 1 else tiles[:_TOLD]
    rows = [
        (
            tile.part.size,
            tile.part.wasted,
            str(tile.part.layer),
            short(svg.printable(tile.name), 80),
        )
        for tile in told
    ]
    rest = tiles[len(told) :]
    if rest:
        sizes = sum(tile.part.size for tile in rest), sum(tile.part.wasted for tile in rest)
        rows.append((*sizes, "", f"{len(rest):,} smaller boxes"))
    lines = [shown.title, f"{'bytes':>8}  {'waste':>8}  layer  path"]
    for size, wasted, layer, name in rows:
        shown_waste = human_size(wasted) if wasted else ""
        lines.append(f"{human_size(size):>8}  {shown_waste:>8}  {layer:>5}  {name}")
    lines.append(f"{human_size(shown.size):>8}  {human_size(shown.wasted):>8}         in all")
    return "\n".join(lines)
