"""The union explorer: change the layers, and watch what you see through them.

A thin skin on ``Exploration``. Every move is a method, so that a cell can make it too:
``explorer.move_down("B")``. What is clicked in the page calls the same methods.
"""

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from layerlab.errors import LayerlabError
from layerlab.layer import Layer
from layerlab.notebook import words
from layerlab.notebook.drawing import Picture
from layerlab.notebook.exploring import Exploration
from layerlab.notebook.picture import draw
from layerlab.notebook.skin import script, style
from layerlab.notebook.treeview import branch


class UnionExplorer(anywidget.AnyWidget):
    """The widget. ``state`` is what it shows; ``state_text`` says it in words."""

    _esm = script("explorer.js")
    _css = style("explorer.css")
    view = traitlets.Dict().tag(sync=True)
    """All that the page shows, replaced at once."""

    def __init__(self, layers: Mapping[str, Layer] | None = None) -> None:
        self._first = Exploration(layers) if layers else Exploration()
        self.state = self._first
        self._answered = 0  # the number of the newest message from the page
        super().__init__(view={**_view(self.state), "answered": 0})
        self.on_msg(self._asked)

    # ---- moves ----

    def select(self, layer: str | None = None, path: str | None = None) -> None:
        """Choose the layer to change, the path to look up, or both."""
        self._show(self.state.select(layer, path))

    def move_up(self, layer: str) -> None:
        """Put a layer above the one that is on it."""
        self._show(self.state.move_up(layer))

    def move_down(self, layer: str) -> None:
        """Put a layer under the one that it is on."""
        self._show(self.state.move_down(layer))

    def add_layer(self) -> None:
        """Put an empty layer on top."""
        self._show(self.state.add_layer())

    def remove_layer(self, layer: str) -> None:
        """Take a layer out of the stack."""
        self._show(self.state.remove_layer(layer))

    def add_file(self, layer: str, path: str) -> None:
        """Give the layer a small file."""
        self._show(self.state.add_file(layer, path))

    def add_directory(self, layer: str, path: str) -> None:
        """Give the layer a directory."""
        self._show(self.state.add_directory(layer, path))

    def whiteout(self, layer: str, path: str) -> None:
        """Delete the path of the layers below."""
        self._show(self.state.whiteout(layer, path))

    def make_opaque(self, layer: str, path: str) -> None:
        """Hide all that lower layers have in the directory."""
        self._show(self.state.make_opaque(layer, path))

    def clear(self, layer: str, path: str) -> None:
        """Let the layer say nothing of the path."""
        self._show(self.state.clear(layer, path))

    def reset(self) -> None:
        """Go back to the first state."""
        self._show(self._first)

    @property
    def state_text(self) -> str:
        """The stack as a table of text, and how the selected path is looked up."""
        return self.state.text

    # ---- the page ----

    def _show(self, state: Exploration) -> None:
        self.state = state
        self.view = {**_view(state), "answered": self._answered}

    def _asked(self, _widget: object, message: object, _buffers: object) -> None:
        """Do what was clicked; a move that can't be made is said, not raised."""
        if isinstance(message, dict):
            self._answered = message.get("number", self._answered)
        match message:
            case {"move": "select", **where}:
                self._try(self.select, where.get("layer"), where.get("path"))
            case {"move": "add_layer"}:
                self._try(self.add_layer)
            case {"move": "reset"}:
                self._try(self.reset)
            case {"move": "move_up" | "move_down" | "remove_layer" as move, "layer": layer}:
                self._try(getattr(self, move), layer)
            case {"move": str(move), "layer": layer, "path": path} if move in _AT_PATH:
                self._try(getattr(self, move), layer, path)

    def _try(self, move: Callable[..., None], *arguments: Any) -> None:
        try:
            move(*arguments)
        except LayerlabError as error:
            failure = {"said": f"{error}.", "failed": True, "answered": self._answered}
            self.view = {**self.view, **failure}

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget, and for a page without a kernel the first state as a picture."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        scene = self.state.scene()
        still = Picture(draw(scene), words.alt(scene), self.state_text)
        return {**data, "text/html": still._repr_html_(), "text/plain": repr(self)}, metadata

    def __repr__(self) -> str:
        return f"Union explorer\n{self.state_text}"


_AT_PATH = {"add_file", "add_directory", "whiteout", "make_opaque", "clear"}


def explore(layers: Mapping[str, Layer] | None = None) -> UnionExplorer:
    """The union explorer on layers by name, base first.

    Without any it starts with the A and B of lesson 01.
    """
    return UnionExplorer(layers)


def _view(state: Exploration) -> dict[str, Any]:
    """What the page needs to draw a state: text and SVG, escaped here."""
    scene = state.scene()
    return {
        "svg": draw(scene, live=True),
        "tree": [branch(scene, path) for path, *_ in state.union.items()],
        "layers": list(state.layers)[::-1],
        "paths": state.paths,
        "layer": state.layer,
        "path": state.path,
        "said": f"{state.said} {state.trail}".strip(),
        "failed": False,
        "text": state.text,
    }
