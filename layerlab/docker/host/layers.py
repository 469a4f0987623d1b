"""Directories under ``overlay2/``: one for each layer, two for each container.

Source: moby, ``daemon/graphdriver/overlay2/overlay.go`` (*ran*: docker 20.10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from layerlab.container import Container
from layerlab.container.inode import Inode
from layerlab.digest import ChainID
from layerlab.docker.host.place import Children, Names, Place, file, folder, link
from layerlab.engine.state import State, StoredContainer, StoredLayer
from layerlab.layer import IMPLIED, AnyLayer, Layer, RecordedLayer
from layerlab.nodes import (
    Change,
    Device,
    Directory,
    LowerLink,
    Meta,
    Node,
    Seconds,
    Visible,
    Whiteout,
)

Lower = Callable[[], Iterator[AnyLayer]]

OPAQUE = "trusted.overlay.opaque"
WHITEOUT = Device("char", 0, 0, Meta(0))
"""How overlayfs marks a deletion: a character device 0/0."""
NOT_RECORDED = "NOT_RECORDED"
"""Stands in the directory of a layer of which only name and size are known."""
_EXPLANATION = """\
Only the name and the size of this layer were recorded, not its files.
Open the image from an archive to see them.
"""


def overlay2(state: State, started: int) -> Children:
    """The directory ``overlay2``, by its names."""
    links: dict[str, Place] = {}
    found: dict[str, Place] = {}
    built_on = _built_on(state)
    times = [started]
    for stored in state.layers.values():
        links[stored.link] = link(f"../{stored.cache_id}/diff", mtime=stored.stored)
        found[stored.cache_id] = _layer(state, stored, built_on.get(stored.chain_id))
        times.append(stored.stored)
    for box in state.containers.values():
        init = f"{box.mount_id}-init"
        links[box.link] = link(f"../{box.mount_id}/diff", mtime=box.created)
        links[box.init_link] = link(f"../{init}/diff", mtime=box.created)
        found[init] = _init(state, box)
        found[box.mount_id] = _mount(state, box)
        times.append(box.created)
    return {"l": folder(links, mtime=max(times)), **found}


def _built_on(state: State) -> dict[ChainID, int]:
    """The layers that another was made on, and when that was last."""
    when: dict[ChainID, int] = {}
    for stored in state.layers.values():
        if stored.parent:
            when[stored.parent] = max(stored.stored, when.get(stored.parent, 0))
    for box in state.containers.values():
        top = top_layer(box)
        if top:
            when[top] = max(box.created, when.get(top, 0))
    return when


def top_layer(box: StoredContainer) -> ChainID | None:
    """The layer that a container stands on."""
    chain = box.image.chain_ids
    return chain[-1] if chain else None


def lower_links(state: State, top: ChainID | None) -> list[str]:
    """``l/…`` of a layer and all below it, topmost first."""
    found = []
    while top:
        stored = state.layers[top]
        found.append(f"l/{stored.link}")
        top = stored.parent
    return found


def _layer(state: State, stored: StoredLayer, built_on: int | None) -> Place:
    when = stored.stored
    found = {
        "diff": unpacked(stored.layer, when, partial(below, state, stored.parent)),
        "link": file(stored.link, mtime=when),
    }
    return _directory(found, lower_links(state, stored.parent), when, built_on)


def _directory(found: dict[str, Place], lower: list[str], when: int, built_on: int | None) -> Place:
    if built_on is not None:  # what was made on it takes it for read-only from now on
        found["committed"] = file("", mode=0o600, mtime=built_on)
    if lower:
        found["lower"] = file(":".join(lower), mtime=when)
        found.setdefault("work", folder(mtime=when))
    return folder(found, mode=0o710, mtime=when)


def unpacked(layer: AnyLayer, when: int, lower: Lower) -> Place:
    """The files of a layer, each as it lies on disk; ``lower`` gives the layers underneath."""
    if isinstance(layer, RecordedLayer):
        return folder({NOT_RECORDED: file(_EXPLANATION, mtime=when)}, mode=0o755, mtime=when)
    root = layer.changes.get("/")
    node = root if isinstance(root, Directory) else Directory(Meta(0o755, mtime=when))
    return Place(node, lambda: _entries(layer, "/", when, lower))


def _entries(layer: Layer, path: str, when: int, lower: Lower) -> Children:
    found: dict[str, Place] = {}
    for name, change in layer.tree[path].items():
        full = path.rstrip("/") + "/" + name
        if isinstance(change, LowerLink):
            change = _linked(change, lower())
        node = on_disk(change, when)
        if isinstance(node, Directory):
            found[name] = Place(node, partial(_entries, layer, full, when, lower))
        else:
            found[name] = Place(node, links=layer.links.get(id(change), 1))
    return found


def _linked(change: LowerLink, lower: Iterator[AnyLayer]) -> Node:
    """The file that a hard link names: it lies in the next layer below that has it."""
    for layer in lower:
        node = layer.changes.get(change.target)
        if isinstance(node, LowerLink):
            change = node
        elif node is not None:
            return node
    raise AssertionError(f"the store has no {change.target}")  # refused when it was loaded


def below(state: State, top: ChainID | None) -> Iterator[AnyLayer]:
    """The layer ``top`` and all below it, topmost first."""
    while top:
        yield state.layers[top].layer
        top = state.layers[top].parent


def on_disk(node: Change, when: Seconds) -> Visible:
    """What overlayfs keeps for a node: whiteouts are devices, opacity is an attribute."""
    if node is IMPLIED:
        return Directory(Meta(0o755, mtime=when))
    if isinstance(node, Whiteout):
        return replace(WHITEOUT, meta=Meta(0, mtime=when))
    if isinstance(node, Directory) and node.opaque:
        meta = replace(node.meta, xattrs={**node.meta.xattrs, OPAQUE: b"y"})
        return Directory(meta, opaque=True)
    assert not isinstance(node, LowerLink)
    return node


_INIT = {
    ".dockerenv": b"",
    "dev": {"console": b"", "pts": {}, "shm": {}},
    "etc": {"hostname": b"", "hosts": b"", "mtab": "/proc/mounts", "resolv.conf": b""},
    "proc": {},
    "sys": {},
}
"""What Docker puts under every container (moby, ``daemon/initlayer/setup_unix.go``)."""


def _init(state: State, box: StoredContainer) -> Place:
    when = box.created
    found = {
        "diff": init_layer(when),
        "link": file(box.init_link, mtime=when),
        "work": work(when),
    }
    return _directory(found, lower_links(state, top_layer(box)), when, when)


def init_layer(when: int) -> Place:
    """The files that stand beneath those of a container."""
    return _made(_INIT, when)


def _made(names: Mapping[str, Any], when: int) -> Place:
    made: dict[str, Place] = {}
    for name, what in names.items():
        if isinstance(what, Mapping):
            made[name] = _made(what, when)
        elif isinstance(what, str):
            made[name] = link(what, mtime=when)
        else:
            made[name] = file(what, mode=0o755, mtime=when)
    return folder(made, mode=0o755, mtime=when)


def work(when: int) -> Place:
    """The scratch directory of overlayfs directory, once the layer was mounted to be written to."""
    return folder({"work": folder(mode=0, mtime=when)}, mtime=when)


def _mount(state: State, box: StoredContainer) -> Place:
    when = box.created
    found = {
        "diff": upper(box.files, when),
        "link": file(box.link, mtime=when),
        "work": work(when),
    }
    if box.status == "running":
        found["merged"] = merged(box.files)
    lower = [f"l/{box.init_link}", *lower_links(state, top_layer(box))]
    return _directory(found, lower, when, None)


def upper(files: Container, when: int) -> Place:
    """The writable layer of a container as it is at this moment, whiteouts and all."""
    names = Names(lambda: _upper_names(files.root), lambda name: _upper_at(files.root, name, when))
    return Place(Directory(Meta(0o755, mtime=when)), names)


def _upper_names(directory: Any) -> Iterator[str]:
    if isinstance(directory, Inode) and directory.children is not None:
        yield from (n for n, child in directory.children.items() if isinstance(child, Inode))
        yield from directory.whiteouts


def _upper_at(directory: Any, name: str, when: int) -> Place | None:
    if not isinstance(directory, Inode):
        return None
    child = (directory.children or {}).get(name)
    if isinstance(child, Inode):
        names = None
        if child.children is not None:
            names = Names(lambda: _upper_names(child), lambda below: _upper_at(child, below, when))
        return Place(on_disk(child.node, when), names, links=child.links, inode=child.ino)
    return Place(on_disk(Whiteout(), directory.mtime)) if name in directory.whiteouts else None


def merged(files: Container) -> Place:
    """What a running container sees, mounted where its engine mounts it."""
    names = Names(
        lambda: iter(files.root.children or ()), lambda name: _seen(files, files.root, name)
    )
    return Place(files.root.node, names)


def _seen(files: Container, directory: Any, name: str) -> Place | None:
    place = (directory.children or {}).get(name)
    if place is None:
        return None
    names = None
    if place.children is not None:
        names = Names(lambda: iter(place.children), lambda below: _seen(files, place, below))
    found = files._stat(place)
    return Place(place.node, names, links=found.st_nlink, inode=found.st_ino)
