"""Host: the machine that an engine runs on, as a file system to look around in.

It can be written to as any container can, but for what the engine keeps: ``/var/lib/docker``
is worked out from the engine's state whenever that changed, and answers writes with ``EROFS``.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from layerlab.container import Container
from layerlab.container.inode import Inode
from layerlab.container.overlay import Overlay
from layerlab.docker.host.centos import centos
from layerlab.docker.host.place import Children, Names, Place, in_engine
from layerlab.docker.host.trees import mount_points, trees
from layerlab.docker.host.xfs import directory_size
from layerlab.engine.state import State
from layerlab.image import Image
from layerlab.nodes import Device, Directory, Meta, Seconds
from layerlab.paths import AnyPath, Spot, error
from layerlab.shell import Shell
from layerlab.union.stats import make_stat

if TYPE_CHECKING:
    from layerlab.engine import Engine

SELINUX = "security.selinux"
LABEL = b"system_u:object_r:container_var_lib_t:s0\0"
"""What every file here is labelled with: ``ls -l`` prints a dot behind the mode of such files."""
_ENGINE_INODES = 1 << 40
"""Where the inode numbers of what the engine keeps begin."""


class Host(Container):
    """The engine's machine, with ``os``'s names, arguments and errors."""

    shell: Shell
    """A shell of root's on it."""

    def __init__(self, engine: Engine, programs: frozenset[str]) -> None:
        super().__init__(Image([centos(programs)]), clock=engine.clock)
        self._engine = engine
        self._born = engine.clock.now
        self._state: State | None = None
        self._trees: dict[str, Children] = {}
        self._numbers: dict[int, int] = {}
        self._overlay: Overlay = _Guarded(self._overlay.merged)
        for path in mount_points(engine):
            self._mount(path)
        self.events.records.clear()

    def _mount(self, path: str) -> None:
        parent, _, name = path.rpartition("/")
        spot = self._find(parent)
        above, _, _ = self._overlay.copy_up(spot)
        assert above.children is not None
        names = Names(lambda: iter(self._tree(path)), lambda name: self._tree(path).get(name))
        root = Directory(Meta(0o710, mtime=self._born))
        above.children[name] = Place(root, names)

    def _tree(self, path: str) -> Children:
        """What is mounted at ``path``, made anew if the engine has another state by now."""
        state = self._engine.state
        if state is not self._state:
            stored = (layer.stored for layer in state.layers.values())
            self._trees = trees(self._engine, min([self._born, *stored]))
            self._state, self._numbers = state, {}
        return self._trees[path]

    def _stat(self, place: Any) -> os.stat_result:
        if type(place) is Place:
            return self._engine_stat(place)
        found = super()._stat(place)
        if place.children is None:
            return found
        return _directory_stat(place.children, found.st_mode, place.node.meta, found.st_ino)

    def _engine_stat(self, place: Place) -> os.stat_result:
        node, inode = place.node, self._number(place)
        mode = node.type_bits | node.meta.mode
        if place.children is not None:
            return _directory_stat(place.children, mode, node.meta, inode)
        device = (node.major, node.minor) if isinstance(node, Device) else (0, 0)
        return make_stat(mode, node.meta, node.size, place.links, device, inode)

    def _number(self, place: Place) -> int:
        """An inode number: hard links share one."""
        key = place.of
        if key is None:
            key = place if place.is_directory else place.node
        return self._numbers.setdefault(id(key), _ENGINE_INODES + len(self._numbers))

    def _note(self, *record: Any, **details: Any) -> None:
        """A container tells what it did; of a host only the last event is kept."""
        super()._note(*record, **details)
        del self._records[:-1]

    def getxattr(self, path: AnyPath, name: str, *, follow_symlinks: bool = True) -> bytes:
        """One extended attribute; the host shows ``trusted.overlay.*``, which a mount hides."""
        spot = self._find(path, follow_symlinks)
        if name == SELINUX:
            return LABEL
        if not in_engine(spot.chain, spot.place):
            return super().getxattr(path, name, follow_symlinks=follow_symlinks)
        xattrs = spot.place.node.meta.xattrs
        if name not in xattrs:
            raise error(errno.ENODATA, path)
        return bytes(xattrs[name])

    def listxattr(self, path: AnyPath = "/", *, follow_symlinks: bool = True) -> list[str]:
        """The names of the extended attributes, sorted: an SELinux label is always there."""
        found = super().listxattr(path, follow_symlinks=follow_symlinks)
        return sorted({*found, SELINUX})

    def _repr_html_(self) -> str:
        """Not drawn as the container that it is underneath."""
        return f"<code>{escape(repr(self))}</code>"

    def __repr__(self) -> str:
        return f"<Host of {self._engine!r}>"


def _directory_stat(
    children: Mapping[str, Any], mode: int, meta: Meta, inode: int
) -> os.stat_result:
    links = 2 + sum(map(_is_directory, children.values()))
    return make_stat(mode, meta, directory_size(children, LABEL), links, (0, 0), inode)


def _is_directory(place: Any) -> bool:
    return place.is_directory if type(place) is Place else place.children is not None


class _Guarded(Overlay):
    """The host's own file system, which leaves alone what the engine keeps."""

    __slots__ = ()

    def copy_up_parents(self, spot: Spot) -> tuple[str, ...]:
        self._refuse(spot)
        return super().copy_up_parents(spot)

    def copy_up(self, spot: Spot, *, data: bool = True) -> tuple[Inode, tuple[str, ...], int]:
        self._refuse(spot)
        return super().copy_up(spot, data=data)

    def rename(self, old: Spot, new: Spot, now: Seconds) -> tuple[tuple[str, ...], int, str | None]:
        if in_engine(old.chain, old.place) != in_engine(new.chain, new.place):
            raise error(errno.EXDEV, old.path)
        return super().rename(old, new, now)

    def _refuse(self, spot: Spot) -> None:
        if in_engine(spot.chain, spot.place):
            raise error(errno.EROFS, spot.path)
