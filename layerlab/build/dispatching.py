"""Carries out one instruction: the stage before it, and the stage after.

moby 20.10: ``builder/dockerfile/evaluator.go`` (dispatch) and ``dispatchers.go``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from layerlab.build import config as configs
from layerlab.build import containers, copying
from layerlab.build.bases import Bases
from layerlab.build.expanding import expanded
from layerlab.build.hosting import Host, Journal, Options, Working
from layerlab.build.instructions import Instruction
from layerlab.build.keeping import Keeper
from layerlab.build.sources import Source
from layerlab.build.unpacking import ROOT
from layerlab.build.variables import expand
from layerlab.container import Container
from layerlab.engine.inspecting import ROOT as DATA_ROOT
from layerlab.engine.lifecycle import NETWORKS
from layerlab.engine.state import State, StoredContainer
from layerlab.engine.store import with_item
from layerlab.errors import EngineError

_NEEDS_BUILDKIT = (
    "the --{} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn "
    "how to build images with BuildKit enabled"
)


class Dispatcher:
    """Knows what each instruction does."""

    def __init__(
        self, host: Host, options: Options, journal: Journal, bases: Bases, source: Source,
        escape: str,
    ) -> None:  # fmt: skip
        self._host, self._options, self._journal, self._bases = host, options, journal, bases
        self._source, self._escape = source, escape
        self._keeper = Keeper(host, options, journal)

    def expand(self, word: str, env: Mapping[str, str]) -> str:
        """A word with its variables replaced."""
        return expand(word, env, self._escape)

    def declared(
        self, instruction: Instruction, env: Mapping[str, str]
    ) -> Iterator[tuple[str, str | None]]:
        """The names of an ARG, and their defaults."""
        for word in instruction.args:
            name, equals, value = word.partition("=")
            yield self.expand(name, env), self.expand(value, env) if equals else None

    def dispatched(self, working: Working, instruction: Instruction) -> Working:
        """The stage after an instruction."""
        instruction = expanded(instruction, working.env, self._escape)
        succeeded = False
        try:
            after = self._carried_out(working, instruction)
            succeeded = True
        finally:
            removing = self._options.force_remove or (self._options.remove and succeeded)
            self._keeper.remove_containers(removing)
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
            return self._keeper.commit(working, instruction, comment, one_word=True)
        if name == "ARG":
            return self._arg(working, instruction)
        if name == "HEALTHCHECK":
            self._note_replaced_check(working)
        config, comment = configs.applied(working.config, instruction, cmd_set=working.cmd_set)
        working = replace(working, config=config)
        if name == "MAINTAINER":
            working = replace(working, maintainer=instruction.args[0])
        after = self._keeper.commit(working, instruction, comment)
        return replace(after, cmd_set=True) if name == "CMD" and instruction.args else after

    def _note_replaced_check(self, working: Working) -> None:
        old = (working.config.get("Healthcheck") or {}).get("Test") or ["NONE"]
        if old[0] != "NONE":
            self._journal.print(f"Note: overriding previous HEALTHCHECK: [{' '.join(old)}]\n")

    def _arg(self, working: Working, instruction: Instruction) -> Working:
        arguments, told = working.arguments, ["ARG"]
        for name, value in self.declared(instruction, working.env):
            arguments = arguments.declare(name, value)
            told.append(name if value is None else f"{name}={value}")
        working = replace(working, arguments=arguments)
        return self._keeper.commit(working, instruction, " ".join(told))

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
        hit, miss = self._keeper.probed(working, instruction, probe)
        if hit is not None:
            return hit
        variables = [f"{name}={value}" for name, value in given.items()]
        config = {
            **probe, "Cmd": command, "Env": [*(working.config["Env"] or ()), *variables],
            "Healthcheck": {"Test": ["NONE"]},
        }  # fmt: skip
        if self._options.network not in NETWORKS:
            raise EngineError(f"network {self._options.network} not found")
        container, _ = self._keeper.container(working, config)
        volumes = tuple(working.config.get("Volumes") or ())
        stopped = self._host.change(lambda state: self._let_run(state, container, volumes))
        self._journal.print(stopped.output)
        if stopped.error:
            raise stopped.error
        layer = stopped.container.files.layer()
        return self._keeper.kept(working, instruction, layer, probe, container.id, miss)

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
                source = Source(self._bases.image_named(origin).rootfs, image=True)
            except EngineError as error:
                raise EngineError(f"invalid from flag value {origin}: {error.what}") from None
        chown = self.expand(instruction.flag("chown"), working.env)
        copy = copying.understood(instruction.name, source, instruction.args, chown)
        noted = configs.nop(working.config, copy.comment, one_word=True)
        hit, miss = self._keeper.probed(working, instruction, noted)
        if hit is not None:
            return hit
        now = self._host.clock()
        files = Container(working.image, clock=lambda: now)
        owner = copying.owner_of(files, chown) if chown else None if origin else ROOT
        mount = f"{DATA_ROOT}/overlay2/{self._host.ids.hex64()}/merged"
        copying.perform(copy, files, working.config.get("WorkingDir") or "", owner, mount)
        return self._keeper.kept(working, instruction, files.layer(), noted, "", miss)
