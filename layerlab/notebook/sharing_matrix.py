"""The layer-by-image matrix: which layers an engine's images are made of, and which they share."""

from collections.abc import Sequence
from dataclasses import dataclass

from layerlab.digest import ChainID
from layerlab.engine import Engine
from layerlab.notebook import palette, svg
from layerlab.notebook.drawing import Picture
from layerlab.notebook.layout import LABEL, LEFT, RIGHT
from layerlab.notebook.picture import sheet
from layerlab.notebook.slabs import band
from layerlab.notebook.subject import CannotDraw
from layerlab.units import human_size

MOST_IMAGES = 6
_HEAD, _SLAB, _GAP, _CELLS = 84, 42, 8, 250


@dataclass(frozen=True)
class Row:
    """A stored layer, and the images that have it, by their place in the list."""

    chain_id: ChainID
    diff_id: str
    size: int
    images: tuple[int, ...]


def matrix(engine: Engine, *refs: str) -> Picture:
    """Which of the layers in the engine's store each of these images has.

    A row is a stored layer, a column an image: look along a row to see who shares it.
    """
    if not 1 <= len(refs) <= MOST_IMAGES:
        raise CannotDraw(f"{len(refs)} images don't fit", hint=f"name 1 to {MOST_IMAGES}")
    rows = _rows(engine, refs)
    sizes = [engine.image(ref).image.size for ref in refs]
    return Picture(_draw(refs, rows, sizes), _alt(refs, rows), _text(refs, rows, sizes))


def _rows(engine: Engine, refs: Sequence[str]) -> list[Row]:
    """The stored layers in the order in which the images bring them.

    So one more image changes no layer's number and colour.
    """
    found: dict[ChainID, list[int]] = {}
    for place, ref in enumerate(refs):
        for chain_id in engine.image(ref).image.chain_ids:
            found.setdefault(chain_id, []).append(place)
    layers = engine.state.layers
    return [
        Row(chain_id, layers[chain_id].layer.diff_id.short, layers[chain_id].layer.size,
            tuple(found[chain_id]))
        for chain_id in found
    ]  # fmt: skip


def _draw(refs: Sequence[str], rows: Sequence[Row], sizes: Sequence[int]) -> str:
    step = (RIGHT - _CELLS) / len(refs)
    looks = [palette.look(number) for number in range(len(rows))]
    parts = [
        svg.text(LEFT + 4, 30, _title(rows), "h"),
        svg.text(LABEL, 62, "ChainID", "b"),
    ]
    for place, ref in enumerate(refs):
        x = _CELLS + place * step
        parts.append(svg.text(x + 2, 56, svg.fit(ref, step - 8, 12, mono=True), "m b"))
        parts.append(svg.text(x + 2, 72, human_size(sizes[place]), "s d"))
    for number in reversed(range(len(rows))):
        y = _HEAD + (len(rows) - 1 - number) * (_SLAB + _GAP)
        parts += _slab(y, number, rows[number], looks[number], step)
    height = _HEAD + len(rows) * (_SLAB + _GAP) + 8
    return sheet(parts, height, _title(rows), _alt(refs, rows), looks)


def _slab(y: float, number: int, row: Row, look: palette.Look, step: float) -> list[str]:
    box = {"x": LEFT, "width": RIGHT - LEFT, "height": _SLAB, "rx": 7}
    parts = [
        svg.tag("rect", **box, y=y + 3.5, fill=look.edge, fill_opacity=0.45),
        svg.tag("rect", **box, y=y, cls="slab", stroke=look.edge, stroke_width=1.5),
        *band(y, _SLAB, number, look),
        svg.tag("g", svg.title(row.chain_id), svg.text(LABEL, y + 18, row.chain_id.short, "m b")),
        svg.text(LABEL, y + 34, f"DiffID {row.diff_id}", "s d"),
    ]
    for place in row.images:
        cell = {"x": _CELLS + place * step, "y": y + 7, "width": step - 8, "height": _SLAB - 14}
        parts.append(svg.tag("rect", **cell, rx=6, cls="plate"))
        parts.append(svg.tag("rect", **cell, rx=6, cls="tint", fill=look.fill, stroke=look.edge))
        parts.append(svg.text(cell["x"] + 8, y + 26, human_size(row.size), "s"))
    return parts


def _title(rows: Sequence[Row]) -> str:
    total = human_size(sum(row.size for row in rows))
    shared = sum(len(row.images) > 1 for row in rows)
    return f"{len(rows)} layers stored, {total}; {shared} of them shared"


def _alt(refs: Sequence[str], rows: Sequence[Row]) -> str:
    told = [f"{row.chain_id.short} in {', '.join(refs[i] for i in row.images)}" for row in rows]
    return f"{_title(rows)}. From the base up: {'; '.join(told)}."


def _text(refs: Sequence[str], rows: Sequence[Row], sizes: Sequence[int]) -> str:
    wide = max(10, *(len(ref) + 2 for ref in refs))
    lines = [f"{'':<3}{'ChainID':<14}{'DiffID':<14}" + "".join(f"{r:<{wide}}" for r in refs)]
    for number in reversed(range(len(rows))):
        row = rows[number]
        cells = (human_size(row.size) if i in row.images else "." for i in range(len(refs)))
        head = f"{number:<3}{row.chain_id.short:<14}{row.diff_id:<14}"
        lines.append(head + "".join(f"{cell:<{wide}}" for cell in cells))
    total = "".join(f"{human_size(size):<{wide}}" for size in sizes)
    lines.append(f"{'':<3}{'size':<28}{total}")
    return "\n".join(line.rstrip() for line in lines)
