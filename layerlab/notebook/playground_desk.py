r"""The copy-on-write playground: do something to a file, and watch what is copied up.

A thin skin on ``Playground``. Every move is a method, so that a cell can make it too::

    play = playground()                      # "the four rules"; also "two containers", …: PRESETS
    play = playground(image)                 # or on an image, or a Container, of your own
    play.next()                              # the next of the moves that the stage shows
    play.read("/etc/motd")                   # also: create, mkdir, write, truncate, touch, …
    play.append("/etc/motd", "hello\n")
    play.chmod("/etc/motd")                  # to the mode that it has
    play.rename("/srv", "/new")              # EXDEV is logged, not raised
    play.sh("echo hi >> /etc/motd")          # a line of shell
    play.run(); play.switch("A")             # one more container on the same image, and back
    play.commit()                            # the container's layer becomes an image layer
    play.undo(); play.reset(); play.use("hard links")
    play                                     # shows it; print(play.state_text) says it
    play.said; print(play.log)               # the last move; a line for each
    play.state.last.bytes_copied             # also: searched, copied_up, whiteouts, failure
    play.container.upper                     # a copy of the container as it is now; also diff()

All runs on the model's own ``Container``, each move on a copy of it, so that undo is exact.
"""

from typing import Any

from layerlab.container import Container
from layerlab.container.mount import Stack
from layerlab.image import Image
from layerlab.notebook.desk import Desk, button, choice
from layerlab.notebook.playground_moves import OPERATIONS, Move
from layerlab.notebook.playground_presets import PRESETS
from layerlab.notebook.playground_state import OWN, Playground
from layerlab.notebook.playground_words import coming
from layerlab.notebook.skin import script, style
from layerlab.notebook.treeview import branch


class PlaygroundDesk(Desk):
    """The widget. ``state`` is what it shows; ``state_text`` says it in words."""

    _esm = script("playground.js")
    _css = style("desk.css") + style("playground.css")
    moves = {  # noqa: RUF012  # ClassVar in Desk
        "do": ("op", "path", "more"),
        "sh": ("line",),
        "select": ("path",),
        "use": ("preset",),
        "switch": ("box",),
        "next": (),
        "run": (),
        "commit": (),
        "undo": (),
        "reset": (),
    }
    state: Playground

    # ---- operations on a path, in the container that one is in ----

    def do(self, op: str, path: str, more: str = "") -> None:
        """Any of the operations by name, as the page asks for it."""
        self._show(self.state.do(Move(op, path, more)))

    def read(self, path: str) -> None:
        """Read a file."""
        self.do("read", path)

    def create(self, path: str, text: str = "new") -> None:
        """Make a file that isn't there yet."""
        self.do("create", path, text)

    def mkdir(self, path: str) -> None:
        """Make a directory."""
        self.do("mkdir", path)

    def append(self, path: str, text: str = "more") -> None:
        """Add text to a file's end."""
        self.do("append", path, text)

    def overwrite(self, path: str, text: str = "X") -> None:
        """Write text over a file's first bytes."""
        self.do("overwrite", path, text)

    def write(self, path: str, text: str = "new") -> None:
        """Make a file's content this text, as ``>`` does."""
        self.do("write", path, text)

    def truncate(self, path: str, size: int = 0) -> None:
        """Cut a file to this many bytes."""
        self.do("truncate", path, str(size))

    def open_only(self, path: str) -> None:
        """Open a file for appending, and write nothing: ``: >> path``."""
        self.do("open_only", path)

    def chmod(self, path: str, mode: int | None = None) -> None:
        """Set the mode, as ``0o644``; none is the one that it has."""
        self.do("chmod", path, "" if mode is None else f"{mode:o}")

    def touch(self, path: str) -> None:
        """Set a file's time to now, making it if need be."""
        self.do("touch", path)

    def rename(self, path: str, to: str) -> None:
        """Move a name, by one system call."""
        self.do("rename", path, to)

    def link(self, path: str, to: str) -> None:
        """Give a file one more name."""
        self.do("link", path, to)

    def delete(self, path: str) -> None:
        """Remove a name that is no directory's."""
        self.do("delete", path)

    def rmdir(self, path: str) -> None:
        """Remove an empty directory."""
        self.do("rmdir", path)

    def rmtree(self, path: str) -> None:
        """Remove a directory with all in it, name by name."""
        self.do("rmtree", path)

    def sh(self, line: str) -> None:
        """Run a line of shell."""
        self._show(self.state.sh(line))

    # ---- everything else ----

    def select(self, path: str) -> None:
        """Choose a path, and see how it is looked up."""
        self._show(self.state.select(path))

    def next(self) -> None:
        """Make the next of the moves that the stage shows."""
        self._show(self.state.next())

    def run(self) -> None:
        """Run one more container on the same image, and go there."""
        self._show(self.state.run())

    def switch(self, box: str) -> None:
        """Go to another container: ``switch("A")``."""
        self._show(self.state.switch(box.removeprefix("container ")))

    def commit(self) -> None:
        """Make an image layer of the container's own, and run a new container on it."""
        self._show(self.state.commit())

    def use(self, preset: str) -> None:
        """Go to another stage, one of ``PRESETS``."""
        if preset == self._first.preset:
            self.reset()
        else:
            self._show(self.state.choose(preset))

    def undo(self) -> None:
        """Take the last move back."""
        self._show(self.state.undo())

    # ---- what there is ----

    @property
    def container(self) -> Container:
        """A copy of the container that one is in."""
        return self.state.container.copy()

    @property
    def image(self) -> Image:
        """What that container stands on."""
        return self.state.image

    @property
    def said(self) -> str:
        """What the last move did."""
        return self.state.said

    @property
    def log(self) -> str:
        """A line for each move: what it searched, what it copied, what came of it."""
        return self.state.detail[1]

    def _view(self, state: Playground) -> dict[str, Any]:
        return {
            **super()._view(state),
            "failed": state.failed,
            "notes": "",  # the page has the question above, beside its button
            "question": state.question,
            "next": coming(state),
            "boxes": [box.name for box in state.boxes],
            "path": state.path,
            "tree": [branch(state.scene, path) for path in state.paths],
        }


def playground(on: str | Stack | Container = "the four rules") -> PlaygroundDesk:
    """The playground on one of the ``PRESETS``, an image, or a container as it is now."""
    state = Playground.preset_of(on) if isinstance(on, str) else Playground.of(on)
    names = (OWN, *PRESETS) if state.preset == OWN else tuple(PRESETS)
    return PlaygroundDesk(
        state,
        name="Copy-on-write playground",
        hint="Answer first, then play the moves. Or do something to a path that you click or type.",
        head="In words",
        operations=[
            {"op": op, "label": each.label, "needs": each.needs, "default": each.default}
            for op, each in OPERATIONS.items()
        ],
        controls=(
            (
                "What is played",
                choice("preset", "Stage", names, "use"),
                button("undo", "Undo"),
                button("reset", "Reset"),
            ),
            (
                "Containers",
                choice("box", "Container", (), "switch"),
                button("run", "Run another"),
                button("commit", "Commit"),
            ),
        ),
    )
