"""Names in a picture: plates that carry a digest, and the lines from what goes into it."""

from layerlab.notebook import palette, svg

PLATE = 38
"""The height of a plate, in px."""

ARROW = (
    '<marker id="ll-into" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    f'orient="auto"><path d="M0 0 8 4 0 8z" fill="{palette.PALE}"/></marker>'
)
"""What a sheet with lines needs among its ``defs``."""


def line(x1: float, y1: float, x2: float, y2: float) -> str:
    """A straight line with an arrow at its end."""
    return path(f"M{svg.number(x1)} {svg.number(y1)}L{svg.number(x2)} {svg.number(y2)}")


def path(d: str) -> str:
    """A line with an arrow at its end."""
    return svg.tag("path", d=d, cls="guide", stroke_width=1.5, marker_end="url(#ll-into)")


def plate(
    x: float,
    y: float,
    width: float,
    *texts: str,
    look: palette.Look | None = None,
    filled: bool = False,
    dashed: bool = False,
    picked: bool = False,
    tip: str = "",
) -> list[str]:
    """A plate with its texts on it; ``filled`` in its layer's colour, or grey if it has none."""
    fill, edge = (look.fill, look.edge) if look else (palette.PALE, f"var(--ll-ink,{palette.INK})")
    box = {"x": x, "y": y, "width": width, "height": PLATE, "rx": 5}
    stroke = edge if filled or picked else palette.PALE
    return [
        svg.title(tip) if tip else "",
        svg.tag("rect", **box, cls="plate"),
        svg.tag(
            "rect",
            **box,
            fill=fill if filled else "none",
            cls="tint" if filled else None,
            stroke_dasharray="3 3" if dashed else None,
            style=f"stroke:{stroke};stroke-width:{3 if picked else 2 if filled else 1.25}",
        ),
        *texts,
    ]


def group(
    parts: list[str], x: float, y: float, width: float, part: str, label: str, on: bool
) -> str:
    """A plate of a live picture: a button that selects ``part``."""
    area = svg.tag("rect", x=x, y=y, width=width, height=PLATE, rx=5, cls="area")
    return svg.tag(
        "g",
        *parts,
        area,
        role="button",
        tabindex=0,
        aria_label=label,
        aria_pressed="true" if on else "false",
        data_part=part,
    )
