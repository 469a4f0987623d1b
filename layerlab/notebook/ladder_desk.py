"""The ChainID ladder: compute the ChainIDs of a stack one by one, from the text that is hashed.

A thin skin on ``Ladder``. Every move is a method, so that a cell can make it too:
``rungs.climb()``.
"""

from collections.abc import Sequence

from layerlab.digest import DiffID
from layerlab.image import Image
from layerlab.notebook.desk import Desk, button, choice, field
from layerlab.notebook.ladder_state import VARIANTS, Ladder
from layerlab.notebook.subject import instructions

_CONTROLS = (
    (
        "The line",
        field("text", "The text to hash"),
        button("hash", "Hash it", "text"),
        choice("variant", "Write it", VARIANTS, "vary"),
    ),
    (
        "Climb",
        button("climb", "Climb one"),
        button("top", "To the top"),
        button("reset", "Reset"),
    ),
)


class LadderDesk(Desk):
    """The widget. ``state.known`` are the ChainIDs computed so far."""

    moves = {  # noqa: RUF012  # ClassVar in Desk
        "select": ("part",),
        "vary": ("variant",),
        "hash": ("text",),
        "climb": (),
        "top": (),
        "reset": (),
    }

    def select(self, part: str) -> None:
        """Go to a rung: ``select("3")``."""
        self._show(self.state.select(part))

    def vary(self, variant: str) -> None:
        """Write the line with a common mistake in it, or as it should be."""
        self._show(self.state.vary(variant))

    def hash(self, text: str) -> None:
        """Hash a text. The right one climbs the rung; another is told from it."""
        self._show(self.state.hash(text))

    def climb(self) -> None:
        """Hash the right line for the next rung."""
        self._show(self.state.climb())

    def top(self) -> None:
        """Climb all the rest."""
        self._show(self.state.top())


def ladder(stack: Image | Sequence[DiffID]) -> LadderDesk:
    """The ChainID ladder of an image, or of DiffIDs, base first."""
    made_by: Sequence[str] = ()
    if isinstance(stack, Image):
        made_by, stack = instructions(stack), stack.diff_ids
    return LadderDesk(
        Ladder.of([DiffID(item) for item in stack], made_by),
        name="ChainID ladder",
        hint="Hash the line for the next layer. Change the line, and see what comes of it.",
        head="In words",
        controls=_CONTROLS,
    )
