"""Directories under ``overlay2/``: one for each layer, two for each container.

Source: moby, ``daemon/graphdriver/overlay2/overlay.go`` (*ran*: docker 20.10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from layerlab.digest import ChainID
from layerlab.docker.host.place import Children, Place, file, folder, link
from layerlab.docker.host.writable import init_layer, is_mounted, merged, on_disk, upper, work
from layerlab.engine.state import State, StoredContainer, StoredLayer
from layerlab.layer import AnyLayer, Layer, RecordedLayer
from layerlab.nodes import Directory, LowerLink, Meta, Node

Lower = Callable[[], Iterator[AnyLayer]]

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
    times = [started]
    for stored in state.layers.values():
        links[stored.link] = link(f"../{stored.cache_id}/diff", mtime=stored.stored)
        inside = partial(_layer, state, stored)
        found[stored.cache_id] = folder(inside, mode=0o710, mtime=stored.stored)
        times.append(stored.stored)
    for box in state.containers.values():
        init = f"{box.mount_id}-init"
        links[box.link] = link(f"../{box.mount_id}/diff", mtime=box.created)
        links[box.init_link] = link(f"../{init}/diff", mtime=box.created)
        for name, make in ((init, _init), (box.mount_id, _mount)):
            found[name] = folder(partial(make, state, box), mode=0o710, mtime=box.created)
        times.append(box.created)
    return {"l": folder(links, mtime=max(times)), **found}


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


def _layer(state: State, stored: StoredLayer) -> Children:
    when = stored.stored
    found = {
        "diff": unpacked(stored.layer, when, partial(below, state, stored.parent)),
        "link": file(stored.link, mtime=when),
    }
    return _directory(found, lower_links(state, stored.parent), when, stored.built_on)


def _directory(
    found: dict[str, Place], lower: list[str], when: int, built_on: int | None
) -> Children:
    """With the names that depend on what is below and above."""
    if built_on is not None:  # what was made on it takes it for read-only from now on
        found["committed"] = file("", mode=0o600, mtime=built_on)
    if lower:
        found["lower"] = file(":".join(lower), mtime=when)
        found.setdefault("work", folder(mtime=when))
    return found


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


def _init(state: State, box: StoredContainer) -> Children:
    when = box.created
    found = {
        "diff": upper(init_layer(box), when),
        "link": file(box.init_link, mtime=when),
        "work": work(when),
    }
    return _directory(found, lower_links(state, top_layer(box)), when, when)


def _mount(state: State, box: StoredContainer) -> Children:
    when = box.created
    found = {
        "diff": upper(box.files, when),
        "link": file(box.link, mtime=when),
        "work": work(when),
    }
    if is_mounted(box):
        found["merged"] = merged(box)
    lower = [f"l/{box.init_link}", *lower_links(state, top_layer(box))]
    return _directory(found, lower, when, None)
