"""What each instruction does to a stage.

BuildKit: ``frontend/dockerfile/dockerfile2llb/convert.go`` (dispatch), as moby 20.10 has it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace

from layerlab.build import config as configs
from layerlab.build.buildkit.graph import Copy, MakeDirectory, Run, Vertex
from layerlab.build.buildkit.mounts import Mount
from layerlab.build.buildkit.stages import URL, Done, Given, Stage, joined, with_variables
from layerlab.build.expanding import expanded
from layerlab.build.golang import quoted_list
from layerlab.build.instructions import Instruction
from layerlab.build.variables import BadSubstitution, expand
from layerlab.errors import EngineError


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
    """A mount with the place that it is mounted at."""
    if mount.type == "ssh":
        return mount
    if mount.type == "secret":
        name = mount.id or mount.source or mount.target
        target = mount.target or f"/run/secrets/{posixpath.basename(name)}"
        return replace(mount, id=name, target=joined(workdir, target))
    target = joined(workdir, mount.target)
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
        if path.startswith(URL) and instruction.name == "COPY":
            raise EngineError("source can't be a URL for COPY")
    place = target if target.startswith("/") else posixpath.join(stage.workdir, target)
    place = posixpath.normpath("/" + place.lstrip("/"))
    if target in (".", "") or target.endswith("/"):
        place = place.rstrip("/") + "/"
    mode = instruction.flag("chmod")
    copy = Copy(
        tuple(path if path.startswith(URL) else joined("/", path) for path in paths),
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
            env = with_variables(env, [(name, value)])
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
            after = replace(after, env=with_variables(stage.env, pairs))
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
