"""What a Dockerfile says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from layerlab.build.heredocs import Heredoc


@dataclass(frozen=True)
class Instruction:
    """One instruction. Variables in its words are not replaced yet: that is the builder's."""

    name: str
    """In capitals."""
    args: tuple[str, ...]
    """Its words. A command in shell form is one; ENV and LABEL have names and values in turn."""
    source: str
    """As it was written, on one line."""
    line: int
    end: int
    exec_form: bool = False
    """Whether the words came from a JSON list."""
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    heredocs: tuple[Heredoc, ...] = ()
    health: Mapping[str, Any] | None = None
    """A HEALTHCHECK as the image's config has it, times in nanoseconds."""

    def flag(self, name: str) -> str:
        """The value of a flag; empty if it isn't given."""
        return self.flags.get(name, ("",))[-1]


@dataclass(frozen=True)
class Stage:
    """What begins with a FROM."""

    start: Instruction
    base: str
    """The image or stage that FROM names, variables not replaced yet."""
    name: str = ""
    """Behind AS, in lower case."""
    platform: str = ""
    instructions: tuple[Instruction, ...] = ()
    """Without the FROM."""


@dataclass(frozen=True)
class Dockerfile:
    """A Dockerfile, understood."""

    stages: tuple[Stage, ...]
    arguments: tuple[Instruction, ...] = ()
    """The ARGs before the first FROM."""
    escape: str = "\\"
    syntax: str = ""
    warnings: tuple[str, ...] = ()
    """What Docker prints of lines that it will refuse some day."""

    @property
    def steps(self) -> int:
        """How many steps Docker counts."""
        return len(self.arguments) + sum(1 + len(stage.instructions) for stage in self.stages)

    def stage(self, name: str) -> int | None:
        """The index of the stage of this name, in whatever case."""
        names = [stage.name for stage in self.stages]
        return names.index(name.lower()) if name and name.lower() in names else None
