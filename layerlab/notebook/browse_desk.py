"""The image browser: open an image, and see what is in it, where it comes from, what is waste.

A thin skin on ``Browsing``. Every move is a method, so that a cell can make it too::

    b = browse("app.tar")       # a docker-archive or OCI layout, an Image, or nothing: an example
    b.expand("/usr/share")      # also: collapse, more
    b.select("/etc/motd")       # its layer, size, mode, owner, content, and what it hides
    b.layer(2)                  # the changes of one layer; layer(None) for the merged tree
    b.filter("*.so")            # by name; "/etc/*" by path; "" for all
    b.waste(True)               # only what is waste
    b.finding(1)                # the paths of what waste(image) found first
    b.sort("size")              # or "name"
    b.zoom("/usr")              # fills the map with a folder; zoom_out()
    b.load("other.tar")         # another archive
    b.state.image               # the image; print(b.state_text) says what is shown

In the page a file of one's own can be sent, too. It is kept in a temporary file without a name.
"""

import os
from collections.abc import Mapping
from typing import Any

from layerlab.errors import LayerlabError
from layerlab.image import Image
from layerlab.notebook import browse_words
from layerlab.notebook.browse_opening import MOST_UPLOADED, PART, Upload, example, nearby, opened
from layerlab.notebook.browse_state import Browsing
from layerlab.notebook.browse_tree import Row
from layerlab.notebook.desk import Desk
from layerlab.notebook.keys import key, path_of
from layerlab.notebook.palette import look
from layerlab.notebook.scene import glyph_kind
from layerlab.notebook.skin import script, style
from layerlab.notebook.svg import GLYPHS, brief, printable
from layerlab.notebook.words import short
from layerlab.units import human_size

_OWN, _EXAMPLE = "image", "an example"


class ImageBrowser(Desk):
    """The widget. ``state`` is what it shows; ``state_text`` says it in words."""

    _esm = script("browse.js")
    _css = style("desk.css") + style("browse.css")
    moves = {  # noqa: RUF012  # ClassVar in Desk
        "expand": ("path",),
        "collapse": ("path",),
        "more": ("path",),
        "select": ("path",),
        "visit": ("path",),
        "layer": ("number",),
        "filter": ("pattern",),
        "waste": ("only",),
        "sort": ("order",),
        "finding": ("number",),
        "pick": ("layer", "path"),
        "zoom": (),
        "zoom_out": (),
        "load": ("path",),
        "choose": ("name",),
        "reset": (),
    }

    def __init__(self, state: Browsing, **frame: object) -> None:
        self._upload: Upload | None = None
        super().__init__(state, **frame)

    def expand(self, path: str) -> None:
        """Open a folder, and those that lead to it."""
        self._show(self.state.expand(path))

    def collapse(self, path: str) -> None:
        """Close a folder."""
        self._show(self.state.collapse(path))

    def more(self, path: str) -> None:
        """Show more names of a long folder."""
        self._show(self.state.more(path))

    def select(self, path: str) -> None:
        """Tell of a path: where it comes from, what it hides, what is in it."""
        self._show(self.state.select(path))

    def visit(self, path: str) -> None:
        """Select a path, and open it if it is a folder: what a click does."""
        self._show(self.state.visit(path))

    def layer(self, number: int | str | None) -> None:
        """Show the changes of a layer, counted from 0 at the base; ``None``: the merged tree."""
        self._show(self.state.layer(number))

    def filter(self, pattern: str) -> None:
        """Show only paths that match: ``*.so`` by name, ``/etc/*`` by path, ``motd`` anywhere."""
        self._show(self.state.filter(pattern))

    def waste(self, only: bool | str = True) -> None:
        """Show only what is waste, or everything again."""
        self._show(self.state.waste(only))

    def sort(self, order: str) -> None:
        """Sort each folder by ``name``, or by ``size``, the largest first."""
        self._show(self.state.sort(order))

    def finding(self, number: int | str | None) -> None:
        """Show the paths of a finding, counted from 1 as they are listed; ``None``: all again."""
        self._show(self.state.finding(number))

    def pick(self, layer: int | str, path: str) -> None:
        """Select what a box of the map stands for."""
        self._show(self.state.pick(str(layer), path))

    def zoom(self, path: str | None = None) -> None:
        """Fill the map with a folder; without a path with that of what is selected."""
        self._show(self.state.zoom(path))

    def zoom_out(self) -> None:
        """Show in the map what is around."""
        self._show(self.state.zoom_out())

    def choose(self, name: str) -> None:
        """Go to another image of the archive."""
        self._show(self.state.choose(name))

    def load(self, path: str) -> None:
        """Open another archive or layout; if that can't be done, all stays as it is."""
        self._opened(opened(path), path)

    def _opened(self, images: Mapping[str, Image], source: str) -> None:
        self._first = Browsing.of(images, source)
        self._show(self._first)

    # ---- the page ----

    def _asked(self, widget: object, message: object, buffers: object) -> None:
        """What the page sends: a part of a file, or a move with names as the page has them."""
        asked: dict[str, Any] = message if isinstance(message, dict) else {}
        match asked:
            case {"move": "upload"}:
                try:
                    self._receive(asked, buffers)
                except LayerlabError as error:
                    self._give_up()
                    self.view = {**self._view(self.state), "said": f"{error}.", "failed": True}
                return
            case {"move": str(move), "path": str(path)} if move != "load":
                asked = {**asked, "path": path_of(path)}
            case {"move": "choose", "name": str(shown)}:
                names = {printable(name): name for name in self.state.images}
                asked = {**asked, "name": names.get(shown, shown)}
        super()._asked(widget, asked, buffers)

    def _receive(self, message: Mapping[str, object], buffers: object) -> None:
        """Take a part of a file that the page sends, and ask for the next."""
        match message, buffers:
            case (
                {"name": str(name), "size": int(size), "start": int(start)},
                [bytes() | memoryview() as part],
            ):
                if start == 0:
                    self._give_up()
                    self._upload = Upload(short(name, 80), size)
                if self._upload is None:  # one that was refused, and still comes in
                    return
                if self._upload.take(start, bytes(part)):
                    self._opened(self._upload.images(), self._upload.name)
                    self._upload = None
                else:
                    self.send({"taken": self._upload.taken})

    def _give_up(self) -> None:
        if self._upload is not None:
            self._upload.close()
            self._upload = None

    def _view(self, state: Browsing) -> dict[str, Any]:
        tree = state.tree
        return {
            **super()._view(state),
            "title": browse_words.title(state),
            "tree": browse_words.view(state),
            "sum": human_size(tree.sizes.get("/", 0)),
            "names": [printable(name) for name in state.images],
            "near": nearby(),
            "layers": [_layer(state, number) for number in range(len(state.image.layers))][::-1],
            "layer": state.shown_layer,
            "only": state.only_waste,
            "found": state.found,
            "findings": [_finding(state, at) for at in range(len(state.index.findings[:_MOST]))],
            "rest": max(0, len(state.index.findings) - _MOST),
            "rows": [_row(row, state.selected) for row in state.rows],
        }


_MOST = 12


def _layer(state: Browsing, number: int) -> dict[str, object]:
    row = state.index.rows[number]
    wasted = state.index.parts[number].wasted
    return {
        "number": number,
        "name": short(brief(row.name), 90),
        "ident": row.ident,
        "size": human_size(row.size or 0),
        "wasted": f"{human_size(wasted)} waste" if wasted else "",
        "fill": row.look.fill,
    }


def _finding(state: Browsing, at: int) -> dict[str, object]:
    found = state.index.findings[at]
    return {
        "saves": human_size(found.saves),
        "said": f"{found.why}: {short(brief(state.index.rows[found.layer].name), 60)}",
        "layer": found.layer,
        "advice": printable(found.advice),
        "fill": state.index.rows[found.layer].look.fill,
    }


def _row(row: Row, selected: str) -> dict[str, object]:
    item = row.item
    if row.more:
        return {"path": key(item.path), "depth": row.depth, "more": row.more, "place": row.place,
                "count": row.count}  # fmt: skip
    target = printable(getattr(item.node, "target", ""))
    return {
        "path": key(item.path),
        "depth": row.depth,
        "name": short(printable(item.name), 90) + "/" * item.folder,
        "target": short(target, 60),
        "glyph": GLYPHS[glyph_kind(item.node) if item.node else "directory"],
        "size": "" if item.mark == "whiteout" else human_size(row.size),
        "layer": item.layer,
        "fill": look(item.layer).fill if item.layer >= 0 else "",
        "note": browse_words.note(row),
        "gone": item.gone,
        "open": row.open if item.folder else None,
        "selected": item.path == selected,
        "place": row.place,
        "count": row.count,
    }


def browse(image: Image | str | os.PathLike[str] | None = None, name: str = "") -> ImageBrowser:
    """The image browser on an image, or on an archive's path; without one on an example.

    ``name`` is one of the images of an archive that holds several.
    """
    match image:
        case Image():
            state = Browsing.of({name or _OWN: image})
        case None:
            state = Browsing.of({_EXAMPLE: example()})
        case _:
            path = os.fspath(image)
            state = Browsing.of(opened(path), path, name)
    return ImageBrowser(
        state,
        name="Image browser",
        hint="Open a folder, select a path, choose a layer or a box of the map.",
        head="In words",
        eye=GLYPHS["eye"],
        part=PART,
        most=MOST_UPLOADED,
    )
