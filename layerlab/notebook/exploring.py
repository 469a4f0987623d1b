"""What the union explorer knows: named layers, and moves that each give a new state.

There is no widget here. A move that can't be made raises ``BadMove`` and changes nothing.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from layerlab.errors import InvalidLayer, LayerlabError
from layerlab.layer import Layer
from layerlab.nodes import Bytes, Change, Directory, File, Whiteout
from layerlab.notebook import words
from layerlab.notebook.drawing import compose, normal
from layerlab.notebook.scene import Cell, Scene, kind_word, look_down, parents, what
from layerlab.notebook.subject import subject
from layerlab.union import UnionFS

MOST_LAYERS, MOST_PATHS = 6, 12
CLASH = {
    "A": Layer.of({"/foo": b"A's file", "/bar": Directory(), "/bar/inside": b"in A"}),
    "B": Layer.of({"/bar": b"B's file", "/foo": Directory(), "/foo/inside": b"in B"}),
}
"""The chapter's two file systems: what is a file in one is a directory in the other."""


class BadMove(LayerlabError):
    """A move of the explorer that can't be made."""


@dataclass(frozen=True)
class Exploration:
    """Layers by name, base first, and what is selected."""

    layers: Mapping[str, Layer] = field(default_factory=lambda: CLASH)
    layer: str = ""
    """The selected layer: the one that is changed. At first the top one."""
    path: str = ""
    """The selected path: the one that is looked up."""
    said: str = ""
    """What the last move did."""
    colours: Mapping[str, int] = field(default_factory=dict)
    """Each layer's number in the palette, which it keeps wherever it is moved."""

    def __post_init__(self) -> None:
        if not self.layers:
            raise BadMove("there is nothing to explore", hint="give at least one layer")
        if self.layer not in self.layers:
            object.__setattr__(self, "layer", list(self.layers)[-1])
        if not self.path:
            object.__setattr__(self, "path", next(iter(self.paths), "/"))
        colours = {name: self.colours[name] for name in self.layers if name in self.colours}
        for name in self.layers:
            free = (n for n in range(MOST_LAYERS + len(self.layers)) if n not in colours.values())
            colours.setdefault(name, next(free))
        object.__setattr__(self, "colours", colours)

    @property
    def union(self) -> UnionFS:
        """The layers, merged."""
        return UnionFS(self.layers.values())

    @property
    def paths(self) -> list[str]:
        """Every path that a layer names, sorted, and the selected one."""
        named = {path for layer in self.layers.values() for path in layer.changes}
        return sorted((named | {self.path}) - {"", "/"})

    # ---- moves ----

    def select(self, layer: str | None = None, path: str | None = None) -> "Exploration":
        """Choose the layer to change, the path to look up, or both."""
        name = self.layer if layer is None else self._known(layer)
        where = self.path if path is None else self._checked(path)
        return replace(self, layer=name, path=where, said="")

    def move_up(self, layer: str) -> "Exploration":
        """Put a layer above the one that is on it."""
        return self._move(layer, 1)

    def move_down(self, layer: str) -> "Exploration":
        """Put a layer under the one that it is on."""
        return self._move(layer, -1)

    def _move(self, layer: str, by: int) -> "Exploration":
        names = list(self.layers)
        here = names.index(self._known(layer))
        if not 0 <= here + by < len(names):
            end = "on top" if by > 0 else "the base"
            raise BadMove(f"{layer} is {end} already", hint="move it the other way")
        other = names[here + by]
        names[here], names[here + by] = other, layer
        layers = {name: self.layers[name] for name in names}
        place = "above" if by > 0 else "below"
        return replace(self, layers=layers, layer=layer, said=f"{layer} is {place} {other} now.")

    def add_layer(self) -> "Exploration":
        """Put an empty layer on top, named by the next free letter."""
        if len(self.layers) >= MOST_LAYERS:
            raise BadMove(f"{MOST_LAYERS} layers are enough here", hint="remove one first")
        name = next(letter for letter in string.ascii_uppercase if letter not in self.layers)
        layers = {**self.layers, name: Layer.of({})}
        return replace(self, layers=layers, layer=name, said=f"{name}, still empty, is on top.")

    def remove_layer(self, layer: str) -> "Exploration":
        """Take a layer out of the stack."""
        self._known(layer)
        if len(self.layers) == 1:
            raise BadMove(f"{layer} is the only layer", hint="add another first")
        layers = {name: each for name, each in self.layers.items() if name != layer}
        top = list(layers)[-1]
        return replace(self, layers=layers, layer=top, said=f"{layer} is gone.")

    def add_file(self, layer: str, path: str) -> "Exploration":
        """Give the layer a small file."""
        node = File(Bytes(f"{layer}'s file".encode()))
        return self._put(layer, path, node, "a file")

    def add_directory(self, layer: str, path: str) -> "Exploration":
        """Give the layer a directory; it merges with those of other layers."""
        return self._put(layer, path, Directory(), "a directory")

    def whiteout(self, layer: str, path: str) -> "Exploration":
        """Delete the path of the layers below; what this layer had there goes too."""
        return self._put(layer, path, Whiteout(), "a whiteout", clear=True)

    def make_opaque(self, layer: str, path: str) -> "Exploration":
        """Make the layer's directory hide all that lower layers have in it."""
        path = self._checked(path)
        tree = self.layers[self._known(layer)].tree
        parent, _, name = path.rpartition("/")
        there = tree.get(parent or "/", {}).get(name)
        if there is not None and not isinstance(there, (Directory, Whiteout)):
            what = words.article(kind_word(there))
            raise BadMove(
                f"{path} is {what} in {layer}, and only a directory can be opaque",
                hint="clear it first",
            )
        return self._put(layer, path, Directory(opaque=True), "an opaque directory")

    def clear(self, layer: str, path: str) -> "Exploration":
        """Let the layer say nothing of the path and what is below it."""
        path = self._checked(path)
        changes = dict(self.layers[self._known(layer)].changes)
        kept = _without(changes, path)
        if len(kept) == len(changes):
            raise BadMove(f"{layer} has nothing at {path}", hint="choose another layer or path")
        layers = {**self.layers, layer: Layer.of(kept)}
        said = f"{layer} has nothing at {path} now."
        return replace(self, layers=layers, layer=layer, path=path, said=said)

    def _put(
        self, layer: str, path: str, node: Change, what: str, *, clear: bool = False
    ) -> "Exploration":
        path = self._checked(path)
        changes = dict(self.layers[self._known(layer)].changes)
        if clear:
            changes = _without(changes, path)
        try:
            made = Layer.of({**changes, path: node})
        except InvalidLayer as error:
            raise BadMove(f"{layer} can't have {what} at {path}: {error.what}") from None
        layers = {**self.layers, layer: made}
        said = f"{layer} has {what} at {path} now."
        new = replace(self, layers=layers, layer=layer, path=path, said=said)
        if len(new.paths) > MOST_PATHS:
            raise BadMove(f"{MOST_PATHS} paths are enough here", hint="clear one first")
        return new

    def _known(self, layer: str) -> str:
        if layer not in self.layers:
            names = ", ".join(list(self.layers)[::-1])
            raise BadMove(f"there is no layer {layer!r:.40}", hint=f"choose one of {names}")
        return layer

    @staticmethod
    def _checked(path: str) -> str:
        path = normal(path)
        if path == "/" or ".." in path.split("/") or "\0" in path:
            raise BadMove(f"{path!r:.60} can't be changed here", hint="give a path such as /foo")
        if len(path) > 200:
            raise BadMove("that path is too long to look at", hint="take a shorter one")
        return path

    # ---- what one sees ----

    def scene(self) -> Scene:
        """The picture of this state."""
        names = list(self.layers)
        selected = (names.index(self.layer), self.path)
        layers = list(self.layers.values())
        colours = [self.colours[name] for name in names]
        return compose(
            layers, self.paths, names=names, ids=False, lookup=self.path, selected=selected,
            colours=colours,
        )  # fmt: skip

    @property
    def trail(self) -> str:
        """How the selected path is looked up, layer by layer, in words."""
        path = words.path_word(self.path)
        try:
            steps = self.union.trail(self.path)
        except OSError:
            return f"{path}: {self._no_parent()}, so no layer is searched for it."
        names = list(self.layers)
        rows = subject(list(self.layers.values()), names, ids=False).rows
        column = look_down(rows, self.path)
        told = [
            f"{words.ordinal(place)} {names[step.index]}, {_found(column.cell(step.index))}"
            for place, step in enumerate(steps, 1)
        ]
        seen = words.column(Scene(rows, (), ()), column).partition(": ")[2]
        seen = words.article(seen) if column.seen else seen
        return f"Looking up {path}: {'; '.join(told)}. You see {seen}"

    def _no_parent(self) -> str:
        for parent in parents(self.path)[1:]:
            node = self.union.lookup(parent).node if self.union.lexists(parent) else None
            if not isinstance(node, Directory):
                fault = f"is {words.article(kind_word(node))}" if node else "isn't there"
                return f"{words.path_word(parent)} {fault}"
        return "its directory isn't there"

    @property
    def text(self) -> str:
        """The whole state in words: the stack as a table, and the trail."""
        return f"{words.table(replace(self.scene(), title=''))}\n\n{self.trail}"


def _found(cell: Cell | None) -> str:
    if cell is None:
        return "nothing"
    return words.wall(cell) if cell.node is None else words.article(what(cell.node))


def _without(changes: Mapping[str, Change], path: str) -> dict[str, Change]:
    below = path + "/"
    return {
        name: node for name, node in changes.items() if name != path and not name.startswith(below)
    }
