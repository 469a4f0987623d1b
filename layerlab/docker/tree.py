"""All commands by name: those that are simulated, and the rest of Docker's, by name only."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import ModuleType

from layerlab.docker import (
    archiving,
    building,
    copying,
    df,
    executing,
    history,
    images,
    imaging,
    info,
    inspecting,
    lifecycle,
    pruning,
    ps,
    reading,
    running,
    transfer,
    version,
)
from layerlab.docker.others import GROUPS, OTHERS
from layerlab.docker.spec import Command

MODULES: tuple[ModuleType, ...] = (
    archiving, building, copying, df, executing, history, images, imaging, info, inspecting,
    lifecycle, pruning, ps, reading, running, transfer, version,
)  # fmt: skip
"""Each has its commands in ``COMMANDS``."""


@cache
def commands() -> Mapping[str, Command]:
    """Every name of every simulated command."""
    return {
        name: command for module in MODULES for command in module.COMMANDS for name in command.names
    }


@cache
def shorts() -> Mapping[str, str]:
    """What each command does, in a line, by name and in order; aliases aside."""
    known = {name: command.short for name, command in commands().items()
             if command.canonical(name) == name}  # fmt: skip
    return dict(sorted((OTHERS | known).items()))


def find(words: list[str]) -> str:
    """The name of the command that ``words`` begins with: one word, or a group's two."""
    if words[0] in GROUPS and len(words) > 1 and not words[1].startswith("-"):
        return " ".join(words[:2])
    return words[0]


def known(name: str) -> bool:
    """Whether Docker has such a command or group; in a group, whatever its name."""
    return name in OTHERS or name in GROUPS or name == "help" or " " in name


def within(group: str) -> dict[str, str]:
    """The commands of a group, without its name."""
    return {name.removeprefix(f"{group} "): short for name, short in shorts().items()
            if name.startswith(f"{group} ")}  # fmt: skip
