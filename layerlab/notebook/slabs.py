"""The frame of the picture: the slabs, the heads of the columns, and what is seen on top."""

from collections.abc import Iterator, Mapping, Sequence

from layerlab.notebook import palette, svg
from layerlab.notebook.layout import BAND, GUTTER, LABEL, LEFT, LINE, REST, RIGHT, VIEW, Layout
from layerlab.notebook.scene import Row, Scene, count_words
from layerlab.units import human_size


def look(row: Row) -> palette.Look:
    """Colour and pattern of a layer."""
    return row.look


def frame(scene: Scene, layout: Layout, *, live: bool) -> Iterator[str]:
    """Everything that lies under the chips."""
    yield from _marked(scene, layout)
    yield from _heads(scene, layout)
    if scene.view and layout.columns:
        yield from _view(scene, layout)
    for y, rows in layout.lines:
        if len(rows) == 1:
            yield from _slab(scene, layout, y, rows[0], live)
        else:
            yield from _fold(scene, layout, y, rows)


def button(
    scene: Scene, label: str, *, layer: int | None = None, path: str | None = None
) -> dict[str, object]:
    """The attributes that make a part of a live picture a button."""
    return {
        "role": "button",
        "tabindex": 0,
        "aria_label": label,
        "aria_pressed": "true" if scene.selected == (layer, path) else "false",
        "data_layer": layer,
        "data_path": path,
    }


def _marked(scene: Scene, layout: Layout) -> Iterator[str]:
    """A shade behind the columns that are looked up or selected."""
    for number, column in enumerate(layout.columns):
        if column.path in scene.searched or column.path == scene.selected[1]:
            yield svg.tag(
                "rect",
                x=layout.x(number) - GUTTER / 2,
                y=layout.top - 4,
                width=layout.step,
                height=layout.bottom - layout.top + 4,
                rx=6,
                cls="column",
            )


def _heads(scene: Scene, layout: Layout) -> Iterator[str]:
    bottom = layout.view_y - 12
    for number, (column, (parent, base)) in enumerate(
        zip(layout.columns, layout.heads, strict=True)
    ):
        x = layout.x(number) + 2
        texts = [svg.text(x, bottom - LINE * len(base), parent, "m d")]
        texts += [
            svg.text(x, bottom - LINE * (len(base) - 1 - place), line, "m b")
            for place, line in enumerate(base)
        ]
        yield svg.tag("g", svg.title(column.path), *texts)
    if layout.rest:
        yield svg.text(layout.rest_x, bottom - LINE, "and", "s d")
        yield svg.text(layout.rest_x, bottom, "elsewhere", "s b")


def _view(scene: Scene, layout: Layout) -> Iterator[str]:
    y = layout.view_y
    yield svg.tag("rect", x=LEFT, y=y, width=RIGHT - LEFT, height=VIEW, rx=7, cls="view")
    place = f"translate({LEFT + 6} {svg.number(y + VIEW / 2 - 8.5)}) scale(1.4)"
    yield svg.tag("g", svg.glyph(0, 0, "eye"), transform=place)
    yield svg.text(LABEL, y + 23, scene.view[0].upper() + scene.view[1:], "b")
    yield svg.text(LABEL, y + 40, "the merged tree", "s d")
    if layout.rest and scene.rest_seen:
        yield svg.text(layout.rest_x, y + 23, f"{scene.rest_seen:,}", "b")
        yield svg.text(layout.rest_x, y + 40, f"more path{'s' * (scene.rest_seen > 1)}", "s d")


def _slab(scene: Scene, layout: Layout, y: float, row: Row, live: bool) -> Iterator[str]:
    face = look(row)
    box = {"x": LEFT, "width": RIGHT - LEFT, "height": layout.slab, "rx": 7}
    if not row.writable:  # a slab has a thickness
        yield svg.tag("rect", **box, y=y + 3.5, fill=face.edge, fill_opacity=0.45)
    yield svg.tag(
        "rect",
        **box,
        y=y,
        cls="slab",
        stroke=face.edge,
        stroke_width=3 if scene.selected[0] == row.index else 1.5,
        stroke_dasharray="7 4" if row.writable else None,
    )
    yield from band(y, layout.slab, row.index, face)
    label = list(_label(layout, y, row))
    if live:
        area = {"x": LEFT, "y": y, "width": layout.cells - LEFT - 6, "height": layout.slab}
        label.append(svg.tag("rect", **area, rx=7, cls="area"))
        yield svg.tag(
            "g", *label, **button(scene, f"Layer {svg.printable(row.name)}", layer=row.index)
        )
    else:
        yield svg.tag("g", *label)
    middle = y + layout.slab / 2
    if row.recorded and layout.columns:
        yield svg.text(layout.cells, middle + 5, "files not recorded", "s d")
    elif layout.rest and scene.rest:
        yield from _rest(layout, middle, scene.rest.get(row.index, {}))
    if row.writable and len(scene.rows) > 1:
        yield svg.text(LABEL, y + layout.slab + 18, "the image, read-only:", "s d")


def band(y: float, height: float, number: int, face: palette.Look) -> Iterator[str]:
    """A slab's coloured end with the layer's number on a white disc, legible on any pattern."""
    path = (
        f"M{LEFT + BAND} {svg.number(y)}h-{BAND - 7}q-7 0-7 7"
        f"v{svg.number(height - 14)}q0 7 7 7h{BAND - 7}z"
    )
    yield svg.tag("path", d=path, fill=face.fill)
    if face.pattern != "plain":
        yield svg.tag("path", d=path, fill=f"url(#ll-{face.pattern})")
    digits = str(number)
    width = max(20, 9 * len(digits) - 1)
    x, middle = LEFT + BAND / 2, y + height / 2
    disc = {"x": x - width / 2, "y": middle - 10, "width": width, "height": 20, "rx": 10}
    yield svg.tag("rect", **disc, cls="disc")
    size = {"style": "font-size:12px"} if len(digits) > 2 else {}
    yield svg.text(x, middle + 4.5, digits, "b", text_anchor="middle", **size)


def _label(layout: Layout, y: float, row: Row) -> Iterator[str]:
    """The layer's name, its short DiffID and its size."""
    size = "" if row.size is None else human_size(row.size)
    yield svg.title(" · ".join(filter(None, (row.name, row.ident, size))))
    name = svg.wrap(svg.brief(row.name), layout.label_room, 13, bold=True)
    middle = y + layout.slab / 2
    first = middle - 4 if len(name) == 1 else middle - 12
    for place, line in enumerate(name):
        yield svg.text(LABEL, first + LINE * place, line, "b")
    second = first + LINE * len(name) + 1
    plain = "read-write" if row.writable else "read-only"
    yield svg.text(LABEL, second, row.ident or plain, "m d" if row.ident else "s d")
    if row.recorded and not layout.columns:
        yield svg.text(LABEL + 104, second, "files not recorded", "s d")
    yield svg.text(layout.cells - 12, second, size, "s", text_anchor="end")


def _fold(scene: Scene, layout: Layout, y: float, rows: Sequence[Row]) -> Iterator[str]:
    for offset in (8, 4, 0):
        box = {"x": LEFT + offset, "y": y + offset, "width": RIGHT - LEFT - 2 * offset}
        yield svg.tag("rect", **box, height=layout.slab - 8, rx=7, cls="slab", stroke=palette.PALE)
    middle = y + layout.slab / 2 - 4
    yield svg.text(LABEL, middle - 3, scene.fold or f"{len(rows):,} more layers", "b")
    yield svg.text(LABEL, middle + 13, "read-only", "s d")
    size = human_size(sum(row.size or 0 for row in rows))
    yield svg.text(layout.cells - 12, middle + 13, size, "s", text_anchor="end")


def _rest(layout: Layout, middle: float, counts: Mapping[str, int]) -> Iterator[str]:
    lines = count_words(counts)
    if len(lines) > 2:
        lines = [lines[0], f"{sum(counts.values()) - max(counts.values()):,} others"]
    first = middle + 5 - (LINE / 2 if len(lines) == 2 else 0)
    for place, line in enumerate(lines):
        shown = svg.first_fit(
            [line, line.replace("directories", "dirs").replace("directory", "dir")], REST - 14
        )
        yield svg.text(layout.rest_x, first + LINE * place, shown, "s d")
