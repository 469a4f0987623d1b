"""The ChainID ladder as a picture: a slab a layer, its DiffID, and its ChainID once it is known."""

from itertools import pairwise
from typing import TYPE_CHECKING

from layerlab.notebook import palette, svg
from layerlab.notebook.layout import LABEL, LEFT, RIGHT
from layerlab.notebook.nameplates import ARROW, PLATE, group, line, plate
from layerlab.notebook.picture import sheet
from layerlab.notebook.slabs import band

if TYPE_CHECKING:
    from layerlab.notebook.ladder_state import Ladder

_SLAB, _GAP, _HEAD = 50, 14, 66
_CHIP = 160
_CHAIN, _DIFF = 386, 578
_INSET = (_SLAB - PLATE) / 2


def draw(ladder: "Ladder", *, live: bool = False) -> str:
    """The picture; in a live one each ChainID that is known, or next, is a button."""
    count = len(ladder.diff_ids)
    tops = [_HEAD + 14 + (count - 1 - rung) * (_SLAB + _GAP) for rung in range(count)]
    looks = [palette.look(rung) for rung in range(count)]
    parts = [
        svg.text(LEFT + 4, 30, f"{ladder.climbed} of {count} ChainIDs computed", "h"),
        svg.text(_CHAIN + 2, _HEAD - 8, "ChainID", "b"),
        svg.text(_CHAIN + 2, _HEAD + 7, "the layer and all below it", "s d"),
        svg.text(_DIFF + 2, _HEAD - 8, "DiffID", "b"),
        svg.text(_DIFF + 2, _HEAD + 7, "the layer's tar", "s d"),
    ]
    for rung, y in enumerate(tops):
        parts += _slab(y, rung, ladder.names[rung], looks[rung])
        parts.append(line(_DIFF, y + _SLAB / 2, _CHAIN + _CHIP, y + _SLAB / 2))
    for lower, upper in pairwise(tops):
        middle = _CHAIN + _CHIP / 2
        parts.append(line(middle, lower + _INSET, middle, upper + _INSET + PLATE))
    for rung, y in enumerate(tops):
        parts.append(_diff_id(ladder, rung, y + _INSET))
        parts.append(_chain_id(ladder, rung, y + _INSET, looks[rung], live=live))
    height = tops[0] + _SLAB + 16
    return sheet(parts, height, ladder.alt, ladder.text, looks, defs=ARROW, live=live)


def _slab(y: float, rung: int, name: str, look: palette.Look) -> list[str]:
    box = {"x": LEFT, "width": RIGHT - LEFT, "height": _SLAB, "rx": 7}
    lines = svg.wrap(svg.brief(name), _CHAIN - LABEL - 14, 13, bold=True)
    first = y + (30 if len(lines) == 1 else 22)
    return [
        svg.tag("rect", **box, y=y + 3.5, fill=look.edge, fill_opacity=0.45),
        svg.tag("rect", **box, y=y, cls="slab", stroke=look.edge, stroke_width=1.5),
        *band(y, _SLAB, rung, look),
        svg.tag(
            "g",
            svg.title(name),
            *(svg.text(LABEL, first + 16 * place, text, "b") for place, text in enumerate(lines)),
        ),
    ]


def _diff_id(ladder: "Ladder", rung: int, y: float) -> str:
    digest = ladder.diff_ids[rung]
    text = svg.text(_DIFF + 10, y + 23, digest.short, "m")
    return svg.tag("g", *plate(_DIFF, y, _CHIP, text, tip=f"DiffID of layer {rung}: {digest}"))


def _chain_id(ladder: "Ladder", rung: int, y: float, look: palette.Look, *, live: bool) -> str:
    picked = ladder.rung == rung
    if rung < ladder.climbed:
        shown = ladder.chains[rung].short
        second = "= its DiffID" if rung == 0 else ""
        tip = f"ChainID of layer {rung}: {ladder.chains[rung]}"
    else:
        shown, second = "?", ""
        tip = f"ChainID of layer {rung}: not computed yet"
    texts = [svg.text(_CHAIN + 10, y + (16 if second else 23), shown, "m b")]
    if second:
        texts.append(svg.text(_CHAIN + 10, y + 31, second, "s d"))
    known = rung < ladder.climbed
    parts = plate(
        _CHAIN, y, _CHIP, *texts, look=look, filled=known, dashed=not known,
        picked=picked and live, tip=tip,
    )  # fmt: skip
    if not live or rung > ladder.climbed:
        return svg.tag("g", *parts)
    return group(parts, _CHAIN, y, _CHIP, str(rung), tip[:40], picked)
