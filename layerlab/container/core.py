"""Container: the system calls on an image with a writable layer on top.

The rooms beside this one are the kernel's VFS half of the work: they walk paths and check who
may do what, in the kernel's order, so that the errno is the kernel's; ``overlay`` does the
rest. ``tests/reference`` replays random histories on a real mount and compares every result.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from layerlab.container.attributes import Attributes
from layerlab.container.diff import DiffLine, committed, diff, upper_changes
from layerlab.container.inode import Inode, is_mount, mount_of
from layerlab.container.opening import Opening
from layerlab.container.rights import READ, meta_of
from layerlab.container.unpacking import Unpacking
from layerlab.display import Drawn
from layerlab.layer import AnyLayer, Layer
from layerlab.nodes import Content, Node
from layerlab.paths import AnyPath, error, text
from layerlab.union.fs import Hit
from layerlab.union.merge import Entry, Step, deepest, lower_trail
from layerlab.union.reading import file_of
from layerlab.union.stats import lower_stat


class Container(Opening, Attributes, Unpacking, Drawn):
    """A container on ``image``: everything that can be read there, and written over it.

    Acts as root; :meth:`as_user` acts as someone else. ``clock()`` gives the time of a change
    in seconds; by default a simulated clock that goes on a second with each.
    """

    def lookup(self, path: AnyPath) -> Hit:
        """What ``path`` is, which layer it comes from, and the trail of layers searched.

        The container's own layer counts as one more on top: its index is the number of the
        image's layers, and its ``layer`` is ``container.upper``. What is mounted comes from
        none: -1 and ``None``.
        """
        spot = self._find(path, follow=False)
        place, trail = spot.place, self.trail(path)
        if mount_of([*spot.chain, place]) is not None:
            return Hit(spot.path, place.node, -1, None, trail)
        if type(place) is Inode:
            return Hit(spot.path, place.node, len(self.layers), self.upper, trail)
        layer = self.layers[place.index] if place.index >= 0 else None
        return Hit(spot.path, place.node, place.index, layer, trail)

    def trail(self, path: AnyPath) -> tuple[Step, ...]:
        """The layers in which the last component is looked for, topmost first.

        Also for a path that isn't there, as :meth:`UnionFS.trail` has it.
        """
        spot = deepest(self._overlay.root, text(path))
        _, name, has_upper, ended, lower = self._search(spot)
        steps: tuple[Step, ...] = ()
        if has_upper:
            upper = self.upper
            steps = (Step(len(self.layers), upper, upper.get(spot.path)),)
        if ended or lower is None:
            return steps
        return steps + lower_trail(self.layers, lower.stack, spot.parent_path, name)

    def listdir(self, path: AnyPath = "/") -> list[str]:
        spot = self._find(path)
        children = spot.place.children
        if children is None:
            raise error(errno.ENOTDIR, path)
        self._need(spot.place, READ, path)
        self._note("listdir", path, self._search(spot))
        return sorted(children)

    def stat(self, path: AnyPath, *, follow_symlinks: bool = True) -> os.stat_result:
        spot = self._find(path, follow=follow_symlinks)
        self._note("stat", path, self._search(spot))
        return self._stat(spot.place)

    def _stat(self, place: Any) -> os.stat_result:
        if type(place) is Inode:
            return place.stat()
        overlay = self._overlay
        return lower_stat(overlay.merged, place, has_upper=place is overlay.root)

    def readlink(self, path: AnyPath) -> str:
        spot = self._find(path, follow=False)
        target: str | None = spot.place.target
        if target is None:
            raise error(errno.EINVAL, path)
        self._note("readlink", path, self._search(spot))
        return target

    def content(self, path: AnyPath) -> Content:
        """A file's content, unread, as :meth:`UnionFS.content` gives it."""
        spot = self._find(path)
        self._need(spot.place, READ, path)
        found = file_of(spot.place, path).content
        self._note("read", path, self._search(spot))
        return found

    def access(self, path: AnyPath, mode: int) -> bool:
        """``os.access``: root may read and write all, and execute what has any ``x`` bit."""
        try:
            place = self._find(path).place
        except OSError:
            return False
        if self._enter is not None:
            return self._user.may(place, mode & 7)
        executable = place.children is not None or meta_of(place).mode & 0o111
        return bool(executable) or not mode & os.X_OK

    @property
    def root(self) -> Entry | Inode:
        """The top of the merged tree; an ``Inode`` as soon as anything was written."""
        return self._overlay.root

    @property
    def layers(self) -> tuple[AnyLayer, ...]:
        """The image's layers, lowest first; the container's own lies above them."""
        return tuple(self.image.layers)

    @property
    def upper(self) -> Mapping[str, Node]:
        """The upper directory as it is now: paths to nodes, whiteouts and opaque marks too."""
        return MappingProxyType(upper_changes(self._overlay.root))

    @property
    def size(self) -> int:
        """Bytes of the writable layer, as ``docker ps -s`` prints them."""
        return Layer(self.upper).size

    def items(self) -> Iterable[tuple[str, Node, int]]:
        """Every path the container sees but the root, sorted: path, node, index of its layer.

        The index is -1 for what is mounted.
        """
        todo: list[tuple[str, Any, int]] = [("", self._overlay.root, len(self.layers))]
        while todo:
            path, place, upper = todo.pop()
            if is_mount(place):
                upper = -1
            if path:
                yield path, place.node, upper if type(place) is Inode else place.index
            children = place.children or {}
            todo.extend(
                (f"{path}/{name}", children[name], upper) for name in sorted(children)[::-1]
            )

    def diff(self) -> list[DiffLine]:
        """What ``docker diff`` prints, sorted by path: ``"A /new"``, ``"C /etc"``, ``"D /old"``."""
        return diff(self._overlay.merged.root, self._overlay.root)

    def layer(self) -> Layer:
        """The layer that ``docker commit`` would store now."""
        return Layer(MappingProxyType(committed(self.upper)))

    def commit(self, history: Any = None) -> Any:
        """The image with :meth:`layer` on top, or with an empty entry if nothing changed."""
        layer = self.layer()
        return self.image.append(layer if layer.changes else None, history)

    def __repr__(self) -> str:
        return f"<Container on {self.image!r}: {len(self.upper)} paths in the upper layer>"
