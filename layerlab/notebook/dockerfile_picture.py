"""The Dockerfile bench as a picture: a slab an instruction, and the image's bytes as bars.

In the widget the instructions stand there to be edited, so its picture is the bars alone.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from layerlab.notebook import palette, svg
from layerlab.notebook.dockerfile_words import KINDS, layer
from layerlab.notebook.layout import BAND, LABEL, LEFT, RIGHT
from layerlab.notebook.picture import sheet
from layerlab.notebook.slabs import band
from layerlab.units import human_size

if TYPE_CHECKING:
    from layerlab.notebook.dockerfile_rows import Line, Piece, Row, Totals
    from layerlab.notebook.dockerfile_state import Bench

_SLAB, _GAP = 46, 8
_VERDICT, _SIZE = RIGHT - 146, RIGHT - 14
_BAR, _BARS = 26, 104  # the height of a bar, and where bars begin
_LONGEST = RIGHT - _BARS - 76


def draw(bench: "Bench", *, live: bool = False) -> str:
    """The picture."""
    parts: list[str] = []
    y = 14.0
    if not live:
        parts.append(svg.text(LEFT + 4, y + 16, _title(bench), "h"))
        y += 34
        for number, (line, row) in enumerate(zip(bench.lines, bench.rows, strict=True), 1):
            failed = bench.failure.words if _failed(bench, line) and bench.failure else ""
            parts += _slab(y, number, line, row, failed)
            y += _SLAB + _GAP
        y += 10
    if bench.totals:
        bars = {"this edit" if bench.earlier else "this build": bench.totals}
        if bench.under_way is not None:
            bars = {"last build": bench.totals}
        elif bench.earlier:
            bars = {"last build": bench.earlier, **bars}
        longest = max(1, *(totals.size for totals in bars.values()))
        for name, totals in bars.items():
            parts += _bar(y, name, totals, longest, now=name != "last build")
            y += _BAR + 12
        parts.append(svg.text(LEFT + 4, y + 10, _LEGEND, "s d"))
        y += 22
    elif live:
        parts.append(svg.text(LEFT + 4, y + 14, "No build has come to its end yet.", "s d"))
        y += 24
    looks = [row.look for row in bench.rows if row]
    looks += [piece.look for totals in (bench.totals, bench.earlier) if totals
              for piece in totals.pieces]  # fmt: skip
    return sheet(parts, y + 6, bench.alt, f"{bench.text} {bench.notes}", looks, live=live)


_LEGEND = "The image's layers, the base first. Full colour: built by this edit. Pale: reused."


def _title(bench: "Bench") -> str:
    if bench.failure or not bench.totals:
        return "The build failed"
    again, steps = bench.totals.again, bench.totals.steps
    return f"{again} of {steps} steps ran, for an image of {human_size(bench.totals.size)}"


def _failed(bench: "Bench", line: "Line") -> bool:
    return bench.failure is not None and bench.failure.key == line.key


def _slab(y: float, number: int, line: "Line", row: "Row | None", failed: str) -> Iterator[str]:
    look = row.look if row else palette.look(line.key)
    has_layer = bool(row and row.layers)
    edge = look.edge if has_layer else palette.PALE
    box = {"x": LEFT, "width": RIGHT - LEFT, "height": _SLAB, "rx": 7}
    if has_layer:
        yield svg.tag("rect", **box, y=y + 3.5, fill=edge, fill_opacity=0.45)
    yield svg.tag("rect", **box, y=y, cls="slab", stroke=edge, stroke_width=1.5,
                  stroke_dasharray=None if has_layer else "4 3")  # fmt: skip
    if has_layer:
        yield from band(y, _SLAB, number, look)
    else:
        yield svg.text(LEFT + BAND / 2, y + _SLAB / 2 + 5, str(number), "b", text_anchor="middle")
    room = _VERDICT - LABEL - 12
    yield svg.text(LABEL, y + 20, svg.fit(svg.printable(line.shown), room, 12, mono=True), "m b")
    why = failed or (row.reason if row else "not built yet")
    yield svg.text(LABEL, y + 37, svg.fit(svg.printable(why), RIGHT - LABEL - 12, 12), "s d")
    verdict = "failed" if failed else KINDS[row.kind] if row else ""
    yield svg.text(_VERDICT, y + 20, verdict, "b")
    if row and not failed:
        yield svg.text(_SIZE, y + 20, layer(row), "b" if has_layer else "d", text_anchor="end")


def _bar(y: float, name: str, totals: "Totals", longest: int, *, now: bool) -> Iterator[str]:
    """An image's layers side by side, each as wide as it is big."""
    yield svg.text(LEFT + 4, y + 17, name.capitalize(), "b")
    x = float(_BARS)
    for piece in totals.pieces:
        width = piece.size / longest * _LONGEST
        if width >= 0.5:
            yield _piece(x, y, width, piece, full=now and piece.kind == "run")
            x += width
    yield svg.text(x + 8, y + 17, human_size(totals.size), "b")


def _piece(x: float, y: float, width: float, piece: "Piece", *, full: bool) -> str:
    box = {"x": x, "y": y, "width": width, "height": _BAR}
    parts = [
        svg.title(f"{piece.name}: {human_size(piece.size)}"),
        svg.tag("rect", **box, cls="slab"),
        svg.tag("rect", **box, fill=piece.look.fill, stroke=piece.look.edge,
                cls=None if full else "tint", stroke_width=1.25),
    ]  # fmt: skip
    if full and piece.look.pattern != "plain":
        parts.append(svg.tag("rect", **box, fill=f"url(#ll-{piece.look.pattern})"))
    said = human_size(piece.size)
    if not full and svg.width(said, 12) + 10 < width:
        parts.append(svg.text(x + width / 2, y + 17, said, "s", text_anchor="middle"))
    return svg.tag("g", *parts)
