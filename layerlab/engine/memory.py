"""The page cache: what of the containers' files is in the host's memory.

No image is ever loaded. A page comes into memory when it is read, and it belongs to an inode
of the file system below. overlayfs hands a lower file's own inode to every mount that stands
on it, so containers of one layer share its pages. After a copy-up the container has another
inode, and pages of its own (*ran*: Linux 6.18, ``tests/reference/test_page_cache.py``).

The model's limits: what is opened for reading counts as read to its end, and nothing is ever
evicted. So the figures are the most that can be there. Where a driver gives each container a
file of its own (btrfs and devicemapper do, docs.docker.com says of them), ``copies`` is what
counts.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from layerlab.container import Event
from layerlab.engine.state import State, StoredContainer
from layerlab.layer import Layer
from layerlab.nodes import File
from layerlab.units import human_size

PAGE = 4096
"""Bytes of a page, on x86-64 and most of arm64."""

_CONTENT = ("read", "open", "write", "append", "truncate")
"""The operations that get at a file's content."""


@dataclass(frozen=True)
class CachedFile:
    """One inode with pages in memory, and the containers that use them."""

    place: str
    """The ChainID of the layer that has it, or the ID of the container whose own it is."""
    path: str
    size: int
    """Bytes."""
    containers: tuple[str, ...]
    """Names, in the order in which they came to it."""

    @property
    def pages(self) -> int:
        """How many pages its content takes."""
        return -(-self.size // PAGE)


@dataclass(frozen=True)
class PageCache:
    """The files that containers have used, each inode once."""

    files: tuple[CachedFile, ...]

    @property
    def pages(self) -> int:
        """Pages in memory, where containers share lower files (overlay2)."""
        return sum(file.pages for file in self.files)

    @property
    def copies(self) -> int:
        """Pages in memory, if each container had copies of its own from the start."""
        own = {(name, file.path): file.pages for file in self.files for name in file.containers}
        return sum(own.values())

    @property
    def size(self) -> int:
        """Bytes of :attr:`pages`."""
        return self.pages * PAGE

    def __repr__(self) -> str:
        shared, apart = human_size(self.size), human_size(self.copies * PAGE)
        return f"<PageCache: {len(self.files)} files, {shared}; {apart} without sharing>"


def page_cache(state: State) -> PageCache:
    """What the containers of an engine have brought into memory, and use in common."""
    found: dict[tuple[str, str], CachedFile] = {}
    for container in state.containers.values():
        for place, path, size in _used(container):
            known = found.get((place, path), CachedFile(place, path, size, ()))
            users = tuple(dict.fromkeys((*known.containers, container.name)))
            found[place, path] = CachedFile(place, path, size, users)
    return PageCache(tuple(found.values()))


def _used(container: StoredContainer) -> Iterator[tuple[str, str, int]]:
    """The inodes whose content a container got at: where, by which name, how many bytes."""
    log, upper = container.files.events, container.files.upper
    for event, record in zip(log, log.records, strict=True):
        names, name, *_ = record[2]
        path = "/" + "/".join((*names, name))
        below = _lower(container, event, path)
        if below and event.bytes_copied:  # a copy-up reads the lower file through its pages, too
            yield below
        if event.op not in _CONTENT:
            continue
        if below and not event.copied_up:
            yield below
        elif isinstance(node := upper.get(path), File):
            yield container.id, _one_name(upper, path, node), node.size
        elif not event.searched and (size := _mounted(container, path)) is not None:
            yield container.id, path, size


def _mounted(container: StoredContainer, path: str) -> int | None:
    """The size of a file that is mounted there: it is the container's own, in no layer."""
    with suppress(OSError):
        hit = container.files.lookup(path)
        if hit.index == -1 and isinstance(hit.node, File):
            return hit.node.size
    return None


def _lower(container: StoredContainer, event: Event, path: str) -> tuple[str, str, int] | None:
    """The file of a layer below that an operation found, if it did."""
    layers, chains = container.files.layers, container.image.chain_ids
    index = event.searched[-1] if event.searched else len(layers)
    layer = layers[index] if index < len(layers) else None
    node = layer.changes.get(path) if isinstance(layer, Layer) else None
    if not isinstance(layer, Layer) or not isinstance(node, File):
        return None
    place = chains[index] if index < len(chains) else container.id
    return place, _one_name(layer.changes, path, node), node.size


def _one_name(changes: Mapping[str, Any], path: str, node: File) -> str:
    """The first of a file's names, so that hard links count once."""
    return next((name for name, other in changes.items() if other is node), path)
