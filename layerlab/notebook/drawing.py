"""Pictures of the model for a notebook: ``stack`` and ``tree``, and what ``display`` asks for.

The standard library is enough. A picture stands in the page as an ``<img>`` with its text
beside it, since that is what JupyterLab, GitHub and nbconvert all show, run or not.
"""

import base64
import html as markup
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from layerlab.container import Container, Event
from layerlab.image import Image
from layerlab.layer import Layer
from layerlab.nodes import Directory
from layerlab.notebook import choose, treeview, words
from layerlab.notebook.picture import draw
from layerlab.notebook.scene import Copy, Row, Scene, look_down, short_name
from layerlab.notebook.subject import CannotDraw, Subject, subject
from layerlab.union import UnionFS
from layerlab.units import human_size

MOST_COLUMNS = 30


@dataclass(frozen=True)
class Picture:
    """A picture and the same in words. It shows itself in a notebook."""

    svg: str = field(repr=False)
    alt: str
    text: str

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.svg.encode()).decode("ascii")
        return (
            # Folded away, an output shows its first line: here nothing that gives it away.
            "<div>\n"
            f'<img alt="{markup.escape(self.alt)}" src="data:image/svg+xml;base64,{data}">\n'
            "<details><summary>The same in words</summary>"
            f"<pre>{markup.escape(self.text)}</pre></details></div>"
        )

    def __repr__(self) -> str:
        return self.text


def html(value: object) -> str:
    """What a value of the model shows of itself in a notebook."""
    return stack(value)._repr_html_()


def stack(
    value: object,
    paths: Sequence[str] = (),
    *,
    names: Sequence[str] = (),
    lookup: str | None = None,
    event: Event | None = None,
    title: str = "",
    ids: bool = True,
    colours: Sequence[int] = (),
) -> Picture:
    """The stack of layers of a Layer, UnionFS, Image, Container, or a list of layers.

    A row is a layer, a column is a path. ``paths`` chooses the columns; without it they are
    the most telling ones, and the rest is counted. ``names`` are the layers' names, base
    first. ``lookup`` numbers the layers in the order in which a path is searched for.
    ``event`` (one of ``container.events``) shows what an operation searched and copied up.
    ``ids=False`` leaves the DiffIDs out. ``colours`` are numbers of the palette, base first,
    for layers that keep their colour from a picture in which they lay elsewhere.
    """
    scene = compose(
        value, paths, names=names, lookup=lookup, event=event, title=title, ids=ids,
        colours=colours,
    )  # fmt: skip
    return Picture(draw(scene), words.alt(scene), words.table(scene))


def tree(
    value: object, *, names: Sequence[str] = (), title: str = "", most: int = treeview.MOST_LINES
) -> Picture:
    """The merged tree of a value, each path in the colour of the layer that it comes from.

    What is deepest is folded until about ``most`` lines are left.
    """
    rows = subject(value, names, ids=False).rows
    lines = treeview.tree_lines((path for path, *_ in _tree(value).items()), most)
    scene = Scene(rows, (), choose.shown_rows(rows, ()), title=title)
    text = "\n".join(treeview.text(scene, lines))
    return Picture(treeview.draw(scene, lines), treeview.alt(scene, lines), text)


def compose(
    value: object,
    paths: Sequence[str] = (),
    *,
    names: Sequence[str] = (),
    lookup: str | None = None,
    event: Event | None = None,
    title: str = "",
    ids: bool = True,
    colours: Sequence[int] = (),
    selected: tuple[int | None, str | None] = (None, None),
) -> Scene:
    """What a picture of ``value`` says: see :func:`stack`."""
    about = subject(value, names, ids=ids)
    rows = _coloured(about.rows, colours)
    asked = [normal(path) for path in ([lookup] if lookup else []) + _paths_of(event)]
    wanted = _columns(rows, [normal(path) for path in paths], asked)
    columns = tuple(look_down(rows, path) for path in wanted)
    rest = None if paths else choose.rest(rows, wanted)
    if rest and not any(rest.values()):
        rest = None
    searched = _searched(value, lookup, event)
    return Scene(
        rows=rows,
        columns=columns,
        shown=choose.shown_rows(rows, columns),
        view=about.view,
        title=title or _title(about, lookup, event, searched),
        rest=rest,
        rest_seen=choose.visible_count(rows, wanted) if rest else 0,
        searched=searched,
        copies=copies(rows, event),
        selected=selected,
    )


def _coloured(rows: Sequence[Row], colours: Sequence[int]) -> tuple[Row, ...]:
    """The rows in the colours that were chosen; a container's own layer keeps its own."""
    if colours and len(colours) not in (len(rows), len([r for r in rows if not r.writable])):
        raise CannotDraw(
            f"{len(colours)} colours were given for {len(rows)} layers",
            hint="give each layer one, base first",
        )
    chosen = [*colours, *[-1] * (len(rows) - len(colours))]
    return tuple(replace(row, colour=colour) for row, colour in zip(rows, chosen, strict=True))


def _columns(rows: Sequence[Row], paths: Sequence[str], asked: Sequence[str]) -> list[str]:
    """The paths that were chosen and asked for; without a choice, telling ones beside them."""
    if paths:
        wanted = list(dict.fromkeys([*paths, *asked]))
        if len(wanted) > MOST_COLUMNS:
            raise CannotDraw(
                f"{len(wanted)} columns are too many to look at",
                hint=f"choose {MOST_COLUMNS} paths or fewer",
            )
        return wanted
    everything = {path for row in rows for path in row.changes} - {"/"}
    if len(everything | set(asked)) <= choose.COLUMNS:
        return sorted(everything | set(asked))
    room = choose.COLUMNS - 1  # the last column counts the rest
    telling = [path for path in choose.telling_paths(rows, room) if path not in asked]
    return sorted({*asked, *telling[: max(0, room - len(asked))]})


def normal(path: str) -> str:
    """An absolute path without ``//``, ``.`` and a trailing ``/``."""
    return "/" + "/".join(part for part in path.split("/") if part not in ("", "."))


def _paths_of(event: Event | None) -> list[str]:
    """The path of the operation, and those that it copied and hid, without their parents."""
    if event is None:
        return []
    paths = [event.path, event.whiteout, *event.copied_up[-1:]]
    return list(dict.fromkeys(normal(path) for path in paths if path))


def _searched(value: object, lookup: str | None, event: Event | None) -> dict[str, tuple[int, ...]]:
    """For the paths being looked up, the layers in the order of the search."""
    searched: dict[str, tuple[int, ...]] = {}
    if event is not None and event.searched:
        searched[normal(event.path)] = event.searched
    if lookup:
        path = normal(lookup)
        try:
            searched[path] = tuple(step.index for step in _tree(value).trail(path))
        except OSError:  # a parent isn't there, or isn't a directory: nothing was searched
            searched[path] = ()
    return searched


def _tree(value: object) -> UnionFS | Container:
    match value:
        case UnionFS() | Container():
            return value
        case Image():
            return value.rootfs
        case Layer():
            return UnionFS([value])
        case _:
            return UnionFS(cast(Sequence[Layer], value))


def copies(rows: Sequence[Row], event: Event | None) -> tuple[Copy, ...]:
    """An arrow for each path that an operation copied up."""
    arrows = []
    upper = len(rows) - 1
    for path in event.copied_up if event else ():
        column = look_down(rows[:upper], path)
        if event and column.seen is not None:
            size = 0 if isinstance(column.seen, Directory) else event.bytes_copied
            arrows.append(Copy(path, column.rows[0], upper, size))
    return tuple(arrows)


def _title(
    about: Subject, lookup: str | None, event: Event | None, searched: dict[str, tuple[int, ...]]
) -> str:
    if event is not None:
        done = [f"copied up {human_size(event.bytes_copied)}"] if event.bytes_copied else []
        if event.copied_up and not done:
            done = ["copied up"]
        if event.whiteout:
            done.append("a whiteout made")
        return f"{event.op} {event.path}: {', '.join(done) or 'nothing copied'}"
    if lookup:
        path = normal(lookup)
        count = len(searched[path])
        seen = look_down(about.rows, path)
        found = [short_name(about.rows[index]) for index in seen.rows]
        where = f"found in {' and '.join(found)}" if found else "no such file"
        return f"Looking up {path}: {count} layer{'s' * (count != 1)} searched, {where}"
    return about.title
