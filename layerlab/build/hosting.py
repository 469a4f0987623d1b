"""What a build is given, and what it keeps as it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from layerlab.build import config as configs
from layerlab.build.arguments import Arguments
from layerlab.build.config import Config
from layerlab.build.instructions import Instruction
from layerlab.build.steps import Step
from layerlab.digest import ImageID
from layerlab.engine.clock import Clock
from layerlab.engine.ids import Ids
from layerlab.engine.state import State
from layerlab.errors import EngineError
from layerlab.image import Image
from layerlab.layer import Layer

Operation = Callable[[State], tuple[State, Any]]


def _unreachable(name: str) -> Image:
    raise EngineError(f"{name}: not found")


@dataclass(frozen=True)
class Host:
    """What a builder needs of an engine."""

    ids: Ids
    clock: Clock
    version: str
    state: Callable[[], State]
    change: Callable[[Operation], Any]
    """Apply an operation to the state; its result."""
    pull: Callable[[str], tuple[str, ...]]
    """Fetch an image; the lines that tell of it."""
    named: Callable[[Layer], Layer] = lambda layer: layer
    """The layer as its image names it: who can't wait for a hash gives it a name of his own."""
    told: Callable[[Instruction, bool], None] = lambda instruction, hit: None
    """Hears of each instruction whether the cache has it, before it is carried out."""
    fetch: Callable[[str], Image] = _unreachable
    """An image from its registry, of which the engine keeps nothing: BuildKit's way."""


@dataclass(frozen=True)
class Options:
    """What ``docker build`` was told beside context and Dockerfile."""

    target: str = ""
    arguments: Mapping[str, str | None] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    no_cache: bool = False
    pull: bool = False
    remove: bool = True
    """Whether containers go when their step has succeeded."""
    force_remove: bool = False
    """Whether they go when it has failed, too."""
    network: str = "default"
    secrets: Mapping[str, bytes] = field(default_factory=dict)
    """By ID, for ``RUN --mount=type=secret``: BuildKit's alone."""


@dataclass(frozen=True)
class Working:
    """Where a stage stands (moby's ``dispatchState``)."""

    image: Image
    image_id: ImageID | None
    """``None`` while nothing was built on ``scratch``."""
    config: Config
    arguments: Arguments
    index: int
    name: str = ""
    maintainer: str = ""
    cmd_set: bool = False
    missed: bool = False
    """Whether the cache had nothing once in this stage: then it isn't asked any more."""

    @property
    def env(self) -> dict[str, str]:
        """What variables in an instruction's words stand for."""
        return {**self.arguments.values(), **configs.environment(self.config)}


class Journal:
    """What a build printed and did so far."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._printed: list[str] = []

    def print(self, text: str) -> None:
        """Print, as the client shows it."""
        self._printed.append(text)

    @property
    def output(self) -> str:
        """All that was printed."""
        return "".join(self._printed)
