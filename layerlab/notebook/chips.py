"""What stands in the columns: chips for nodes, lines of sight, ghosts, arrows and numbers."""

from collections.abc import Iterator, Mapping, Sequence

from layerlab.nodes import Change, Device, Directory, File, Symlink, Whiteout
from layerlab.notebook import palette, svg, words
from layerlab.notebook.layout import CHIP, RIGHT, VIEW, Layout
from layerlab.notebook.scene import Cell, Column, Copy, Row, Scene, glyph_kind, kind_word
from layerlab.notebook.slabs import button, look
from layerlab.units import human_size

_GLYPH, _TEXT = 6, 21  # from the left edge of a chip
_SIZE = 12
Box = Mapping[str, float]


def column(scene: Scene, layout: Layout, number: int, *, live: bool) -> Iterator[str]:
    """One column: the lines of sight first, then what they end at."""
    about = layout.columns[number]
    if scene.view:
        yield from _sight(scene, layout, number, about)
        said = words.column(scene, about)
        yield svg.tag(
            "g",
            svg.title(said),
            *_seen(scene, layout, layout.x(number), layout.view_y + 6, about),
            **(button(scene, said, path=about.path) if live else {}),
        )
    for y, rows in layout.lines:
        if len(rows) == 1:
            yield from _cell(scene, layout, layout.x(number), y, about, rows[0], live)
        elif not scene.fold:
            yield from _folded(layout, layout.x(number), y, about, rows)


def _sight(scene: Scene, layout: Layout, number: int, column: Column) -> Iterator[str]:
    """From what is seen down to where it comes from, and on through merged directories."""
    x = svg.number(layout.x(number) + layout.chip / 2)
    y = layout.view_y + VIEW - 6
    for cell in column.cells:
        end = layout.y_of(cell.row) + layout.chip_top
        if cell.hidden or end < y:  # below: folded together with the one before
            continue
        found = cell.node is not None and not isinstance(cell.node, Whiteout)
        yield svg.tag(
            "path",
            d=f"M{x} {svg.number(y)}V{svg.number(end)}",
            cls="sight",
            stroke=look(scene.rows[cell.row]).edge if found else palette.PALE,
            stroke_dasharray=None if found else "4 3",
        )
        y = end + CHIP


def _seen(scene: Scene, layout: Layout, x: float, y: float, column: Column) -> Iterator[str]:
    """The chip in the merged tree: what it is, and which layer it comes from."""
    box = {"x": x, "y": y, "width": layout.chip, "height": VIEW - 12, "rx": 6}
    if column.seen is None:
        yield svg.tag("rect", **box, cls="ghost")
        yield svg.text(x + _GLYPH, y + 17, "no such file", "s")
        reason = svg.first_fit(_reasons(scene, column), layout.chip - 10, _SIZE)
        yield svg.text(x + _GLYPH, y + 34, reason, "s d")
        return
    yield from _plate(box, look(scene.rows[column.rows[0]]))
    yield from _named(x, y + 17, layout.chip, column.seen)
    yield from _sources(scene, layout, x, y + 34, column.rows)


def _reasons(scene: Scene, column: Column) -> list[str]:
    end = column.end
    if end is None:
        return ["in no layer"]
    name = scene.name(end.row)
    if end.wall is not None:
        return [f"{words.wall(end)} in {name}", words.wall(end), words.wall_word(end.wall)]
    return [f"whiteout in {name}", "whiteout"]


def _sources(
    scene: Scene, layout: Layout, x: float, baseline: float, rows: Sequence[int]
) -> Iterator[str]:
    shown = rows[: 3 if len(rows) < 4 else 2]
    for place, index in enumerate(shown):
        face = look(scene.rows[index])
        box = {
            "x": x + _GLYPH + 13 * place,
            "y": baseline - 9.5,
            "width": 10,
            "height": 10,
            "rx": 2,
        }
        yield svg.tag("rect", **box, fill=face.fill, stroke=face.edge)
        if face.pattern != "plain":
            yield svg.tag("rect", **box, fill=f"url(#ll-{face.pattern})")
    start = _GLYPH + 13 * len(shown) + 1
    names = [scene.name(index) for index in rows]
    choices = [" + ".join(names), f"{len(names)} layers"]
    if len(names) == 1:
        choices = [f"from {names[0]}", names[0]]
    text = svg.first_fit(choices, layout.chip - start - 2, _SIZE)
    yield svg.text(x + start, baseline, text, "s")


def _cell(
    scene: Scene, layout: Layout, x: float, y: float, column: Column, row: Row, live: bool
) -> Iterator[str]:
    """What one layer says of the path; a number on it if it was searched."""
    order = scene.searched.get(column.path, ())
    cell = column.cell(row.index)
    if cell and cell.node is None and row.index not in order and not _stands_before(column, cell):
        cell = None
    top = y + layout.chip_top
    box = {"x": x, "y": top, "width": layout.chip, "height": CHIP, "rx": 6}
    parts: list[str] = []
    if cell:
        parts = list(_chip(scene, layout, box, cell))
    elif row.index in order:
        parts = [
            svg.tag("rect", **box, cls="ghost"),
            svg.text(x + 10, top + 18.5, "nothing", "s d"),
        ]
    elif live and not row.recorded:
        parts = [svg.tag("rect", **box, cls="area")]
    if parts:
        said = words.cell(scene, cell) if cell else words.nothing(scene, row.index, column.path)
        attributes = button(scene, said, layer=row.index, path=column.path) if live else {}
        yield svg.tag("g", svg.title(said), *parts, **attributes)
    if row.index in order:
        yield from _pill(x + layout.chip - 20, top - 13, order.index(row.index) + 1)


def _stands_before(column: Column, wall: Cell) -> bool:
    """The wall hides something; in front of nothing it isn't worth a word."""
    return any(cell.row < wall.row and cell.node is not None for cell in column.cells)


def _chip(scene: Scene, layout: Layout, box: Box, cell: Cell) -> Iterator[str]:
    node, x, baseline = cell.node, box["x"], box["y"] + 18.5
    face = look(scene.rows[cell.row])
    if node is None:
        assert cell.wall is not None
        choices = [words.wall(cell), words.wall_word(cell.wall)]
        yield svg.tag("rect", **box, cls="ghost")
        yield svg.text(x + _GLYPH, baseline, svg.first_fit(choices, layout.chip - 10, _SIZE), "s d")
    elif cell.hidden:
        yield svg.tag("rect", **box, cls="ghost")
        yield from _named(x, baseline, layout.chip, node, gone=True)
    elif isinstance(node, Whiteout):
        yield svg.tag("rect", **box, cls="mark", stroke=face.edge)
        yield from _named(x, baseline, layout.chip, node)
    else:
        yield from _plate(box, face)
        yield from _named(x, baseline, layout.chip, node)


def _folded(
    layout: Layout, x: float, y: float, column: Column, rows: Sequence[Row]
) -> Iterator[str]:
    count = sum(column.cell(row.index) is not None for row in rows)
    if count:
        top = y + layout.chip_top - 4
        yield svg.tag("rect", x=x, y=top, width=layout.chip, height=CHIP, rx=6, cls="ghost")
        yield svg.text(x + _GLYPH, top + 18.5, f"{count:,} more", "s d")


def copy(scene: Scene, layout: Layout, copy: Copy, *, live: bool) -> Iterator[str]:
    """The arrow from where a file was to the container's layer, with the bytes on it.

    In a live picture a style sheet can let it rise.
    """
    shown = {column.path for column in layout.columns}
    alone = sum(each.path in shown for each in scene.copies) == 1
    for number, column in enumerate(layout.columns):
        if column.path == copy.path:
            x = layout.x(number) + layout.chip / 2
            target = layout.y_of(copy.target)
            start = layout.y_of(copy.source) + layout.chip_top
            end = target + layout.chip_top + CHIP + 3
            edge = palette.CONTAINER.edge
            path = f"M{svg.number(x)} {svg.number(start)}V{svg.number(end)}"
            line = svg.tag("path", d=path, cls="sight", stroke=edge, marker_end="url(#ll-up)")
            top = target + layout.slab + 3
            pill = list(_copied(layout, copy, x, top, alone=alone))
            if live:
                yield svg.tag("g", line, cls="rising")
                yield svg.tag("g", *pill, cls="riding", style=f"--ll-rise:{start - top:.0f}px")
            else:
                yield from (line, *pill)


def _copied(layout: Layout, copy: Copy, x: float, y: float, *, alone: bool) -> Iterator[str]:
    """The bytes of a copy; only the number where another's may stand beside it."""
    size = human_size(copy.bytes)
    label = f"copied up {size}" if copy.bytes else "copied up"
    width = svg.width(label, _SIZE, bold=True) + 14
    if not alone and width > layout.step:
        label = size if copy.bytes else "copied"
        width = svg.width(label, _SIZE, bold=True) + 14
    left = min(x - width / 2, RIGHT - width)
    box = {"x": left, "y": y, "width": width, "height": 20, "rx": 10}
    yield svg.tag("rect", **box, cls="plate", stroke=palette.CONTAINER.edge)
    yield svg.text(left + width / 2, y + 14.5, label, "s b", text_anchor="middle")


def _plate(box: Box, face: palette.Look) -> Iterator[str]:
    yield svg.tag("rect", **box, cls="plate")
    yield svg.tag("rect", **box, cls="tint", fill=face.fill, stroke=face.edge)


def _named(
    x: float, baseline: float, width: float, node: Change, *, gone: bool = False
) -> Iterator[str]:
    yield svg.glyph(x + _GLYPH, baseline - 10.5, glyph_kind(node), "pale" if gone else "")
    shown = svg.first_fit(_names(node), width - _TEXT - 2, _SIZE)
    yield svg.text(x + _TEXT, baseline, shown, "s gone" if gone else "s")


def _names(node: Change) -> list[str]:
    """What a chip can say of a node, the best first."""
    if isinstance(node, File):
        return [human_size(node.size)]
    if isinstance(node, Directory):
        return ["opaque directory", "opaque dir", "opaque"] if node.opaque else ["directory", "dir"]
    if isinstance(node, Symlink) or node.kind == "hard link":
        return ["→ " + svg.printable(getattr(node, "target", ""))]
    numbers = f"{node.kind} {node.major}:{node.minor}" if isinstance(node, Device) else ""
    return [numbers, node.kind] if node.kind in ("char", "block") else [kind_word(node)]


def _pill(x: float, y: float, place: int) -> Iterator[str]:
    box = {"x": x - 15, "y": y, "width": 30, "height": 17, "rx": 8.5}
    yield svg.tag("rect", **box, cls="pill")
    yield svg.text(x, y + 13, words.ordinal(place), "s b", text_anchor="middle")
