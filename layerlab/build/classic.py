"""The classic builder: an image after every instruction, each the parent of the next.

moby 20.10: ``builder/dockerfile/builder.go`` and ``dispatchers.go`` (*ran*: docker 20.10,
client 28.2, DOCKER_BUILDKIT=0).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from layerlab.build import config as configs
from layerlab.build import containers
from layerlab.build.arguments import Arguments
from layerlab.build.bases import SCRATCH, Bases
from layerlab.build.context import Context
from layerlab.build.dialects import CLASSIC
from layerlab.build.dispatching import Dispatcher
from layerlab.build.golang import unfilled
from layerlab.build.hosting import Host, Journal, Options, Working
from layerlab.build.instructions import Dockerfile, Instruction, Stage
from layerlab.build.parsing import parse_trigger
from layerlab.build.sources import Source
from layerlab.build.steps import Build
from layerlab.engine.runconfig import document_of, go_config
from layerlab.errors import BuildError, EngineError, LayerlabError


class ClassicBuilder:
    """One build. Each step changes the engine; what a failure leaves there is what Docker leaves.

    So the images of the steps before are there for the next try, and the container, too.
    """

    def __init__(
        self, host: Host, context: Context, dockerfile: Dockerfile, options: Options
    ) -> None:
        self._dockerfile, self._options = dockerfile, options
        self._journal = Journal()
        self._bases = Bases(host, options, self._journal)
        source = Source.of_context(context)
        self._dispatcher = Dispatcher(
            host, options, self._journal, self._bases, source, dockerfile.escape
        )
        self._total = self._number = 0

    def build(self) -> Build:
        """Carry it all out; ``BuildError`` names the instruction that failed."""
        stages = self._stages()
        first = self._dockerfile.arguments
        self._total = len(first) + sum(1 + len(stage.instructions) for stage in stages)
        if self._dockerfile.warnings:
            told = "".join(f"{warning}\n" for warning in self._dockerfile.warnings)
            self._journal.print(containers.in_red(unfilled(told)))
        arguments = Arguments(self._options.arguments)
        for instruction in first:
            with self._blaming(instruction):
                for name, value in self._dispatcher.declared(instruction, arguments.values()):
                    arguments = arguments.declare(name, value, first=True)
        for stage in stages:
            working = self._stage(stage, arguments)
            arguments = replace(arguments, named=arguments.named | working.arguments.named)
            self._bases.done.append(working)
        if arguments.unused():
            names = " ".join(arguments.unused())
            self._journal.print(f"[Warning] One or more build-args [{names}] were not consumed\n")
        if working.image_id is None:
            raise self._failure("No image was generated. Is your Dockerfile empty?", stage.start)
        self._journal.print(f"Successfully built {working.image_id.short}\n")
        return Build(working.image, tuple(self._journal.steps), self._journal.output)

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

    def _failure(self, what: str, instruction: Instruction, code: int = 1) -> BuildError:
        line, source = instruction.line, instruction.source
        return BuildError(what, line=line, source=source, code=code, output=self._journal.output)

    @contextmanager
    def _blaming(self, instruction: Instruction) -> Iterator[None]:
        """Announce an instruction; whatever goes wrong with it is told as its fault."""
        self._number += 1
        self._journal.print(f"Step {self._number}/{self._total} : {instruction.source}\n")
        try:
            yield
        except BuildError as error:
            raise self._failure(error.what, instruction, error.code) from None
        except LayerlabError as error:
            advice = f" ({error.hint})" if error.hint else ""
            raise self._failure(error.what + advice, instruction) from error

    def _stage(self, stage: Stage, arguments: Arguments) -> Working:
        if stage.name and self._bases.stage_named(stage.name) is not None:
            raise self._failure(f"{stage.name} stage name already used", stage.start)
        with self._blaming(stage.start):
            working = self._from(stage, arguments.stage())
            working = self._triggered(working, stage.start)
            self._tell(working)
        for instruction in stage.instructions:
            with self._blaming(instruction):
                working = self._dispatcher.dispatched(working, instruction)
                self._tell(working)
        return working

    def _tell(self, working: Working) -> None:
        self._journal.print(f" ---> {working.image_id.short if working.image_id else ''}\n")

    def _from(self, stage: Stage, arguments: Arguments) -> Working:
        env = arguments.from_values()
        if stage.platform:
            self._dispatcher.expand(stage.platform, env)
        name = self._dispatcher.expand(stage.base, env)
        if not name:
            raise EngineError(f"base name ({stage.base}) should not be blank")
        earlier = self._bases.stage_named(name)
        if earlier is not None:
            image, image_id = earlier.image, earlier.image_id
        elif name == "scratch":
            image, image_id = SCRATCH, None
        else:
            image_id, image = self._bases.found(name)
        section = document_of(image).get("config") or {} if image_id else {}
        config = configs.first_config(go_config(section))
        config = {**config, "Image": image_id or ""}
        return Working(image, image_id, config, arguments, len(self._bases.done), stage.name)

    def _triggered(self, working: Working, start: Instruction) -> Working:
        """The ONBUILD instructions that the image brought, carried out."""
        triggers = list(working.config.get("OnBuild") or ())
        if not triggers:
            return working
        working = replace(working, config={**working.config, "OnBuild": None})
        self._journal.print(
            f"# Executing {len(triggers)} build trigger{'s' * (len(triggers) > 1)}\n"
        )
        for text in triggers:
            trigger = parse_trigger(text, CLASSIC)
            working = self._dispatcher.dispatched(
                working, replace(trigger, line=start.line, end=start.end)
            )
        return working
