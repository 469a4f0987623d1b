"""The questions beyond the chapter's ten, lesson by lesson: what there is to be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from layerlab.course.exercise import code
from layerlab.course.interview_desk import stars
from layerlab.course.lessons import LESSONS
from layerlab.course.question import Question
from layerlab.course.questions import FURTHER
from layerlab.errors import NotFound


@dataclass(frozen=True)
class Listing:
    """Questions by the number of their lesson. It shows itself in a notebook, unanswered.

    As text, the questions of several lessons are only counted.
    """

    lessons: Mapping[str, Sequence[Question]]

    def __repr__(self) -> str:
        if len(self.lessons) > 1:
            counts = [f"{_title(each)}: {len(self.lessons[each])}" for each in self.lessons]
            return "\n".join([*counts, f'further("{min(self.lessons)}") lists those of a lesson.'])
        [(number, asked)] = self.lessons.items()
        rows = [f"  {each.key:<7}{stars(each)}  {each.asks}" for each in asked]
        return "\n".join([_title(number), *rows])

    def _repr_html_(self) -> str:
        return "".join(
            f"<details><summary>{escape(_title(number))}: {len(asked)} questions</summary>"
            f"<ul>{''.join(map(_item, asked))}</ul></details>"
            for number, asked in self.lessons.items()
        )


def _title(number: str) -> str:
    [title] = [each.title for each in LESSONS if each.number == number]
    return f"Lesson {number} · {title}"


def _item(asked: Question) -> str:
    return (
        f"<li><strong>{escape(asked.key)}</strong> "
        f'<span role="img" aria-label="{asked.stars} of 5 stars">{stars(asked)}</span> '
        f"{code(asked.asks)}"
        f'<br><span lang="zh">{escape(asked.zh)}</span></li>'
    )


def further(lesson: str | None = None) -> Listing:
    """The questions beyond the chapter's ten, of all lessons or of one: ``further("05")``."""
    by_lesson = groupby(FURTHER, key=lambda asked: asked.lesson)
    found = {number: tuple(asked) for number, asked in by_lesson if lesson in (None, number)}
    if not found:
        raise NotFound(str(lesson), hint='a lesson is named by its two digits, such as "05"')
    return Listing(found)
