"""How a container runs: its image's config, and what ``run`` was told beside.

moby: ``daemon/commit.go`` (merge), ``api/types/container/config.go`` for the JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layerlab.engine.state import StoredContainer
from layerlab.image import ImageConfig

DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What a process gets when neither the image nor ``run`` sets ``PATH``."""


@dataclass(frozen=True)
class RunOptions:
    """What ``docker create`` and ``docker run`` can be told beside image and command."""

    name: str | None = None
    entrypoint: tuple[str, ...] | None = None
    """``None``: the image's; empty: none at all."""
    env: tuple[str, ...] = ()
    user: str = ""
    workdir: str = ""
    hostname: str = ""
    labels: Mapping[str, str] | None = None
    remove: bool = False
    tty: bool = False
    interactive: bool = False
    """Standard input stays open, even if nobody is there."""
    detach: bool = False
    network: str = "default"


def merged_env(own: tuple[str, ...], image: tuple[str, ...]) -> tuple[str, ...]:
    """The container's own variables first, then those of the image that it doesn't set."""
    names = {item.partition("=")[0] for item in own}
    return (*own, *(item for item in image if item.partition("=")[0] not in names))


def config_json(container: StoredContainer) -> dict[str, Any]:
    """``Config`` of a container, in the order of the daemon's struct."""
    image, options = container.image.config, container.options
    labels = {**image.labels, **options["labels"]}
    attached = not options["detach"]
    takes_input = bool(options["interactive"])
    document: dict[str, Any] = {
        "Hostname": options["hostname"],
        "Domainname": "",
        "User": options["user"],
        "AttachStdin": takes_input and attached,
        "AttachStdout": attached,
        "AttachStderr": attached,
        "ExposedPorts": {port: {} for port in image.exposed_ports},
        "Tty": options["tty"],
        "OpenStdin": takes_input,
        "StdinOnce": takes_input and attached,
        "Env": list(options["env"]),
        "Cmd": list(container.cmd) or None,
        "Healthcheck": image.healthcheck and dict(image.healthcheck),
        "ArgsEscaped": image.args_escaped,
        "Image": container.image_name,
        "Volumes": {path: {} for path in image.volumes} or None,
        "WorkingDir": options["workdir"],
        "Entrypoint": list(container.entrypoint) or None,
        "OnBuild": None,
        "Labels": dict(sorted(labels.items())),
        "StopSignal": image.stop_signal,
    }
    return {key: value for key, value in document.items() if value or key not in _OPTIONAL}


_OPTIONAL = {"ExposedPorts", "Healthcheck", "ArgsEscaped", "StopSignal"}
"""Left out when they are empty (``omitempty``)."""


def image_config_json(config: ImageConfig) -> dict[str, Any]:
    """``Config`` of an image, as the daemon reads it from the image's JSON: all fields."""
    raw: Mapping[str, Any] = config.document.get("config") or {}
    document: dict[str, Any] = {
        "Hostname": raw.get("Hostname", ""),
        "Domainname": raw.get("Domainname", ""),
        "User": config.user,
        "AttachStdin": raw.get("AttachStdin", False),
        "AttachStdout": raw.get("AttachStdout", False),
        "AttachStderr": raw.get("AttachStderr", False),
        "ExposedPorts": {port: {} for port in config.exposed_ports},
        "Tty": raw.get("Tty", False),
        "OpenStdin": raw.get("OpenStdin", False),
        "StdinOnce": raw.get("StdinOnce", False),
        "Env": list(config.env) or None,
        "Cmd": _listed(config.cmd),
        "Healthcheck": config.healthcheck and dict(config.healthcheck),
        "ArgsEscaped": config.args_escaped,
        "Image": raw.get("Image", ""),
        "Volumes": {path: {} for path in config.volumes} or None,
        "WorkingDir": config.working_dir,
        "Entrypoint": _listed(config.entrypoint),
        "OnBuild": list(config.on_build) or None,
        "Labels": dict(sorted(config.labels.items())) or raw.get("Labels"),
        "StopSignal": config.stop_signal,
        "Shell": _listed(config.shell),
    }
    optional = _OPTIONAL | {"Shell"}
    return {key: value for key, value in document.items() if value or key not in optional}


def _listed(words: tuple[str, ...] | None) -> list[str] | None:
    return None if words is None else list(words)
