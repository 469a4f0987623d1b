"""``/var/lib/containerd``: where Engine 29 keeps images, if it was installed afresh.

Blobs lie as they were pulled, by digest; each layer is unpacked into a snapshot, which goes by
a number. Sources: containerd, ``plugins/content/local`` and ``plugins/snapshots/overlay``
(*ran*: containerd 1.6); moby, ``daemon/containerd/image_snapshot.go`` for containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from layerlab.docker.host.images import Unrecorded, config_of
from layerlab.docker.host.layers import below, unpacked
from layerlab.docker.host.place import Children, Place, database, file, folder
from layerlab.docker.host.writable import init_layer, is_mounted, merged, upper, work
from layerlab.engine.state import State, StoredImage
from layerlab.nodes import Bytes, Content, Slice
from layerlab.registry.blobs import compressed
from layerlab.registry.manifest import Manifest

_CONTENT = "io.containerd.content.v1.content"
_METADATA = "io.containerd.metadata.v1.bolt"
_SNAPSHOTS = "io.containerd.snapshotter.v1.overlayfs"
_TASKS = "io.containerd.runtime.v2.task"


def containerd_root(state: State, started: int) -> Children:
    """The directory ``/var/lib/containerd``, by its names."""
    tasks = {
        box.id: folder(mode=0o711, mtime=box.started or started)
        for box in state.containers.values()
        if is_mounted(box)
    }
    return {
        _CONTENT: folder(lambda: _content(state, started), mode=0o755, mtime=started),
        _METADATA: folder(
            {"meta.db": database(131_072, started, 0o644)}, mode=0o711, mtime=started
        ),
        _TASKS: folder(
            {"moby": folder(tasks, mode=0o711, mtime=started)}, mode=0o711, mtime=started
        ),
        _SNAPSHOTS: folder(lambda: _snapshotter(state, started), mtime=started),
        "tmpmounts": folder(mtime=started),
    }


def _content(state: State, started: int) -> Children:
    found = {"ingest": folder(mode=0o755, mtime=started)}
    blobs: dict[str, Place] = {}
    for stored in state.images.values():
        for name, content in _blobs(stored):
            blobs[name] = file(content, mode=0o444, mtime=stored.stored)
    if blobs:
        sha256 = folder(blobs, mode=0o755, mtime=started)
        found["blobs"] = folder({"sha256": sha256}, mode=0o755, mtime=started)
    return found


def _blobs(stored: StoredImage) -> Iterator[tuple[str, Content]]:
    """An image's manifest, config and layers by the digests that name them."""
    manifest = Manifest.of(stored.image)
    raw = Unrecorded("this manifest") if manifest.raw is None else Bytes(manifest.raw)
    yield manifest.digest.hex, raw
    yield stored.image.image_id.hex, config_of(stored.image)
    for layer in stored.image.layers:
        blob = compressed(layer)
        if blob.source is None or blob.size is None:
            yield blob.digest.hex, Unrecorded("this blob", blob.size or 0)
        else:
            yield blob.digest.hex, Slice(blob.source, 0, blob.size)


def _snapshotter(state: State, started: int) -> Children:
    snapshots = {str(number): place for number, place in enumerate(_snapshots(state), start=1)}
    return {
        "metadata.db": database(65_536, started),
        "snapshots": folder(snapshots, mtime=started),
    }


def _snapshots(state: State) -> list[Place]:
    """In the order in which they were made: a layer each, and two for a container."""
    made: list[tuple[int, Place]] = []
    for stored in state.layers.values():
        lower = partial(below, state, stored.parent)
        files = unpacked(stored.layer, stored.stored, lower)
        made.append((stored.stored, _snapshot(files, stored.stored)))
    for box in state.containers.values():
        when = box.created
        made.append((when, _snapshot(upper(init_layer(box), when), when, work(when))))
        made.append((when, _snapshot(upper(box.files, when), when, work(when))))
    return [place for _, place in sorted(made, key=lambda pair: pair[0])]


def _snapshot(files: Place, when: int, scratch: Place | None = None) -> Place:
    names = {"fs": files, "work": scratch or folder(mode=0o711, mtime=when)}
    return folder(names, mtime=when)


def rootfs(state: State, started: int) -> Children:
    """``/var/lib/docker/rootfs``: where running containers are mounted."""
    running = [box for box in state.containers.values() if is_mounted(box)]
    mounts = {box.id: merged(box) for box in running}
    return {"overlayfs": folder(mounts, mode=0o710, mtime=started)}
