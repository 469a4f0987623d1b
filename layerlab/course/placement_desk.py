"""The placement quiz as a widget: a thin skin, made of plain controls."""

from html import escape
from typing import Any

import ipywidgets

from layerlab.course.exercise import code, note
from layerlab.course.placement_state import Placement

_BLUE, _GREEN, _RED = "#0072B2", "#009E73", "#D55E00"
_CELL = "text-align:left;vertical-align:top;padding:.2em .8em .2em 0"
_BESIDE = "0 0 0 18px"


class PlacementDesk:
    """The widget. ``state`` is the quiz; every click is a method, too."""

    def __init__(self, state: Placement) -> None:
        self._asked = ipywidgets.HTML()
        self._options = ipywidgets.RadioButtons(
            layout=ipywidgets.Layout(width="auto", margin=_BESIDE)
        )
        self._said = ipywidgets.HTML()
        # One button through the whole quiz, so that the keyboard's focus stays where it is.
        self._go = ipywidgets.Button(
            layout=ipywidgets.Layout(width="auto", margin="6px 0 6px 18px", align_self="flex-start")
        )
        self._go.on_click(lambda _: self._clicked())
        self.widget = ipywidgets.VBox([self._asked, self._options, self._said, self._go])
        self._show(state)

    @property
    def state(self) -> Placement:
        return self._state

    def answer(self, option: str) -> None:
        """Answer the question that stands there; ``ValueError`` where it is no option."""
        self._show(self.state.answer(option))

    def next(self) -> None:
        """Go on to the next question, or to the result."""
        self._show(self.state.next())

    def reset(self) -> None:
        """Begin again."""
        self._show(Placement(self.state.items))

    def _clicked(self) -> None:
        if self.state.over:
            self.reset()
        elif self.state.checked:
            self.next()
        elif self._options.value is None:
            self._said.value = _lines(note("Not yet", "Choose an answer first."))
        else:
            self.answer(self._options.value)

    def _show(self, state: Placement) -> None:
        self._state = state
        self._asked.value = _lines(_html(state))
        self._said.value = _lines(_said(state))
        self._options.options = state.options
        self._options.value = state.answers[-1] if state.checked else None
        self._options.disabled = state.checked
        self._options.layout.display = "none" if state.over else ""
        self._go.description = _label(state)

    def __repr__(self) -> str:
        state = self.state
        if state.item is None:
            right = f"{sum(state.right)} of {len(state.items)} right."
            return f"{right} Start with {_where(state)}. {state.why}"
        chosen = state.answers[-1] if state.checked else None
        rows = [f"  ({'•' if option == chosen else ' '}) {option}" for option in state.options]
        said = [". ".join(state.verdict)] if state.checked else []
        return "\n".join([f"{_title(state)}. {state.item.asks}", *rows, *said])

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The widget, and the question that stands there for a page without a kernel."""
        bundle: dict[str, Any] = self.widget._repr_mimebundle_(**options)
        items = "".join(f"<li>{code(option)}</li>" for option in self.state.options)
        html = _html(self.state) + (f"<ul>{items}</ul>" if items else "")
        return {**bundle, "text/plain": repr(self), "text/html": html}


def placement() -> PlacementDesk:
    """Nine questions that say with which lesson to start."""
    return PlacementDesk(Placement())


def _label(state: Placement) -> str:
    if state.over:
        return "Begin again"
    if not state.checked:
        return "Answer"
    return "Where do I start?" if state.number == len(state.items) - 1 else "Next question"


def _title(state: Placement) -> str:
    return f"Question {state.number + 1} of {len(state.items)}"


def _html(state: Placement) -> str:
    if state.item:
        return note(_title(state), state.item.asks, colour=_BLUE)
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL}">{item.lesson}</th><td style="{_CELL}">'
        f'{"right" if right else "missed"}</td><td style="{_CELL}">{code(item.asks)}</td></tr>'
        for item, right in zip(state.items, state.right, strict=True)
    )
    where = escape(_where(state))
    link = f'<a href="{state.start.notebook}" style="text-decoration:underline">{where}</a>'
    return (
        f'<div role="status" style="border-left:4px solid {_GREEN};padding:.3em .9em">'
        f"<strong>Start with {link}.</strong> {escape(state.why)}</div>"
        f'<details style="margin:.4em 0 0 18px"><summary>{sum(state.right)} of '
        f'{len(state.items)} right</summary><table aria-label="Your answers"><tbody>{rows}'
        "</tbody></table></details>"
    )


def _lines(html: str) -> str:
    """With the lines of a text as close as in the page; a widget's are far apart."""
    return f'<div style="line-height:1.5">{html}</div>' if html else ""


def _said(state: Placement) -> str:
    title, text = state.verdict
    return note(title, text, colour=_GREEN if title == "Right" else _RED) if title else ""


def _where(state: Placement) -> str:
    return f"lesson {state.start.number}, {state.start.title}"
