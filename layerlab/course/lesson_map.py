"""The map of the course: which lesson builds on which."""

from collections.abc import Iterator

from layerlab.course.lessons import LESSONS, Lesson
from layerlab.notebook import nameplates, svg
from layerlab.notebook.drawing import Picture
from layerlab.notebook.layout import LEFT
from layerlab.notebook.picture import sheet

_BOX, _HIGH = 124, 58
_STEP, _DOWN = 153, 72
_TOP = 48
_PLACES = {
    "00": (0, 2), "01": (1, 2), "02": (2, 2),
    "03": (3, 0), "04": (3, 1), "06": (3, 2), "07": (3, 3), "05": (3, 4),
    "09": (4, 1), "08": (4, 3),
}  # fmt: skip
"""Column and row of each lesson."""
_TITLE = "An arrow leads from a lesson to one that builds on it"


def course_map() -> Picture:
    """The lessons and what builds on what, drawn."""
    text = "\n".join(_line(lesson) for lesson in LESSONS)
    alt = f"Map of the lessons. {'; '.join(text.splitlines())}."
    arrows = [_arrow(*pair) for pair in steps()]
    boxes = [part for lesson in LESSONS for part in _box(lesson)]
    parts = [svg.text(LEFT + 4, 30, _TITLE, "h"), *arrows, *boxes]
    height = _TOP + 5 * _DOWN
    return Picture(sheet(parts, height, alt, text, (), defs=nameplates.ARROW), alt, text)


def steps() -> Iterator[tuple[str, str]]:
    """Each lesson with those that come right before it: the ones that no other need implies."""
    needs = {lesson.number: set(lesson.needs) for lesson in LESSONS}

    def below(number: str) -> set[str]:
        return needs[number].union(*(below(each) for each in needs[number]))

    for number, each in needs.items():
        implied = set().union(*map(below, each))
        yield from ((need, number) for need in sorted(each - implied))


def _line(lesson: Lesson) -> str:
    after = f", after {' and '.join(n for n, at in steps() if at == lesson.number)}"
    return f"{lesson.number} {lesson.title}, {lesson.minutes} min{after if lesson.needs else ''}"


def _corner(number: str) -> tuple[float, float]:
    column, row = _PLACES[number]
    return LEFT + column * _STEP, _TOP + row * _DOWN


def _box(lesson: Lesson) -> Iterator[str]:
    x, y = _corner(lesson.number)
    yield svg.tag("rect", x=x, y=y, width=_BOX, height=_HIGH, rx=7, cls="view")
    yield svg.text(x + 10, y + 18, lesson.number, "s b")
    yield svg.text(x + _BOX - 10, y + 18, f"{lesson.minutes} min", "s d", text_anchor="end")
    lines = svg.wrap(lesson.title, _BOX - 18, 12, bold=True)
    yield from (svg.text(x + 10, y + 35 + 15 * n, line, "s b") for n, line in enumerate(lines))


def _arrow(start: str, end: str) -> str:
    """From the right side of a box to the left of another, level at both ends."""
    (x1, y1), (x2, y2) = _corner(start), _corner(end)
    x1, y1, x2, y2 = x1 + _BOX, y1 + _HIGH / 2, x2 - 2, y2 + _HIGH / 2
    if _PLACES[end][0] - _PLACES[start][0] > 1:  # pass below the box that stands between
        turn = x1 + _STEP - 10
        return nameplates.path(
            f"M{svg.number(x1)} {svg.number(y1 + 8)}C{svg.number(x1 + 30)} {svg.number(y1 + 8)} "
            f"{svg.number(x1)} {svg.number(y2)} {svg.number(turn)} {svg.number(y2)}"
            f"L{svg.number(x2)} {svg.number(y2)}"
        )
    bend = (x1 + x2) / 2
    return nameplates.path(
        f"M{svg.number(x1)} {svg.number(y1)}C{svg.number(bend)} {svg.number(y1)} "
        f"{svg.number(bend)} {svg.number(y2)} {svg.number(x2)} {svg.number(y2)}"
    )
