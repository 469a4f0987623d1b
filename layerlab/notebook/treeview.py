"""The merged tree as a picture: each path wears the colour of the layer that it comes from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from layerlab.nodes import Change, Directory, File
from layerlab.notebook import svg, words
from layerlab.notebook.layout import LEFT, RIGHT
from layerlab.notebook.picture import document
from layerlab.notebook.scene import Scene, glyph_kind, look_down
from layerlab.notebook.slabs import look
from layerlab.units import human_size

MOST_LINES, MOST_DEEP = 30, 12
_ROW, _INDENT = 24, 20
_SIZE_END, _SOURCE = 490, 506  # where sizes end and layers' names begin


@dataclass(frozen=True)
class Line:
    """A line of the tree. ``folded`` counts what is below and not shown."""

    path: str
    depth: int
    last: bool
    """It is the last name in its directory."""
    guides: tuple[bool, ...] = ()
    """For each directory above, whether more of it follows below."""
    folded: int = 0
    more: int = 0
    """Stands for this many names that are left out."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return svg.printable(self.path.rpartition("/")[2])


def tree_lines(paths: Iterable[str], most: int = MOST_LINES) -> list[Line]:
    """The tree of ``paths`` in at most about ``most`` lines: what is deepest is folded first."""
    children: dict[str, list[str]] = {"": []}
    for path in paths:
        children.setdefault(path.rpartition("/")[0], []).append(path)
    counts: dict[str, int] = {}
    for path in sorted(children, key=lambda path: -path.count("/")):
        counts[path] = sum(1 + counts.get(child, 0) for child in children[path])
    opened, room = {""}, most - len(children[""])
    level = [""]
    for _ in range(MOST_DEEP):  # one depth after the other: no branch takes all the room
        below = [child for path in level for child in children[path] if child in children]
        level = []
        for path in below:
            if len(children[path]) <= room:
                room -= len(children[path])
                opened.add(path)
                level.append(path)
    return list(_walk("", 0, (), children, counts, opened, most))


def _walk(
    parent: str,
    depth: int,
    guides: tuple[bool, ...],
    children: Mapping[str, list[str]],
    counts: Mapping[str, int],
    opened: set[str],
    most: int,
) -> Iterator[Line]:
    names = children[parent]
    shown = names if len(names) <= most else names[: most - 1]
    for path in shown:
        last = path == names[-1]
        folded = 0 if path in opened else counts.get(path, 0)
        yield Line(path, depth, last, guides, folded)
        if path in opened:
            yield from _walk(path, depth + 1, (*guides, not last), children, counts, opened, most)
    if len(shown) < len(names):
        more = sum(1 + counts.get(path, 0) for path in names[len(shown) :])
        yield Line(parent + "/…", depth, True, guides, more=more)


def draw(scene: Scene, lines: list[Line]) -> str:
    """The tree as an SVG document."""
    parts: list[str] = []
    y = 14.0
    if scene.title:
        parts.append(svg.text(LEFT + 4, y + 16, svg.fit(scene.title, RIGHT - LEFT, 16), "h"))
        y += 32
    parts += [svg.glyph(LEFT + 5, y + 6, "eye"), svg.text(LEFT + 24, y + 16, "/", "m b")]
    y += _ROW
    for line in lines:
        parts.extend(_line(scene, line, y))
        y += _ROW
    return document(scene, parts, y + 10, alt(scene, lines), "; ".join(text(scene, lines)))


def alt(scene: Scene, lines: list[Line]) -> str:
    """What the picture shows, in a few sentences."""
    top = [line for line in lines if line.depth == 0]
    names = [line.name for line in top[:8] if not line.more]
    title = f"{svg.printable(scene.title)}. " if scene.title else ""
    holds = ", ".join(words.short(name, 60) for name in names) or "nothing"
    more = " and more" if len(top) > len(names) else ""
    about = f"The merged tree, coloured by layer. {words.layers(scene)}"
    return f"{title}{about} At the top: {holds}{more}."


def _line(scene: Scene, line: Line, y: float) -> Iterator[str]:
    x = LEFT + 10.0
    for guide in line.guides:
        if guide:
            yield svg.tag("path", d=f"M{svg.number(x)} {svg.number(y)}v{_ROW}", cls="guide")
        x += _INDENT
    down = _ROW / 2 if line.last else _ROW
    middle = svg.number(y + _ROW / 2)
    branch = f"M{svg.number(x)} {svg.number(y)}v{svg.number(down)}M{svg.number(x)} {middle}h10"
    yield svg.tag("path", d=branch, cls="guide")
    x += 14
    if line.more:
        yield svg.text(x, y + 16, f"… {line.more:,} more", "s d")
        return
    column = look_down(scene.rows, line.path)
    node, rows = column.seen, column.rows
    if node is None:  # a name that a link of a lower layer brought in
        return
    face = look(scene.rows[rows[0]])
    box = {"x": x, "y": y + 2, "width": _SOURCE - 10 - x, "height": _ROW - 4, "rx": 5}
    size, room = _size(node, line), _SIZE_END - x - 100
    name = line.name + ("/" if isinstance(node, Directory) else "")
    yield svg.tag("rect", **box, cls="plate")
    yield svg.tag("rect", **box, cls="tint", fill=face.fill, stroke="none")
    yield svg.tag(
        "g",
        svg.title(words.column(scene, column)),
        svg.glyph(x + 6, y + 6, glyph_kind(node)),
        svg.text(x + 24, y + 16.5, svg.fit(_target(name, node), room, 12, mono=True), "m"),
    )
    yield svg.text(_SIZE_END, y + 16.5, size, "s d", text_anchor="end")
    for place, index in enumerate(rows[:3]):
        mark = {"x": _SOURCE + 13 * place, "y": y + 7, "width": 10, "height": 10, "rx": 2}
        each = look(scene.rows[index])
        yield svg.tag("rect", **mark, fill=each.fill, stroke=each.edge)
        if each.pattern != "plain":
            yield svg.tag("rect", **mark, fill=f"url(#ll-{each.pattern})")
    start = _SOURCE + 13 * min(3, len(rows)) + 5
    yield svg.text(start, y + 16.5, svg.fit(_source(scene, rows), RIGHT - start - 4, 12), "s")


def _target(name: str, node: Change) -> str:
    target = getattr(node, "target", None)
    return f"{name} → {svg.printable(target)}" if target else name


def _size(node: Change, line: Line) -> str:
    if isinstance(node, File):
        return human_size(node.size)
    return f"{line.folded:,} path{'s' * (line.folded > 1)}" if line.folded else ""


def _source(scene: Scene, rows: tuple[int, ...]) -> str:
    if len(rows) == 1:
        return svg.brief(scene.rows[rows[0]].name)
    names = [scene.name(index) for index in rows]
    return " + ".join(names) if len(names) < 4 else f"merged from {len(names)} layers"


def text(scene: Scene, lines: list[Line]) -> list[str]:
    """The tree as lines of text, as the ``tree`` command has it."""
    told = ["/"]
    for line in lines:
        stem = "".join("│  " if guide else "   " for guide in line.guides)
        stem += "└─ " if line.last else "├─ "
        if line.more:
            told.append(f"{stem}… {line.more:,} more")
            continue
        column = look_down(scene.rows, line.path)
        if column.seen is None:
            continue
        name = line.name + ("/" if isinstance(column.seen, Directory) else "")
        size = _size(column.seen, line)
        origin = words.short(_source(scene, column.rows), 60)
        name = words.short(_target(name, column.seen), 80)
        origin = origin if origin.startswith("merged") else f"from {origin}"
        told.append(f"{stem}{name}  {size + ', ' if size else ''}{origin}")
    return told


def branch(scene: Scene, path: str) -> dict[str, Any]:
    """A path of the merged tree, as a widget's page lists it."""
    column = look_down(scene.rows, path)
    directory = isinstance(column.seen, Directory)
    return {
        "path": path,
        "depth": path.count("/") - 1,
        "name": words.short(words.path_word(path.rpartition("/")[2]), 60) + "/" * directory,
        "from": " + ".join(scene.name(row) for row in column.rows),
        "said": words.column(scene, column),
        "fills": [look(scene.rows[row]).fill for row in column.rows],
    }
