'''The Dockerfile bench: edit or move an instruction, and see at once what is built again.

A thin skin on ``Bench``. Every move is a method, so that a cell can make it too. Instructions
are counted from 1, the FROM of an ordinary Dockerfile::

    bench = dockerfile_bench("order and cache")     # one of PRESETS, the chapter's if none is named
    bench = dockerfile_bench("""
    FROM debian
    COPY app.py /srv/
    CMD ["python3", "/srv/app.py"]
    """, {"app.py": "print('hello')"})              # or your own, with the context's files
    bench.edit(2, "COPY app.py /opt/")              # also: add(2, "RUN …"), remove(2), move(2, 3)
    bench.change_file("app.py")                     # also: use("buildkit"), again(), undo(), …
    bench                                           # shows it; print(bench.state_text) says it
    bench.state.hits                                # (None, False, False)
    bench.state.totals.size                         # bytes; also rebuilt, reused, again, steps
    bench.state.pushed                              # bytes that a push sends

A build is made after each move, on an engine of the bench's own that has ``debian`` and the
images given as ``images={"name": Image}``. Its layers have no DiffIDs: they aren't hashed.
'''

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layerlab.image import Image
from layerlab.notebook.desk import Desk, button, choice
from layerlab.notebook.dockerfile_presets import PRESETS
from layerlab.notebook.dockerfile_rows import BUILDERS
from layerlab.notebook.dockerfile_state import OWN, Bench
from layerlab.notebook.dockerfile_words import KINDS, did, layer
from layerlab.notebook.skin import script, style


class DockerfileBench(Desk):
    """The widget. ``state.rows`` is what the build made of each instruction."""

    _esm = script("dockerfile.js")
    _css = style("desk.css") + style("dockerfile.css")
    moves = {  # noqa: RUF012  # ClassVar in Desk
        "edit": ("number", "text"),
        "add": ("number",),
        "remove": ("number",),
        "move": ("number", "to"),
        "select": ("number",),
        "change_file": ("path",),
        "use": ("builder",),
        "choose": ("preset",),
        "again": (),
        "undo": (),
        "reset": (),
    }

    def edit(self, number: int | str, text: str) -> None:
        """Give an instruction another text."""
        self._show(self.state.edit(number, text))

    def add(self, number: int | str, text: str = "RUN true") -> None:
        """Put a new instruction below another; below 0 is first."""
        self._show(self.state.add(number, text))

    def remove(self, number: int | str) -> None:
        """Take an instruction out."""
        self._show(self.state.remove(number))

    def move(self, number: int | str, to: int | str) -> None:
        """Move an instruction to where another is now."""
        self._show(self.state.move(number, to))

    def select(self, number: int | str) -> None:
        """Tell what an instruction added, hid and copied up."""
        self._show(self.state.select(number))

    def change_file(self, path: str) -> None:
        """Change a file of the context, as an editor does."""
        self._show(self.state.change_file(path))

    def use(self, builder: str) -> None:
        """Build with the other builder: ``classic`` or ``buildkit``."""
        self._show(self.state.use(builder))

    def choose(self, preset: str) -> None:
        """Begin with another Dockerfile, or with your own again, and an empty cache."""
        if preset == self._first.preset:
            self.reset()
        else:
            self._show(self.state.choose(preset))

    def again(self) -> None:
        """Build once more, with nothing changed."""
        self._show(self.state.again())

    def undo(self) -> None:
        """Take the last move back. The cache is as it was, too."""
        self._show(self.state.undo())

    def __init__(self, state: Bench, **frame: object) -> None:
        super().__init__(replace(state, watch=self._glimpse), **frame)

    def _glimpse(self, state: Bench) -> None:
        """Show a build that is under way: what is slow is still to come."""
        self.view = self._view(state)

    def _view(self, state: Bench) -> dict[str, Any]:
        return {**super()._view(state), "rows": _rows(state), "files": list(state.context)}


def _rows(bench: Bench) -> list[dict[str, Any]]:
    """The instructions for the page."""
    return [
        {
            "key": line.key,
            "text": line.text,
            "selected": bench.selected == line.key,
            **_verdict(bench, number),
        }
        for number, line in enumerate(bench.lines)
    ]


def _verdict(bench: Bench, number: int) -> dict[str, object]:
    line, row = bench.lines[number], bench.rows[number]
    if bench.failure and bench.failure.key == line.key:
        return {"kind": "failed", "said": "failed", "size": "", "why": bench.failure.words}
    if row is None:
        return {"kind": "none", "said": "", "size": "", "why": "not built yet"}
    told = f"{row.reason}; {did(row)}" if did(row) else row.reason
    return {
        "kind": row.kind,
        "said": KINDS[row.kind],
        "size": layer(row),
        "why": told,
        "fill": row.look.fill if row.layers else "",
    }


def dockerfile_bench(
    dockerfile: str = next(iter(PRESETS)),
    context: Mapping[str, object] | None = None,
    *,
    builder: str = BUILDERS[0],
    images: Mapping[str, Image] | None = None,
) -> DockerfileBench:
    """The bench on one of the ``PRESETS``, or on a Dockerfile's text with a context's files."""
    if "\n" in dockerfile.strip():
        bench = Bench.of(dockerfile.strip("\n"), context, builder=builder, images=images)
    else:
        bench = Bench.preset_of(dockerfile, builder)
    names = (OWN, *PRESETS) if bench.preset == OWN else tuple(PRESETS)
    return DockerfileBench(
        bench,
        name="Dockerfile bench",
        hint="Change a line and press Enter, or move it. Each change is built at once.",
        head="In words",
        controls=(
            (
                "Dockerfile",
                choice("preset", "Begin with", names, "choose"),
                button("undo", "Undo"),
                button("reset", "Reset"),
            ),
            (
                "Build",
                choice("builder", "Builder", BUILDERS, "use"),
                button("again", "Build again"),
                choice("path", "File", tuple(bench.context)),
                button("change_file", "Change it", "path"),
            ),
        ),
    )
