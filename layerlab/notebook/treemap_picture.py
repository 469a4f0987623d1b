"""The treemap as SVG: an area is so many bytes, its colour the layer's, hatched what is waste."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from layerlab.notebook import palette, svg
from layerlab.notebook.keys import key
from layerlab.notebook.layout import LEFT, RIGHT
from layerlab.notebook.picture import sheet
from layerlab.notebook.treemap_layout import Box, squarify
from layerlab.notebook.treemap_parts import Part
from layerlab.units import human_size

HEIGHT = 360
_OPENED, _SHORTEST = 13_000, 70  # px² and px: a folder this large shows what is in it
_LEAST = 520  # px²: what is smaller stands in one box with its like
_TINT = 0.3
_HATCH = (
    '<pattern id="ll-waste" width="7" height="7" patternUnits="userSpaceOnUse">'
    '<path d="M-1 8 8-1M-1 1 1-1M6 8 8 6" '
    f'style="stroke:var(--ll-ink,{palette.INK})" stroke-opacity=".6" stroke-width="1.2"/></pattern>'
)


@dataclass(frozen=True)
class Map:
    """What a treemap shows: parts of one layer, or of several, base first."""

    parts: tuple[Part, ...]
    names: tuple[str, ...] = ()
    """The layers' names, for the list under the map; a map of one layer needs none."""
    title: str = ""
    picked: tuple[int, str] | None = None
    """The layer and path that a widget has selected."""

    @cached_property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    @cached_property
    def wasted(self) -> int:
        return sum(part.wasted for part in self.parts)

    @cached_property
    def tiles(self) -> tuple["Tile", ...]:
        """The boxes of the picture, the largest layer's first."""
        whole = Box(LEFT, 0, RIGHT - LEFT, HEIGHT)
        parts = sorted((part for part in self.parts if part.size), key=lambda part: -part.size)
        boxes = squarify([part.size for part in parts], whole)
        pairs = zip(parts, boxes, strict=True)
        return tuple(tile for part, box in pairs for tile in _tiles(part, box))


@dataclass(frozen=True)
class Tile:
    """A box of the picture, and the part that it stands for."""

    part: Part
    box: Box
    more: int = 0
    """It stands for this many parts of a folder, each too small for a box of its own."""

    @property
    def name(self) -> str:
        path = self.part.path
        return f"{path.rstrip('/')}/… {self.more:,} more" if self.more else path


def _tiles(part: Part, box: Box) -> Iterator[Tile]:
    while len(part.children) == 1:
        [part] = part.children.values()
    if not part.children or box.area < _OPENED or box.shorter < _SHORTEST:
        yield Tile(part, box)
        return
    scale = box.area / part.size
    children = part.sorted()
    large = [child for child in children if child.size * scale >= _LEAST]
    small = children[len(large) :]
    if len(small) == 1:
        large, small = children, []
    if not large:
        yield Tile(part, box)
        return
    shown = [(child, 0) for child in large]
    if small:
        shown.append((_together(part, small), len(small)))
        shown.sort(key=lambda pair: (-pair[0].size, pair[0].path))
    boxes = squarify([child.size for child, _ in shown], box)
    for (child, more), place in zip(shown, boxes, strict=True):
        if more:
            yield Tile(child, place, more)
        else:
            yield from _tiles(child, place)


def _together(folder: Part, parts: Sequence[Part]) -> Part:
    return Part(
        folder.path,
        folder.layer,
        sum(part.size for part in parts),
        sum(part.wasted for part in parts),
        sum(part.files for part in parts),
    )


def draw(shown: Map, alt: str, told: str, *, live: bool = False) -> str:
    """The picture as an SVG document."""
    parts: list[str] = []
    y = 14.0
    if shown.title:
        title = svg.fit(svg.printable(shown.title), RIGHT - LEFT - 8, 16, bold=True)
        parts.append(svg.text(LEFT + 4, y + 16, title, "h"))
        y += 32
    parts += [_tile(shown, tile, y, live) for tile in shown.tiles]
    parts += _outlines(shown, y)
    y += HEIGHT + 14
    for line in _legend(shown):
        parts += line.at(y)
        y += 22
    looks = [palette.look(part.layer) for part in shown.parts]
    return sheet(parts, y + 4, alt, told, looks, defs=_HATCH, live=live)


def _tile(shown: Map, tile: Tile, top: float, live: bool) -> str:
    box, part = tile.box, tile.part
    look = palette.look(part.layer)
    frame = {"x": box.x, "y": top + box.y, "width": box.width, "height": box.height}
    inside = [
        svg.tag("rect", **frame, cls="plate"),
        svg.tag("rect", **frame, fill=look.fill, fill_opacity=_TINT, stroke=look.edge),
    ]
    hatched = box.height * part.wasted / part.size
    if hatched >= 1:
        low = {**frame, "y": top + box.y + box.height - hatched, "height": hatched}
        inside.append(svg.tag("rect", **low, fill="url(#ll-waste)"))
    inside += _label(tile, top)
    if not live:
        return svg.tag("g", *inside)
    label = f"{svg.printable(tile.name)}, {human_size(part.size)}, layer {part.layer}"
    picked = shown.picked == (part.layer, part.path) and not tile.more
    if picked:
        ring = {"x": box.x + 2, "y": top + box.y + 2}
        ring |= {"width": max(0.0, box.width - 4), "height": max(0.0, box.height - 4)}
        style = f"fill:none;stroke:var(--ll-ink,{palette.INK});stroke-width:3"
        inside.append(svg.tag("rect", **ring, style=style))
    inside.append(svg.tag("rect", **frame, cls="area"))
    return svg.tag(
        "g",
        svg.title(label),
        *inside,
        role="button",
        tabindex=-1,
        aria_label=label,
        aria_pressed="true" if picked else "false",
        data_layer=part.layer,
        data_path=key(part.path),
    )


def _label(tile: Tile, top: float) -> Iterator[str]:
    """The name and the size, each where it has room; on hatching they lie on a plate."""
    box = tile.box
    room = box.width - 10
    if room < 34 or box.height < 20:
        return
    name = _short(tile, room)
    if not name:
        return
    lines = [(name, "m")]
    size = human_size(tile.part.size)
    if box.height >= 36 and svg.width(size, 12) <= room:
        lines.append((size, "s d"))
    for number, (text, cls) in enumerate(lines):
        y = top + box.y + 15 + 16 * number
        if tile.part.wasted:
            wide = min(room + 4, svg.width(text, 12, mono=cls == "m") + 6)
            under = {"x": box.x + 3, "y": y - 12, "width": wide, "height": 16, "rx": 3}
            yield svg.tag("rect", **under, cls="plate", fill_opacity=0.85)
        yield svg.text(box.x + 5, y, text, cls)


def _short(tile: Tile, room: float) -> str:
    """As much of the path as fits: the whole, its end, its name shortened in the middle."""
    if tile.more:
        few, many = f"… {tile.more:,} more", f"{tile.part.path.rstrip('/')}/… {tile.more:,} more"
        fitting = [text for text in (many, few) if svg.width(text, 12, mono=True) <= room]
        return fitting[0] if fitting else ""
    path = svg.printable(tile.part.path)
    name = path.rpartition("/")[2] or "/"
    shown = svg.fit_path(path, room)
    if shown == path or shown.startswith("…/"):
        return shown
    shown = svg.fit(name, room, 12, mono=True)
    return shown if len(shown) >= min(8, len(name)) else ""


def _outlines(shown: Map, top: float) -> Iterator[str]:
    """A layer's tiles lie together: a strong line around them, and the layer's number."""
    if len(shown.parts) < 2:
        return
    for layer in dict.fromkeys(tile.part.layer for tile in shown.tiles):
        boxes = [tile.box for tile in shown.tiles if tile.part.layer == layer]
        x, y = min(box.x for box in boxes), min(box.y for box in boxes)
        width = max(box.x + box.width for box in boxes) - x
        height = max(box.y + box.height for box in boxes) - y
        frame = {"x": x, "y": top + y, "width": width, "height": height}
        edge = palette.look(layer).edge
        yield svg.tag("rect", **frame, fill="none", stroke=edge, stroke_width=2.5)
        if width >= 40 and height >= 40:
            yield from disc(x + width - 15, top + y + height - 15, layer)


def disc(x: float, y: float, layer: int) -> Iterator[str]:
    """A layer's number on its colour, around ``x``, ``y``."""
    digits, look = str(layer), palette.look(layer)
    wide = max(20, 9 * len(digits) + 4)
    frame = {"x": x - wide / 2, "y": y - 10, "width": wide, "height": 20, "rx": 10}
    yield svg.tag("rect", **frame, cls="disc", stroke=look.edge, stroke_width=2.5)
    yield svg.text(x, y + 4.5, digits, "b", text_anchor="middle")


@dataclass(frozen=True)
class _Line:
    """A line of the list under the map."""

    look: palette.Look | None
    number: str
    name: str
    size: str

    def at(self, y: float) -> Iterator[str]:
        swatch = {"x": LEFT + 4, "y": y, "width": 16, "height": 16, "rx": 3}
        if self.look is None:
            ink = f"stroke:var(--ll-ink,{palette.INK})"
            yield svg.tag("rect", **swatch, fill="url(#ll-waste)", style=ink)
        else:
            yield svg.tag("rect", **swatch, cls="plate")
            yield svg.tag(
                "rect", **swatch, fill=self.look.fill, fill_opacity=_TINT, stroke=self.look.edge
            )
        yield svg.text(LEFT + 28, y + 12.5, self.number, "b")
        room = RIGHT - LEFT - 150
        yield svg.text(LEFT + 52, y + 12.5, svg.fit(self.name, room, 13), "")
        yield svg.text(RIGHT - 4, y + 12.5, self.size, "s", text_anchor="end")


_MOST_LINES = 12


def _legend(shown: Map) -> Iterator[_Line]:
    lines = [
        _Line(
            palette.look(part.layer),
            str(part.layer),
            svg.brief(shown.names[part.layer]),
            human_size(part.size),
        )
        for part in reversed(shown.parts)
        if shown.names
    ]
    if len(lines) > _MOST_LINES:  # the largest stay, in their order
        sizes = sorted((part.size for part in shown.parts), reverse=True)
        least = sizes[_MOST_LINES - 1]
        by_size = {str(part.layer): part.size for part in shown.parts}
        kept = [line for line in lines if by_size[line.number] >= least][:_MOST_LINES]
        rest = sum(by_size.values()) - sum(by_size[line.number] for line in kept)
        count = len(lines) - len(kept)
        yield from kept
        yield _Line(_PLAIN, "", f"{count:,} more layers", human_size(rest))
    else:
        yield from lines
    if shown.wasted:
        yield _Line(
            None, "", "waste: hidden by a later layer, or a cache", human_size(shown.wasted)
        )


_PLAIN = palette.Look(palette.SLAB, palette.PALE, "plain")
