"""Where everything in a picture of a stack stands, in px."""

from collections.abc import Iterator
from dataclasses import dataclass

from layerlab.notebook import svg
from layerlab.notebook.scene import Column, Row, Scene

WIDTH = 760
LEFT, RIGHT = 12, WIDTH - 12
BAND = 28  # the coloured end of a slab, with its number
LABEL = LEFT + BAND + 10
NARROWEST_LABEL = 212 - LABEL
REST = 96  # the column of what has no column
NARROWEST, GOOD, WIDEST = 88, 112, 150  # a column
GUTTER = 7
GAP, BELOW_CONTAINER, BELOW_VIEW, BELOW_PANEL = 10, 26, 18, 22
VIEW = 54
LINE = 16
CHIP = 28


@dataclass(frozen=True)
class Layout:
    """One stack with as many columns as fit side by side."""

    columns: tuple[Column, ...]
    rest: bool
    """Whether the column of what has no column stands here."""
    step: float
    """From one column to the next."""
    cells: float
    """Where the columns begin."""
    top: float
    heads: tuple[tuple[str, list[str]], ...]
    """For each column, the parent and the name on one or two lines."""
    view_y: float
    lines: tuple[tuple[float, tuple[Row, ...]], ...]
    """The slabs from the top down: y, and one row or several that are folded together."""
    slab: float
    """The height of a slab."""
    bottom: float

    @property
    def chip(self) -> float:
        """The width of a chip."""
        return self.step - GUTTER

    @property
    def label_room(self) -> float:
        """How wide a layer's name may be."""
        return self.cells - LABEL - 12

    @property
    def chip_top(self) -> float:
        """From the top of a slab to its chips."""
        return (self.slab - CHIP) / 2

    @property
    def rest_x(self) -> float:
        """Where the text of the rest begins."""
        return RIGHT - REST + 12

    def x(self, number: int) -> float:
        """The left edge of the chips of a column."""
        return self.cells + number * self.step

    def y_of(self, index: int) -> float:
        """The top of the slab of a layer."""
        return next(y for y, rows in self.lines if any(row.index == index for row in rows))


def layouts(scene: Scene, top: float) -> list[Layout]:
    """The columns side by side, as many as fit; then the same stack again with the next ones."""
    room = RIGHT - LABEL - (REST if scene.rest else 0)
    most = max(1, int((room - NARROWEST_LABEL) // NARROWEST))
    side_by_side = min(most, len(scene.columns))
    shown = [scene.rows[index] for index in scene.shown]
    named = scene.rows if scene.fold else shown  # so that the columns stand as in its neighbour
    natural = max((svg.width(svg.brief(row.name), 13, bold=True) for row in named), default=0) + 14
    label = max(NARROWEST_LABEL, min(natural, room - side_by_side * GOOD))
    step = max(NARROWEST, min(WIDEST, (room - label) / max(1, side_by_side)))
    names = [svg.wrap(svg.brief(row.name), label - 12, 13, bold=True) for row in shown]
    slab = 62 if any(len(lines) > 1 for lines in names) else 46
    stacks = []
    starts = range(0, max(1, len(scene.columns)), most)
    for start in starts:
        columns = scene.columns[start : start + most]
        last = bool(scene.rest) and start == starts[-1]
        stacks.append(_layout(scene, columns, last, step, LABEL + label, top, slab))
        top = stacks[-1].bottom + BELOW_PANEL
    return stacks


def _layout(
    scene: Scene,
    columns: tuple[Column, ...],
    rest: bool,
    step: float,
    cells: float,
    top: float,
    slab: float,
) -> Layout:
    heads = tuple(_head(column.path, step - GUTTER) for column in columns)
    tallest = max((1 + len(base) for _, base in heads), default=0)
    y = view_y = top + (tallest * LINE + 8 if tallest else 0)
    if scene.view and columns:
        y += VIEW + BELOW_VIEW
    lines = []
    for rows in _folded(scene):
        lines.append((y, rows))
        y += slab + (BELOW_CONTAINER if rows[0].writable and len(scene.rows) > 1 else GAP)
    return Layout(columns, rest, step, cells, top, heads, view_y, tuple(lines), slab, y - GAP + 4)


def _head(path: str, room: float) -> tuple[str, list[str]]:
    parent, _, base = svg.printable(path).rpartition("/")
    return svg.fit_path(parent + "/", room), svg.wrap(base, room, 12, mono=True)


def _folded(scene: Scene) -> Iterator[tuple[Row, ...]]:
    """The rows from the top down, those without a slab of their own together."""
    run: list[Row] = []
    for row in reversed(scene.rows):
        if row.index not in scene.shown:
            run.append(row)
            continue
        if run:
            yield tuple(run)
            run = []
        yield (row,)
    if run:
        yield tuple(run)
