"""The pull player: what crosses the wire and what is unpacked, step by step.

A thin skin on ``Player``. Every move is a method, so that a cell can make it too:
``player.step()``.
"""

from layerlab.engine import Engine
from layerlab.notebook.desk import Desk, button, choice
from layerlab.notebook.pulls_state import Player


class PullPlayer(Desk):
    """The widget. ``state.frame`` is how far each layer is."""

    moves = {  # noqa: RUF012  # ClassVar in Desk
        "choose": ("ref",),
        "step": (),
        "five": (),
        "end": (),
        "back": (),
        "reset": (),
    }

    def choose(self, ref: str) -> None:
        """Show another of the pulls, from its beginning. Those before it are done."""
        self._show(self.state.choose(ref))

    def step(self) -> None:
        """Go on a little."""
        self._show(self.state.step())

    def five(self) -> None:
        """Go on five steps."""
        self._show(self.state.five())

    def end(self) -> None:
        """Go on to the end."""
        self._show(self.state.end())

    def back(self) -> None:
        """Go back a little."""
        self._show(self.state.back())


def pulls(engine: Engine, *refs: str) -> PullPlayer:
    """Let ``engine`` pull these images, one after the other, and play that back."""
    return PullPlayer(
        Player.of(engine, refs),
        name="Pull player",
        hint="Each pull finds what those before it brought. Play one step by step.",
        head="On a terminal",
        controls=(
            ("Pull", choice("ref", "Image", refs, "choose")),
            (
                "Play",
                button("back", "Back"),
                button("step", "Step"),
                button("five", "Five steps"),
                button("end", "To the end"),
                button("reset", "Reset"),
            ),
        ),
    )
