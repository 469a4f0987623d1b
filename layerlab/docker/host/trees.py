"""What an engine keeps on its machine, by the directory it keeps it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerlab.docker.host.containers import containers
from layerlab.docker.host.images import image_store
from layerlab.docker.host.layers import overlay2
from layerlab.docker.host.place import Children, Place, file, folder
from layerlab.nodes import Device, Meta, Zeros

if TYPE_CHECKING:
    from layerlab.engine import Engine

DOCKER = "/var/lib/docker"


def mount_points(engine: Engine) -> tuple[str, ...]:
    """The directories that :func:`trees` tells of."""
    return (DOCKER,)


def trees(engine: Engine, started: int) -> dict[str, Children]:
    """For each mount point what is in it, at this moment."""
    return {DOCKER: data_root(engine, started)}


def data_root(engine: Engine, started: int) -> Children:
    """``/var/lib/docker``, as dockerd 20.10 keeps it with the overlay2 driver (*ran*)."""
    state = engine.state
    boxes = [box.created for box in state.containers.values()]
    layers = [stored.stored for stored in state.layers.values()]
    store = folder(lambda: image_store(state, started), mtime=started)
    return {
        "buildkit": _buildkit(started),
        "containers": folder(lambda: containers(state), mode=0o710, mtime=max([started, *boxes])),
        "image": folder({"overlay2": store}, mtime=started),
        "network": _network(started),
        "overlay2": folder(
            lambda: overlay2(state, started), mode=0o710, mtime=max([started, *layers, *boxes])
        ),
        "plugins": _plugins(started),
        "volumes": _volumes(started),
        **{name: folder(mtime=started) for name in ("runtimes", "swarm", "tmp", "trust")},
    }


def _database(size: int, when: int, mode: int = 0o600) -> Place:
    """A bbolt file of the size it has at first; its pages aren't modelled and read as zeros."""
    return file(Zeros(size), mode=mode, mtime=when)


def _buildkit(when: int) -> Place:
    ingest = {"ingest": folder(mode=0o755, mtime=when)}
    return folder(
        {
            "cache.db": _database(32_768, when),
            "containerdmeta.db": _database(16_384, when, 0o644),
            "content": folder(ingest, mode=0o755, mtime=when),
            "executor": folder(mode=0o711, mtime=when),
            "metadata_v2.db": _database(16_384, when),
            "snapshots.db": _database(16_384, when),
        },
        mode=0o711,
        mtime=when,
    )


def _network(when: int) -> Place:
    files = {"local-kv.db": _database(65_536, when, 0o644)}
    return folder({"files": folder(files, mode=0o750, mtime=when)}, mode=0o750, mtime=when)


def _plugins(when: int) -> Place:
    ingest = {"ingest": folder(mode=0o755, mtime=when)}
    found = {"storage": folder(ingest, mode=0o755, mtime=when), "tmp": folder(mtime=when)}
    return folder(found, mtime=when)


def _volumes(when: int) -> Place:
    disk = Device("block", 253, 0, Meta(0o600, mtime=when))
    found = {"backingFsBlockDev": Place(disk), "metadata.db": _database(32_768, when)}
    return folder(found, mode=0o701, mtime=when)
