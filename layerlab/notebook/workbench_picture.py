"""The ID workbench as a picture: the stack, and a column for each name of a layer.

Below it lie the two documents that name the image. Lines show what goes into which name.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from layerlab.notebook import palette, svg
from layerlab.notebook.layout import LABEL, LEFT, RIGHT
from layerlab.notebook.nameplates import ARROW, PLATE, group, line, path, plate
from layerlab.notebook.picture import sheet
from layerlab.notebook.slabs import band

if TYPE_CHECKING:
    from layerlab.notebook.workbench_state import Bench, Name

_SLAB, _GAP, _HEAD = 50, 16, 66
_CHIP_W = 176
_COLUMNS = {"ChainID": 170, "DiffID": 368, "blob digest": 566}
_HEADS = {"ChainID": "the layer and all below it", "DiffID": "the layer's tar"}


def draw(bench: "Bench", *, live: bool = False) -> str:
    """The picture; in a live one each name is a button."""
    order = list(bench.layers)[::-1]
    top = _HEAD + 14
    rows = {name: top + place * (_SLAB + _GAP) for place, name in enumerate(order)}
    config = top + len(order) * (_SLAB + _GAP) + 8
    manifest = config + _SLAB + _GAP
    tag = manifest + _SLAB + _GAP - 4
    colours = {name: palette.look(number) for name, number in bench.colours.items()}
    parts = [*_heads(bench)]
    for layer, y in rows.items():
        number = len(order) - 1 - order.index(layer)
        parts += _slab(y, layer, bench.file(layer)[0], number, colours[layer])
    parts += _document(config, "ImageID", "the config JSON: command, Env, history, DiffIDs")
    parts += _document(manifest, "manifest digest", "the manifest JSON: config and blobs")
    parts += _lines(list(rows.values()), config, manifest)
    for name in bench.names:
        y = rows[name.layer] if name.layer else config if name.kind == "ImageID" else manifest
        x = _COLUMNS[_column(name)]
        look = colours[name.layer] if name.layer else None
        parts.append(_chip(bench, name, x, y + (_SLAB - PLATE) / 2, look, live=live))
    parts.append(svg.text(LEFT + 10, tag + 14, f"Tag: {bench.tag}", "b"))
    parts.append(
        svg.text(
            _COLUMNS["ChainID"],
            tag + 14,
            "a name that points at the image; it is part of no hash",
            "s d",
        )
    )
    told = f"{bench.text} {bench.notes}"
    return sheet(parts, tag + 30, bench.alt, told, colours.values(), defs=ARROW, live=live)


def _column(name: "Name") -> str:
    return {"ImageID": "DiffID", "manifest digest": "blob digest"}.get(name.kind, name.kind)


def _heads(bench: "Bench") -> Iterator[str]:
    count = f"{len(bench.changed)} of {len(bench.names)} names changed"
    title = count if bench.before else "Eleven names, of five kinds"
    stored = "the tar as it is" if bench.compression == "none" else f"the tar, {bench.compression}"
    yield svg.text(LEFT + 4, 30, title, "h")
    for kind, x in _COLUMNS.items():
        what = _HEADS.get(kind, stored)
        yield svg.text(x + 2, _HEAD - 8, kind, "b")
        yield svg.text(x + 2, _HEAD + 7, what, "s d")


def _slab(y: float, layer: str, path: str, number: int, look: palette.Look) -> Iterator[str]:
    box = {"x": LEFT, "width": RIGHT - LEFT, "height": _SLAB, "rx": 7}
    yield svg.tag("rect", **box, y=y + 3.5, fill=look.edge, fill_opacity=0.45)
    yield svg.tag("rect", **box, y=y, cls="slab", stroke=look.edge, stroke_width=1.5)
    yield from band(y, _SLAB, number, look)
    yield svg.text(LABEL, y + 22, layer, "b")
    yield svg.text(LABEL, y + 38, path, "m d")


def _document(y: float, name: str, holds: str) -> Iterator[str]:
    box = {"x": LEFT, "y": y, "width": RIGHT - LEFT, "height": _SLAB, "rx": 3}
    yield svg.tag("rect", **box, cls="slab", stroke=palette.PALE, stroke_width=1.5)
    yield svg.text(LEFT + 10, y + 22, name, "b")
    yield svg.text(LEFT + 10, y + 38, holds, "s d")


def _lines(rows: list[float], config: float, manifest: float) -> Iterator[str]:
    """What goes into what: drawn under the chips, so that a line is seen between them."""
    middle = {kind: x + _CHIP_W / 2 for kind, x in _COLUMNS.items()}
    gap = (_SLAB - PLATE) / 2
    for y in rows:
        start = _COLUMNS["DiffID"]
        yield line(start, y + _SLAB / 2, _COLUMNS["ChainID"] + _CHIP_W, y + _SLAB / 2)
    for upper, lower in pairwise(rows):
        yield line(middle["ChainID"], lower + gap, middle["ChainID"], upper + gap + PLATE)
    yield line(middle["DiffID"], rows[0] + _SLAB / 2, middle["DiffID"], config + gap)
    yield line(middle["blob digest"], rows[0] + _SLAB / 2, middle["blob digest"], manifest + gap)
    right = _COLUMNS["DiffID"] + _CHIP_W / 2
    end = manifest + _SLAB / 2
    down = f"M{svg.number(right)} {svg.number(config + _SLAB - gap)}V{svg.number(end)}"
    yield path(f"{down}H{_COLUMNS['blob digest']}")


def _chip(
    bench: "Bench", name: "Name", x: float, y: float, look: palette.Look | None, *, live: bool
) -> str:
    digest, old = bench.names[name], bench.changed.get(name)
    texts = [
        svg.text(x + 10, y + (16 if bench.before else 23), digest.short, "m b" if old else "m")
    ]
    if old:
        edge = x + _CHIP_W - 8
        texts.append(svg.text(edge, y + 16, "changed", "s", text_anchor="end"))
        texts.append(svg.text(x + 10, y + 31, "was", "s"))
        texts.append(svg.text(x + 38, y + 31, old.short, "m gone"))
    elif bench.before:
        texts.append(svg.text(x + 10, y + 31, "same", "s d"))
    picked = bench.selected == name
    parts = plate(
        x,
        y,
        _CHIP_W,
        *texts,
        look=look,
        filled=old is not None,
        picked=live and picked,
        tip=f"{name}: {digest}",
    )
    if not live:
        return svg.tag("g", *parts)
    state = f", changed, was {old.short}" if old else ", the same" if bench.before else ""
    return group(parts, x, y, _CHIP_W, str(name), f"{name}: {digest.short}{state}", picked)
