"""Flash cards: those that are due, one after the other, graded by the learner."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from html import escape
from typing import Any, get_args

import ipywidgets

from layerlab.course import cards, keeping, record
from layerlab.course.deck import Face, faces
from layerlab.course.exercise import note, prose

_BLUE = "#0072B2"
_SAYS = {"again": "Didn't know", "hard": "Hard", "good": "Knew it", "easy": "Easy"}


@dataclass(frozen=True)
class Pile:
    """The cards that are left, the front one first. Each move gives the next state."""

    left: tuple[Face, ...]
    turned: bool = False
    done: int = 0

    def turn(self) -> "Pile":
        """Show the back of the front card."""
        return replace(self, turned=bool(self.left))

    def grade(self, grade: cards.Grade) -> "Pile":
        """Put the front card away; one that wasn't known comes again at the end."""
        if not self.turned:
            return self
        front, *rest = self.left
        back = [front] if grade == "again" else []
        return Pile((*rest, *back), done=self.done + 1 - len(back))


class FlashCards:
    """The widget. ``state`` is the pile; every click is a method, too."""

    def __init__(self, state: Pile) -> None:
        self.state = state
        self.widget = ipywidgets.VBox()
        self._show(state)

    def turn(self) -> None:
        """Turn the front card."""
        self._show(self.state.turn())

    def grade(self, grade: cards.Grade) -> None:
        """Say how well you knew it: ``again``, ``hard``, ``good`` or ``easy``."""
        if grade not in cards.GRADES:
            raise ValueError(f"{grade!r} is none of {', '.join(cards.GRADES)}")
        if self.state.turned:
            with suppress(OSError):
                record.change(cards.review(self.state.left[0].key, grade, cards.now()))
        self._show(self.state.grade(grade))

    def _show(self, state: Pile) -> None:
        self.state = state
        shown = ipywidgets.HTML(prose(_html(state)))
        if not state.left:
            self.widget.children = (shown,)
        elif not state.turned:
            self.widget.children = (shown, _row([("Turn", self.turn)]))
        else:
            grades = [(_SAYS[grade], self._grader(grade)) for grade in get_args(cards.Grade)]
            self.widget.children = (shown, _row(grades))

    def _grader(self, grade: cards.Grade) -> Callable[[], None]:
        return lambda: self.grade(grade)

    def __repr__(self) -> str:
        if not self.state.left:
            return _end(self.state)
        front = self.state.left[0]
        return "\n".join([front.front, *([front.back] if self.state.turned else [])])

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = self.widget._repr_mimebundle_(**options)
        return {**bundle, "text/plain": repr(self), "text/html": _html(self.state)}


def flash_cards() -> FlashCards:
    """The cards that are due now. A card is made of every exercise that went wrong once."""
    due = cards.due(keeping.kept(), cards.now())
    every = faces()
    return FlashCards(Pile(tuple(every[key] for key in due if key in every)))


def _row(buttons: Sequence[tuple[str, Callable[[], None]]]) -> ipywidgets.HBox:
    made = []
    for text, act in buttons:
        button = ipywidgets.Button(description=text, layout=ipywidgets.Layout(width="auto"))
        button.on_click(lambda _, act=act: act())
        made.append(button)
    return ipywidgets.HBox(
        made, layout=ipywidgets.Layout(margin="6px 0 6px 18px", flex_flow="wrap")
    )


def _html(pile: Pile) -> str:
    if not pile.left:
        return f'<p role="status">{escape(_end(pile))}</p>'
    front = pile.left[0]
    title = f"Card {pile.done + 1} of {pile.done + len(pile.left)}, lesson {front.lesson}"
    back = note("Answer", front.back) if pile.turned else ""
    return note(title, front.front, colour=_BLUE) + back


def _end(pile: Pile) -> str:
    if pile.done:
        return f"Done: {pile.done} card{'s' * (pile.done > 1)}. They come back when it is time."
    return "No card is due. Every exercise that goes wrong once becomes one."
