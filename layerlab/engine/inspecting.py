"""``docker inspect``: the daemon's JSON of an image or a container, field by field.

The order is that of moby's structs in 20.10 (``api/types/types.go``); (*ran*: docker 20.10).
"""

from __future__ import annotations

from typing import Any

from layerlab.digest import ChainID
from layerlab.engine.finding import references_of
from layerlab.engine.hostconfig import host_config, network_settings
from layerlab.engine.runconfig import config_json, document_of, go_config
from layerlab.engine.state import State, StoredContainer, StoredImage
from layerlab.engine.times import NEVER, rfc3339

ROOT = "/var/lib/docker"


def image_json(state: State, stored: StoredImage) -> dict[str, Any]:
    """An image, as ``GET /images/NAME/json`` has it."""
    image = stored.image
    document = document_of(image)
    names = references_of(state, image.image_id)
    config = document.get("config")
    found = {
        "Id": str(image.image_id),
        "RepoTags": [str(name) for name in names if name.tag],
        "RepoDigests": [str(name) for name in names if name.digest],
        "Parent": str(stored.parent or ""),
        "Comment": document.get("comment") or (image.history[-1].comment if image.history else ""),
        "Created": image.config.created or NEVER,
        "Container": document.get("container", ""),
        "ContainerConfig": go_config(document.get("container_config") or {}),
        "DockerVersion": document.get("docker_version", ""),
        "Author": image.config.author,
        "Config": None if config is None else go_config(config),
        "Architecture": image.config.architecture,
        "Variant": image.config.variant,
        "Os": image.config.os,
        "OsVersion": image.config.os_version,
        "Size": image.size,
        "VirtualSize": image.size,
        "GraphDriver": _graph_driver(_image_directories(state, image.chain_ids)),
        "RootFS": {"Type": "layers", "Layers": [str(item) for item in image.diff_ids]},
        "Metadata": {"LastTagTime": rfc3339(stored.tagged)},
    }
    if not image.layers:
        del found["RootFS"]["Layers"]
    return {key: value for key, value in found.items() if value or key not in _OMITTED}


_OMITTED = {"Variant", "OsVersion"}


def _image_directories(state: State, chain: tuple[ChainID, ...]) -> dict[str, str] | None:
    """Where the image's topmost layer lies, and what it stands on."""
    if not chain:
        return None
    *lower, top = (state.layers[chain_id].cache_id for chain_id in chain)
    return _directories(top, lower[::-1])


def _directories(top: str, lower: list[str]) -> dict[str, str]:
    place = f"{ROOT}/overlay2"
    found = {"LowerDir": ":".join(f"{place}/{name}/diff" for name in lower)} if lower else {}
    for key in ("Merged", "Upper", "Work"):
        name = "diff" if key == "Upper" else key.lower()
        found[f"{key}Dir"] = f"{place}/{top}/{name}"
    return found


def _graph_driver(data: dict[str, str] | None) -> dict[str, Any]:
    return {"Data": data, "Name": "overlay2"}


def container_json(state: State, container: StoredContainer) -> dict[str, Any]:
    """A container, as ``GET /containers/NAME/json`` has it."""
    command = [*container.entrypoint, *container.cmd]
    place = f"{ROOT}/containers/{container.id}"
    ran = container.started is not None or container.error  # the files come before the process
    lower = [state.layers[chain_id].cache_id for chain_id in container.image.chain_ids]
    init = f"{container.mount_id}-init"
    return {
        "Id": container.id,
        "Created": rfc3339(container.created),
        "Path": command[0],
        "Args": command[1:],
        "State": state_json(container),
        "Image": str(container.image_id),
        "ResolvConfPath": f"{place}/resolv.conf" if ran else "",
        "HostnamePath": f"{place}/hostname" if ran else "",
        "HostsPath": f"{place}/hosts" if ran else "",
        "LogPath": f"{place}/{container.id}-json.log" if ran else "",
        "Name": f"/{container.name}",
        "RestartCount": 0,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": None,
        "HostConfig": host_config(container),
        "GraphDriver": _graph_driver(_directories(container.mount_id, [init, *lower[::-1]])),
        "Mounts": [],
        "Config": config_json(container),
        "NetworkSettings": network_settings(container),
    }


def state_json(container: StoredContainer) -> dict[str, Any]:
    """The ``State`` of a container."""
    paused = container.status == "paused"
    alive = container.status == "running" or paused
    return {
        "Status": container.status,
        "Running": alive,
        "Paused": paused,
        "Restarting": False,
        "OOMKilled": False,
        "Dead": False,
        "Pid": 2000 + int(container.id[:4], 16) % 30000 if alive else 0,
        "ExitCode": container.exit_code,
        "Error": container.error,
        "StartedAt": rfc3339(container.started),
        "FinishedAt": rfc3339(container.finished),
    }
