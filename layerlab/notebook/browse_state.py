"""What the image browser knows: an image, what is open in it, and moves that give a new state.

There is no widget here. A move that can't be made raises ``BadMove`` and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, Self, cast

from layerlab.errors import LayerlabError
from layerlab.image import Image
from layerlab.notebook import browse_words, treemap_picture, treemap_view
from layerlab.notebook.browse_index import Index
from layerlab.notebook.browse_tree import MOST_IN_FOLDER, MOST_ROWS, Row, Tree, leading, matcher
from layerlab.notebook.drawing import normal
from layerlab.notebook.scene import parents
from layerlab.notebook.svg import printable
from layerlab.notebook.treemap_picture import Map
from layerlab.units import human_size

Order = Literal["name", "size"]
_MORE = 200


class BadMove(LayerlabError):
    """A move of the browser that can't be made."""


@dataclass(frozen=True)
class Browsing:
    """An image, the view of it that is chosen, and what is open and selected."""

    images: Mapping[str, Image]
    """All images of the archive, by name."""
    name: str
    index: Index
    source: str = ""
    """The archive's path or file name; empty for an image that was handed over."""
    opened: frozenset[str] = frozenset({"/"})
    selected: str = "/"
    shown_layer: int | None = None
    """The layer whose changes are shown; ``None`` for the merged tree."""
    pattern: str = ""
    only_waste: bool = False
    order: Order = "name"
    found: int | None = None
    """The finding whose paths are shown, counted from 0."""
    place: tuple[int | None, str] = (None, "/")
    """What the map shows: a layer, or all, and a folder."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """How many names of a long folder are shown."""
    said: str = ""
    """What the last move did."""

    @classmethod
    def of(cls, images: Mapping[str, Image], source: str = "", name: str = "") -> Self:
        """The first state: the merged tree, with the path that wastes most selected."""
        name = name or next(iter(images))
        if name not in images:
            names = ", ".join(f"{each!r}" for each in images)
            raise BadMove(f"there is no image {name!r}", hint=f"there is {names}")
        first = cls(images, name, Index(images[name]), source)
        rootfs = first.image.rootfs
        wasted = (row.path for row in first.index.waste.paths if rootfs.lexists(row.path))
        return first._show(next(wasted, first.tree.largest))

    @property
    def image(self) -> Image:
        return self.index.image

    @cached_property
    def whole_tree(self) -> Tree:
        """The tree of the view, before the filter."""
        return self.index.tree(self.shown_layer, self.only_waste, self.found)

    @cached_property
    def tree(self) -> Tree:
        """The tree of the view, as the filter leaves it."""
        return self.index.tree(self.shown_layer, self.only_waste, self.found, self.pattern)

    @cached_property
    def _lines(self) -> tuple[Row, ...]:
        return self.tree.rows(self.opened, self.order, self.limits)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The lines of the tree that are shown."""
        return self._lines[:MOST_ROWS]

    # ---- moves in the tree ----

    def expand(self, path: str) -> Self:
        """Open a folder, and those that lead to it."""
        path = self._in_tree(path)
        if not self.tree.items[path].folder:
            raise BadMove(f"{browse_words.path(path)} is no folder", hint="select it instead")
        count = len(self.tree.children.get(path, ()))
        opened = self.opened | {path, *parents(path)}
        return self._now(
            f"{browse_words.path(path)} is open: {_count(count, 'name')}.", opened=opened
        )

    def collapse(self, path: str) -> Self:
        """Close a folder."""
        path = self._in_tree(path)
        if path not in self.opened or path == "/":
            raise BadMove(f"{browse_words.path(path)} isn't open", hint="open it first")
        return self._now(f"{browse_words.path(path)} is closed.", opened=self.opened - {path})

    def more(self, path: str) -> Self:
        """Show more names of a long folder."""
        path = self._in_tree(path)
        limits = {**self.limits, path: self.limits.get(path, MOST_IN_FOLDER) + _MORE}
        return self._now(f"More of {browse_words.path(path)}.", limits=limits)

    def select(self, path: str) -> Self:
        """Tell of a path: where it comes from, what it hides, what is in it.

        In the merged tree a path that is no more may be asked for, too.
        """
        path = normal(path)
        if path not in self.tree.items:
            path = self._anywhere(path)
        return self._show(path)

    def visit(self, path: str) -> Self:
        """Select a path, and open it if it is a folder: what a click does."""
        now = self.select(path)
        item = now.tree.items.get(now.selected)
        return replace(now, opened=now.opened | {now.selected}) if item and item.folder else now

    def layer(self, number: int | str | None) -> Self:
        """Show the changes of a layer, counted from 0 at the base; ``None`` for the merged tree."""
        layer = self._layer(number)
        if layer is None:
            seen = self._now(
                "The merged tree: what a container sees.", shown_layer=None, found=None
            )
        else:
            changes = _count(len(self.image.layers[layer].changes), "change")
            said = f"Layer {layer}: {changes} against the layers below it."
            seen = self._now(said, shown_layer=layer, found=None)
            seen = replace(seen, opened=seen.opened | seen.tree.short_folders())
        holds = layer is not None and self.index.parts[layer].size
        return replace(seen, place=(layer if holds else None, "/"))._kept_selection()

    def filter(self, pattern: str) -> Self:
        """Show only paths that match: ``*.so`` by name, ``/etc/*`` by path, ``motd`` anywhere."""
        now = replace(self, pattern=pattern.strip(), limits={})
        if not now.pattern:
            opened = frozenset({"/", *parents(self.selected)})
            return replace(now, opened=opened, said="All paths are shown.")
        match = matcher(now.pattern)
        matches = [path for path in now.whole_tree.items if path != "/" and match(path)]
        said = f"{_count(len(matches), 'path')} match."
        return replace(now, opened=now.opened | leading(matches), said=said)._kept_selection()

    def waste(self, only: bool | str) -> Self:
        """Show only what is waste, or everything again."""
        only = only in (True, "true")
        now = replace(self, only_waste=only, found=None, limits={})
        wasted = human_size(now.tree.wasted.get("/", 0))
        said = f"Only waste: {wasted}." if only else "Waste or not, all is shown."
        if only:
            now = replace(now, opened=now.opened | now.tree.short_folders())
        return replace(now, said=said)._kept_selection()

    def sort(self, order: str) -> Self:
        """Sort each folder by ``name``, or by ``size``, the largest first."""
        if order not in ("name", "size"):
            raise BadMove(f"nothing is sorted by {order!r}", hint="name or size")
        return self._now(f"Sorted by {order}.", order=cast(Order, order))

    def finding(self, number: int | str | None) -> Self:
        """Show the paths of a finding, counted from 1 as they are listed; ``None``: all again."""
        if number in (None, "", 0, "0"):
            return self._now("All paths are shown.", found=None)._kept_selection()
        findings = self.index.findings
        if not str(number).isdecimal() or not 0 < int(number) <= len(findings):
            raise BadMove(f"there is no finding {number}", hint=f"there are {len(findings)}")
        found = int(number) - 1
        now = replace(self, found=found, shown_layer=None, pattern="", limits={})
        now = replace(now, opened=now.opened | now.tree.short_folders())
        chosen = findings[found]
        what = f"{chosen.why}: {human_size(chosen.saves)} in layer {chosen.layer}"
        advice = f"{chosen.advice[0].upper()}{chosen.advice[1:]}"
        most = max(chosen.paths, key=lambda path: (now.tree.sizes.get(path, 0), path))
        return replace(now._show(most), place=(chosen.layer, "/"), said=f"{what}. {advice}.")

    # ---- moves in the map ----

    def pick(self, layer: str, path: str) -> Self:
        """Select what a box of the map stands for, in the view that has it."""
        path, number = normal(path), self._layer(layer)
        now = replace(self, pattern="", found=None)
        if path not in now.tree.items or now.tree.items[path].layer not in (number, -1):
            now = replace(now, shown_layer=number, only_waste=False)
        return now._show(now._in_tree(path))

    def zoom(self, path: str | None = None) -> Self:
        """Fill the map with a folder; without a path with that of what is selected."""
        path = normal(self.selected if path is None else path)
        layer = self.shown_layer if self.found is None else self.index.findings[self.found].layer
        roots = self.index.parts if layer is None else [self.index.parts[layer]]
        while path != "/" and not any(p.children for r in roots if (p := r.at(path)) is not None):
            path = path.rpartition("/")[0] or "/"
        if path == self.place[1] and layer == self.place[0]:
            raise BadMove(
                f"the map shows {browse_words.path(path)} already", hint="select a folder in it"
            )
        return self._now(f"The map shows {browse_words.path(path)}.", place=(layer, path))

    def zoom_out(self) -> Self:
        """Show in the map what is around."""
        layer, path = self.place
        if path != "/":
            return self._now("The map shows more.", place=(layer, path.rpartition("/")[0] or "/"))
        if layer is None:
            raise BadMove("the map shows everything already", hint="zoom in")
        return self._now("The map shows all layers.", place=(None, "/"))

    def choose(self, name: str) -> Self:
        """Go to another image of the archive."""
        return type(self).of(self.images, self.source, name)

    # ---- what moves are made of ----

    def _now(self, said: str, **changes: object) -> Self:
        return replace(self, said=said, **changes)  # type: ignore[arg-type]

    def _show(self, path: str) -> Self:
        """Select a path and open what leads to it."""
        return self._now("", selected=path, opened=self.opened | set(parents(path)))

    def _kept_selection(self) -> Self:
        """Whatever view is chosen, something of it is selected: else the largest file."""
        if self.selected in self.tree.items and self.selected != "/":
            return self
        return replace(self, selected=self.tree.largest)

    def _in_tree(self, path: str) -> str:
        path = normal(path)
        if path not in self.tree.items:
            raise BadMove(
                f"there is no {browse_words.path(path)} in what is shown",
                hint="choose another layer, or show all paths again",
            )
        return path

    def _anywhere(self, path: str) -> str:
        """A path by another name, through a link; or one that some layer had."""
        if self.shown_layer is None and self.image.rootfs.lexists(path):
            path = self.image.rootfs.lookup(path).path
            return self._in_tree(path)
        if any(self.index.node(path, n) is not None for n in range(len(self.image.layers))):
            return path
        raise BadMove(f"no layer has {browse_words.path(path)}", hint="check how it is written")

    def _layer(self, number: int | str | None) -> int | None:
        if number is None or number == "":
            return None
        count = len(self.image.layers)
        if not str(number).isdecimal() or int(number) >= count:
            raise BadMove(f"there is no layer {number}", hint=f"the layers are 0 to {count - 1}")
        return int(number)

    # ---- what the desk shows ----

    @cached_property
    def map(self) -> Map | None:
        """What the treemap shows; ``None`` for an image without a byte."""
        if not self.image.size:
            return None
        layer, path = self.place
        names = [row.name for row in self.index.rows]
        shown = treemap_view.choose(self.index.parts, names, path, layer)
        return replace(shown, picked=(self._picked_layer, self.selected))

    @property
    def _picked_layer(self) -> int:
        item = self.tree.items.get(self.selected)
        return item.layer if item else -1

    def draw(self, *, live: bool = False) -> str:
        """The map, as SVG."""
        shown = self.map or Map((), title="An image without a byte")
        return treemap_picture.draw(shown, self.alt, self.alt, live=live)

    @property
    def alt(self) -> str:
        return treemap_view.alt(self.map) if self.map else "An image without a byte."

    @property
    def text(self) -> str:
        """The layers and the open tree, in words."""
        return browse_words.text(self)

    @property
    def notes(self) -> str:
        if len(self._lines) <= MOST_ROWS:
            return ""
        return f"The first {MOST_ROWS} lines are shown. Close a folder, or filter, to see others."

    @property
    def detail(self) -> tuple[str, str]:
        """The selected path: what it is, where it comes from, what it hides, how it begins."""
        return browse_words.path(self.selected), browse_words.about(self)

    @property
    def values(self) -> Mapping[str, str]:
        return {"pattern": self.pattern, "order": self.order, "name": printable(self.name)}

    @property
    def off(self) -> list[str]:
        off = [] if self.place != (None, "/") else ["zoom_out"]
        return [*off, *(["finding"] if self.found is None else [])]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
