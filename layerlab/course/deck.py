"""The cards of the course: what is asked on the front, and what is right on the back."""

from collections.abc import Mapping
from dataclasses import dataclass

from layerlab.course.lessons import LESSONS
from layerlab.course.questions import QUESTIONS


@dataclass(frozen=True, slots=True)
class Face:
    """A card's two sides. Text between backticks is code; a blank line ends a paragraph."""

    key: str
    """That of the exercise or question, and of the card in the learner's record."""
    lesson: str
    front: str
    back: str


def faces() -> Mapping[str, Face]:
    """Every card that there can be, by key, in the order of the lessons."""
    found = {}
    for lesson in LESSONS:
        for each in lesson.exercises:
            found[each.key] = Face(each.key, lesson.number, each.asks or each.title, each.why)
    for asked in QUESTIONS.values():
        found[asked.key] = Face(asked.key, asked.lesson, f"{asked.asks}\n\n{asked.zh}", asked.short)
    return found
