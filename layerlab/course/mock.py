"""A mock interview: questions drawn for this learner, answers that they mark themselves.

Everything here is a value; the widget around it is in ``interview_desk``.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from layerlab.course import cards
from layerlab.course.question import Question
from layerlab.course.record import Record, Spoken

Phase = Literal["answer", "mark", "over"]


def grade(covered: int, points: int) -> cards.Grade:
    """How well a question is known of which so many points were said."""
    share = covered / points
    return "good" if share > 0.8 else "hard" if share >= 0.5 else "again"


@dataclass(frozen=True, slots=True)
class Result:
    """An answer, and what of the question's points it was found to say."""

    question: Question
    answer: str
    marks: tuple[bool, ...]
    seconds: int

    @property
    def grade(self) -> cards.Grade:
        """How well the question is known: half of the points is hard, less is to learn again."""
        return grade(sum(self.marks), len(self.marks))

    def keep(self, when: datetime, record: Record) -> Record:
        """The record with this answer in it, and with the date on which the question is back."""
        spoken = Spoken(sum(self.marks), len(self.marks), self.seconds)
        kept = replace(record, interview={**record.interview, self.question.key: spoken})
        return cards.review(self.question.key, self.grade, when)(kept)


@dataclass(frozen=True)
class Interview:
    """An interview that is under way. Each move gives the next state."""

    questions: Sequence[Question]
    results: tuple[Result, ...] = ()
    marking: Result | None = None
    """The answer whose points are being marked."""

    @property
    def phase(self) -> Phase:
        if self.marking:
            return "mark"
        return "answer" if len(self.results) < len(self.questions) else "over"

    @property
    def question(self) -> Question:
        """The question that is asked, or was asked last."""
        return self.questions[min(len(self.results), len(self.questions) - 1)]

    def answer(self, text: str, seconds: int) -> "Interview":
        """End an answer. The points that it seems to cover come marked, as a suggestion."""
        if self.phase != "answer":
            return self
        asked = self.question
        return replace(self, marking=Result(asked, text, asked.covered(text), seconds))

    def mark(self, point: int, said: bool) -> "Interview":
        """Decide whether a point was said. Points count from 0."""
        if self.marking is None or not 0 <= point < len(self.marking.marks):
            return self
        marks = list(self.marking.marks)
        marks[point] = said
        return replace(self, marking=replace(self.marking, marks=tuple(marks)))

    def next(self) -> "Interview":
        """Take the marks as they are, and go on to the next question."""
        if self.marking is None:
            return self
        return replace(self, results=(*self.results, self.marking), marking=None)

    @property
    def weak(self) -> tuple[Question, ...]:
        """The questions to learn again, the least covered first."""
        low = [result for result in self.results if result.grade != "good"]
        return tuple(r.question for r in sorted(low, key=lambda r: sum(r.marks) / len(r.marks)))


def draw(
    questions: Sequence[Question], record: Record, when: datetime, number: int, seed: int = 0
) -> tuple[Question, ...]:
    """Choose questions for an interview, at most ``number``.

    First come those that are due, then those never asked, the likelier ones first, then the
    rest, the least covered first. ``seed`` decides between equals; four stars or five are
    equally likely, and so are two or three.
    """
    due = set(cards.due(record, when))
    shuffled = random.Random(seed).sample(list(questions), len(questions))

    def rank(question: Question) -> tuple[int, float]:
        spoken = record.interview.get(question.key)
        if question.key in due:
            return 0, 0
        if spoken is None:
            return 1, -(question.stars // 2)
        return 2, spoken.covered / spoken.points

    return tuple(sorted(shuffled, key=rank)[:number])
