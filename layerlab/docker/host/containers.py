"""``containers/``: how each container was set up, and what its process printed.

Source: moby, ``container/container.go`` (``ToDisk``) and ``daemon/logger/jsonfilelog``
(*ran*: docker 20.10).
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from layerlab.container.inode import is_mount
from layerlab.digest import Digest
from layerlab.docker.host.place import Children, Place, file, folder
from layerlab.docker.host.writable import is_mounted, live
from layerlab.engine.ground import HOSTS, RESOLV
from layerlab.engine.hostconfig import host_config, network_settings
from layerlab.engine.inspecting import state_json
from layerlab.engine.runconfig import config_json
from layerlab.engine.state import State, StoredContainer
from layerlab.engine.times import rfc3339
from layerlab.image import gojson
from layerlab.paths import find

_ROOT = "/var/lib/docker/containers"


def containers(state: State, driver: str) -> Children:
    """The directory ``containers``, by its names; ``driver`` unpacks the images."""
    return {box.id: _container(box, driver) for box in state.containers.values()}


def _container(box: StoredContainer, driver: str) -> Place:
    made, begun = box.created, box.started
    changed = box.finished or begun or made
    config = gojson.dump(_config(box, driver)) + b"\n"
    found = {
        "checkpoints": folder(mtime=made),
        "config.v2.json": file(config, mode=0o600, mtime=changed),
        "hostconfig.json": file(gojson.dump(host_config(box)) + b"\n", mtime=changed),
    }
    if begun is not None:
        found |= {
            f"{box.id}-json.log": file(_log(box), mode=0o640, mtime=changed),
            "hostname": _mounted(box, "hostname", f"{box.options['hostname']}\n"),
            "hosts": _mounted(box, "hosts", HOSTS),
            "mounts": folder(mode=0o710, mtime=begun),
            "resolv.conf": _mounted(box, "resolv.conf", RESOLV),
            "resolv.conf.hash": file(str(Digest.of(RESOLV.encode())), mtime=begun),
        }
    return folder(found, mode=0o710, mtime=changed)


def _mounted(box: StoredContainer, name: str, text: str) -> Place:
    """A file that is mounted below ``/etc``: as it is now, or as it was made to be mounted."""
    with suppress(OSError):
        found = find(box.files.root, f"/etc/{name}", follow=False).place
        if is_mount(found):
            return Place(live(found), of=found)
    return file(text, mtime=box.started or 0)


def _log(box: StoredContainer) -> bytes:
    """One JSON object for each line the process printed."""
    time = rfc3339(box.started)
    entries = []
    for stream, printed in (("stdout", box.output), ("stderr", box.errors)):
        lines = printed.decode("utf-8", "replace").splitlines(keepends=True)
        entries += [{"log": line, "stream": stream, "time": time} for line in lines]
    return b"".join(gojson.dump(entry) + b"\n" for entry in entries)


def _config(box: StoredContainer, driver: str) -> dict[str, Any]:
    command = [*box.entrypoint, *box.cmd]
    ran = box.started is not None
    where = f"{_ROOT}/{box.id}"
    return {
        "StreamConfig": {},
        "State": _process(box),
        "ID": box.id,
        "Created": rfc3339(box.created),
        "Managed": False,
        "Path": command[0] if command else "",
        "Args": command[1:],
        "Config": config_json(box),
        "Image": str(box.image_id),
        "NetworkSettings": _network(box),
        "LogPath": f"{where}/{box.id}-json.log" if ran else "",
        "Name": f"/{box.name}",
        "Driver": driver,
        "OS": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "RestartCount": 0,
        "HasBeenStartedBefore": ran,
        "HasBeenManuallyStopped": False,
        "MountPoints": {},
        "SecretReferences": None,
        "ConfigReferences": None,
        "AppArmorProfile": "",
        "HostnamePath": f"{where}/hostname" if ran else "",
        "HostsPath": f"{where}/hosts" if ran else "",
        "ShmPath": "",
        "ResolvConfPath": f"{where}/resolv.conf" if ran else "",
        "SeccompProfile": "",
        "NoNewPrivileges": False,
        "LocalLogCacheMeta": {"HaveNotifyEnabled": False},
    }


def _process(box: StoredContainer) -> dict[str, Any]:
    """``State``, with what an inspect leaves out of it, and without its one-word summary."""
    told = state_json(box)
    return {
        "Running": told["Running"],
        "Paused": told["Paused"],
        "Restarting": False,
        "OOMKilled": False,
        "RemovalInProgress": False,
        "Dead": False,
        **{key: told[key] for key in ("Pid", "ExitCode", "Error", "StartedAt", "FinishedAt")},
        "Health": None,
    }


def _network(box: StoredContainer) -> dict[str, Any]:
    told = network_settings(box)
    first = ("Bridge", "SandboxID", "HairpinMode", "LinkLocalIPv6Address")
    networks = {
        name: {**endpoint, "IPAMOperational": False} for name, endpoint in told["Networks"].items()
    }
    return {
        **{key: told[key] for key in (*first, "LinkLocalIPv6PrefixLen")},
        "Networks": networks,
        "Service": None,
        "Ports": {} if is_mounted(box) else None,
        "SandboxKey": "",
        "SecondaryIPAddresses": None,
        "SecondaryIPv6Addresses": None,
        "IsAnonymousEndpoint": False,
        "HasSwarmEndpoint": False,
    }
