"""What every system call begins with: walking a path, and noting what was searched."""

from __future__ import annotations

import copy
import errno
import itertools
from collections.abc import Callable, Iterable
from typing import Any, Protocol, Self

from layerlab.container.events import Log, Search
from layerlab.container.inode import Inode, mount_of
from layerlab.container.overlay import Overlay
from layerlab.container.rights import SEARCH, User
from layerlab.layer import AnyLayer, Layer
from layerlab.nodes import Seconds
from layerlab.paths import AnyPath, Spot, error, find, text, walk
from layerlab.union.fs import UnionFS
from layerlab.union.reading import Reading

START = 1_767_225_600
"""The default clock's first second, 2026-01-01 00:00:00 UTC; each reading is a second later."""
ROOT = User()
_DOTS = frozenset(("", ".", ".."))


class Stack(Protocol):
    """What a container needs of an image."""

    @property
    def layers(self) -> tuple[AnyLayer, ...]:
        """Lowest first."""

    @property
    def rootfs(self) -> UnionFS:
        """Their merged tree."""

    def append(self, layer: Layer | None, history: Any = None) -> Any:
        """The image with one more layer, or with a step that made none."""


class Mount(Reading):
    """The overlay, who acts on it, and the log of what was done."""

    def __init__(self, image: Stack, *, clock: Callable[[], Seconds] | None = None) -> None:
        rootfs = image.rootfs
        self.image = image
        self._clock = itertools.count(START).__next__ if clock is None else clock
        self._overlay = Overlay(rootfs.merged)
        self._user = ROOT
        self._enter: Callable[[Any], bool] | None = None
        self.events = Log(rootfs.layers)
        self._records = self.events.records

    def as_user(self, uid: int, gids: Iterable[int] | int = (0,)) -> Self:
        """The same container, acted on by someone whom permission bits stop.

        ``gids``: the primary group first. Without them 0, as ``docker run -u`` has it for a
        user whom ``/etc/passwd`` doesn't know.
        """
        other = copy.copy(self)
        other._user = User(uid, (gids,) if isinstance(gids, int) else tuple(gids) or (0,))
        other._enter = None if uid == 0 else other._may_search
        return other

    def copy(self, *, clock: Callable[[], Seconds] | None = None) -> Self:
        """The same container once more: neither sees what is done to the other from now on.

        They share a clock, unless the copy gets its own. Open files stay with this one.
        """
        other = copy.copy(self)
        other._overlay = self._overlay.copied()
        other._clock = self._clock if clock is None else clock
        other._enter = None if self._enter is None else other._may_search
        other.events = Log(self.image.rootfs.layers)
        other._records = other.events.records
        other._records.extend(self._records)
        return other

    def mount(self, path: AnyPath, *, read_only: bool = False) -> None:
        """Mount a file system of its own at a file or directory, with a copy of what is there.

        What is written there from then on is no part of the container's layer. The name can't
        be removed or replaced (``EBUSY``), nothing moved or linked across (``EXDEV``), and if
        it is ``read_only``, nothing written (``EROFS``). What is mounted there already goes.
        """
        spot = self._find(path)
        if spot.name:
            self._overlay.mount([*spot.names, spot.name], read_only)

    def remount(self, path: AnyPath) -> None:
        """If something is mounted there, mount it anew: what was written there is gone."""
        for names, read_only in self._overlay.mounts:
            if "/" + "/".join(names) == path:
                self._overlay.mount(names, read_only)

    def _may_search(self, place: Any) -> bool:
        return self._user.may(place, SEARCH)

    def _walk(self, path: AnyPath, follow: bool, create: bool = False) -> Spot:
        """Where ``path`` leads; the last component may be missing.

        Most paths are absolute, clean and without symlinks: they need no more than a
        dictionary look-up a component. All others go the long way.
        """
        root = self._overlay.root
        if type(path) is str and self._enter is None and path[:1] == "/" and len(path) < 1024:
            names = path.split("/")
            name = names.pop()
            del names[0:1]
            chain: list[Any] = [root]
            place: Any = root
            for part in names:
                place = place.children.get(part)
                if place is None or place.children is None:
                    break
                chain.append(place)
            else:
                place = place.children.get(name)
                if place is None:
                    if name not in _DOTS and len(name) < 64 and "\0" not in name:
                        return Spot(chain, names, name, None)
                elif place.target is None or not follow:
                    return Spot(chain, names, name, place)
        enter = self._enter
        return walk(root, text(path), follow=follow, create=create, enter=enter, shown=path)

    def _find(self, path: AnyPath, follow: bool = True) -> Spot:
        spot = self._walk(path, follow)
        if spot.slash or spot.place is None:
            root = self._overlay.root
            spot = find(root, text(path), follow=follow, enter=self._enter, shown=path)
        return spot

    def _search(self, spot: Spot) -> Search:
        """Note where the last component was looked for, before anything changes."""
        parent, place = spot.chain[-1], spot.place
        if self._overlay.mounts and mount_of([*spot.chain, place]):
            return spot.names, spot.name, False, True, None  # no layer has a part in it
        if type(parent) is not Inode:
            # The root alone has an upper part from the start: the upper directory itself.
            return spot.names, spot.name, not spot.names, False, parent
        ended = spot.name in parent.whiteouts or (
            type(place) is Inode and (place.children is None or place.lower is None)
        )
        return spot.names, spot.name, True, ended, parent.lower

    def _note(
        self, op: str, path: AnyPath, search: Search,
        copied_up: tuple[str, ...] = (), bytes_copied: int = 0, whiteout: str | None = None,
    ) -> None:  # fmt: skip
        shown = path if type(path) is str else text(path)
        self._records.append((op, shown, search, copied_up, bytes_copied, whiteout))

    def _need(self, place: Any, want: int, path: object) -> None:
        if self._enter is not None and not self._user.may(place, want):
            raise error(errno.EACCES, path)
