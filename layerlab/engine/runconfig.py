"""How a container runs: its image's config, and what ``run`` was told beside.

moby: ``daemon/commit.go`` (merge), ``api/types/container/config.go`` for the JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layerlab.engine.state import StoredContainer
from layerlab.errors import NoContent
from layerlab.image import Image, gojson

DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What a process gets when neither the image nor ``run`` sets ``PATH``."""

_CONFIG: Mapping[str, Any] = {
    "Hostname": "", "Domainname": "", "User": "", "AttachStdin": False, "AttachStdout": False,
    "AttachStderr": False, "ExposedPorts": {}, "Tty": False, "OpenStdin": False,
    "StdinOnce": False, "Env": None, "Cmd": None, "Healthcheck": {}, "ArgsEscaped": False,
    "Image": "", "Volumes": None, "WorkingDir": "", "Entrypoint": None, "NetworkDisabled": False,
    "MacAddress": "", "OnBuild": None, "Labels": None, "StopSignal": "", "StopTimeout": 0,
    "Shell": [],
}  # fmt: skip
"""The fields of Docker's ``Config``, in order, with Go's zero values."""
_OMITTED = {
    "ExposedPorts", "Healthcheck", "ArgsEscaped", "NetworkDisabled", "MacAddress", "StopSignal",
    "StopTimeout", "Shell",
}  # fmt: skip
"""Those that are left out when they are empty (``omitempty``)."""


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
    read_only: bool = False
    """Its processes can't change its files."""


def merged_env(own: tuple[str, ...], image: tuple[str, ...]) -> tuple[str, ...]:
    """The container's own variables first, then those of the image that it doesn't set."""
    names = {item.partition("=")[0] for item in own}
    return (*own, *(item for item in image if item.partition("=")[0] not in names))


def config_json(container: StoredContainer) -> dict[str, Any]:
    """``Config`` of a container."""
    image, options = container.image.config, container.options
    attached = not options["detach"]
    takes_input = bool(options["interactive"])
    return go_config(
        {
            "Hostname": options["hostname"],
            "User": options["user"],
            "AttachStdin": takes_input and attached,
            "AttachStdout": attached,
            "AttachStderr": attached,
            "ExposedPorts": {port: {} for port in image.exposed_ports},
            "Tty": options["tty"],
            "OpenStdin": takes_input,
            "StdinOnce": takes_input and attached,
            "Env": list(options["env"]) or None,
            "Cmd": list(container.cmd) or None,
            "Healthcheck": dict(image.healthcheck or {}),
            "ArgsEscaped": image.args_escaped,
            "Image": container.image_name,
            "Volumes": {path: {} for path in image.volumes} or None,
            "WorkingDir": options["workdir"],
            "Entrypoint": list(container.entrypoint) or None,
            "Labels": dict(options["labels"]),
            "StopSignal": image.stop_signal,
        }
    )


def go_config(document: Mapping[str, Any]) -> dict[str, Any]:
    """A ``Config`` as Go writes it: every field, in the struct's order, the maps sorted."""
    found: dict[str, Any] = {}
    for name, zero in _CONFIG.items():
        value = document.get(name, zero)
        if isinstance(value, Mapping) and name != "Healthcheck":
            value = dict(sorted(value.items()))
        if value or name not in _OMITTED:
            found[name] = value
    return found


def document_of(image: Image) -> Mapping[str, Any]:
    """The image's config JSON; of an image that was only recorded, as far as it is known."""
    try:
        raw = image.raw_config
    except NoContent:
        raw = image.config.render(image.diff_ids, image.history)
    document: Mapping[str, Any] = gojson.load(raw, "config")
    return document
