"""The progress board: what is done, what is due, and where to go on."""

import os
from dataclasses import dataclass
from datetime import datetime
from html import escape

from layerlab.course import cards, record
from layerlab.course.lessons import LESSONS, Lesson
from layerlab.course.record import Outcome, Record

_DONE, _OPEN = "#009E73", "#bbbbbb"


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
        """What to do now, in a sentence."""
        if self.due:
            number = f"{len(self.due)} card{'s' * (len(self.due) > 1)}"
            return f"Begin with the {number} due in lesson 08, then go on."
        if self.here is None:
            return "Every exercise is passed. Hold a mock interview in lesson 08."
        verb = "Go on with" if self.here.passed or self.here.begun else "Begin"
        return f"{verb} lesson {self.here.lesson.number}, {self.here.lesson.title}."

    def __repr__(self) -> str:
        lines = [
            f"{row.lesson.number} {row.lesson.title:<26}{row.passed} of {row.total}"
            for row in self.rows
        ]
        return "\n".join([*lines, f"cards due: {len(self.due)} of {self.cards}", self.next_step])

    def _repr_html_(self) -> str:
        rows = "".join(_row(row) for row in self.rows)
        trouble = f'<p role="alert">{escape(self.trouble)}</p>' if self.trouble else ""
        return (
            '<table aria-label="Progress"><thead><tr><th scope="col">lesson</th>'
            '<th scope="col" style="text-align:left">exercises passed</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>"
            f"<p>Cards due: {len(self.due)} of {self.cards}. "
            f"<strong>{escape(self.next_step)}</strong></p>{trouble}"
        )


def progress(when: datetime | None = None) -> Board:
    """Show how far you are: lessons, exercises, cards that are due, and what comes next."""
    try:
        kept, trouble = record.read(), _trouble()
    except OSError as error:
        kept, trouble = Record(), f"Your progress can't be read: {error}."
    rows = tuple(_count(lesson, kept) for lesson in LESSONS)
    due = cards.due(kept, when or cards.now())
    return Board(rows, due, len(kept.cards), trouble)


def _trouble() -> str:
    place = record.folder()
    if place is None:
        return f"{record.VARIABLE} is empty, so nothing is kept."
    there = next(each for each in (place, *place.parents) if each.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        return f"Nothing can be kept: {there} is no folder that you may write to."
    return ""


def _count(lesson: Lesson, kept: Record) -> Row:
    outcomes = [kept.exercises.get(each.key) for each in lesson.exercises]
    passed = sum(outcome is not None and outcome.passed for outcome in outcomes)
    begun = sum(outcome is not None and outcome != Outcome() for outcome in outcomes) - passed
    return Row(lesson, passed, begun, len(outcomes))


def _row(row: Row) -> str:
    marks = "".join(
        f'<span style="color:{_DONE if number < row.passed else _OPEN}">'
        f"{'■' if number < row.passed else '□'}</span>"
        for number in range(row.total)
    )
    name = f"{row.lesson.number} · {row.lesson.title}"
    return (
        f'<tr><th scope="row" style="text-align:left"><a href="{row.lesson.notebook}">'
        f"{escape(name)}</a></th>"
        f'<td style="text-align:left"><span aria-hidden="true">{marks}</span> '
        f"{row.passed} of {row.total}</td></tr>"
    )
