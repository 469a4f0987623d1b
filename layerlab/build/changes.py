"""``docker commit --change``: Dockerfile instructions that change an image's config.

moby 20.10: ``builder/dockerfile/builder.go`` (BuildFromConfig), ``daemon/commit.go`` (merge).
"""

from __future__ import annotations

from collections.abc import Iterable

from layerlab.build import config as configs
from layerlab.build.config import Config
from layerlab.build.dialects import CLASSIC
from layerlab.build.expanding import expanded
from layerlab.build.lines import read
from layerlab.build.parsing import parse_bare
from layerlab.build.words import split_command
from layerlab.errors import EngineError

_TAKEN = frozenset((
    "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "USER", "VOLUME",
    "WORKDIR",
))  # fmt: skip
"""The instructions that a commit takes (``validCommitCommands``)."""


def changed(config: Config, changes: Iterable[str]) -> Config:
    """The config after these instructions; ``EngineError`` in the daemon's words."""
    given = list(changes)
    if not given:
        return config
    source = read("\n".join(given), heredocs=CLASSIC.heredocs)
    for line in source.lines:
        name = split_command(line.text).name
        if name.upper() not in _TAKEN:
            raise EngineError(f"{name.lower()} is not a valid change command")
    after, cmd_set = config, False
    for instruction in parse_bare(source, CLASSIC):
        instruction = expanded(instruction, configs.environment(after), source.escape)
        after, _ = configs.applied(after, instruction, cmd_set=cmd_set)
        cmd_set = cmd_set or (instruction.name == "CMD" and bool(instruction.args))
    return configs.merged(after, config)
