"""``RUN --mount=type=cache,target=/x``: what is mounted while a process runs.

BuildKit: ``frontend/dockerfile/instructions/commands_runmount.go``, as moby 20.10 has it.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace

from layerlab.build.golang import quoted
from layerlab.build.instructions import Instruction
from layerlab.errors import DockerfileError

_TYPES = "bind", "cache", "tmpfs", "secret", "ssh"
_SHARINGS = "shared", "private", "locked"
_TRUE, _FALSE = ("1", "t", "T", "true", "TRUE", "True"), ("0", "f", "F", "false", "FALSE", "False")


@dataclass(frozen=True)
class Mount:
    """One mount. ``input`` is the number of the vertex's input that it shows, if it shows one."""

    type: str = "bind"
    origin: str = ""
    """The stage or image that ``from`` names."""
    source: str = ""
    target: str = ""
    read_only: bool | None = None
    """``None`` while nobody said it."""
    id: str = ""
    sharing: str = ""
    required: bool = False
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    input: int = 0

    @property
    def readable_only(self) -> bool:
        """Whether the process can't write there; nobody's word makes it so for binds alone."""
        if self.read_only is None:
            return self.type not in ("cache", "tmpfs")
        return self.read_only


def mounts_of(instruction: Instruction) -> tuple[Mount, ...]:
    """The mounts of a RUN; ``DockerfileError`` names its line."""
    try:
        return tuple(parse_mount(text) for text in instruction.flags.get("mount", ()))
    except DockerfileError as error:
        fault = f"dockerfile parse error line {instruction.line}: {error.what}"
        raise DockerfileError(fault, line=instruction.line, source=instruction.source) from None


def parse_mount(text: str) -> Mount:
    """A mount from its flag's value; ``DockerfileError`` in the frontend's words."""
    mount = Mount()
    for field in next(csv.reader([text]), []):
        mount = _with_field(mount, field)
    about_files = mount.type in ("secret", "ssh", "cache")
    for name in ("mode", "uid", "gid"):
        if getattr(mount, name) is not None and not about_files:
            raise DockerfileError(f"{name} not allowed for {quoted(mount.type)} type mounts")
    if mount.sharing and mount.type != "cache":
        raise DockerfileError(f"invalid cache sharing set for {mount.type} mount")
    if mount.type == "secret":
        _check_secret(mount)
    return mount


def _check_secret(mount: Mount) -> None:
    if mount.origin:
        raise DockerfileError("secret mount should not have a from")
    if not (mount.source or mount.target or mount.id):
        raise DockerfileError("invalid secret mount. one of source, target required")
    if mount.source and mount.id:
        raise DockerfileError("both source and id can't be set")


def _with_field(mount: Mount, field: str) -> Mount:
    key, equals, value = field.partition("=")
    key = key.lower()
    if not equals:
        return _with_switch(mount, key, field)
    match key:
        case "type":
            if value.lower() not in _TYPES:
                raise DockerfileError(f"unsupported mount type {quoted(value)}")
            return replace(mount, type=value.lower())
        case "from":
            return replace(mount, origin=value)
        case "source" | "src":
            return replace(mount, source=value)
        case "target" | "dst" | "destination":
            return replace(mount, target=value)
        case "readonly" | "ro":
            return replace(mount, read_only=_switch(key, value))
        case "readwrite" | "rw":
            return replace(mount, read_only=not _switch(key, value))
        case "required" if mount.type in ("secret", "ssh"):
            return replace(mount, required=_switch(key, value))
        case "required":
            raise _unexpected(mount, key)
        case "id":
            return replace(mount, id=value)
        case "sharing":
            if value.lower() not in _SHARINGS:
                raise DockerfileError(f"unsupported sharing value {quoted(value)}")
            return replace(mount, sharing=value.lower())
        case "mode":
            return replace(mount, mode=_number(key, value, 8))
        case "uid":
            return replace(mount, uid=_number(key, value, 10))
        case "gid":
            return replace(mount, gid=_number(key, value, 10))
    raise DockerfileError(f"unexpected key '{key}' in '{field}'")


def _with_switch(mount: Mount, key: str, field: str) -> Mount:
    if key in ("readonly", "ro"):
        return replace(mount, read_only=True)
    if key in ("readwrite", "rw"):
        return replace(mount, read_only=False)
    if key == "required":
        if mount.type not in ("secret", "ssh"):
            raise _unexpected(mount, key)
        return replace(mount, required=True)
    raise DockerfileError(f"invalid field '{field}' must be a key=value pair")


def _unexpected(mount: Mount, key: str) -> DockerfileError:
    return DockerfileError(f"unexpected key '{key}' for mount type '{mount.type}'")


def _switch(key: str, value: str) -> bool:
    if value not in (*_TRUE, *_FALSE):
        raise DockerfileError(f"invalid value for {key}: {value}")
    return value in _TRUE


def _number(key: str, value: str, base: int) -> int:
    digits = "[0-7]+" if base == 8 else r"\d+"
    if not re.fullmatch(digits, value, re.ASCII) or int(value, base) >= 1 << 32:
        raise DockerfileError(f"invalid value {value} for {key}")
    return int(value, base)
