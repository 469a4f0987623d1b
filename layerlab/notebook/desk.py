"""The desk: what the course's smaller widgets look like and how they talk to the page.

A widget is a state, whose every move gives a new one, and this skin around it. The moves are
methods too, so that a cell can make them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

import anywidget
import traitlets

from layerlab.errors import LayerlabError
from layerlab.notebook.drawing import Picture
from layerlab.notebook.skin import script, style


class State(Protocol):
    """What stands on the desk."""

    @property
    def said(self) -> str:
        """What the last move did."""

    @property
    def text(self) -> str:
        """The whole state in words."""

    @property
    def notes(self) -> str:
        """What stands under the picture: a line a thought, or nothing."""

    @property
    def detail(self) -> tuple[str, str]:
        """What the picture has no room for: a heading, and a text as it is, however long."""

    @property
    def values(self) -> Mapping[str, str]:
        """What the controls hold."""

    @property
    def off(self) -> Sequence[str]:
        """Moves that can't be made now."""

    @property
    def alt(self) -> str:
        """What the picture shows."""

    def draw(self, *, live: bool = False) -> str:
        """The picture, as SVG."""


S = TypeVar("S", bound=State)
Control = Mapping[str, object]


def button(move: str, text: str, *sends: str) -> Control:
    """A button that makes a move with what the named controls hold."""
    return {"kind": "button", "move": move, "text": text, "sends": sends}


def choice(name: str, text: str, options: Sequence[str], move: str = "") -> Control:
    """A list to choose from; ``move`` is made with the choice at once."""
    return {"kind": "choice", "name": name, "text": text, "options": options, "move": move}


def field(name: str, text: str) -> Control:
    """A text to edit."""
    return {"kind": "text", "name": name, "text": text}


class Desk(anywidget.AnyWidget):
    """A state on a desk. ``state`` is what it shows; ``state_text`` says it in words."""

    _esm = script("desk.js")
    _css = style("desk.css")
    view = traitlets.Dict().tag(sync=True)
    """All that the page shows, replaced at once."""
    moves: ClassVar[Mapping[str, Sequence[str]]]
    """What a click may ask for: the method, and the texts that it takes."""

    def __init__(self, state: Any, **frame: object) -> None:
        """``frame`` is what stays in the page: ``name``, ``hint``, ``head`` and ``controls``."""
        self.state = self._first = state
        self._frame = frame
        super().__init__(view=self._view(state))
        self.on_msg(self._asked)

    def reset(self) -> None:
        """Go back to the first state."""
        self._show(self._first)

    @property
    def state_text(self) -> str:
        """The state in words."""
        blocks = (self.state.text, self.state.notes, "\n".join(filter(None, self.state.detail)))
        return "\n\n".join(filter(None, blocks))

    def _show(self, state: State) -> None:
        self.state = state
        self.view = self._view(state)

    def _view(self, state: Any) -> dict[str, Any]:
        return {
            **self._frame,
            "svg": state.draw(live=True),
            "said": state.said,
            "failed": False,
            "text": state.text,
            "notes": state.notes,
            "detail": list(state.detail),
            "values": dict(state.values),
            "off": list(state.off),
        }

    def _asked(self, _widget: object, message: object, _buffers: object) -> None:
        """Do what was clicked; a move that can't be made is said, not raised."""
        asked = message if isinstance(message, dict) else {}
        move = asked.get("move")
        if not isinstance(move, str) or move not in self.moves:
            return
        texts = [asked.get(name) for name in self.moves[move]]
        if not all(isinstance(text, str) for text in texts):
            return
        try:
            getattr(self, move)(*texts)
        except LayerlabError as error:
            self.view = {**self._view(self.state), "said": f"{error}.", "failed": True}

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget, and for a page without a kernel its state as a picture."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        still = Picture(self.state.draw(), self.state.alt, self.state_text)
        return {**data, "text/html": still._repr_html_(), "text/plain": repr(self)}, metadata

    def __repr__(self) -> str:
        return f"{self._frame['name']}\n{self.state_text}"
