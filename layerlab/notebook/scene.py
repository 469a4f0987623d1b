"""What a picture of a stack says, before it is drawn or put into words.

A row is a layer, a column is a path. Look down a column: the first thing you meet is what a
container sees. ``look_down`` is that rule, written for one path at a time; tests hold it
against ``UnionFS``.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from layerlab.nodes import Change, Directory, File, Symlink, Whiteout
from layerlab.notebook import palette
from layerlab.notebook.svg import printable
from layerlab.units import human_size

Entry = Callable[[str], Change | None]


@dataclass(frozen=True)
class Row:
    """A layer: ``index`` counts from 0 at the base, as everywhere in layerlab."""

    index: int
    name: str
    entry: Entry = field(repr=False)
    """What the layer has at a path; a directory that no entry names counts as one."""
    changes: Mapping[str, Change] = field(repr=False)
    directories: Collection[str] = field(repr=False)
    """All directories that the layer touches, named or implied."""
    ident: str = ""
    size: int | None = None
    writable: bool = False
    recorded: bool = False
    """Only the layer's name and size are known, not its files."""
    colour: int = -1
    """The palette's number for this layer, where it isn't its ``index``."""

    @property
    def look(self) -> palette.Look:
        """Colour and pattern."""
        if self.writable:
            return palette.CONTAINER
        return palette.look(self.index if self.colour < 0 else self.colour)


@dataclass(frozen=True)
class Cell:
    """What one layer has to say of one path."""

    path: str
    row: int
    node: Change | None = None
    wall: Change | None = None
    """A node at a *parent* of the path that ends the look down: see ``wall_path``."""
    wall_path: str = ""
    hidden: bool = False
    """A layer above ends the look down before it gets here."""

    @property
    def ends(self) -> bool:
        """Nothing in lower layers shows through this cell."""
        if self.wall is not None:
            return True
        if isinstance(self.node, Directory):
            return self.node.opaque
        return self.node is not None


@dataclass(frozen=True)
class Column:
    """A path, its cells from the top layer to the base, and what is seen in the end."""

    path: str
    cells: tuple[Cell, ...]
    seen: Change | None
    """``None`` if there is no such file."""
    rows: tuple[int, ...]
    """The layers it is seen in, topmost first: more than one for a merged directory."""
    end: Cell | None
    """The cell that ended the look down."""

    def cell(self, row: int) -> Cell | None:
        """The cell of a layer, or ``None`` if that layer says nothing of the path."""
        return next((cell for cell in self.cells if cell.row == row), None)


@dataclass(frozen=True)
class Copy:
    """An arrow: ``path`` was copied up from layer ``source``. ``bytes`` is 0 for a directory."""

    path: str
    source: int
    target: int
    bytes: int


@dataclass(frozen=True)
class Scene:
    """Everything in a picture. ``rows`` are all layers, base first."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    shown: tuple[int, ...]
    """The layers that get a slab of their own, base first; the rest are folded."""
    fold: str = ""
    """What the folded layers are, if they are drawn elsewhere; else they are counted."""
    view: str = "you see"
    """The caption of the merged tree, or nothing for a picture without one."""
    title: str = ""
    rest: Mapping[int, Mapping[str, int]] | None = None
    """For each layer, the changes that have no column, counted by kind."""
    rest_seen: int = 0
    searched: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """For a path being looked up, the layers in the order in which they were searched."""
    copies: tuple[Copy, ...] = ()
    selected: tuple[int | None, str | None] = (None, None)
    """The layer and the path that a widget has selected."""

    def name(self, index: int) -> str:
        """The layer's name where it is short, else ``layer 3``."""
        return short_name(self.rows[index])


def short_name(row: Row) -> str:
    """A layer's name where it is short, else ``layer 3``; ``container`` for a container's own."""
    if row.writable:
        return "container"
    return printable(row.name) if 0 < len(row.name) <= 8 else f"layer {row.index}"


def look_down(rows: Sequence[Row], path: str) -> Column:
    """Go from the top layer to the base, and stop where nothing below shows through.

    Kernel documentation, overlayfs: only directories merge; a file, a link or a whiteout ends
    the look down, at the path or at any parent of it, and so does an opaque directory.
    """
    cells: list[Cell] = []
    seen: Change | None = None
    sources: list[int] = []
    end: Cell | None = None
    for row in reversed(rows):
        cell = _cell(row, path, hidden=end is not None)
        if cell is None:
            continue
        if end is None and seen is not None and _replaced(cell):
            cell = Cell(cell.path, cell.row, cell.node, cell.wall, cell.wall_path, hidden=True)
            end = cell
        cells.append(cell)
        if cell.hidden:
            continue
        if cell.node is not None and not isinstance(cell.node, Whiteout):
            seen = seen or cell.node
            sources.append(cell.row)
        if cell.ends:
            end = cell
    return Column(path, tuple(cells), seen, tuple(sources), end)


def _replaced(cell: Cell) -> bool:
    """Under a directory, what isn't one is hidden, and ends the merge."""
    return cell.node is not None and not isinstance(cell.node, (Directory, Whiteout))


def _cell(row: Row, path: str, *, hidden: bool) -> Cell | None:
    wall: Change | None = None
    wall_path = ""
    for parent in parents(path):
        node = row.entry(parent)
        if node is not None and (not isinstance(node, Directory) or node.opaque):
            wall, wall_path = node, parent  # the lowest opaque parent: the one to name
    node = row.entry(path)
    if node is None and wall is None:
        return None
    return Cell(path, row.index, node, wall, wall_path, hidden)


def parents(path: str) -> list[str]:
    """``/``, ``/etc``, ``/etc/apt`` for ``/etc/apt/sources.list``."""
    if path == "/":
        return []
    parts = path[1:].split("/")[:-1]
    return ["/", *("/" + "/".join(parts[: n + 1]) for n in range(len(parts)))]


def kind_word(node: Change) -> str:
    """What a node is, in a word or two."""
    if isinstance(node, Directory):
        return "opaque directory" if node.opaque else "directory"
    return {"char": "character device", "block": "block device"}.get(node.kind, node.kind)


def what(node: Change) -> str:
    """What a node is, with its size or target: ``file of 30B``, ``symlink to /run``."""
    if isinstance(node, File):
        return f"file of {human_size(node.size)}"
    target = getattr(node, "target", None)
    return f"{kind_word(node)} to {printable(target)}" if target else kind_word(node)


def glyph_kind(
    node: Change,
) -> Literal["file", "directory", "symlink", "hard link", "whiteout", "device"]:
    """Which glyph stands for the node."""
    if isinstance(node, File):
        return "file"
    if isinstance(node, Directory):
        return "directory"
    if isinstance(node, Symlink):
        return "symlink"
    if isinstance(node, Whiteout):
        return "whiteout"
    return "hard link" if node.kind == "hard link" else "device"


def count_words(counts: Mapping[str, int]) -> list[str]:
    """``["809 files", "93 directories"]``, the most frequent first."""
    plurals = {"directory": "directories", "opaque directory": "opaque directories"}
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        f"{count:,} {kind if count == 1 else plurals.get(kind, kind + 's')}"
        for kind, count in ordered
        if count
    ]
