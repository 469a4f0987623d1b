"""The classic builder: an image after every instruction, each the parent of the next.

moby 20.10: ``builder/dockerfile/builder.go``, ``evaluator.go``, ``dispatchers.go`` and
``internals.go`` (*ran*: docker 20.10, client 28.2, DOCKER_BUILDKIT=0).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from layerlab.build import caching, containers, copying
from layerlab.build import config as configs
from layerlab.build.arguments import Arguments
from layerlab.build.config import Config
from layerlab.build.context import Context
from layerlab.build.dialects import CLASSIC
from layerlab.build.instructions import Dockerfile, Instruction, Stage
from layerlab.build.parsing import parse_trigger
from layerlab.build.sources import Source
from layerlab.build.steps import Build, Step
from layerlab.build.unpacking import ROOT
from layerlab.build.variables import expand, words
from layerlab.container import Container
from layerlab.digest import ImageID
from layerlab.engine.clock import Clock
from layerlab.engine.committing import child_image
from layerlab.engine.finding import find_image, parse_any
from layerlab.engine.ids import Ids
from layerlab.engine.inspecting import ROOT as DATA_ROOT
from layerlab.engine.lifecycle import NETWORKS
from layerlab.engine.runconfig import document_of, go_config
from layerlab.engine.state import State, StoredContainer
from layerlab.engine.store import add_image, remove_container, stand_on, with_item
from layerlab.engine.times import rfc3339
from layerlab.engine.transfer import TransferFailed
from layerlab.errors import BuildError, EngineError, LayerlabError
from layerlab.image import History, Image
from layerlab.layer import Layer

SCRATCH = Image([])
"""What ``FROM scratch`` begins with: no image at all."""
_NEEDS_BUILDKIT = (
    "the --{} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn "
    "how to build images with BuildKit enabled"
)
_EXPANDED = "ADD", "COPY", "ENV", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"
"""The instructions in whose words variables are replaced; ARG and EXPOSE have their own ways."""

Operation = Callable[[State], tuple[State, Any]]


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


class ClassicBuilder:
    """One build. Each step changes the engine; what a failure leaves there is what Docker leaves.

    So the images of the steps before are there for the next try, and the container, too.
    """

    def __init__(
        self, host: Host, context: Context, dockerfile: Dockerfile, options: Options
    ) -> None:
        self._host, self._dockerfile, self._options = host, dockerfile, options
        self._source = Source.of_context(context)
        self._done: list[Working] = []
        self._steps: list[Step] = []
        self._containers: list[str] = []
        self._printed: list[str] = []
        self._total = self._number = 0

    @property
    def output(self) -> str:
        """What was printed so far."""
        return "".join(self._printed)

    def build(self) -> Build:
        """Carry it all out; ``BuildError`` names the instruction that failed."""
        stages = self._stages()
        first = self._dockerfile.arguments
        self._total = len(first) + sum(1 + len(stage.instructions) for stage in stages)
        if self._dockerfile.warnings:
            self._print(containers.in_red("".join(f"{w}\n" for w in self._dockerfile.warnings)))
        arguments = Arguments(self._options.arguments)
        for instruction in first:
            with self._blaming(instruction):
                for name, value in self._declared(instruction, arguments.values()):
                    arguments = arguments.declare(name, value, first=True)
        for stage in stages:
            working = self._stage(stage, arguments)
            arguments = replace(arguments, named=arguments.named | working.arguments.named)
            self._done.append(working)
        if arguments.unused():
            names = " ".join(arguments.unused())
            self._print(f"[Warning] One or more build-args [{names}] were not consumed\n")
        if working.image_id is None:
            raise self._failure("No image was generated. Is your Dockerfile empty?", stage.start)
        self._print(f"Successfully built {working.image_id.short}\n")
        return Build(working.image, tuple(self._steps), self.output)

    def _stages(self) -> tuple[Stage, ...]:
        """The stages up to the target, with the labels that were asked for."""
        stages, target = self._dockerfile.stages, self._options.target
        if target:
            index = self._dockerfile.stage(target)
            if index is None:
                raise EngineError(f"failed to reach build target {target} in Dockerfile")
            stages = stages[: index + 1]
        labels = tuple(
            Instruction("LABEL", (name, value), f"LABEL {name}={value}", 0, 0)
            for name, value in sorted(self._options.labels.items())
        )
        last = replace(stages[-1], instructions=stages[-1].instructions + labels)
        return (*stages[:-1], last)

    def _print(self, text: str) -> None:
        self._printed.append(text)

    def _failure(self, what: str, instruction: Instruction, code: int = 1) -> BuildError:
        line, source = instruction.line, instruction.source
        return BuildError(what, line=line, source=source, code=code, output=self.output)

    @contextmanager
    def _blaming(self, instruction: Instruction) -> Iterator[None]:
        """Announce an instruction; whatever goes wrong with it is told as its fault."""
        self._number += 1
        self._print(f"Step {self._number}/{self._total} : {instruction.source}\n")
        try:
            yield
        except BuildError as error:
            raise self._failure(error.what, instruction, error.code) from None
        except LayerlabError as error:
            advice = f" ({error.hint})" if error.hint else ""
            raise self._failure(error.what + advice, instruction) from error

    def _declared(
        self, instruction: Instruction, env: Mapping[str, str]
    ) -> Iterator[tuple[str, str | None]]:
        """The names of an ARG, and their defaults."""
        for word in instruction.args:
            name, equals, value = word.partition("=")
            yield self._expand(name, env), self._expand(value, env) if equals else None

    def _expand(self, word: str, env: Mapping[str, str]) -> str:
        return expand(word, env, self._dockerfile.escape)

    # -- stages

    def _stage(self, stage: Stage, arguments: Arguments) -> Working:
        if stage.name and self._stage_named(stage.name) is not None:
            raise self._failure(f"{stage.name} stage name already used", stage.start)
        with self._blaming(stage.start):
            working = self._from(stage, arguments.stage())
            working = self._triggered(working, stage.start)
            self._tell(working)
        for instruction in stage.instructions:
            with self._blaming(instruction):
                working = self._dispatched(working, instruction)
                self._tell(working)
        return working

    def _tell(self, working: Working) -> None:
        self._print(f" ---> {working.image_id.short if working.image_id else ''}\n")

    def _stage_named(self, name: str) -> Working | None:
        return next((done for done in self._done if done.name == name.lower() and name), None)

    def _from(self, stage: Stage, arguments: Arguments) -> Working:
        env = arguments.from_values()
        if stage.platform:
            self._expand(stage.platform, env)
        name = self._expand(stage.base, env)
        if not name:
            raise EngineError(f"base name ({stage.base}) should not be blank")
        earlier = self._stage_named(name)
        if earlier is not None:
            image, image_id = earlier.image, earlier.image_id
        elif name == "scratch":
            image, image_id = SCRATCH, None
        else:
            image_id, image = self._found(name)
        section = document_of(image).get("config") or {} if image_id else {}
        config = configs.first_config(go_config(section))
        config = {**config, "Image": image_id or ""}
        return Working(image, image_id, config, arguments, len(self._done), stage.name)

    def _found(self, name: str) -> tuple[ImageID, Image]:
        """An image by name, fetched where it isn't here."""
        parse_any(name)
        if not self._options.pull:
            with suppress(EngineError):
                image_id, stored = find_image(self._host.state(), name)
                return image_id, stored.image
        try:
            lines = self._host.pull(name)
        except TransferFailed as error:
            self._print("".join(f"{line}\n" for line in error.lines))
            raise
        self._print("".join(f"{line}\n" for line in lines))
        image_id, stored = find_image(self._host.state(), name)
        return image_id, stored.image

    def _triggered(self, working: Working, start: Instruction) -> Working:
        """The ONBUILD instructions that the image brought, carried out."""
        triggers = list(working.config.get("OnBuild") or ())
        if not triggers:
            return working
        working = replace(working, config={**working.config, "OnBuild": None})
        self._print(f"# Executing {len(triggers)} build trigger{'s' * (len(triggers) > 1)}\n")
        for text in triggers:
            trigger = parse_trigger(text, CLASSIC)
            working = self._dispatched(working, replace(trigger, line=start.line, end=start.end))
        return working

    # -- instructions

    def _dispatched(self, working: Working, instruction: Instruction) -> Working:
        """The stage after an instruction."""
        if instruction.name in _EXPANDED and instruction.line:  # what --label gives is taken as is
            args = tuple(self._expand(word, working.env) for word in instruction.args)
            instruction = replace(instruction, args=args)
        succeeded = False
        try:
            after = self._carried_out(working, instruction)
            succeeded = True
        finally:
            if self._options.force_remove or (self._options.remove and succeeded):
                self._remove_containers()
            self._containers.clear()
        return replace(after, config={**after.config, "Image": after.image_id or ""})

    def _carried_out(self, working: Working, instruction: Instruction) -> Working:
        name = instruction.name
        if name == "RUN":
            return self._run(working, instruction)
        if name in ("ADD", "COPY"):
            return self._copy(working, instruction)
        if name == "WORKDIR":
            config, comment = configs.with_workdir(working.config, instruction.args[0])
            working = replace(working, config=config)
            return self._commit(working, instruction, comment, one_word=True)
        if name == "ARG":
            return self._arg(working, instruction)
        if name == "EXPOSE":
            ports = [port for word in instruction.args
                     for port in words(word, working.env, self._dockerfile.escape)]  # fmt: skip
            instruction = replace(instruction, args=tuple(ports))
        if name == "HEALTHCHECK":
            self._note_replaced_check(working)
        config, comment = configs.applied(working.config, instruction, cmd_set=working.cmd_set)
        working = replace(working, config=config)
        if name == "MAINTAINER":
            working = replace(working, maintainer=instruction.args[0])
        after = self._commit(working, instruction, comment)
        return replace(after, cmd_set=True) if name == "CMD" and instruction.args else after

    def _note_replaced_check(self, working: Working) -> None:
        old = (working.config.get("Healthcheck") or {}).get("Test") or ["NONE"]
        if old[0] != "NONE":
            self._print(f"Note: overriding previous HEALTHCHECK: [{' '.join(old)}]\n")

    def _arg(self, working: Working, instruction: Instruction) -> Working:
        arguments, told = working.arguments, ["ARG"]
        for name, value in self._declared(instruction, working.env):
            arguments = arguments.declare(name, value)
            told.append(name if value is None else f"{name}={value}")
        working = replace(working, arguments=arguments)
        return self._commit(working, instruction, " ".join(told))

    def _run(self, working: Working, instruction: Instruction) -> Working:
        if instruction.flags:
            raise EngineError(_NEEDS_BUILDKIT.format(next(iter(instruction.flags))))
        command = configs.command_line(instruction, working.config)
        env = configs.environment(working.config)
        given = {k: v for k, v in working.arguments.values().items() if k not in env}
        told = sorted(f"{k}={v}" for k, v in given.items() if working.arguments.shown(k))
        noted = [f"|{len(told)}", *told, *command] if given else command
        probe = {**working.config, "Cmd": noted, "ArgsEscaped": False}
        if noted:
            probe["Entrypoint"] = None
        hit, miss = self._probed(working, instruction, probe)
        if hit is not None:
            return hit
        variables = [f"{name}={value}" for name, value in given.items()]
        config = {
            **probe, "Cmd": command, "Env": [*(working.config["Env"] or ()), *variables],
            "Healthcheck": {"Test": ["NONE"]},
        }  # fmt: skip
        if self._options.network not in NETWORKS:
            raise EngineError(f"network {self._options.network} not found")
        container, _ = self._container(working, config)
        volumes = tuple(working.config.get("Volumes") or ())
        stopped = self._host.change(lambda state: self._let_run(state, container, volumes))
        self._print(stopped.output)
        if stopped.error:
            raise stopped.error
        layer = containers.left(stopped.container, volumes)
        return self._kept(working, instruction, layer, probe, container.id, miss)

    def _let_run(
        self, state: State, container: StoredContainer, volumes: tuple[str, ...]
    ) -> tuple[State, containers.Stopped]:
        stopped = containers.run(container, volumes, self._host.clock)
        known = with_item(state.containers, container.id, stopped.container)
        return replace(state, containers=known), stopped

    def _copy(self, working: Working, instruction: Instruction) -> Working:
        if instruction.flag("chmod"):
            raise EngineError(_NEEDS_BUILDKIT.format("chmod"))
        source, origin = self._source, instruction.flag("from")
        if origin:
            try:
                source = Source(self._image_named(origin).rootfs, image=True)
            except EngineError as error:
                raise EngineError(f"invalid from flag value {origin}: {error.what}") from None
        chown = self._expand(instruction.flag("chown"), working.env)
        copy = copying.understood(instruction.name, source, instruction.args, chown)
        noted = configs.nop(working.config, copy.comment, one_word=True)
        hit, miss = self._probed(working, instruction, noted)
        if hit is not None:
            return hit
        now = self._host.clock()
        files = Container(working.image, clock=lambda: now)
        owner = copying.owner_of(files, chown) if chown else None if origin else ROOT
        mount = f"{DATA_ROOT}/overlay2/{self._host.ids.hex64()}/merged"
        copying.perform(copy, files, working.config.get("WorkingDir") or "", owner, mount)
        return self._kept(working, instruction, files.layer(), noted, "", miss)

    def _image_named(self, name: str) -> Image:
        """What ``--from`` means: a stage by name or number, or any image."""
        earlier = self._stage_named(name)
        if earlier is not None:
            return earlier.image
        if re.fullmatch(r"[+-]?\d+", name, re.ASCII):
            if int(name) == len(self._done):
                raise EngineError("refers to current build stage")
            if not 0 <= int(name) < len(self._done):
                raise EngineError("index out of bounds")
            return self._done[int(name)].image
        return self._found(name)[1]

    def _commit(
        self, working: Working, instruction: Instruction, comment: str, *, one_word: bool = False
    ) -> Working:
        """A step that runs nothing: a container is made for it, and committed as it is."""
        config = configs.nop(working.config, comment, one_word=one_word)
        hit, miss = self._probed(working, instruction, config)
        if hit is not None:
            return hit
        container, noted = self._container(working, config)
        if noted["Healthcheck"]:  # Docker fills it in where the stage has it, too
            check = {"Healthcheck": noted["Healthcheck"]}
            working = replace(working, config={**working.config, **check})
        layer = container.files.layer()
        return self._kept(working, instruction, layer, noted, container.id, miss)

    # -- cache, containers, images

    def _probed(
        self, working: Working, instruction: Instruction, config: Config
    ) -> tuple[Working | None, str]:
        """The stage after a hit, or why there is none."""
        if self._options.no_cache:
            return None, "the cache isn't asked: --no-cache"
        if working.missed:
            return None, "an earlier step of this stage wasn't in the cache"
        found = caching.probe(self._host.state(), working.image_id, config)
        if found.image_id is None:
            return None, found.reason
        self._print(" ---> Using cache\n")
        image = self._host.state().images[found.image_id].image
        self._note(working, instruction, image, cached=True, reason=found.reason)
        return replace(working, image=image, image_id=found.image_id), ""

    def _container(
        self, working: Working, config: Config
    ) -> tuple[StoredContainer, dict[str, Any]]:
        """A container on the stage's image, and the config that it has then."""
        section = document_of(working.image).get("config") or {} if working.image_id else {}
        merged = configs.merged(config, section)

        def operation(state: State) -> tuple[State, StoredContainer]:
            made = containers.made(
                state, working.image, working.image_id or "", merged, self._host.ids,
                self._host.clock, network=self._options.network,
            )  # fmt: skip
            state = stand_on(state, working.image, made.created)
            return replace(state, containers=with_item(state.containers, made.id, made)), made

        container: StoredContainer = self._host.change(operation)
        self._containers.append(container.id)
        self._print(f" ---> Running in {container.id[:12]}\n")
        return container, {**merged, "Hostname": container.options["hostname"]}

    def _remove_containers(self) -> None:
        for container_id in self._containers:
            self._host.change(partial(_without, container_id))
            self._print(f"Removing intermediate container {container_id[:12]}\n")

    def _kept(
        self, working: Working, instruction: Instruction, layer: Layer, noted: Config,
        container_id: str, reason: str,
    ) -> Working:  # fmt: skip
        """The stage with one more image, the child of its image."""
        command = " ".join(noted.get("Cmd") or ())

        def operation(state: State) -> tuple[State, Image]:
            now = self._host.clock()
            image = child_image(
                working.image, layer, History(rfc3339(now), command, working.maintainer),
                self._host.version, config=go_config(working.config),
                container_config=go_config(noted), container=container_id,
            )  # fmt: skip
            return add_image(state, image, self._host.ids, now, working.image_id), image

        image: Image = self._host.change(operation)
        self._note(working, instruction, image, cached=False, reason=reason)
        return replace(working, image=image, image_id=image.image_id, missed=True)

    def _note(
        self, working: Working, instruction: Instruction, image: Image, *, cached: bool,
        reason: str,
    ) -> None:  # fmt: skip
        step = Step(instruction, working.image, image, cached, reason, working.index)
        self._steps.append(step)


def _without(container_id: str, state: State) -> tuple[State, None]:
    return remove_container(state, state.containers[container_id]), None
