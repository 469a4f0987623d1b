"""The lines of a tree, of a whole image's or of one layer's, and one layer's as plain JSON."""

from __future__ import annotations

import errno
import posixpath
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from layerlab.image import Image
from layerlab.layer import IMPLIED
from layerlab.nodes import Change, Device, Directory, File, LowerLink, Symlink, Whiteout
from layerlab.paths import error, find
from layerlab.union import UnionFS

Changed = Literal["", "added", "changed", "deleted"]


@dataclass(frozen=True, slots=True)
class Line:
    """One path as it is printed."""

    branch: str
    """What is drawn before its name."""
    name: str
    note: str
    """What stands behind the name."""
    colour: str
    mode: str
    """As ``ls -l`` has it; empty where a layer doesn't say."""
    size: int | None
    """Bytes; a directory's are those of all that is in it, a hard-linked file counted once, as
    ``du`` does. ``None`` for a deletion."""
    layer: int = -1
    change: Changed = ""


def merged(union: UnionFS, path: str, depth: int | None) -> Iterator[Line]:
    """The tree below ``path``, a symlink followed, down to ``depth``; ``OSError`` if none is."""
    spot = find(union.root, path)
    rows = _rows(spot.path, spot.place, lambda entry: entry.children or {})
    nodes = [row.item.node for row in rows]
    for row, node, total in zip(rows, nodes, _totals(rows, nodes), strict=True):
        if depth is None or row.depth <= depth:
            yield _line(row, node, total, layer=row.item.index)


def changes(image: Image, number: int, path: str, depth: int | None) -> Iterator[Line]:
    """What a layer says of ``path`` and below; ``FileNotFoundError`` if that is nothing."""
    rows = _changed_rows(image, number, path)
    nodes = [row.item.node for row in rows]
    for row, node, total in zip(rows, nodes, _totals(rows, nodes), strict=True):
        if depth is None or row.depth <= depth:
            yield _line(row, node, total, change=row.item.change)


def change_json(image: Image, number: int, path: str) -> dict[str, Any]:
    """What a layer says of ``path`` and below, in the form of ``analysis.tree``.

    ``change`` takes the place of ``layer``, and is empty where a directory is only passed
    through. ``mode`` is missing where the layer doesn't say, ``opaque`` is there if it is.
    """
    made: list[dict[str, Any]] = []
    for row in _changed_rows(image, number, path):
        node = row.item.node
        document: dict[str, Any] = {
            "change": row.item.change, "kind": node.kind, "size": node.size,
        }  # fmt: skip
        if isinstance(node, Directory):
            document["entries"] = {}
            if node.opaque:
                document["opaque"] = True
        if isinstance(node, (Symlink, LowerLink)):
            document["target"] = node.target
        if mode := _mode(node):
            document["mode"] = mode & 0o7777
        if made:
            made[row.parent]["entries"][row.name] = document
        made.append(document)
    return made[0]


def prune(tree: dict[str, Any], depth: int) -> dict[str, Any]:
    """A JSON tree without what lies deeper: a directory at the edge has no ``entries``."""
    if "entries" not in tree:
        return tree
    kept = {key: value for key, value in tree.items() if key != "entries"}
    if depth > 0:
        kept["entries"] = {name: prune(node, depth - 1) for name, node in tree["entries"].items()}
    return kept


class _Row(NamedTuple):
    name: str
    item: Any
    depth: int
    parent: int
    """The place of its directory in the list of rows."""
    branch: str


def _rows(name: str, top: Any, inside: Callable[[Any], Mapping[str, Any]]) -> list[_Row]:
    """``top`` and all below it, each directory before what is in it, names sorted."""
    rows: list[_Row] = []
    todo = [(_Row(name, top, 0, 0, ""), "")]
    while todo:
        row, rest = todo.pop()
        place = len(rows)
        rows.append(row)
        entries = sorted(inside(row.item).items(), reverse=True)
        for number, (name, item) in enumerate(entries):
            arm, below = ("└── ", "    ") if number == 0 else ("├── ", "│   ")
            todo.append((_Row(name, item, row.depth + 1, place, rest + arm), rest + below))
    return rows


def _totals(rows: list[_Row], nodes: list[Change]) -> list[int]:
    """Bytes of each row: a file's own, and for a directory all that is below it."""
    totals = [node.size for node in nodes]
    firsts = {id(node): place for place, node in reversed(list(enumerate(nodes)))}
    for place in range(len(rows) - 1, 0, -1):
        if isinstance(nodes[place], Directory) or firsts[id(nodes[place])] == place:
            totals[rows[place].parent] += totals[place]
    return totals


def _line(row: _Row, node: Change, total: int, *, layer: int = -1, change: Changed = "") -> Line:
    mode = _mode(node)
    is_program = isinstance(node, File) and mode & 0o111
    colour = "green" if is_program else _COLOURS.get(type(node), "")
    slash = "/" if isinstance(node, Directory) and not row.name.endswith("/") else ""
    shown = stat.filemode(mode) if mode else ""
    size = None if isinstance(node, Whiteout) else total
    note = _note(node) if change or not isinstance(node, Directory) else ""
    return Line(row.branch, row.name + slash, note, colour, shown, size, layer, change)


_COLOURS: dict[type, str] = {
    Directory: "blue", Symlink: "cyan", Device: "yellow", Whiteout: "red",
}  # fmt: skip


def _note(node: Change) -> str:
    match node:
        case Symlink(target=target):
            return f" -> {target}"
        case LowerLink(target=target):
            return f" link to {target}"
        case Device(major=major, minor=minor) if node.device in ("char", "block"):
            return f" ({node.device} {major}, {minor})"
        case Directory(opaque=True):
            return " (opaque: hides what lower layers have here)"
    return ""


def _mode(node: Change) -> int:
    """Type and permission bits, 0 where the layer doesn't say."""
    if node is IMPLIED or isinstance(node, (LowerLink, Whiteout)):
        return 0
    return node.type_bits | node.meta.mode


class _Changed(NamedTuple):
    """A path of a layer, and what the layers below have there."""

    path: str
    node: Change
    below: Any

    @property
    def change(self) -> Changed:
        if self.node is IMPLIED:
            return ""
        if isinstance(self.node, Whiteout):
            return "deleted"
        return "changed" if self.below is not None else "added"


def _changed_rows(image: Image, number: int, path: str) -> list[_Row]:
    layer = image.layers[number]
    root = layer.changes.get("/", IMPLIED)
    at = _Changed("/", root, UnionFS(image.layers[:number]).root)

    def inside(changed: _Changed) -> dict[str, _Changed]:
        if not isinstance(changed.node, Directory):
            return {}
        base = changed.path.rstrip("/")
        below = (changed.below and changed.below.children) or {}
        return {
            name: _Changed(f"{base}/{name}", node, below.get(name))
            for name, node in layer.tree.get(changed.path, {}).items()
        }

    for name in posixpath.normpath(f"/{path}").strip("/").split("/"):
        if name:
            found = inside(at).get(name)
            if found is None:
                raise error(errno.ENOENT, path)
            at = found
    return _rows(at.path, at, inside)
