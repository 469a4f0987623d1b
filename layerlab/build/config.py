"""What instructions do to the config that the next container gets, and what history says.

A config is the JSON of moby's ``container.Config``; nothing here changes one in place. moby
20.10: ``builder/dockerfile/dispatchers.go`` and ``internals.go``; go-connections: ``nat``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from layerlab.build.golang import duration, quoted, quoted_list, quoted_number
from layerlab.build.instructions import Instruction
from layerlab.engine.lifecycle import signal_number
from layerlab.engine.runconfig import DEFAULT_PATH
from layerlab.errors import EngineError

Config = Mapping[str, Any]
SHELL = ["/bin/sh", "-c"]


def shell(config: Config) -> list[str]:
    """What a command in shell form is handed to."""
    return list(config.get("Shell") or SHELL)


def command_line(instruction: Instruction, config: Config) -> list[str]:
    """The words that a RUN, CMD or ENTRYPOINT means."""
    words = list(instruction.args)
    return words if instruction.exec_form else [*shell(config), *words]


def environment(config: Config) -> dict[str, str]:
    """The config's variables."""
    return {name: value for name, _, value in (item.partition("=") for item in config["Env"] or ())}


def first_config(base: Config) -> Config:
    """What a stage begins with, from its image's config."""
    env = list(base.get("Env") or ())
    if not any(item.partition("=")[0] == "PATH" for item in env):
        env.append(DEFAULT_PATH)
    return {**base, "Env": env, "OpenStdin": False, "StdinOnce": False}


def nop(config: Config, comment: str, *, one_word: bool = False) -> Config:
    """The config whose command tells what was done, where nothing runs.

    Two words, but for COPY, ADD and WORKDIR one: it shows as one space more or less.
    """
    words = [f"#(nop) {comment}"] if one_word else ["#(nop) ", comment]
    return {**config, "Cmd": [*shell(config), *words]}


def with_env(config: Config, words: tuple[str, ...]) -> tuple[Config, str]:
    """ENV: names that are there already keep their place."""
    env, comment = list(config["Env"] or ()), "ENV"
    for name, value in _pairs(words):
        item = f"{name}={value}"
        comment += f" {item}"
        names = [known.partition("=")[0] for known in env]
        if name in names:
            env[names.index(name)] = item
        else:
            env.append(item)
    return {**config, "Env": env}, comment


def with_labels(config: Config, words: tuple[str, ...]) -> tuple[Config, str]:
    """LABEL."""
    pairs = list(_pairs(words))
    comment = " ".join(("LABEL", *(f"{name}={value}" for name, value in pairs)))
    return {**config, "Labels": {**(config.get("Labels") or {}), **dict(pairs)}}, comment


def with_cmd(config: Config, instruction: Instruction) -> tuple[Config, str]:
    """CMD."""
    words = command_line(instruction, config)
    return {**config, "Cmd": words, "ArgsEscaped": False}, f"CMD {quoted_list(words)}"


def with_entrypoint(
    config: Config, instruction: Instruction, *, cmd_set: bool
) -> tuple[Config, str]:
    """ENTRYPOINT: what CMD the image brought goes; one of this stage stays."""
    words = command_line(instruction, config) if instruction.args else []
    changed = {**config, "Entrypoint": words or None, "ArgsEscaped": False}
    if not cmd_set:
        changed["Cmd"] = None
    return changed, f"ENTRYPOINT {quoted_list(words)}"


def with_health(config: Config, check: Mapping[str, Any]) -> tuple[Config, str]:
    """HEALTHCHECK."""
    times = " ".join(
        quoted(duration(check.get(name, 0))) for name in ("Interval", "Timeout", "StartPeriod")
    )
    retries = quoted_number(check.get("Retries", 0))
    told = f"HEALTHCHECK &{{{quoted_list(check['Test'])} {times} {retries}}}"
    return {**config, "Healthcheck": dict(check)}, told


def with_ports(config: Config, words: tuple[str, ...]) -> tuple[Config, str]:
    """EXPOSE."""
    ports = dict(config.get("ExposedPorts") or {})
    for word in words:
        ports.update({port: {} for port in _ports(word)})
    return {**config, "ExposedPorts": ports}, f"EXPOSE {' '.join(words)}"


def with_volumes(config: Config, words: tuple[str, ...]) -> tuple[Config, str]:
    """VOLUME."""
    if "" in words:
        raise EngineError("VOLUME specified can not be an empty string")
    volumes = {**(config.get("Volumes") or {}), **{word: {} for word in words}}
    return {**config, "Volumes": volumes}, f"VOLUME [{' '.join(words)}]"


def with_workdir(config: Config, path: str) -> tuple[Config, str]:
    """WORKDIR: a relative one is below the one before."""
    if not path:
        raise EngineError("cannot normalize nothing")
    if not path.startswith("/"):
        path = posixpath.normpath(posixpath.join("/", config.get("WorkingDir") or "", path))
        path = "/" + path.lstrip("/")
    return {**config, "WorkingDir": path}, f"WORKDIR {path}"


def with_stop_signal(config: Config, name: str) -> tuple[Config, str]:
    """STOPSIGNAL: any number will do."""
    if not re.fullmatch(r"[+-]?\d+", name, re.ASCII) or not int(name):
        signal_number(name)
    return {**config, "StopSignal": name}, f"STOPSIGNAL {name}"


def with_shell(config: Config, words: tuple[str, ...]) -> tuple[Config, str]:
    """SHELL."""
    return {**config, "Shell": list(words)}, f"SHELL [{' '.join(words)}]"


def with_trigger(config: Config, text: str) -> tuple[Config, str]:
    """ONBUILD."""
    return {**config, "OnBuild": [*(config.get("OnBuild") or ()), text]}, f"ONBUILD {text}"


def applied(config: Config, instruction: Instruction, *, cmd_set: bool) -> tuple[Config, str]:
    """The config after an instruction, and what history says of it; files aren't its business."""
    name, words = instruction.name, instruction.args
    match name:
        case "CMD":
            return with_cmd(config, instruction)
        case "ENTRYPOINT":
            return with_entrypoint(config, instruction, cmd_set=cmd_set)
        case "ENV":
            return with_env(config, words)
        case "EXPOSE":
            return with_ports(config, words)
        case "HEALTHCHECK":
            return with_health(config, instruction.health or {})
        case "LABEL":
            return with_labels(config, words)
        case "MAINTAINER":
            return config, f"MAINTAINER {words[0]}"
        case "ONBUILD":
            return with_trigger(config, words[0])
        case "SHELL":
            return with_shell(config, words)
        case "STOPSIGNAL":
            return with_stop_signal(config, words[0])
        case "USER":
            return {**config, "User": words[0]}, f"USER {words[0]}"
        case "VOLUME":
            return with_volumes(config, words)
        case "WORKDIR":
            return with_workdir(config, words[0])
        case _:
            raise EngineError(f"unsupported command type: {name}")


def _pairs(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return zip(words[::2], words[1::2], strict=True)


def _ports(text: str) -> Iterator[str]:
    """The ports that ``8000-8002/udp`` means; what it says of the host is checked, and dropped."""
    *_, container = text.split(":")
    numbers, slash, protocol = container.partition("/")
    protocol = protocol.partition("/")[0] if slash else ""
    protocol = protocol or "tcp"
    if not numbers:
        raise EngineError(f"No port specified: {text}<empty>")
    first, dash, last = numbers.partition("-")
    last = last.partition("-")[0] if dash else first
    if not (_is_port(first) and _is_port(last) and int(first) <= int(last)):
        raise EngineError(f"Invalid containerPort: {numbers}")
    if protocol.lower() not in ("tcp", "udp", "sctp"):
        raise EngineError(f"Invalid proto: {protocol}")
    for port in range(int(first), int(last) + 1):
        yield f"{port}/{protocol.lower()}"


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) <= 65_535


def merged(config: Config, image: Config) -> dict[str, Any]:
    """What a container's config becomes when it is made on an image (daemon/commit.go, merge)."""
    found = dict(config)
    found["User"] = config.get("User") or image.get("User") or ""
    for name in ("ExposedPorts", "Volumes"):
        both = {**(config.get(name) or {}), **(image.get(name) or {})}
        found[name] = both or None
    names = {item.partition("=")[0] for item in config.get("Env") or ()}
    missing = [i for i in image.get("Env") or () if i.partition("=")[0] not in names]
    found["Env"] = [*(config.get("Env") or ()), *missing] or None
    found["Labels"] = {**(image.get("Labels") or {}), **(config.get("Labels") or {})}
    if not config.get("Entrypoint"):
        found["Cmd"] = config.get("Cmd") or image.get("Cmd")
        if config.get("Entrypoint") is None:
            found["Entrypoint"] = image.get("Entrypoint")
    found["Healthcheck"] = merged_health(config, image)
    found["WorkingDir"] = config.get("WorkingDir") or image.get("WorkingDir") or ""
    found["StopSignal"] = config.get("StopSignal") or image.get("StopSignal") or ""
    return found


def merged_health(config: Config, image: Config) -> dict[str, Any]:
    """A health check takes what it doesn't say from the image's."""
    own, other = config.get("Healthcheck") or {}, image.get("Healthcheck") or {}
    order = "Test", "Interval", "Timeout", "StartPeriod", "Retries"
    both = {name: own.get(name) or other.get(name) for name in order}
    return {name: value for name, value in both.items() if value}
