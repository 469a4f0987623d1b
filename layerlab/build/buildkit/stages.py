"""A stage as its instructions change it: the graph so far, the environment, the image's config.

BuildKit: ``frontend/dockerfile/dockerfile2llb/convert.go``, as moby 20.10 has it.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from layerlab.build import config as configs
from layerlab.build.buildkit.graph import Copy, MakeDirectory, Operation, Run, Vertex
from layerlab.build.buildkit.mounts import Mount
from layerlab.build.config import Config
from layerlab.build.expanding import expanded
from layerlab.build.golang import quoted_list
from layerlab.build.instructions import Instruction
from layerlab.build.variables import BadSubstitution, expand
from layerlab.engine.runconfig import DEFAULT_PATH
from layerlab.errors import EngineError

PROXIES = "http_proxy", "https_proxy", "ftp_proxy", "no_proxy"
_URL = "http://", "https://"
Values = Mapping[str, str | None]


@dataclass(frozen=True)
class Line:
    """An entry of the image's history, without its time."""

    created_by: str
    layer: bool


@dataclass(frozen=True)
class Done:
    """What an instruction came to: the vertex before it and the one after."""

    instruction: Instruction
    before: Vertex | None
    after: Vertex | None


@dataclass(frozen=True)
class Given:
    """What all stages are given."""

    arguments: Values
    """By ``--build-arg``."""
    before: Values
    """What ARGs before the first FROM say, and which platform it is."""
    context: Vertex
    escape: str
    asks_cache: bool

    @property
    def proxies(self) -> tuple[str, ...]:
        """The proxy variables of ``--build-arg``, in the two spellings that programs know."""
        found = {name.lower(): value or "" for name, value in self.arguments.items()}
        names = [name for name in PROXIES if name in found]
        both = ((spelling, found[name]) for name in names for spelling in (name, name.upper()))
        return tuple(f"{name}={value}" for name, value in both)


@dataclass(frozen=True)
class Stage:
    """Where a stage stands (``dispatchState``)."""

    index: int
    label: str
    """As the progress calls it; empty where it is the only one."""
    total: int
    """How many operations the progress counts."""
    vertex: Vertex | None
    document: Mapping[str, Any]
    """The image's JSON without config, history and layers."""
    config: Config
    history: tuple[Any, ...]
    """Entries of the base as they are, then a ``Line`` for each instruction."""
    env: Mapping[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = ""
    declared: tuple[tuple[str, str | None], ...] = ()
    """By the ARGs of this stage."""
    cmd_set: bool = False
    count: int = 0
    done: tuple[Done, ...] = ()

    def begun(self) -> Stage:
        """With what its image's config says of the environment."""
        config = self.config
        env = list(config.get("Env") or ())
        if not any(item.partition("=")[0] == "PATH" for item in env):
            env.append(DEFAULT_PATH)
            config = {**config, "Env": env}
        stage = replace(self, config=config, env=_with(self.env, map(_pair, env)))
        if config.get("WorkingDir"):
            stage = stage.moved(config["WorkingDir"])
        return replace(stage, user=config.get("User") or stage.user)

    def moved(self, path: str) -> Stage:
        """In another directory; a relative one is below that before."""
        place = path
        if not path.startswith("/"):
            place = _joined("/", self.config.get("WorkingDir") or "", path)
        config = {**self.config, "WorkingDir": place}
        return replace(self, workdir=_joined(self.workdir, path), config=config)

    def named(self, text: str) -> tuple[Stage, str]:
        """An operation's name for the progress, and the stage that has counted it."""
        if not self.total:
            return self, text
        count, width = self.count + 1, int(1 + math.log10(self.total))
        label = f"{self.label} " if self.label else ""
        return replace(self, count=count), f"[{label}{count:{width}d}/{self.total}] {text}"

    def noted(self, text: str, *, layer: bool = False) -> Stage:
        """With one more line in the history."""
        return replace(self, history=(*self.history, Line(text, layer)))

    def grown(
        self, operation: Operation, sources: Iterable[Vertex | None], instruction: Instruction,
        shown: str, *, asks_cache: bool,
    ) -> Stage:  # fmt: skip
        """With one more operation on what it has."""
        command, space, rest = shown.partition(" ")
        stage, name = self.named(f"{command.upper()}{space}{rest}")
        inputs = (self.vertex, *sources)
        vertex = Vertex(operation, inputs, name, instruction, asks_cache)
        return replace(stage, vertex=vertex)


def _joined(*paths: str) -> str:
    path = posixpath.normpath(posixpath.join("/", *(each.lstrip("/") or "." for each in paths)))
    return posixpath.normpath(paths[-1]) if paths[-1].startswith("/") else path


def _pair(item: str) -> tuple[str, str]:
    name, _, value = item.partition("=")
    return name, value


def _with(env: Mapping[str, str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The variables with these; one that is set anew moves to the end."""
    found = dict(env)
    for name, value in pairs:
        found.pop(name, None)
        found[name] = value
    return found


def dispatched(
    stage: Stage, instruction: Instruction, sources: tuple[Vertex | None, ...],
    mounts: tuple[Mount, ...], given: Given,
) -> Stage:  # fmt: skip
    """The stage after an instruction. ``sources`` are what ``--from`` names."""
    before = stage.vertex
    written = instruction
    instruction = expanded(instruction, stage.env, given.escape)
    match instruction.name:
        case "RUN":
            stage = _run(stage, instruction, sources, mounts, given)
        case "COPY" | "ADD":
            stage = _copy(stage, instruction, sources, given)
        case "WORKDIR":
            stage = _workdir(stage, instruction, given)
        case "ARG":
            stage = _arg(stage, instruction, given)
        case _:
            stage = _configured(stage, instruction)
    return replace(stage, done=(*stage.done, Done(written, before, stage.vertex)))


def _shown(stage: Stage, instruction: Instruction, given: Given, *, raw: bool = False) -> str:
    """The instruction as the progress shows it: with its variables replaced."""
    try:
        return expand(instruction.source, stage.env, given.escape, raw=raw)
    except BadSubstitution:
        return instruction.source


def _run(
    stage: Stage, instruction: Instruction, sources: tuple[Vertex | None, ...],
    mounts: tuple[Mount, ...], given: Given,
) -> Stage:  # fmt: skip
    args = _command(stage, instruction)
    placed = tuple(_placed(mount, stage.workdir) for mount in mounts)
    env = tuple(f"{name}={value}" for name, value in stage.env.items())
    run = Run(tuple(args), env, stage.workdir, stage.user, placed, given.proxies)
    shown = _shown(stage, instruction, given, raw=True)
    told = [f"{name}={stage.env.get(name, value or '')}" for name, value in stage.declared]
    counted = [f"|{len(told)}", *told] if told else []
    stage = stage.grown(run, sources, instruction, shown, asks_cache=given.asks_cache)
    return stage.noted(f"RUN {' '.join([*counted, *args])} # buildkit", layer=True)


def _command(stage: Stage, instruction: Instruction) -> list[str]:
    """The words of a RUN, CMD or ENTRYPOINT; in shell form always one for the shell."""
    words = list(instruction.args)
    return words if instruction.exec_form else [*configs.shell(stage.config), " ".join(words)]


def _placed(mount: Mount, workdir: str) -> Mount:
    if mount.type == "secret":
        name = mount.id or mount.source or mount.target
        target = mount.target or f"/run/secrets/{posixpath.basename(name)}"
        return replace(mount, id=name, target=_joined(workdir, target))
    target = _joined(workdir, mount.target)
    if target == "/":
        quoted = mount.target.replace('"', '\\"')
        raise EngineError(f'invalid mount target "{quoted or "/"}"')
    if mount.type == "cache" and not mount.id:
        mount = replace(mount, id=posixpath.normpath(mount.target))
    return replace(mount, target=target)


def _copy(
    stage: Stage, instruction: Instruction, sources: tuple[Vertex | None, ...], given: Given
) -> Stage:
    *paths, target = instruction.args
    origin = sources[0] if sources else given.context
    for path in paths:
        if path.startswith(_URL) and instruction.name == "COPY":
            raise EngineError("source can't be a URL for COPY")
    place = target if target.startswith("/") else posixpath.join(stage.workdir, target)
    place = posixpath.normpath("/" + place.lstrip("/"))
    if target in (".", "") or target.endswith("/"):
        place = place.rstrip("/") + "/"
    mode = instruction.flag("chmod")
    copy = Copy(
        tuple(path if path.startswith(_URL) else _joined("/", path) for path in paths),
        place,
        expand(instruction.flag("chown"), stage.env, given.escape),
        int(mode, 8) if mode and not set(mode) - set("01234567") else None,
        unpack=instruction.name == "ADD",
    )
    shown = _shown(stage, instruction, given)
    stage = stage.grown(copy, (origin,), instruction, shown, asks_cache=given.asks_cache)
    told = " ".join((instruction.name, *paths, target))
    return stage.noted(f"{told} # buildkit", layer=True)


def _workdir(stage: Stage, instruction: Instruction, given: Given) -> Stage:
    stage = stage.moved(instruction.args[0])
    place = stage.config["WorkingDir"]
    if place == "/":
        return stage.noted("WORKDIR /")
    shown = _shown(stage, instruction, given)
    made = MakeDirectory(place, stage.config.get("User") or "")
    stage = stage.grown(made, (), instruction, shown, asks_cache=True)
    return stage.noted(f"WORKDIR {place}", layer=True)


def _arg(stage: Stage, instruction: Instruction, given: Given) -> Stage:
    told: list[str] = []
    env, declared = stage.env, stage.declared
    for name, default in declarations(instruction, stage.env, given.escape):
        value = given.arguments.get(name, default)
        told.append(name if default is None else f"{name}={default}")
        if value is None:
            value = given.before.get(name)
        if value is not None:
            env = _with(env, [(name, value)])
        declared = (*declared, (name, value))
    return replace(stage, env=env, declared=declared).noted(f"ARG {' '.join(told)}")


def declarations(
    instruction: Instruction, env: Mapping[str, str], escape: str
) -> Iterator[tuple[str, str | None]]:
    """The names of an ARG, and their defaults."""
    for word in instruction.args:
        name, equals, value = word.partition("=")
        yield expand(name, env, escape), expand(value, env, escape) if equals else None


def _configured(stage: Stage, instruction: Instruction) -> Stage:
    """After an instruction that changes the config alone."""
    name, words = instruction.name, instruction.args
    config, told = configs.applied(stage.config, instruction, cmd_set=stage.cmd_set)
    after = replace(stage, config=config)
    match name:
        case "ENV":
            pairs = zip(words[::2], words[1::2], strict=True)
            after = replace(after, env=_with(stage.env, pairs))
        case "USER":
            after = replace(after, user=words[0])
        case "CMD":
            args = _command(stage, instruction)
            config, told = {**stage.config, "Cmd": args, "ArgsEscaped": True}, _told(name, args)
            after = replace(after, cmd_set=True, config=config)
        case "ENTRYPOINT":
            args = _command(stage, instruction)
            cmd = stage.config.get("Cmd") if stage.cmd_set else None
            config, told = {**stage.config, "Entrypoint": args, "Cmd": cmd}, _told(name, args)
            after = replace(after, config=config)
        case "EXPOSE":
            ports = configs.with_ports({}, words)[0]["ExposedPorts"]
            told = f"EXPOSE map[{' '.join(f'{port}:{{}}' for port in sorted(ports))}]"
        case "MAINTAINER":
            after = replace(after, document={**stage.document, "author": words[0]})
        case "ONBUILD":
            return after  # the history says nothing of it
    return after.noted(told)


def _told(name: str, args: list[str]) -> str:
    return f"{name} {quoted_list(args)}"
