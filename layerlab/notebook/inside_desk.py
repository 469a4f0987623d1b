"""What a container sees: choose an image and a place to look from, and compare the answers.

A thin skin on ``Inside``. Every move is a method, so that a cell can make it too:
``view.choose("alpine")``.
"""

from layerlab.notebook.desk import Desk, button, choice
from layerlab.notebook.inside_state import IMAGES, PLACES, Inside

_CONTROLS = (
    (
        "Look",
        choice("image", "Image", IMAGES, "choose"),
        choice("place", "From", PLACES, "go"),
        button("reset", "Reset"),
    ),
)


class View(Desk):
    """The widget. ``state.answers`` are the five answers."""

    moves = {  # noqa: RUF012  # ClassVar in Desk
        "select": ("part",),
        "choose": ("image",),
        "go": ("place",),
        "reset": (),
    }

    def select(self, part: str) -> None:
        """Show one answer whole: ``uname -r``, ``size``."""
        self._show(self.state.select(part))

    def choose(self, image: str) -> None:
        """Take another image: ``alpine``, ``scratch + 1 file``."""
        self._show(self.state.choose(image))

    def go(self, place: str) -> None:
        """Look ``in the container`` or ``on the host``."""
        self._show(self.state.go(place))


def inside() -> View:
    """What containers of six base images see, beside what their host sees."""
    for image in IMAGES:  # commands are run once; a click then finds what they printed
        _ = Inside(image).answers
    return View(
        Inside(),
        name="What a container sees",
        hint="Choose an image and a place to look from. Click an answer to see all of it.",
        head="In words",
        controls=_CONTROLS,
    )
