"""ImageConfig and History: what an image's config JSON says, as values.

OCI image-spec, config.md, and the fields that Docker adds to it. The JSON of an opened image
stays as it is, byte for byte; one that is made here, or changed, is written as Docker and
BuildKit write theirs: compact, the top-level keys sorted, Go's escapes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Self

from layerlab.digest import DiffID
from layerlab.errors import InvalidDigest, InvalidImage
from layerlab.image import gojson
from layerlab.source import Meter

EPOCH = "1970-01-01T00:00:00Z"
"""When an image was created that doesn't say: the customary time of reproducible builds
(``SOURCE_DATE_EPOCH=0``). It makes the same layers give the same ImageID every time, and every
tool can print it."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:  # Python 3.11 won't have a mappingproxy as a default
    return _NOTHING


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_OF_ONE_STEP = ("container", "container_config", "id", "parent")
"""What Docker notes of the step that made an image; it isn't true of an image built on it."""


@dataclass(frozen=True, slots=True)
class History:
    """One step of an image's making. ``empty_layer`` steps added no layer."""

    created: str = ""
    created_by: str = ""
    author: str = ""
    comment: str = ""
    empty_layer: bool = False

    @classmethod
    def parse(cls, document: Any, where: str) -> Self:
        """A history entry from JSON; ``InvalidImage`` if it has the wrong shape."""
        entry = gojson.as_type(document, dict, where)
        texts = {
            key: gojson.field(entry, key, str, where, "")
            for key in ("created", "created_by", "author", "comment")
        }
        _check_time(texts["created"], where)
        return cls(**texts, empty_layer=gojson.field(entry, "empty_layer", bool, where, False))

    def to_json(self) -> dict[str, Any]:
        """The entry as JSON, without what is empty, in the order of the OCI's Go struct."""
        document = {item.name: getattr(self, item.name) for item in fields(self)}
        return {key: value for key, value in document.items() if value}


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """How an image is meant to run, and what it was made for.

    ``entrypoint`` and ``cmd`` are ``None`` when they aren't set, which isn't the same as
    empty. ``env`` holds ``NAME=value`` in order. Times are RFC 3339.
    """

    architecture: str = "amd64"
    os: str = "linux"
    variant: str = ""
    os_version: str = ""
    os_features: tuple[str, ...] = ()
    created: str = EPOCH
    author: str = ""
    user: str = ""
    exposed_ports: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    volumes: tuple[str, ...] = ()
    working_dir: str = ""
    labels: Mapping[str, str] = field(default_factory=_nothing, hash=False)
    stop_signal: str = ""
    args_escaped: bool = False
    healthcheck: Mapping[str, Any] | None = field(default=None, hash=False)
    on_build: tuple[str, ...] = ()
    shell: tuple[str, ...] | None = None
    document: Mapping[str, Any] = field(default_factory=_nothing, repr=False, compare=False)
    """The JSON that this was read from, with all the fields that have no name here."""

    def __post_init__(self) -> None:
        for name in _LISTS:
            value = getattr(self, name)
            if isinstance(value, str):
                raise InvalidImage(
                    f"a list of texts is needed, not the text {value!r:.60}",
                    where=f"config.{name}",
                    hint=f"write [{value!r:.20}]",
                )
            if value is not None:
                object.__setattr__(self, name, tuple(value))

    @property
    def platform(self) -> str:
        """``linux/amd64``, with the variant if there is one."""
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    @property
    def environment(self) -> dict[str, str]:
        """``env`` as a dict; the last of equal names wins."""
        return {name: value for name, _, value in (item.partition("=") for item in self.env)}

    @classmethod
    def parse(cls, document: Mapping[str, Any], where: str) -> Self:
        """The config in an image's JSON; ``InvalidImage`` if it has the wrong shape."""
        top = dict(document)
        section = gojson.field(top, "config", dict, where, {})
        step = gojson.field(top, "container_config", dict, where, {})
        values: dict[str, Any] = {}
        for name, key in _TOP.items():
            values[name] = _parse(name, top.get(key), f"{where}: {key}")
        for name, key in _SECTION.items():
            values[name] = _parse(name, section.get(key), f"{where}: config.{key}")
            _parse(
                name, step.get(key), f"{where}: container_config.{key}"
            )  # Docker decodes it, too
        _check_time(values["created"], where)
        return cls(**values, document=MappingProxyType(top))

    def for_a_child(self) -> "ImageConfig":
        """The config to start from when another step is put on top."""
        kept = {key: value for key, value in self.document.items() if key not in _OF_ONE_STEP}
        return replace(self, document=MappingProxyType(kept))

    def render(self, diff_ids: Iterable[DiffID], history: Iterable[History]) -> bytes:
        """The config JSON. What was read and not changed is written as it was."""
        top = dict(self.document)
        section = dict(top.get("config") or {})
        before = ImageConfig.parse(self.document, "config") if self.document else None
        _update(top, _TOP, self, before)
        _update(section, _SECTION, self, before)
        top["config"] = section
        top["rootfs"] = {"type": "layers", "diff_ids": list(diff_ids)}
        steps = _render_history(history, top.get("history"))
        top.pop("history", None)
        if steps:
            top["history"] = steps
        return gojson.dump({key: top[key] for key in sorted(top)})


_TOP = {
    "architecture": "architecture",
    "author": "author",
    "created": "created",
    "os": "os",
    "os_features": "os.features",
    "os_version": "os.version",
    "variant": "variant",
}
_SECTION = {  # in the order of the Go structs: OCI's ImageConfig, then Docker's additions
    "user": "User",
    "exposed_ports": "ExposedPorts",
    "env": "Env",
    "entrypoint": "Entrypoint",
    "cmd": "Cmd",
    "volumes": "Volumes",
    "working_dir": "WorkingDir",
    "labels": "Labels",
    "stop_signal": "StopSignal",
    "args_escaped": "ArgsEscaped",
    "healthcheck": "Healthcheck",
    "on_build": "OnBuild",
    "shell": "Shell",
}
_SETS = frozenset(("exposed_ports", "volumes"))  # in JSON an object of empty objects
_LISTS = (
    "os_features",
    "exposed_ports",
    "env",
    "entrypoint",
    "cmd",
    "volumes",
    "on_build",
    "shell",
)
_OPTIONAL = frozenset(("entrypoint", "cmd", "shell", "healthcheck"))


def _parse(name: str, value: Any, where: str) -> Any:
    if value is None:
        if name in _OPTIONAL:
            return None
        return {"labels": _NOTHING, "args_escaped": False}.get(name, () if name in _LISTS else "")
    if name in _SETS:
        items = gojson.as_type(value, dict, where)
        for key in items:
            gojson.field(items, key, dict, where, {})
        return tuple(sorted(items))
    if name in _LISTS:
        return gojson.strings(value, where)
    if name == "labels":
        labels = gojson.as_type(value, dict, where)
        return MappingProxyType(
            {key: gojson.as_type(text, str, f"{where}.{key}") for key, text in labels.items()}
        )
    if name == "healthcheck":
        return MappingProxyType(gojson.as_type(value, dict, where))
    return gojson.as_type(value, bool if name == "args_escaped" else str, where)


def _check_time(text: str, where: str) -> None:
    """Refuse a ``created`` that is no time; so does Docker, the whole image (*ran*)."""
    from datetime import datetime  # slow to import

    try:
        if text and _TIME.fullmatch(text) is None:
            raise ValueError
        datetime.fromisoformat(text or EPOCH)  # there is no 30th of February
    except ValueError:
        raise InvalidImage(f"{text!r:.60} is not a time", where=f"{where}: created") from None


def _update(
    document: dict[str, Any],
    names: Mapping[str, str],
    config: ImageConfig,
    before: ImageConfig | None,
) -> None:
    """Write the fields that differ from what ``document`` says already."""
    for name, key in names.items():
        value = getattr(config, name)
        if before is not None and getattr(before, name) == value:
            continue
        required = key in ("architecture", "os")
        if not value and not required and (name not in _OPTIONAL or value is None):
            document.pop(key, None)
        elif name in _SETS:
            document[key] = {item: {} for item in sorted(value)}
        elif name == "labels":
            document[key] = dict(sorted(value.items()))
        elif name == "healthcheck":
            document[key] = dict(value)
        else:
            document[key] = list(value) if isinstance(value, tuple) else value


def _render_history(history: Iterable[History], before: Any) -> list[Any]:
    old = before if isinstance(before, list) else []
    steps: list[Any] = []
    for index, step in enumerate(history):
        if index < len(old) and History.parse(old[index], "history") == step:
            steps.append(old[index])
        else:
            steps.append(step.to_json())
    return steps


def parse_document(
    raw: bytes, where: str, meter: Meter | None = None
) -> tuple[ImageConfig, tuple[History, ...], tuple[DiffID, ...]]:
    """Config, history and DiffIDs of an image's JSON, all of the right shape."""
    document = gojson.as_type(gojson.load(raw, where, meter), dict, where)
    config = ImageConfig.parse(document, where)
    steps = gojson.field(document, "history", list, where, [])
    history = tuple(
        History.parse(step, f"{where}: history[{index}]") for index, step in enumerate(steps)
    )
    rootfs = gojson.field(document, "rootfs", dict, where)
    gojson.field(rootfs, "type", str, f"{where}: rootfs", "")
    place = f"{where}: rootfs.diff_ids"
    texts = gojson.strings(rootfs.get("diff_ids") or [], place)
    try:
        return config, history, tuple(DiffID(text) for text in texts)
    except InvalidDigest as error:
        raise InvalidImage(error.what, where=place, hint=error.hint) from error
