"""The sharing simulator: images and containers on one base, and what sharing saves.

A thin skin on ``Sharing``. Every move is a method, so that a cell can make it too:
``simulator.upgrade_base()``.
"""

from layerlab.notebook.desk import Desk, button, choice
from layerlab.notebook.sharing_state import (
    APP_SIZES,
    BASE_SIZES,
    MOST_CONTAINERS,
    MOST_IMAGES,
    Sharing,
)

_APPS = tuple(f"app {number}" for number in range(1, MOST_IMAGES + 1))
_CONTROLS = (
    (
        "How many",
        choice("images", "Images", [str(n) for n in range(1, MOST_IMAGES + 1)], "set_images"),
        choice(
            "containers",
            "Containers on each",
            [str(n) for n in range(MOST_CONTAINERS + 1)],
            "set_containers",
        ),
    ),
    (
        "How big",
        choice("base", "Base", tuple(BASE_SIZES), "set_base"),
        choice("app", "Each app", tuple(APP_SIZES), "set_app"),
        button("reset", "Reset"),
    ),
    (
        "Change",
        choice("picked", "Image", _APPS, "choose"),
        button("upgrade_app", "Upgrade app"),
        button("upgrade_base", "Upgrade base"),
        button("write", "Write to library"),
        button("prune", "Prune"),
    ),
)


class Simulator(Desk):
    """The widget. ``state.disk``, ``state.wire`` and ``state.memory`` are what it comes to."""

    moves = {  # noqa: RUF012  # ClassVar in Desk
        "select": ("part",),
        "choose": ("picked",),
        "set_images": ("images",),
        "set_containers": ("containers",),
        "set_base": ("base",),
        "set_app": ("app",),
        "upgrade_app": (),
        "upgrade_base": (),
        "write": (),
        "prune": (),
        "reset": (),
    }

    def select(self, part: str) -> None:
        """Choose the image that the next change is about: ``select("app 2")``."""
        self._show(self.state.select(part))

    choose = select

    def set_images(self, images: str) -> None:
        """Pull more images, or remove some with their containers: ``set_images("5")``."""
        self._show(self.state.set_images(images))

    def set_containers(self, containers: str) -> None:
        """Run so many containers on each image."""
        self._show(self.state.set_containers(containers))

    def set_base(self, base: str) -> None:
        """Choose how big the base is: ``set_base("120MB")``."""
        self._show(self.state.set_base(base))

    def set_app(self, app: str) -> None:
        """Choose how big each app's layer is."""
        self._show(self.state.set_app(app))

    def upgrade_app(self) -> None:
        """Pull a new version of the chosen app, on the base that it has."""
        self._show(self.state.upgrade_app())

    def upgrade_base(self) -> None:
        """Pull the chosen app as it was rebuilt on a newer base; its own files are the same."""
        self._show(self.state.upgrade_base())

    def write(self) -> None:
        """Let every container of the chosen image write a byte to the library in the base."""
        self._show(self.state.write())

    def prune(self) -> None:
        """Remove the images that nothing runs."""
        self._show(self.state.prune())


def sharing(images: int = 2, containers: int = 2) -> Simulator:
    """The sharing simulator, with so many images and so many containers on each."""
    return Simulator(
        Sharing.of(images, containers),
        name="Sharing simulator",
        hint="Each container reads its app and a library, half of the base. Click an app.",
        head="In words",
        controls=_CONTROLS,
    )
