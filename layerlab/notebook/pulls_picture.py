"""The pull player as a picture: a slab a layer, with a bar for the wire and one for the disk."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from layerlab.engine.transfer import Progress
from layerlab.notebook import palette, svg
from layerlab.notebook.layout import LABEL, LEFT, RIGHT
from layerlab.notebook.picture import sheet
from layerlab.notebook.slabs import band
from layerlab.units import human_size

if TYPE_CHECKING:
    from layerlab.notebook.pulls_state import Player

_TOP, _SLAB, _GAP = 84, 46, 10
_WIRE, _DISK, _WIDTH, _BAR = 318, 556, 150, 14


def draw(player: "Player", *, live: bool = False) -> str:
    """The picture. The base is at the bottom, as in every stack."""
    title = f"docker pull {player.pull.ref}"
    parts = [
        svg.text(LEFT + 4, 30, svg.fit(title, RIGHT - LEFT - 8, 16, bold=True), "h"),
        svg.text(_WIRE, 62, "over the wire, compressed", "b"),
        svg.text(_DISK, 62, "unpacked to disk", "b"),
    ]
    rows = list(player.rows)
    looks = [palette.look(number) for number in range(len(rows))]
    y = _TOP - 8
    for number, (row, received, unpacked) in reversed(list(enumerate(rows))):
        here = row.status == "Already exists"
        parts += _slab(y, number, row, looks[number], here=here)
        if not here:
            total = player.pull.sizes.get(row.name, 0)
            parts += _bar(_WIRE, y, received, looks[number], _sizes(player.received(row), total))
            percent = f"{unpacked:.0%}" if unpacked else ""
            parts += _bar(_DISK, y, unpacked, looks[number], percent)
        y += _SLAB + _GAP
    crossed = f"{human_size(player.crossed)} crossed the wire."
    if not rows:
        crossed = "The image is here already. " + crossed
    parts.append(svg.text(LEFT + 4, y + 14, crossed, "b"))
    return sheet(parts, y + 32, player.alt, player.text, looks, live=live)


def _slab(y: float, number: int, row: Progress, look: palette.Look, *, here: bool) -> Iterator[str]:
    box = {"x": LEFT, "width": RIGHT - LEFT, "height": _SLAB, "rx": 7}
    if here:
        yield svg.tag("rect", **box, y=y + 3.5, fill=look.edge, fill_opacity=0.45)
    yield svg.tag("rect", **box, y=y, cls="slab", stroke=look.edge, stroke_width=1.5)
    if here:
        yield svg.tag("rect", **box, y=y, cls="tint", fill=look.fill, stroke=look.edge)
    yield from band(y, _SLAB, number, look)
    yield svg.text(LABEL, y + 20, row.name, "m b")
    yield svg.text(LABEL, y + 37, row.status, "s b" if here else "s")
    if here:
        yield svg.text(_WIRE, y + 28, "here, with all that is below it: nothing moves", "s d")


def _bar(x: float, y: float, part: float, look: palette.Look, told: str) -> Iterator[str]:
    box = {"x": x, "y": y + 8, "height": _BAR, "rx": 3}
    yield svg.tag("rect", **box, width=_WIDTH, cls="ghost")
    if part:
        yield svg.tag("rect", **box, width=max(3, _WIDTH * part), fill=look.fill, stroke=look.edge)
    yield svg.text(x, y + 37, told, "s d")


def _sizes(done: int, total: int) -> str:
    return f"{human_size(done)} of {human_size(total)}" if total else ""
