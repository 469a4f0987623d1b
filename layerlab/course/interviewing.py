"""The answer sheet of a question: what to say, where it is proved, and what is asked next."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from layerlab.course.exercise import code
from layerlab.course.lessons import LESSONS
from layerlab.course.question import Question
from layerlab.course.questions import CHAPTER, QUESTIONS
from layerlab.errors import NotFound

_HERE = "08"


@dataclass(frozen=True)
class Sheet:
    """A question's answers, short and full. It shows itself in a notebook."""

    question: Question

    @property
    def proofs(self) -> tuple[str, ...]:
        """The ids of the cells that prove this answer, in the order in which they stand."""
        asked = self.question
        told = [*(each.cell for each in asked.full), *(each.cell for each in asked.false)]
        cells = dict.fromkeys(told)
        own = f"{_HERE}#{self.question.key.lower()}-"
        return tuple(cell.partition("#")[2] for cell in cells if cell.startswith(own))

    def proof(self, cell: str) -> str:
        """How a sentence points to its proof: ``[2]``, ``[Q1]``, ``lesson 01``."""
        number, _, name = cell.partition("#")
        if number != _HERE:
            return f"lesson {number}"
        if name in self.proofs:
            return f"[{self.proofs.index(name) + 1}]"
        return f"[{name.partition('-')[0].upper()}]"

    def __repr__(self) -> str:
        asked = self.question
        lines = [] if asked in CHAPTER else [f"{asked.key} · {asked.asks}", asked.zh]
        lines += ["In half a minute", f"  {asked.short}", f"  {asked.short_zh}", "In two minutes"]
        lines += [f"  - {each.text} {self.proof(each.cell)}" for each in asked.full]
        lines += ["Don't say"] if asked.false else []
        lines += [f"  - {each.says} No: {each.why} {self.proof(each.cell)}" for each in asked.false]
        lines += ["Asked next"]
        lines += [f"  - {each.asks} {each.answer}" for each in asked.follow_ups]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.html(self._link)

    def html(self, point: Callable[[str], str]) -> str:
        """The sheet as HTML; ``point`` says of a cell how a sentence points to it."""
        asked = self.question
        full = "".join(f"<li>{code(s.text)} {point(s.cell)}</li>" for s in asked.full)
        false = "".join(
            f"<li><s>{code(s.says)}</s> {code(s.why)} {point(s.cell)}</li>" for s in asked.false
        )
        dont = f"<p><strong>Don't say</strong></p><ul>{false}</ul>" if asked.false else ""
        more = "".join(
            f"<details><summary>{code(each.asks)}</summary><p>{code(each.answer)}</p></details>"
            for each in asked.follow_ups
        )
        return (
            f"{self._head()}\n<p><strong>In half a minute.</strong> {code(asked.short)}</p>"
            f'<p lang="zh">{code(asked.short_zh)}</p>'
            f"<p><strong>In two minutes.</strong></p><ul>{full}</ul>"
            f"{dont}<p><strong>Asked next</strong></p>{more}"
        )

    def _head(self) -> str:
        """The question, or its key where it stands in a heading of the lesson.

        It is a line of its own: JupyterLab shows the first one of a sheet that is folded.
        """
        asked = self.question
        if asked in CHAPTER:
            return f"An answer to {asked.key}."
        zh = f'<span lang="zh">{escape(asked.zh)}</span>'
        return f"<p><strong>{escape(asked.key)} · {code(asked.asks)}</strong><br>{zh}</p>"

    def _link(self, cell: str) -> str:
        number, _, name = cell.partition("#")
        text = f"<small>{escape(self.proof(cell))}</small>"
        if number == _HERE:
            return text
        [lesson] = [each for each in LESSONS if each.number == number]
        return f'<a href="{lesson.notebook}#cell-id={name}">{text}</a>'


def answers(key: str) -> Sheet:
    """The answers to a question: ``answers("Q7")``."""
    if key not in QUESTIONS:
        raise NotFound(key, hint=f"the questions are {', '.join(QUESTIONS)}")
    return Sheet(QUESTIONS[key])
