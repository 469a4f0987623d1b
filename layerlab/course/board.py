"""The progress board: what is done, what is due, and where to go on."""

import os
from dataclasses import dataclass
from datetime import datetime
from html import escape

from layerlab.course import cards, record
from layerlab.course.lessons import LESSONS, Lesson
from layerlab.course.record import Outcome, Record

_GREEN, _BLUE = "#009E73", "#0072B2"
_TABLE = (
    "border-collapse:collapse;table-layout:auto;width:100%;max-width:720px;margin:0;font-size:1em"
)
_LINE = "1px solid rgba(128,128,128,.35)"


@dataclass(frozen=True)
class Row:
    """How far a lesson is: exercises passed, begun but not passed, and in all."""

    lesson: Lesson
    passed: int
    begun: int
    total: int

    @property
    def done(self) -> bool:
        return self.passed == self.total


@dataclass(frozen=True)
class Board:
    """The state of the whole course at a time. It shows itself in a notebook."""

    rows: tuple[Row, ...]
    due: tuple[str, ...]
    """The keys of the cards to answer now."""
    cards: int
    kept: str = ""
    """Where the record is, in a sentence."""
    trouble: str = ""
    """Why nothing is kept, if nothing is."""

    @property
    def here(self) -> Row | None:
        """The lesson to go on with: the first that is begun and not done, or isn't begun."""
        left = [row for row in self.rows if not row.done]
        begun = [row for row in left if row.passed or row.begun]
        return next(iter(begun + left), None)

    @property
    def next_step(self) -> str:
        """What to do now, in a sentence or two."""
        return " ".join(filter(None, (self._lesson_step, self._cards_step)))

    @property
    def _lesson_step(self) -> str:
        if self.here is None:
            return "Every exercise is passed. Hold a mock interview in lesson 08."
        verb = "Go on with" if self.here.passed or self.here.begun else "Begin"
        return f"{verb} lesson {self.here.lesson.number}, {self.here.lesson.title}."

    @property
    def _cards_step(self) -> str:
        if not self.due:
            return ""
        if len(self.due) == 1:
            return "One card is due: lesson 08 asks it."
        return f"{len(self.due)} cards are due: lesson 08 asks them."

    @property
    def summary(self) -> str:
        """How much is done, and how much is left."""
        passed, total = sum(row.passed for row in self.rows), sum(row.total for row in self.rows)
        minutes = sum(row.lesson.minutes for row in self.rows if not row.done)
        due = f"{len(self.due)} of {self.cards} cards due" if self.cards else "no cards yet"
        left = f" · {_time(minutes)} to go" if minutes else ""
        return f"{passed} of {total} exercises passed · {due}{left}"

    def __repr__(self) -> str:
        lines = [
            f"{row.lesson.number} {row.lesson.title:<25}{row.lesson.minutes} min  {_count(row)}"
            for row in self.rows
        ]
        end = [self.summary, self.next_step, self.trouble or self.kept]
        return "\n".join([*lines, *filter(None, end)])

    def _repr_html_(self) -> str:
        rows = "".join(_row(row, row is self.here) for row in self.rows)
        head = _cell("th", "lesson", col=True) + _cell("th", "time", col=True)
        head += _cell("th", "exercises passed", col=True)
        role = ' role="alert"' if self.trouble else ""
        return (
            f'<div style="border-left:4px solid {_BLUE};padding:.3em .9em;margin-bottom:.6em">'
            f"<strong>Next.</strong> {self._next_link()}</div>"
            f'<table aria-label="Progress" style="{_TABLE}"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table>"
            f'<p style="margin:.6em 0 0">{escape(self.summary)}</p>'
            f'<p{role} style="margin:0">{escape(self.trouble or self.kept)}</p>'
        )

    def _next_link(self) -> str:
        """The next step, with links to its lessons."""
        said = escape(self.next_step)
        for lesson in LESSONS:
            name = f"lesson {lesson.number}"
            said = said.replace(name, f'<a href="{lesson.notebook}">{name}</a>')
        return said


def progress(when: datetime | None = None) -> Board:
    """Show how far you are: lessons, exercises, cards that are due, and what comes next."""
    try:
        kept, trouble = record.read(), _trouble()
    except OSError as error:
        kept, trouble = Record(), f"Your progress can't be read: {error}."
    rows = tuple(_progress(lesson, kept) for lesson in LESSONS)
    due = cards.due(kept, when or cards.now())
    place = record.folder()
    return Board(rows, due, len(kept.cards), f"Kept in {place}, and nowhere else.", trouble)


def _trouble() -> str:
    place = record.folder()
    if place is None:
        return f"{record.VARIABLE} is empty, so nothing is kept."
    there = next(each for each in (place, *place.parents) if each.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        return f"Nothing can be kept: {there} is no folder that you may write to."
    return ""


def _progress(lesson: Lesson, kept: Record) -> Row:
    outcomes = [kept.exercises.get(each.key) for each in lesson.exercises]
    passed = sum(outcome is not None and outcome.passed for outcome in outcomes)
    begun = sum(outcome is not None and outcome != Outcome() for outcome in outcomes) - passed
    return Row(lesson, passed, begun, len(outcomes))


def _count(row: Row) -> str:
    return f"{row.passed} of {row.total}"


def _time(minutes: int) -> str:
    return f"{round(minutes / 60)} hours" if minutes > 90 else f"{minutes} minutes"


def _cell(tag: str, inside: str, *, col: bool = False, wide: bool = False) -> str:
    scope = f' scope="{"col" if col else "row"}"' if tag == "th" else ""
    style = "text-align:left;vertical-align:middle;padding:.35em 1em .35em 0;white-space:nowrap;"
    style += f"border-bottom:{_LINE};" + ("width:99%;" if wide else "")
    return f'<{tag}{scope} style="{style}">{inside}</{tag}>'


def _row(row: Row, here: bool) -> str:
    name = escape(f"{row.lesson.number} · {row.lesson.title}")
    link = f'<a href="{row.lesson.notebook}">{name}</a>'
    mark = " · done" if row.done else " · next" if here else ""
    marks = "".join(_box(number < row.passed) for number in range(row.total))
    said = f'<span aria-hidden="true">{marks}</span> {_count(row)}{mark}'
    cells = _cell("th", link) + _cell("td", f"{row.lesson.minutes} min")
    return f"<tr>{cells}{_cell('td', said, wide=True)}</tr>"


def _box(passed: bool) -> str:
    """An exercise: filled if it was passed."""
    fill = _GREEN if passed else "transparent"
    style = "display:inline-block;width:.75em;height:.75em;margin-right:.25em;border-radius:2px;"
    return f'<span style="{style}border:1px solid {_GREEN};background:{fill}"></span>'
