"""The image browser in words: the tree, a path's layer and trail, and what it hides."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING

from layerlab.analysis import Copy
from layerlab.nodes import Change, Device, Directory, File, LowerLink, Symlink, Whiteout
from layerlab.notebook.browse_preview import preview
from layerlab.notebook.scene import kind_word
from layerlab.notebook.svg import brief, printable
from layerlab.notebook.words import article, short
from layerlab.units import human_size

if TYPE_CHECKING:
    from layerlab.notebook.browse_state import Browsing
    from layerlab.notebook.browse_tree import Row

_MOST_LINES, _MOST_FINDINGS, _LONGEST = 40, 8, 5000
_FATES = {
    "deleted": "deleted by",
    "changed": "changed by",
    "metadata": "mode or owner changed by",
    "rewritten": "written again by",
}


def text(state: Browsing) -> str:
    """The layers, the findings, and the open tree."""
    return "\n".join([title(state), *_layers(state), "", *_findings(state), "", *_tree(state)])


def title(state: Browsing) -> str:
    """The image in a line."""
    count = len(state.image.layers)
    source = f" from {printable(state.source)}" if state.source else ""
    waste = state.index.waste.wasted_bytes
    return (
        f"{printable(state.name)}{source}: {count} layer{'s' * (count != 1)}, "
        f"{human_size(state.image.size)}, of it {human_size(waste)} waste"
    )


def _layers(state: Browsing) -> Iterator[str]:
    for row in reversed(state.index.rows):
        size = human_size(row.size or 0)
        yield f"{row.index:>3}  {row.ident:12}  {size:>7}  {short(brief(row.name), 60)}"


def _findings(state: Browsing) -> Iterator[str]:
    for number, found in enumerate(state.index.findings[:_MOST_FINDINGS], 1):
        yield f"Finding {number}: {human_size(found.saves)} in layer {found.layer}, {found.why}"
    more = len(state.index.findings) - _MOST_FINDINGS
    if more > 0:
        yield f"and {more} smaller"
    if not state.index.findings:
        yield "No waste was found."


def view(state: Browsing) -> str:
    """Which tree is shown."""
    if state.found is not None:
        return f"The paths of finding {state.found + 1}"
    where = "The merged tree" if state.shown_layer is None else f"Layer {state.shown_layer}"
    waste = ", only waste" if state.only_waste else ""
    matching = f", only {printable(state.pattern)!r}" if state.pattern else ""
    return f"{where}{waste}{matching}"


def _tree(state: Browsing) -> Iterator[str]:
    rows = state.rows
    yield f"{view(state)}:"
    for row in rows[:_MOST_LINES]:
        yield f"{'  ' * row.depth}{line(row)}"
    if len(rows) > _MOST_LINES:
        yield f"… {len(rows) - _MOST_LINES:,} more lines"
    if not rows:
        yield "nothing"


def line(row: Row) -> str:
    """A line of the tree."""
    item = row.item
    if row.more:
        return f"… {row.more:,} more"
    told = [short(printable(item.name), 80) + "/" * item.folder]
    if isinstance(item.node, Symlink):
        told[0] += f" → {short(printable(item.node.target), 80)}"
    if not isinstance(item.node, Whiteout):
        told.append(human_size(row.size))
    if item.layer >= 0:
        told.append(f"layer {item.layer}")
    told += [note(row)] if note(row) else []
    return "  ".join(told)


def note(row: Row) -> str:
    """What is to be said of a line besides its size: what the layer did, what is hidden."""
    if row.item.mark:
        return row.item.mark
    if not row.wasted:
        return ""
    wasted = human_size(row.wasted)
    return f"{wasted} waste" if row.item.folder else f"hides {wasted}"


def path(path: str) -> str:
    """A path on a line of its own."""
    return short(printable(path[:_LONGEST]), 400)


def about(state: Browsing) -> str:
    """All that is known of the selected path."""
    selected = state.selected
    item = state.tree.items.get(selected)
    node = item.node if item else None
    if item and item.folder:
        size = state.tree.sizes.get(selected, 0)
        count = len(state.tree.children.get(selected, ()))
        first = f"folder of {count:,} name{'s' * (count != 1)}, {human_size(size)}"
        lines = [f"{first}{_meta(node)}", *_came(state, item.layer)]
    elif item and node is not None:
        lines = [f"{_kind(state, node, item.layer)}{_meta(node)}", *_came(state, item.layer)]
    else:
        lines = ["not in what is shown"]
    if selected != "/":
        lines += [_trail(state, selected), *_copies(state, selected)]
    if isinstance(node, File):
        lines += ["", preview(node.content)]
    return "\n".join(lines)


def _kind(state: Browsing, node: Change, layer: int) -> str:
    if isinstance(node, File):
        names = state.image.layers[layer].links.get(id(node), 1)
        linked = f", a hard link: one of {names} names" if names > 1 else ""
        return f"file of {human_size(node.size)} ({node.size:,} bytes){linked}"
    if isinstance(node, Symlink):
        return f"symlink to {path(node.target)}"
    if isinstance(node, LowerLink):
        return f"hard link to {path(node.target)} in a layer below"
    if isinstance(node, Device) and node.device in ("char", "block"):
        return f"{kind_word(node)} {node.major}, {node.minor}"
    if isinstance(node, Whiteout):
        return "whiteout: the path of the layers below is deleted"
    return kind_word(node)


def _meta(node: Change | None) -> str:
    """Mode and owner, as ``ls -l`` and in octal."""
    if node is None or isinstance(node, (Whiteout, LowerLink)):
        return ""
    mode = stat.filemode(node.type_bits | node.meta.mode)
    opaque = "; opaque: what lower layers have in it is hidden"
    told = f"; {mode} ({node.meta.mode:04o}), owner {node.meta.uid}:{node.meta.gid}"
    if node.meta.xattrs:
        told += f", {', '.join(map(printable, sorted(node.meta.xattrs)))}"
    return told + opaque * (isinstance(node, Directory) and node.opaque)


def _came(state: Browsing, layer: int) -> Iterator[str]:
    if layer >= 0:
        yield f"from layer {layer}: {short(brief(state.index.rows[layer].name), 80)}"


def _trail(state: Browsing, path: str) -> str:
    """The layers in which a container's lookup searches, topmost first."""
    try:
        steps = state.image.rootfs.trail(path)
    except OSError as error:
        return f"looked up: {error.strerror}"
    told = [
        f"layer {step.index} has {article(kind_word(step.found)) if step.found else 'nothing'}"
        for step in steps
    ]
    if len(told) > 8:
        told = [*told[:4], f"{len(told) - 8} more layers", *told[-4:]]
    return f"looked up: {', '.join(told) or 'nothing was searched'}"


def _copies(state: Browsing, path: str) -> Iterator[str]:
    """Every copy of the path that is stored and that nobody sees, topmost first."""
    for copy in reversed(state.index.copies.get(path, ())):
        if copy.fate != "in use":
            yield f"hidden: {human_size(copy.size)} in layer {copy.layer}, {fate(copy)}"


def fate(copy: Copy) -> str:
    """What became of a copy, and by whom."""
    return f"{_FATES[copy.fate]} layer {copy.by}"
