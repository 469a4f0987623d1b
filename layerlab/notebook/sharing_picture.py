"""The sharing simulator as a picture: one base under its apps, and bars for what it saves."""

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from layerlab.notebook import palette, svg
from layerlab.notebook.layout import BAND, LEFT, RIGHT
from layerlab.notebook.picture import sheet
from layerlab.units import human_size

if TYPE_CHECKING:
    from layerlab.notebook.sharing_state import Amounts, Made, Sharing

_TOP, _BOX, _SLAB, _GAP = 48, 30, 46, 10
_BAR, _BARS = 16, 132  # the height of a bar, and where bars begin
_LONGEST = RIGHT - _BARS - 170
Box = dict[str, float]


def draw(sharing: "Sharing", *, live: bool = False) -> str:
    """The picture; in a live one each app is a button."""
    images = sorted(sharing.images, key=lambda image: (image.base_version, image.app))
    step = (RIGHT - LEFT + _GAP) / len(images)
    apps = _TOP + _BOX + 24
    bases = apps + _SLAB + 8
    parts = [svg.text(LEFT + 4, 30, _title(sharing), "h")]
    for place, image in enumerate(images):
        x, width = LEFT + place * step, step - _GAP
        parts += _containers(sharing, image, x, width)
        parts.append(_app(sharing, image, x, apps, width, live=live))
    start = 0
    for version, group in groupby(images, key=lambda image: image.base_version):
        count = len(list(group))
        x, width = LEFT + start * step, count * step - _GAP
        parts += _slab(x, bases, width, base_look(version), f"base v{version}", sharing.base_size)
        start += count
    y = bases + _SLAB + 34
    for name, amounts in sharing.amounts.items():
        parts += _pair(y, name, amounts)
        y += 2 * _BAR + 24
    parts.append(svg.text(LEFT + 4, y, _legend(sharing), "s d"))
    looks = [base_look(image.base_version) for image in images]
    looks += [app_look(image) for image in images]
    return sheet(parts, y + 16, sharing.alt, sharing.text, looks, live=live)


def base_look(version: int) -> palette.Look:
    """The base's blue; a newer one has another pattern."""
    first = palette.look(0)
    pattern = palette.PATTERNS[(version - 1) % len(palette.PATTERNS)]
    return palette.Look(first.fill, first.edge, pattern)


def app_look(image: "Made") -> palette.Look:
    """An app keeps its look through all its versions."""
    return palette.look(image.app)


def _title(sharing: "Sharing") -> str:
    disk = sharing.disk
    bases = len({image.base for image in sharing.images})
    what = "one base" if bases == 1 else f"{bases} bases"
    count = len(sharing.images)
    images = f"{count} image{'s' * (count != 1)} on {what}"
    return f"{images}: {human_size(disk.shared)} on disk instead of {human_size(disk.copies)}"


def _containers(sharing: "Sharing", image: "Made", x: float, width: float) -> Iterator[str]:
    """Small dashed boxes; filled where the container has a copy of its own."""
    face, count = palette.CONTAINER, sharing.containers
    own = image.app in sharing.written
    size = min(30.0, (width + 4) / max(1, count) - 4)
    for number in range(count):
        box: Box = {"x": x + number * (size + 4), "y": _TOP, "width": size, "height": _BOX}
        yield svg.tag("rect", **box, rx=4, cls="slab")
        yield svg.tag(
            "rect", **box, rx=4, cls="tint" if own else None, fill=face.fill if own else "none",
            stroke=face.edge, stroke_width=1.5, stroke_dasharray="4 3",
        )  # fmt: skip
    told = f"{count} container{'s' * (count != 1)}"
    copies = f"{told}, own copies"
    choices = [copies, "own copies"] if own else [told]
    yield svg.text(x + 2, _TOP + _BOX + 16, svg.first_fit(choices, width), "s d")


def _app(sharing: "Sharing", image: "Made", x: float, y: float, width: float, *, live: bool) -> str:
    picked = live and image.app == sharing.picked
    name = f"{image.name} v{image.app_version}"
    parts = list(_slab(x, y, width, app_look(image), name, sharing.app_size, picked=picked))
    if not live:
        return svg.tag("g", *parts)
    area = svg.tag("rect", x=x, y=y, width=width, height=_SLAB, rx=7, cls="area")
    label = f"{name} on base v{image.base_version}, {human_size(sharing.app_size)}"
    return svg.tag(
        "g", *parts, area, role="button", tabindex=0, aria_label=label,
        aria_pressed="true" if picked else "false", data_part=image.name,
    )  # fmt: skip


def _slab(
    x: float, y: float, width: float, look: palette.Look, name: str, size: int, *,
    picked: bool = False,
) -> Iterator[str]:  # fmt: skip
    box = {"x": x, "width": width, "height": _SLAB, "rx": 7}
    yield svg.title(f"{name}, {human_size(size)}, read-only")
    yield svg.tag("rect", **box, y=y + 3.5, fill=look.edge, fill_opacity=0.45)
    yield svg.tag(
        "rect",
        **box,
        y=y,
        cls="slab",
        stroke=look.edge,
        style=f"stroke-width:{3 if picked else 1.5}",
    )
    edge = BAND / 2
    path = (
        f"M{svg.number(x + edge)} {svg.number(y)}h-{edge - 7}q-7 0-7 7"
        f"v{_SLAB - 14}q0 7 7 7h{edge - 7}z"
    )
    yield svg.tag("path", d=path, fill=look.fill)
    if look.pattern != "plain":
        yield svg.tag("path", d=path, fill=f"url(#ll-{look.pattern})")
    room = width - edge - 12
    yield svg.text(x + edge + 8, y + 19, svg.fit(name, room, 13, bold=True), "b")
    yield svg.text(x + edge + 8, y + 36, human_size(size), "s")


def _pair(y: float, name: str, amounts: "Amounts") -> Iterator[str]:
    """Two bars: a copy each, and shared, in its parts. The longer one is as long as can be."""
    scale = _LONGEST / max(1, amounts.copies, amounts.shared)
    yield svg.text(LEFT + 4, y + 13, name.capitalize(), "b")
    box: Box = {"x": _BARS, "y": y, "width": max(2, amounts.copies * scale), "height": _BAR}
    yield svg.tag("rect", **box, rx=2, cls="ghost")
    yield svg.text(
        _BARS + box["width"] + 8, y + 13, f"{human_size(amounts.copies)} as copies", "s d"
    )
    below, x = y + _BAR + 3, float(_BARS)
    for what, size, fill, edge in _segments(amounts):
        width = size * scale
        piece: Box = {"x": x, "y": below, "width": width, "height": _BAR}
        tip = svg.title(f"{what}: {human_size(size)}")
        yield svg.tag("g", tip, svg.tag("rect", **piece, fill=fill, stroke=edge))
        x += width
    yield svg.text(x + 8, below + 13, f"{human_size(amounts.shared)} shared", "s b")


def _segments(amounts: "Amounts") -> list[tuple[str, int, str, str]]:
    base, own = palette.look(0), palette.CONTAINER
    every = [
        ("base", amounts.base, base.fill, base.edge),
        ("apps", amounts.apps, palette.RULE, palette.DIM),
        ("unused images", amounts.unused, palette.SLAB, palette.DIM),
        ("the containers' own", amounts.own, own.fill, own.edge),
    ]
    return [segment for segment in every if segment[1]]


def _legend(sharing: "Sharing") -> str:
    parts = ["Shared, from the left: base", "apps"]
    if sharing.unused:
        parts.append("unused images")
    if sharing.written and sharing.containers:
        parts.append("the containers' own copies")
    return ", ".join(parts) + "."
