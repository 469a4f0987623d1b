"""A stage as its instructions change it: the graph so far, the environment, the image's config.

BuildKit: ``frontend/dockerfile/dockerfile2llb/convert.go``, as moby 20.10 has it.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from layerlab.build.buildkit.graph import Operation, Vertex
from layerlab.build.config import Config
from layerlab.build.instructions import Instruction
from layerlab.engine.runconfig import DEFAULT_PATH

PROXIES = "http_proxy", "https_proxy", "ftp_proxy", "no_proxy"
URL = "http://", "https://"
"""How sources begin that are no paths."""
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
        stage = replace(self, config=config, env=with_variables(self.env, map(_pair, env)))
        if config.get("WorkingDir"):
            stage = stage.moved(config["WorkingDir"])
        return replace(stage, user=config.get("User") or stage.user)

    def moved(self, path: str) -> Stage:
        """In another directory; a relative one is below that before."""
        place = path
        if not path.startswith("/"):
            place = joined("/", self.config.get("WorkingDir") or "", path)
        config = {**self.config, "WorkingDir": place}
        return replace(self, workdir=joined(self.workdir, path), config=config)

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


def joined(*paths: str) -> str:
    """Paths one below the other, the shortest way; an absolute one at the end stands alone."""
    path = posixpath.normpath(posixpath.join("/", *(each.lstrip("/") or "." for each in paths)))
    return posixpath.normpath(paths[-1]) if paths[-1].startswith("/") else path


def _pair(item: str) -> tuple[str, str]:
    name, _, value = item.partition("=")
    return name, value


def with_variables(env: Mapping[str, str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The variables with these; one that is set anew moves to the end."""
    found = dict(env)
    for name, value in pairs:
        found.pop(name, None)
        found[name] = value
    return found
