"""The stack as SVG, the one picture of the course.

Slabs lie on each other, the base at the bottom. A line of sight goes down from what is seen
to the layer it comes from; a layer that says nothing of the path is see-through. What a
layer above hides is a ghost: pale, dashed and struck through.
"""

from collections.abc import Iterable, Sequence

from layerlab.notebook import chips, palette, slabs, svg, words
from layerlab.notebook.layout import LEFT, RIGHT, WIDTH, layouts
from layerlab.notebook.scene import Scene

# A picture that stands by itself has its own light ground. In a widget the custom properties
# (--ll-…) are set from JupyterLab's theme.
STYLE = f"""
.ll text{{font:13px {svg.SANS};fill:var(--ll-ink,{palette.INK})}}
.ll .b{{font-weight:600}}
.ll .h{{font-size:16px;font-weight:600}}
.ll .s{{font-size:12px}}
.ll .m{{font-family:{svg.MONO};font-size:12px}}
.ll .d{{fill:var(--ll-dim,{palette.DIM})}}
.ll .gone{{fill:var(--ll-dim,{palette.DIM});text-decoration:line-through}}
.ll .ground{{fill:var(--ll-ground,{palette.GROUND});stroke:var(--ll-rule,{palette.RULE})}}
.ll .slab,.ll .plate{{fill:var(--ll-slab,{palette.SLAB})}}
.ll .view{{fill:var(--ll-slab,{palette.SLAB});stroke:var(--ll-ink,{palette.INK})}}
.ll .tint{{fill-opacity:var(--ll-tint,.17);stroke-width:1.25}}
.ll .ghost{{fill:var(--ll-slab,{palette.SLAB});stroke:var(--ll-pale,{palette.PALE})}}
.ll .ghost{{stroke-dasharray:2 3}}
.ll .mark{{fill:var(--ll-slab,{palette.SLAB});stroke-width:1.25;stroke-dasharray:4 3}}
.ll .glyph{{fill:none;stroke:var(--ll-ink,{palette.INK});stroke-width:1.2}}
.ll .glyph{{stroke-linejoin:round;stroke-linecap:round}}
.ll .pale{{stroke:var(--ll-pale,{palette.PALE})}}
.ll .sight{{fill:none;stroke-width:2}}
.ll .disc{{fill:#fff}}
.ll .disc+text{{fill:{palette.INK}}}
.ll .pill{{fill:var(--ll-ink,{palette.INK})}}
.ll .pill+text{{fill:var(--ll-slab,{palette.SLAB})}}
.ll .column{{fill:var(--ll-ink,{palette.INK});fill-opacity:.06}}
.ll .guide{{fill:none;stroke:var(--ll-pale,{palette.PALE})}}
.ll .area{{fill:#000;fill-opacity:0}}
""".strip()

_WHITE = 'stroke="#fff" stroke-opacity=".55" stroke-width="1.3" fill="none"'
_DOT = '<circle cx="{0}" cy="{0}" r="1" fill="#fff" fill-opacity=".7"/>'
_PATTERNS = {
    "rising": f'<path d="M-1 7 7-1M-1 1 1-1M5 7 7 5" {_WHITE}/>',
    "dots": _DOT.format(1.5) + _DOT.format(4.5),
    "level": f'<path d="M0 1.5H6M0 4.5H6" {_WHITE}/>',
    "falling": f'<path d="M-1-1 7 7M5-1 7 1M-1 5 1 7" {_WHITE}/>',
}
_UP = (
    '<marker id="ll-up" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" '
    f'orient="auto"><path d="M0 0 8 4 0 8z" fill="{palette.CONTAINER.edge}"/></marker>'
)


def draw(scene: Scene, *, live: bool = False) -> str:
    """The picture of ``scene``: an SVG document ``WIDTH`` px wide, the same bytes each time.

    A ``live`` one stands in a widget: its parts are buttons that carry their layer and path.
    """
    parts, y = body(scene, 14.0, live=live)
    if rule := _rule(scene):
        parts.append(svg.text(LEFT + 4, y + 8, rule, "s d"))
        y += 20
    return document(scene, parts, y, words.alt(scene), words.description(scene), live=live)


def body(scene: Scene, y: float, *, live: bool) -> tuple[list[str], float]:
    """The stack alone, from ``y`` on, and where it ends."""
    parts: list[str] = []
    if scene.title:
        shown = svg.fit(svg.printable(scene.title), RIGHT - LEFT - 8, 16, bold=True)
        parts.append(svg.text(LEFT + 4, y + 16, shown, "h"))
        y += 34
    for layout in layouts(scene, y):
        parts.extend(slabs.frame(scene, layout, live=live))
        for number in range(len(layout.columns)):
            parts.extend(chips.column(scene, layout, number, live=live))
        for copy in scene.copies:
            parts.extend(chips.copy(scene, layout, copy, live=live))
        y = layout.bottom + 12
    return parts, y


def _rule(scene: Scene) -> str:
    if not scene.rows:
        return "No layers: an empty tree."
    if not (scene.view and scene.columns):
        return ""
    seer = "you see" if scene.view == "you see" else "a container sees"
    return f"Look down a column: the first thing you meet is what {seer}."


def document(
    scene: Scene, parts: Sequence[str], height: float, alt: str, told: str, *, live: bool = False
) -> str:
    """The SVG around ``parts``: ``alt`` is its title, ``told`` its description."""
    looks = [row.look for row in scene.rows if not row.writable]
    return sheet(parts, height, alt, told, looks, defs=_UP if scene.copies else "", live=live)


def sheet(
    parts: Sequence[str],
    height: float,
    alt: str,
    told: str,
    looks: Iterable[palette.Look],
    *,
    defs: str = "",
    live: bool = False,
) -> str:
    """Any picture of the course: its parts on the quiet ground, with the patterns of ``looks``."""
    used = {look.pattern for look in looks}
    patterns = "".join(
        f'<pattern id="ll-{name}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f"{body}</pattern>"
        for name, body in _PATTERNS.items()
        if name in used
    )
    box = {"x": 0.5, "y": 0.5, "width": WIDTH - 1, "height": height - 1, "rx": 10}
    return svg.tag(
        "svg",
        "\n".join(
            [
                "" if live else svg.title(alt) + svg.description(told),
                f"<style>\n{STYLE}\n</style>",
                f"<defs>{patterns}{defs}</defs>",
                svg.tag("rect", **box, cls="ground"),
                *parts,
                "",
            ]
        ),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {svg.number(height)}",
        width=WIDTH,
        height=height,
        role="group" if live else "img",
        aria_label=alt,
        cls="ll",
    )
