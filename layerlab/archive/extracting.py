"""Extract: what a container of an image sees at a path, written to the real machine.

The image may be a stranger's, so nothing it holds decides where is written. Everything is
built in a new directory that nobody else may enter, each name made there and never opened if
it exists, no symlink followed; then it is renamed into place.

What differs from ``docker cp`` (*ran*: Docker 20.10 and umoci 0.4.7, as root and as another user):

- setuid and setgid bits are dropped, since the copy belongs to whoever extracts. Docker keeps
  them: a stranger's setuid program, extracted by root, then makes everybody root.
- Devices, FIFOs and sockets are left out and told of. Docker makes them, and fails halfway
  where it may not.
- A symlink is written as it stands. Docker refuses one that climbs out of the destination, and
  leaves behind what it had written; umoci writes it.
- Nothing that exists is replaced or merged with.
"""

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from layerlab.errors import LayerlabError
from layerlab.image import Image
from layerlab.nodes import Device, File, Meta, Symlink, Visible
from layerlab.paths import AnyPath, error, find, text
from layerlab.union.merge import Entry
from layerlab.union.stats import nanoseconds

_STAGED = "x"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_MODES = 0o1777
"""The bits that are kept: all but setuid and setgid."""

_LATEST = 1 << 63
"""Nanoseconds: the year 2262."""


def extract(image: Image, path: AnyPath, dest: str | os.PathLike[str]) -> tuple[str, ...]:
    """Write what ``image`` has at ``path``, a file, a symlink or a whole tree, to ``dest``.

    Symlinks on the way to ``path`` are followed inside the image, one at its end is not. Where
    ``dest`` is a directory, the copy gets its own name in it; else ``dest`` is the copy's name.
    ``FileExistsError`` if the name is taken. Hard links, modes and times are kept, owners and
    extended attributes aren't. A failure leaves nothing behind.

    Returns the paths that were left out because they are devices, FIFOs or sockets, sorted.
    """
    spot = find(image.rootfs.root, text(path), follow=False, shown=path)
    if isinstance(spot.place.node, Device):
        raise LayerlabError(
            f"a {spot.place.node.kind} can't be extracted",
            where=spot.path,
            hint="files, directories and symlinks can",
        )
    target = _target(os.fsdecode(dest), spot.name, spot.place)
    folder, name = os.path.split(target)
    with _opened(folder or ".", _FOLDER) as parent, _staging(parent, name, target) as root:
        stage = _Stage(root, target, image.rootfs.merged.links)
        try:
            skipped = stage.fill(spot.path, spot.place)
            with stage.telling(_STAGED):
                stage.settle(parent, name)
        except BaseException:
            stage.discard()
            raise
    return skipped


def _target(dest: str, name: str, entry: Entry) -> str:
    """Where the copy goes, which has to be a free name."""
    if os.path.isdir(dest) and name:
        dest = os.path.join(dest, name)
    elif dest.endswith("/") and entry.children is None:
        raise error(errno.ENOTDIR, dest)
    target = dest.rstrip("/") or dest
    if os.path.lexists(target):
        raise error(errno.EEXIST, target)
    return target


@dataclass
class _Stage:
    """The directory behind the descriptor ``root``, and what was made in it so far."""

    root: int
    target: str
    links: Mapping[int, int]
    """How many names each hard-linked node has, by ``id``."""
    firsts: dict[int, str] = field(default_factory=dict)
    """The name that a hard-linked node was made under."""
    folders: list[tuple[str, Meta]] = field(default_factory=list)

    def fill(self, path: str, top: Entry) -> tuple[str, ...]:
        """Make ``top`` and all below it; returns the paths that were left out."""
        skipped: list[str] = []
        todo = [(_STAGED, path, top)]
        while todo:
            place, path, entry = todo.pop()
            if isinstance(entry.node, Device):
                skipped.append(path)
                continue
            with self.telling(place):
                self._make(place, entry)
            below = entry.children or {}
            base = path.rstrip("/")
            todo += [(f"{place}/{name}", f"{base}/{name}", item) for name, item in below.items()]
        for place, meta in reversed(self.folders[1:]):  # filling one changes its time
            with self.telling(place), _opened(place, _FOLDER | os.O_NOFOLLOW, self.root) as folder:
                _dress(folder, meta)
        return tuple(sorted(skipped))

    def _make(self, place: str, entry: Entry) -> None:
        node = entry.node
        if entry.children is not None:
            os.mkdir(place, 0o700, dir_fd=self.root)
            self.folders.append((place, node.meta))
        elif (first := self._first(place, node)) != place:
            os.link(first, place, src_dir_fd=self.root, dst_dir_fd=self.root, follow_symlinks=False)
        elif isinstance(node, Symlink):
            os.symlink(node.target, place, dir_fd=self.root)
            os.utime(place, ns=_times(node.meta), dir_fd=self.root, follow_symlinks=False)
        elif isinstance(node, File):
            with open(os.open(place, _NEW, 0o600, dir_fd=self.root), "wb") as file:
                file.writelines(node.content.chunks())
                file.flush()
                _dress(file.fileno(), node.meta)

    def _first(self, place: str, node: Visible) -> str:
        hard = self.links.get(id(node), 1) > 1
        return self.firsts.setdefault(id(node), place) if hard else place

    def settle(self, parent: int, name: str) -> None:
        """Give what was made its own name in ``parent``, which nobody may have taken meanwhile."""
        ends = {"src_dir_fd": self.root, "dst_dir_fd": parent}
        if not self.folders:
            os.link(_STAGED, name, follow_symlinks=False, **ends)  # it never replaces
            os.unlink(_STAGED, dir_fd=self.root)
            return
        with _opened(_STAGED, _FOLDER | os.O_NOFOLLOW, self.root) as folder:
            os.rename(_STAGED, name, **ends)  # onto nothing, or a directory with nothing in it
            try:
                _dress(folder, self.folders[0][1])  # last: a read-only directory can't be moved
            except BaseException:
                os.rename(name, _STAGED, src_dir_fd=parent, dst_dir_fd=self.root)
                raise

    def discard(self) -> None:
        """Remove all that was made."""
        for place, _ in self.folders:
            with suppress(OSError), _opened(place, _FOLDER | os.O_NOFOLLOW, self.root) as folder:
                os.fchmod(folder, 0o700)
        for place, _ in reversed(self.folders):
            with suppress(OSError), _opened(place, _FOLDER | os.O_NOFOLLOW, self.root) as folder:
                for name in os.listdir(folder):
                    os.unlink(name, dir_fd=folder)
                os.rmdir(place, dir_fd=self.root)
        with suppress(OSError):
            os.unlink(_STAGED, dir_fd=self.root)

    @contextmanager
    def telling(self, place: str) -> Iterator[None]:
        """Errors name the path that was going to be, not the one in the staging directory."""
        try:
            yield
        except OSError as fault:
            shown = self.target + place.removeprefix(_STAGED)
            raise OSError(fault.errno, fault.strerror, shown) from fault


@contextmanager
def _staging(parent: int, name: str, target: str) -> Iterator[int]:
    """A new directory in ``parent`` that only this user may enter; in the end it goes."""
    place = f".{name[:60]}.{os.urandom(6).hex()}"
    try:
        os.mkdir(place, 0o700, dir_fd=parent)
    except OSError as fault:
        raise OSError(fault.errno, fault.strerror, target) from fault
    try:
        with _opened(place, _FOLDER | os.O_NOFOLLOW, parent) as root:
            yield root
    finally:
        os.rmdir(place, dir_fd=parent)


@contextmanager
def _opened(path: str, flags: int, parent: int | None = None) -> Iterator[int]:
    descriptor = os.open(path, flags, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _dress(descriptor: int, meta: Meta) -> None:
    """Mode and time of an open file or directory."""
    os.fchmod(descriptor, meta.mode & _MODES)
    os.utime(descriptor, ns=_times(meta))


def _times(meta: Meta) -> tuple[int, int]:
    """Access and modification time; 1970 if no file system could hold it (moby: boundTime)."""
    moment = nanoseconds(meta.mtime)
    return (moment, moment) if abs(moment) < _LATEST else (0, 0)
