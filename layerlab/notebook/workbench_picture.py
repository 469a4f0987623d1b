"""The ID workbench as a picture: the stack, and a column for each name of a layer.

Below it lie the two documents that name the image. Lines show what goes into which name.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from layerlab.notebook import palette, svg, workbench_words
from layerlab.notebook.layout import LABEL, LEFT, RIGHT
from layerlab.notebook.picture import sheet
from layerlab.notebook.slabs import band

if TYPE_CHECKING:
    from layerlab.notebook.workbench_state import Bench, Name

_SLAB, _GAP, _HEAD = 50, 16, 66
_CHIP_W, _CHIP_H = 176, 38
_COLUMNS = {"ChainID": 170, "DiffID": 368, "blob digest": 566}
_HEADS = {"ChainID": "the layer and all below it", "DiffID": "the layer's tar"}
_ARROW = (
    '<marker id="ll-into" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    f'orient="auto"><path d="M0 0 8 4 0 8z" fill="{palette.PALE}"/></marker>'
)


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
        parts.append(_chip(bench, name, x, y + (_SLAB - _CHIP_H) / 2, look, live=live))
    parts.append(svg.text(LEFT + 10, tag + 14, f"Tag: {bench.tag}", "b"))
    parts.append(
        svg.text(
            _COLUMNS["ChainID"],
            tag + 14,
            "a name that points at the image; it is part of no hash",
            "s d",
        )
    )
    told = workbench_words.text(bench)
    return sheet(parts, tag + 30, bench.alt, told, colours.values(), defs=_ARROW, live=live)


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
    gap = (_SLAB - _CHIP_H) / 2
    for y in rows:
        start = _COLUMNS["DiffID"]
        yield _line(start, y + _SLAB / 2, _COLUMNS["ChainID"] + _CHIP_W, y + _SLAB / 2)
    for upper, lower in pairwise(rows):
        yield _line(middle["ChainID"], lower + gap, middle["ChainID"], upper + gap + _CHIP_H)
    yield _line(middle["DiffID"], rows[0] + _SLAB / 2, middle["DiffID"], config + gap)
    yield _line(middle["blob digest"], rows[0] + _SLAB / 2, middle["blob digest"], manifest + gap)
    right = _COLUMNS["DiffID"] + _CHIP_W / 2
    end = manifest + _SLAB / 2
    path = f"M{svg.number(right)} {svg.number(config + _SLAB - gap)}V{svg.number(end)}"
    yield _path(f"{path}H{_COLUMNS['blob digest']}")


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return _path(f"M{svg.number(x1)} {svg.number(y1)}L{svg.number(x2)} {svg.number(y2)}")


def _path(d: str) -> str:
    return svg.tag("path", d=d, cls="guide", stroke_width=1.5, marker_end="url(#ll-into)")


def _chip(
    bench: "Bench", name: "Name", x: float, y: float, look: palette.Look | None, *, live: bool
) -> str:
    digest, old = bench.names[name], bench.changed.get(name)
    fill, edge = (look.fill, look.edge) if look else (palette.PALE, palette.INK)
    box = {"x": x, "y": y, "width": _CHIP_W, "height": _CHIP_H, "rx": 5}
    picked = live and bench.selected == name
    width = 3 if picked else 2 if old else 1.25
    parts = [
        svg.title(f"{name}: {digest}"),
        svg.tag("rect", **box, cls="plate"),
        svg.tag(
            "rect",
            **box,
            fill=fill if old else "none",
            cls="tint" if old else None,
            stroke=edge if old or picked else palette.PALE,
            style=f"stroke-width:{width}",
        ),
        svg.text(x + 10, y + (16 if bench.before else 23), digest.short, "m b" if old else "m"),
    ]
    if old:
        edge_of_chip = x + _CHIP_W - 8
        parts.append(svg.text(edge_of_chip, y + 16, "changed", "s", text_anchor="end"))
        parts.append(svg.text(x + 10, y + 31, "was", "s"))
        parts.append(svg.text(x + 38, y + 31, old.short, "m gone"))
    elif bench.before is not None:
        parts.append(svg.text(x + 10, y + 31, "same", "s d"))
    state = f", changed, was {old.short}" if old else ", the same" if bench.before else ""
    if not live:
        return svg.tag("g", *parts)
    parts.append(svg.tag("rect", **box, cls="area"))
    return svg.tag(
        "g",
        *parts,
        role="button",
        tabindex=0,
        aria_label=f"{name}: {digest.short}{state}",
        aria_pressed="true" if bench.selected == name else "false",
        data_part=str(name),
    )
