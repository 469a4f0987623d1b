"""What a container sees, as a picture: two root file systems on one kernel, and five answers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from layerlab.notebook import palette, svg
from layerlab.notebook.layout import LEFT, RIGHT
from layerlab.notebook.nameplates import PLATE, group, plate
from layerlab.notebook.picture import sheet

if TYPE_CHECKING:
    from layerlab.notebook.inside_state import Answer, Inside, Source

_TOP, _BOX, _KERNEL, _GAP = 48, 62, 40, 10
_HALF = (RIGHT - LEFT - _GAP) / 2
_ANSWER, _SOURCE = LEFT + 208, RIGHT - 168
_TAB = 8  # the coloured end of a row
_LOOKS: dict["Source", palette.Look] = {
    "kernel": palette.look(0),
    "host": palette.look(2),
    "image": palette.look(1),
    "config": palette.look(1),
}


def draw(inside: "Inside", *, live: bool = False) -> str:
    """The picture; in a live one each answer is a button."""
    from layerlab.notebook.inside_state import CONTAINER, HOST  # it draws with this module

    there = inside.image if inside.place == CONTAINER else "the host"
    parts = [svg.text(LEFT + 4, 30, f"Seen from {there}: five answers, and whose they are", "h")]
    right = LEFT + _HALF + _GAP
    parts += _files(inside, HOST, "The host's files", LEFT, _LOOKS["host"])
    parts += _files(inside, CONTAINER, f"Files of {inside.image}", right, _LOOKS["image"])
    y = _TOP + _BOX + _GAP
    parts += _kernel(inside.kernel, y)
    y += _KERNEL + 24
    for question, answer in inside.answers.items():
        parts.append(_row(inside, question, answer, y, live=live))
        y += PLATE + 6
    return sheet(parts, y + 6, inside.alt, inside.text, _LOOKS.values(), live=live)


def _files(inside: "Inside", place: str, head: str, x: float, look: palette.Look) -> Iterator[str]:
    here = inside.place == place
    box = {"x": x, "width": _HALF, "height": _BOX, "rx": 7}
    yield svg.tag("rect", **box, y=_TOP + 3.5, fill=look.edge, fill_opacity=0.45)
    width = 3 if here else 1.5
    yield svg.tag(
        "rect", **box, y=_TOP, cls="slab", stroke=look.edge, style=f"stroke-width:{width}"
    )
    if here:
        spot = f"translate({svg.number(x + _HALF - 34)} {svg.number(_TOP + 20)}) scale(1.8)"
        yield svg.tag("g", svg.glyph(0, 0, "eye"), transform=spot)
    yield svg.text(x + 14, _TOP + 26, svg.fit(head, _HALF - 60, 13, bold=True), "b")
    name = inside.distribution(place)
    told = name if name != "no such file" else "no /etc/os-release: no distribution"
    yield svg.text(x + 14, _TOP + 46, svg.fit(told, _HALF - 60, 12), "s")


def _kernel(release: str, y: float) -> Iterator[str]:
    look = _LOOKS["kernel"]
    box = {"x": LEFT, "y": y, "width": RIGHT - LEFT, "height": _KERNEL, "rx": 7}
    yield svg.tag("rect", **box, cls="slab", stroke=look.edge, style="stroke-width:2")
    yield svg.text(LEFT + 14, y + 25, f"One kernel for both: {release}", "b")
    yield svg.text(
        RIGHT - 12, y + 25, "in memory since boot, in no image", "s d", text_anchor="end"
    )


def _row(inside: "Inside", question: str, answer: "Answer", y: float, *, live: bool) -> str:
    from layerlab.notebook.inside_state import WHOSE

    look, whose = _LOOKS[answer.source], WHOSE[answer.source]
    width = RIGHT - LEFT
    room = _SOURCE - _ANSWER - 12
    picked = live and inside.selected == question
    parts = plate(
        LEFT,
        y,
        width,
        svg.tag("rect", x=LEFT, y=y, width=_TAB, height=PLATE, rx=3, fill=look.fill),
        svg.text(LEFT + 20, y + 24, question, "m"),
        svg.text(_ANSWER, y + 24, svg.fit(answer.line, room, 13, bold=True), "b"),
        svg.text(_SOURCE, y + 24, whose, "s d"),
        look=look,
        picked=picked,
        tip=f"{question}: {answer.line}",
    )
    if not live:
        return svg.tag("g", *parts)
    label = f"{question}: {answer.line}, from {whose}"
    return group(parts, LEFT, y, width, question, label, picked)
