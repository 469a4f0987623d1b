"""The merge: many layers, one tree, built layer by layer and shared.

The kernel computes a union at each lookup, going down the layers. Here the merge is done
once and kept: the tree of *n* layers is the tree of *n - 1* with the directories that layer
*n* touches made anew and everything else shared. So a lookup in 125 layers costs what it
costs in one, and a thousand images on one base hold the base once.

Source of the rules: OCI image-spec, layer.md, and the kernel's
``Documentation/filesystems/overlayfs.rst``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from layerlab.errors import InvalidLayer
from layerlab.layer import IMPLIED, AnyLayer
from layerlab.nodes import Change, Directory, LowerLink, Symlink, Visible, Whiteout
from layerlab.paths import Spot, find, walk


@dataclass(slots=True, eq=False)
class Entry:
    """A name in the merged tree, and the layer its node comes from. Never changed once made.

    Not frozen, because making a frozen one takes three times as long, and every file has one.
    """

    node: Visible
    index: int
    """The layer's place in the stack, 0 the lowest; for a directory, the topmost that has it."""
    children: dict[str, "Entry"] | None = None
    """For a directory: the merged names."""
    stack: tuple[int, ...] = ()
    """For a directory: the layers that are merged in it, topmost first."""
    target: str | None = None
    """For a symlink: where it points."""


@dataclass(frozen=True, slots=True)
class Step:
    """One layer of a lookup's trail, and what the name was there (``None``: not there)."""

    index: int
    layer: Any
    found: Change | None


class Merged:
    """The tree of a stack of layers, built on the tree of the stack without its top layer."""

    __slots__ = ("__weakref__", "below", "inodes", "layer", "links", "root")

    def __init__(self, below: "Merged | None", layer: AnyLayer | None, index: int) -> None:
        self.below, self.layer = below, layer
        self.inodes: dict[int, int] = {}
        if below is None or layer is None:
            self.root = Entry(IMPLIED, -1, {}, ())
            self.links: Mapping[int, int] = {}
            return
        links = {**below.links, **layer.links}
        self.root = self._merge(below.root, layer, index, links)
        self.links = links

    def _merge(self, below: Entry, layer: AnyLayer, index: int, links: dict[int, int]) -> Entry:
        tree = layer.tree
        mark = layer.changes.get("/")
        root = _directory(mark if isinstance(mark, Directory) else IMPLIED, below, index)
        todo = [("/", root)]
        while todo:
            path, directory = todo.pop()
            children = directory.children
            assert children is not None
            for name, change in tree[path].items():
                full = path + name if path == "/" else f"{path}/{name}"
                if type(change) is Whiteout:
                    children.pop(name, None)
                elif type(change) is Directory:
                    here = _directory(change, children.get(name), index, bool(tree.get(full)))
                    children[name] = here
                    if tree.get(full):
                        todo.append((full, here))
                elif type(change) is LowerLink:
                    target = self._lower(below, change.target, full)
                    links[id(target)] = links.get(id(target), 1) + 1
                    children[name] = _leaf(target, index)
                else:
                    children[name] = _leaf(change, index)
        return root

    def inode(self, place: Entry) -> int:
        """An inode number: the same for hard links, given out in the order of asking."""
        key = id(place.node) if place.children is None else id(place)
        return self.inodes.setdefault(key, len(self.inodes) + 2)

    @staticmethod
    def _lower(root: Entry, target: str, path: str) -> Visible:
        try:
            node: Visible = find(root, target, follow=False).place.node
        except OSError:
            node = IMPLIED
        if isinstance(node, Directory):
            raise InvalidLayer(
                f"a hard link points at {target!r}, which is no file of this layer or one below",
                where=path,
                hint="the layer needs the ones it was made on",
            )
        return node


def _leaf(node: Any, index: int) -> Entry:
    return Entry(node, index, None, (), node.target if type(node) is Symlink else None)


def _directory(mark: Directory, below: Entry | None, index: int, touched: bool = True) -> Entry:
    """The merge of a layer's directory with what is below: attributes are the topmost one's."""
    if below is None or below.children is None or mark.opaque:
        return Entry(mark, index, {}, (index,))
    children = dict(below.children) if touched else below.children
    if mark is IMPLIED and below.index >= 0:
        return Entry(below.node, below.index, children, (index, *below.stack))
    return Entry(mark, index, children, (index, *below.stack))


_merged: WeakValueDictionary[tuple[int, int], Merged] = WeakValueDictionary()


_EMPTY = Merged(None, None, -1)


def merged(layers: Iterable[AnyLayer]) -> Merged:
    """The tree of ``layers``, lowest first; stacks that begin alike share what is alike."""
    tree = _EMPTY
    for index, layer in enumerate(layers):
        key = (id(tree), id(layer))
        found = _merged.get(key)
        if found is None:
            found = _merged[key] = Merged(tree, layer, index)
        tree = found
    return tree


def deepest(root: Any, path: str) -> Spot:
    """Walk to ``path``, or to the first name on the way that is missing or no directory."""
    while True:
        try:
            return walk(root, path, follow=False)
        except (FileNotFoundError, NotADirectoryError):
            path = path.rstrip("/").rpartition("/")[0] or "/"


def lower_trail(
    layers: tuple[AnyLayer, ...], stack: tuple[int, ...], parent: str, name: str
) -> tuple[Step, ...]:
    """The search for ``name`` in ``stack``, the layers that the directory ``parent`` is made of."""
    steps = []
    for index in stack:
        layer = layers[index]
        found = layer.tree[parent].get(name) if name else layer.changes.get("/", IMPLIED)
        steps.append(Step(index, layer, found))
        if found is not None and (type(found) is not Directory or found.opaque):
            break
    return tuple(steps)
