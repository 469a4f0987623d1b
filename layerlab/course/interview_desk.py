"""The mock interview and the flash cards as widgets: thin skins, made of plain controls."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from html import escape
from typing import Any

import ipywidgets

from layerlab.course import cards, keeping, record
from layerlab.course.exercise import code, note, prose
from layerlab.course.interviewing import Sheet
from layerlab.course.mock import Interview, Result, draw
from layerlab.course.question import Question
from layerlab.course.questions import QUESTIONS

_BLUE = "#0072B2"
_LEFT = "text-align:left"
_WIDE = ipywidgets.Layout(width="auto", margin="0 0 0 18px")


class InterviewDesk:
    """The widget. ``state`` is the interview; every click is a method, too."""

    def __init__(self, state: Interview, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.state = state
        self.widget = ipywidgets.VBox()
        self._text = ipywidgets.Textarea(
            placeholder="Your answer, in English or 中文",
            description="Your answer",
            layout=ipywidgets.Layout(width="auto", height="9em", margin="0 0 0 18px"),
            style={"description_width": "initial"},
        )
        self._show(state)

    def answer(self, text: str) -> None:
        """End the answer to the question that stands here."""
        seconds = round(self._clock() - self._since)
        self._show(self.state.answer(text, seconds))

    def mark(self, point: int, said: bool = True) -> None:
        """Decide whether you said a point; the first is 1."""
        self.state = self.state.mark(point - 1, said)

    def next(self) -> None:
        """Keep the marks, and go on."""
        marking = self.state.marking
        if marking:
            with suppress(OSError):
                when = cards.now()
                record.change(lambda old: marking.keep(when, old))
        self._show(self.state.next())

    def _show(self, state: Interview) -> None:
        self.state = state
        self._since = self._clock()
        parts = {"answer": self._asking, "mark": self._marking, "over": self._over}[state.phase]()
        self.widget.children = tuple(parts)

    def _asking(self) -> list[ipywidgets.Widget]:
        self._text.value = ""
        done = _button("I have answered", lambda: self.answer(self._text.value))
        return [ipywidgets.HTML(prose(_question_box(self.state))), self._text, done]

    def _marking(self) -> list[ipywidgets.Widget]:
        result = self.state.marking
        assert result is not None
        boxes = [self._box(number) for number in range(len(result.marks))]
        return [
            ipywidgets.HTML(prose(_question_box(self.state) + _answer_box(result))),
            *boxes,
            _button("Keep these marks", self.next),
        ]

    def _box(self, number: int) -> ipywidgets.Widget:
        result = self.state.marking
        assert result is not None
        box = ipywidgets.Checkbox(
            value=result.marks[number],
            description=result.question.points[number].text,
            indent=False,
            layout=_WIDE,
        )
        box.observe(lambda change: self.mark(number + 1, change["new"]), "value")
        return box

    def _over(self) -> list[ipywidgets.Widget]:
        return [ipywidgets.HTML(prose(_summary(self.state)))]

    def __repr__(self) -> str:
        return "\n".join(_lines(self.state))

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = self.widget._repr_mimebundle_(**options)
        html = _summary(self.state) if self.state.phase == "over" else _question_box(self.state)
        return {**bundle, "text/plain": repr(self), "text/html": html}


def _button(text: str, act: Callable[[], None]) -> ipywidgets.Button:
    button = ipywidgets.Button(
        description=text,
        layout=ipywidgets.Layout(width="auto", margin="6px 0 6px 18px", align_self="flex-start"),
    )
    button.on_click(lambda _: act())
    return button


def stars(question: Question) -> str:
    """``★★★★☆``."""
    return "★" * question.stars + "☆" * (5 - question.stars)


def _question_box(state: Interview) -> str:
    number = min(len(state.results) + 1, len(state.questions))
    asked = state.question
    title = f"Question {number} of {len(state.questions)} {stars(asked)}"
    return note(title, asked.asks, asked.zh, _BLUE)


def _answer_box(result: Result) -> str:
    said = f"<p>You took {result.seconds} seconds. Tick what you said; the ticks that are there "
    said += "are a guess by the words you used.</p>"
    sheet = Sheet(result.question)
    good = sheet.html(sheet.proof)  # no links: in a widget they would leave the page
    return f"<details><summary>A good answer</summary>{good}</details>{said}"


def _summary(state: Interview) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="{_LEFT};font-weight:normal">{code(r.question.asks)}</th>'
        f"<td>{sum(r.marks)} of {len(r.marks)}</td><td>{r.seconds} s</td></tr>"
        for r in state.results
    )
    return (
        f'<table aria-label="Interview"><thead><tr><th scope="col" style="{_LEFT}">question</th>'
        '<th scope="col">points</th><th scope="col">time</th></tr></thead>'
        f"<tbody>{rows}</tbody></table><p>{escape(_verdict(state))}</p>"
    )


def _verdict(state: Interview) -> str:
    if not state.weak:
        return "Well answered. Draw other questions by running the cell again."
    lessons = sorted({question.lesson for question in state.weak})
    return f"Look again at lesson {', '.join(lessons)}. The weak questions come back as cards."


def _lines(state: Interview) -> Sequence[str]:
    if state.phase == "over":
        rows = [f"{sum(r.marks)} of {len(r.marks)}  {r.question.asks}" for r in state.results]
        return [*rows, _verdict(state)]
    asked = state.question
    number = len(state.results) + 1
    lines = [f"Question {number} of {len(state.questions)} {stars(asked)}", asked.asks, asked.zh]
    if state.marking:
        marks = zip(asked.points, state.marking.marks, strict=True)
        lines += [f"[{'x' if said else ' '}] {point.text}" for point, said in marks]
    return lines


def interview(
    number: int = 3, seed: int = 0, questions: Sequence[Question] = tuple(QUESTIONS.values())
) -> InterviewDesk:
    """A mock interview of ``number`` questions, drawn for you; another ``seed``, other ones."""
    chosen = draw(questions, keeping.kept(), cards.now(), number, seed)
    return InterviewDesk(Interview(chosen))
