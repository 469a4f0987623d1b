"""What an image browser knows of an image: computed once, when it is opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from layerlab.analysis import Copy, Finding, Waste, copies, waste
from layerlab.image import Image
from layerlab.layer import IMPLIED
from layerlab.nodes import Change, Directory, Whiteout
from layerlab.notebook.browse_tree import Item, Tree, matcher, tree
from layerlab.notebook.scene import Row
from layerlab.notebook.subject import subject
from layerlab.notebook.treemap_parts import Part, Piece, pieces_of, plant
from layerlab.union import UnionFS

_MOST_KEPT = 32  # trees that were looked at


@dataclass(frozen=True, eq=False)
class Index:
    """An image, its waste, and its trees. ``NoContent`` for an image known by name only."""

    image: Image
    _trees: dict[tuple[int | None, bool, int | None, str], Tree] = field(
        default_factory=dict, repr=False
    )

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The layers' names, IDs and looks, base first."""
        return subject(self.image).rows

    @cached_property
    def waste(self) -> Waste:
        return waste(self.image)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.waste.findings

    @cached_property
    def _stored(self) -> tuple[Copy, ...]:
        return copies(self.image)

    @cached_property
    def copies(self) -> Mapping[str, tuple[Copy, ...]]:
        """The bytes that layers store for each path, lowest layer first."""
        found: defaultdict[str, list[Copy]] = defaultdict(list)
        for copy in self._stored:
            found[copy.path].append(copy)
        return {path: tuple(each) for path, each in found.items()}

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        return pieces_of(self._stored, self.waste)

    @cached_property
    def parts(self) -> list[Part]:
        """Where the bytes are, layer by layer."""
        return plant(self.pieces, len(self.image.layers))

    def tree(
        self,
        layer: int | None,
        only_waste: bool = False,
        finding: int | None = None,
        pattern: str = "",
    ) -> Tree:
        """The merged tree or a layer's changes; or of them only what is waste, or matches."""
        key = (layer, only_waste, finding, pattern)
        if key not in self._trees:
            if pattern:
                whole = self.tree(layer, only_waste, finding)
                made = whole.kept(matcher(pattern))
            else:
                made = self._planted(layer, only_waste, finding)
            if len(self._trees) == _MOST_KEPT:
                del self._trees[next(iter(self._trees))]
            self._trees[key] = made
        return self._trees[key]

    def _planted(self, layer: int | None, only_waste: bool, finding: int | None) -> Tree:
        of_layer = [p for p in self.pieces if p.why and layer in (None, p.layer)]
        if finding is not None:
            chosen = self.findings[finding]
            paths = set(chosen.paths)
            of_layer = [p for p in of_layer if p.layer == chosen.layer and p.path in paths]
        wasted: defaultdict[str, int] = defaultdict(int)
        for piece in of_layer:
            wasted[piece.path] += piece.size
        if only_waste or finding is not None:
            return tree(self._wasted(of_layer, wasted), wasted)
        return tree(self._seen() if layer is None else self._changes(layer), wasted)

    def _seen(self) -> Iterator[Item]:
        cached = {(piece.path, piece.layer): piece.why for piece in self.pieces if piece.why}
        for path, node, layer in self.image.rootfs.items():
            yield Item(path, node, layer, node.size, cached.get((path, layer), ""))

    def _changes(self, number: int) -> Iterator[Item]:
        layer = self.image.layers[number]
        below = {path: node for path, node, _ in UnionFS(self.image.layers[:number]).items()}
        why = {p.path: p.why for p in self.pieces if p.layer == number and p.why}
        for folder, entries in layer.tree.items():
            for name, node in entries.items():
                path = f"{folder.rstrip('/')}/{name}"
                gone = isinstance(node, Whiteout)
                shown = None if node is IMPLIED else node
                marks = self._mark(number, path, node, below.get(path)), why.get(path, "")
                mark = "; ".join(filter(None, marks))
                yield Item(path, shown, number, node.size, mark, gone)

    def _mark(self, number: int, path: str, node: Change, old: Change | None) -> str:
        if isinstance(node, Whiteout):
            return "whiteout"
        if isinstance(node, Directory) and node.opaque:
            return "opaque"
        if old is None:
            return "added" if node is not IMPLIED else ""
        if isinstance(node, Directory) and isinstance(old, Directory):
            return ""  # named on the way to what is in it
        hidden = [copy.fate for copy in self.copies.get(path, ()) if copy.by == number]
        return _CHANGES.get(hidden[0], "changed") if hidden else "changed"

    def _wasted(self, found: list[Piece], wasted: Mapping[str, int]) -> Iterator[Item]:
        seen = self.tree(None).items
        for piece in found:
            node = self.node(piece.path, piece.layer)
            gone = piece.path not in seen
            yield Item(piece.path, node, piece.layer, wasted[piece.path], piece.why, gone)

    def node(self, path: str, layer: int) -> Change | None:
        """What a layer has at a path."""
        parent, _, name = path.rpartition("/")
        tree = self.image.layers[layer].tree
        return tree.get(parent or "/", {}).get(name) if name else IMPLIED


_CHANGES = {"metadata": "mode or owner changed", "rewritten": "written again, the same"}
