"""A question to answer before the next cell does.

You learn more from a result that you have bet on. The box doesn't know the answer: the cell
below it does.
"""

from html import escape
from typing import Any

import ipywidgets

from layerlab.course.exercise import note, prose

_BLUE = "#0072B2"
_FOLDED = """<style>
.jp-OutputPlaceholder .jp-PlaceholderText { font-size: 0; visibility: hidden; }
.jp-OutputPlaceholder .jp-PlaceholderText::after {
  content: "folded: run the cell"; font-size: var(--jp-code-font-size); visibility: visible;
}
</style>"""
"""JupyterLab shows the first line of an output that it has folded away. That is the answer."""


class Prediction:
    """A question with options to choose from; ``choice`` is the one chosen, or ``None``."""

    def __init__(self, question: str, *options: str) -> None:
        if len(set(options)) < 2 or len(set(options)) != len(options):
            raise ValueError("a prediction needs two or more options, all different")
        self.question, self.options = question, options
        self._buttons = ipywidgets.RadioButtons(
            options=list(options),
            value=None,
            layout=ipywidgets.Layout(width="auto", margin="0 0 0 18px"),
        )
        self._said = ipywidgets.HTML(layout=ipywidgets.Layout(margin="0 0 0 18px"))
        self._buttons.observe(self._noted, "value")
        asked = ipywidgets.HTML(prose(note("Predict", question, colour=_BLUE)) + _FOLDED)
        self.widget = ipywidgets.VBox([asked, self._buttons, self._said])

    @property
    def choice(self) -> str | None:
        """What the learner chose, by click, by key, or by :meth:`choose`."""
        choice: str | None = self._buttons.value
        return choice

    def choose(self, option: str) -> None:
        """Choose from code; ``ValueError`` where it is none of the options."""
        if option not in self.options:
            raise ValueError(f"{option!r} is none of {', '.join(map(repr, self.options))}")
        self._buttons.value = option

    def _noted(self, change: object) -> None:
        self._said.value = '<span role="status">Noted. Now run the next cell.</span>'

    def __repr__(self) -> str:
        marks = ("(•)" if option == self.choice else "( )" for option in self.options)
        rows = (f"  {mark} {option}" for mark, option in zip(marks, self.options, strict=True))
        return "\n".join([f"Predict. {self.question}", *rows])

    def _repr_html_(self) -> str:
        """The box as it looks where no widget can live: GitHub, or a notebook not yet run."""
        items = "".join(f"<li>{escape(option)}</li>" for option in self.options)
        return note("Predict", self.question, colour=_BLUE) + f"<ul>{items}</ul>"

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = self.widget._repr_mimebundle_(**options)
        return {**bundle, "text/plain": repr(self), "text/html": self._repr_html_()}


def predict(question: str, *options: str) -> Prediction:
    """Ask before you look: ``predict("What does /C show?", "A", "B", "both")``."""
    return Prediction(question, *options)
