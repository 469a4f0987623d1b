"""What an engine keeps on its machine, by the directory it keeps it in."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from layerlab.docker.host.containerd import containerd_root, rootfs
from layerlab.docker.host.containers import containers
from layerlab.docker.host.images import image_store
from layerlab.docker.host.layers import overlay2
from layerlab.docker.host.place import Children, Place, database, file, folder
from layerlab.engine.state import State
from layerlab.nodes import Device, Meta

if TYPE_CHECKING:
    from layerlab.engine import Engine

DOCKER = "/var/lib/docker"


CONTAINERD = "/var/lib/containerd"


def mount_points(engine: Engine) -> tuple[str, ...]:
    """The directories that :func:`trees` tells of."""
    return (DOCKER, CONTAINERD) if engine.store == "containerd" else (DOCKER,)


def trees(engine: Engine, started: int) -> dict[str, Children]:
    """What is in each of them, at this moment."""
    state = engine.state
    driver = "overlayfs" if engine.store == "containerd" else "overlay2"
    common = _data_root(state, driver, started)
    if engine.store == "containerd":
        mounts = folder(lambda: rootfs(state, started), mode=0o710, mtime=started)
        identity = str(UUID(int=Random(engine.seed).getrandbits(128), version=4))
        own = {"engine-id": file(identity, mode=0o600, mtime=started), "rootfs": mounts}
        return {DOCKER: {**common, **own}, CONTAINERD: containerd_root(state, started)}
    return {DOCKER: {**common, **_graph_driver(state, started)}}


def _data_root(state: State, driver: str, started: int) -> Children:
    """``/var/lib/docker``, but for where images are kept (*ran*: dockerd 20.10)."""
    boxes = [box.created for box in state.containers.values()]
    last = max([started, *boxes])
    return {
        "buildkit": _buildkit(started),
        "containers": folder(lambda: containers(state, driver), mode=0o710, mtime=last),
        "network": _network(started),
        "plugins": _plugins(started),
        "volumes": _volumes(started),
        **{name: folder(mtime=started) for name in ("runtimes", "swarm", "tmp")},
    }


def _graph_driver(state: State, started: int) -> Children:
    """What the overlay2 driver and the image store beside it keep."""
    boxes = [box.created for box in state.containers.values()]
    layers = [stored.stored for stored in state.layers.values()]
    last = max([started, *layers, *boxes])
    store = folder(lambda: image_store(state, started), mtime=started)
    return {
        "image": folder({"overlay2": store}, mtime=started),
        "overlay2": folder(lambda: overlay2(state, started), mode=0o710, mtime=last),
        "trust": folder(mtime=started),
    }


def _buildkit(when: int) -> Place:
    ingest = {"ingest": folder(mode=0o755, mtime=when)}
    return folder(
        {
            "cache.db": database(32_768, when),
            "containerdmeta.db": database(16_384, when, 0o644),
            "content": folder(ingest, mode=0o755, mtime=when),
            "executor": folder(mode=0o711, mtime=when),
            "metadata_v2.db": database(16_384, when),
            "snapshots.db": database(16_384, when),
        },
        mode=0o711,
        mtime=when,
    )


def _network(when: int) -> Place:
    files = {"local-kv.db": database(65_536, when, 0o644)}
    return folder({"files": folder(files, mode=0o750, mtime=when)}, mode=0o750, mtime=when)


def _plugins(when: int) -> Place:
    ingest = {"ingest": folder(mode=0o755, mtime=when)}
    found = {"storage": folder(ingest, mode=0o755, mtime=when), "tmp": folder(mtime=when)}
    return folder(found, mtime=when)


def _volumes(when: int) -> Place:
    disk = Device("block", 253, 0, Meta(0o600, mtime=when))
    found = {"backingFsBlockDev": Place(disk), "metadata.db": database(32_768, when)}
    return folder(found, mode=0o701, mtime=when)
