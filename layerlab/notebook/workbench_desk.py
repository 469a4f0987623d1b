"""The ID workbench: change one thing in an image, and see which of its five names change.

A thin skin on ``Bench``. Every move is a method, so that a cell can make it too:
``bench.touch("app")``.
"""

from layerlab.notebook.desk import Desk, button, choice
from layerlab.notebook.workbench_state import COMPRESSIONS, Bench

_CONTROLS = (
    (
        "In a layer",
        choice("layer", "Layer", tuple(Bench().layers), "choose"),
        button("change_byte", "Change a byte", "layer"),
        button("touch", "Touch the file", "layer"),
        button("chmod", "chmod", "layer"),
        button("move_down", "Move down", "layer"),
    ),
    (
        "In the image",
        choice("compression", "Compression", COMPRESSIONS, "compress"),
        button("set_env", "Env"),
        button("set_comment", "Comment"),
        button("set_tag", "Tag"),
        button("reset", "Reset"),
    ),
)


class Workbench(Desk):
    """The widget. ``state.names`` are the five names, ``state.changed`` those that changed."""

    moves = {  # noqa: RUF012  # ClassVar in Desk
        "select": ("part",),
        "choose": ("layer",),
        "change_byte": ("layer",),
        "touch": ("layer",),
        "chmod": ("layer",),
        "move_down": ("layer",),
        "compress": ("compression",),
        "set_env": (),
        "set_comment": (),
        "set_tag": (),
        "reset": (),
    }

    def select(self, part: str) -> None:
        """Show what a name is the hash of: ``ImageID``, ``DiffID of app``."""
        self._show(self.state.select(part))

    def choose(self, layer: str) -> None:
        """Choose the layer that the next change is made to."""
        self._show(self.state.choose(layer))

    def change_byte(self, layer: str) -> None:
        """Change one letter of the layer's file; again, and it is what it was."""
        self._show(self.state.change_byte(layer))

    def touch(self, layer: str) -> None:
        """Make the layer's file a second younger. Its content stays."""
        self._show(self.state.touch(layer))

    def chmod(self, layer: str) -> None:
        """Make the layer's file executable, or take that back."""
        self._show(self.state.chmod(layer))

    def move_down(self, layer: str) -> None:
        """Put a layer under the one that it lies on."""
        self._show(self.state.move_down(layer))

    def compress(self, compression: str) -> None:
        """Store the layers otherwise: ``gzip -6``, ``gzip -9`` or ``none``."""
        self._show(self.state.compress(compression))

    def set_env(self) -> None:
        """Set a variable in the config, or take it out again."""
        self._show(self.state.set_env())

    def set_comment(self) -> None:
        """Write a comment into the history, or take it out again."""
        self._show(self.state.set_comment())

    def set_tag(self) -> None:
        """Give the image another tag."""
        self._show(self.state.set_tag())


def workbench() -> Workbench:
    """The ID workbench on a small image of three layers."""
    return Workbench(
        Bench(),
        name="ID workbench",
        hint="Change one thing. Click a name to see what it is the hash of.",
        head="In words",
        controls=_CONTROLS,
    )
