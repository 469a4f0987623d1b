"""From a Dockerfile to the graph of what has to be done for the stage that is asked for.

BuildKit: ``frontend/dockerfile/dockerfile2llb/convert.go``, as moby 20.10 has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from layerlab.build.buildkit.dispatching import declarations, dispatched
from layerlab.build.buildkit.graph import Base, Local, Vertex
from layerlab.build.buildkit.mounts import Mount, mounts_of
from layerlab.build.buildkit.stages import Given, Stage, Values
from layerlab.build.dialects import EMBEDDED
from layerlab.build.golang import quoted
from layerlab.build.hosting import Options
from layerlab.build.instructions import Dockerfile, Instruction
from layerlab.build.instructions import Stage as Written
from layerlab.build.parsing import parse_trigger
from layerlab.build.variables import expand
from layerlab.engine.runconfig import document_of
from layerlab.errors import (
    BuildError,
    DockerfileError,
    EngineError,
    InvalidReference,
    LayerlabError,
)
from layerlab.reference import Reference

SCRATCH = "scratch"
_PLATFORM = {"PLATFORM": "linux/amd64", "OS": "linux", "ARCH": "amd64", "VARIANT": ""}
_KEPT = "architecture", "author", "os", "variant"


@dataclass(frozen=True)
class Target:
    """The stage that was asked for, and all that it needs, in the order of the Dockerfile."""

    stage: Stage
    stages: tuple[Stage, ...]


@dataclass
class _State:
    """A stage, or an image that some instruction names, while it is put together."""

    name: str
    """What it begins with: an image, or a stage."""
    written: Written | None = None
    base: _State | None = None
    needs: list[_State] = field(default_factory=list)
    sources: list[list[_State | None]] = field(default_factory=list)
    """For each instruction, the stages or images that it reads."""
    mounts: list[tuple[Mount, ...]] = field(default_factory=list)
    label: str = ""
    stage: Stage | None = None

    def reaches(self) -> Iterator[_State]:
        """It, and all that it needs."""
        todo, seen = [self], set[int]()
        while todo:
            state = todo.pop()
            if id(state) not in seen:
                seen.add(id(state))
                yield state
                todo += [*state.needs, *([state.base] if state.base else ())]


class Frontend:
    """One Dockerfile, and what it is built with. ``found`` gives the image of a name."""

    def __init__(
        self, dockerfile: Dockerfile, options: Options, found: Callable[[str, bool], Base]
    ) -> None:
        self._dockerfile, self._options, self._found = dockerfile, options, found
        self._states: list[_State] = []
        self._names: dict[str, _State] = {}

    def target(self) -> Target:
        """The graph; ``EngineError`` in the frontend's words."""
        given_arguments = {k: v for k, v in self._options.arguments.items() if v is not None}
        before = self._before(given_arguments)
        mounts = [
            [mounts_of(each) for each in written.instructions]
            for written in self._dockerfile.stages
        ]
        for index, written in enumerate(self._dockerfile.stages):
            self._add(self._begun(written, index, before))
        target = self._asked_for()
        for state, parsed in zip(tuple(self._states), mounts, strict=True):
            self._read_sources(state, parsed)
        self._check_circles()
        if len(self._states) == 1:
            self._states[0].label = ""
        needed = {id(state) for state in target.reaches()}
        context = Vertex(Local(), name="[internal] load build context")
        given = Given(
            given_arguments, before, context, self._dockerfile.escape, not self._options.no_cache
        )
        numbered = list(enumerate(self._states))
        for index, state in numbered:
            if id(state) in needed and not state.base:
                with _blaming(state.written.start if state.written else None):
                    state.stage = self._started(state, index, self._base(state))
        for index, state in numbered:
            if id(state) in needed and state.written:
                state.stage = self._carried_out(state, state.written, index, given)
        stages = [state.stage for state in self._states if state.stage and state.written]
        stage = target.stage
        assert stage is not None  # it is needed
        if self._options.labels:
            labels = {**(stage.config.get("Labels") or {}), **self._options.labels}
            stage = replace(stage, config={**stage.config, "Labels": labels})
        return Target(stage, tuple(stages))

    def _before(self, given: Values) -> dict[str, str | None]:
        """What a FROM sees: the platform, and the ARGs before the first FROM."""
        found: dict[str, str | None] = {
            f"{where}{what}": given.get(f"{where}{what}", value)
            for where in ("BUILD", "TARGET") for what, value in _PLATFORM.items()
        }  # fmt: skip
        for instruction in self._dockerfile.arguments:
            seen = {name: value or "" for name, value in found.items()}
            for name, default in declarations(instruction, seen, self._dockerfile.escape):
                found[name] = given.get(name, default)
        return found

    def _begun(self, written: Written, index: int, before: Values) -> _State:
        env = {name: value or "" for name, value in before.items()}
        name = expand(written.base, env, self._dockerfile.escape)
        if not name:
            raise EngineError(f"base name ({written.base}) should not be blank")
        if written.platform:
            expand(written.platform, env, self._dockerfile.escape)
        return _State(name, written, label=written.name or f"stage-{index}")

    def _add(self, state: _State) -> None:
        self._states.append(state)
        state.base = self._names.get(state.name)
        if state.written and state.written.name:
            self._names[state.written.name.lower()] = state

    def _asked_for(self) -> _State:
        name = self._options.target
        if not name:
            return self._states[-1]
        if name.lower() not in self._names:
            raise EngineError(f"target stage {name} could not be found")
        return self._names[name.lower()]

    def _read_sources(self, state: _State, mounts: list[tuple[Mount, ...]]) -> None:
        """Which stages and images its instructions read."""
        assert state.written is not None  # only those are read here
        for instruction, own in zip(state.written.instructions, mounts, strict=True):
            sources, numbered = self._sources(instruction, own)
            state.sources.append(sources)
            state.mounts.append(numbered)
            state.needs += [source for source in sources if source]

    def _sources(
        self, instruction: Instruction, mounts: tuple[Mount, ...]
    ) -> tuple[list[_State | None], tuple[Mount, ...]]:
        """What an instruction reads; ``None`` stands for the build context."""
        if instruction.name == "COPY" and instruction.flag("from"):
            return [self._numbered(instruction.flag("from"))], ()
        sources: list[_State | None] = []
        numbered: list[Mount] = []
        for mount in mounts:
            if mount.type in ("bind", "cache"):
                origin = mount.origin or (SCRATCH if mount.type == "cache" else "")
                sources.append(self._named(origin) if origin else None)
                mount = replace(mount, input=len(sources))
            numbered.append(mount)
        return sources, tuple(numbered)

    def _numbered(self, name: str) -> _State:
        if not re.fullmatch(r"[+-]?\d+", name, re.ASCII):
            return self._named(name)
        if not 0 <= int(name) < len(self._states):
            raise EngineError(f"invalid stage index {int(name)}")
        return self._states[int(name)]

    def _named(self, name: str) -> _State:
        known = self._names.get(name.lower())
        if known is None:
            known = _State(name)
            self._add(known)
        return known

    def _check_circles(self) -> None:
        done: set[int] = set()

        def visit(state: _State, path: frozenset[int]) -> _State | None:
            if id(state) in path:
                return state
            if id(state) in done:
                return None
            found = (visit(each, path | {id(state)}) for each in state.needs)
            circle = next((each for each in found if each), None)
            done.add(id(state))
            return circle

        for state in self._states:
            if visit(state, frozenset()):
                raise EngineError(f"circular dependency detected on stage: {state.label}")

    def _base(self, state: _State) -> Base | None:
        """The image that a stage begins with; ``None`` for nothing at all."""
        if state.name == SCRATCH:
            return None
        try:
            Reference.parse(state.name, daemon=True)
        except InvalidReference as error:
            fault = f"failed to parse stage name {quoted(state.name)}: {error.what}"
            raise EngineError(fault) from None
        return self._found(state.name, state.written is not None)

    def _carried_out(self, state: _State, written: Written, index: int, given: Given) -> Stage:
        """The stage after its instructions. Of a later one they see what it begins with."""
        stage = self._on_another(state, index) if state.base else state.stage
        assert stage is not None  # one without another below it is begun by now
        stage = self._triggered(stage.begun(), written.start, given)
        for instruction, sources, mounts in zip(
            written.instructions, state.sources, state.mounts, strict=True
        ):
            read = tuple(self._vertex(source, given) for source in sources)
            with _blaming(instruction):
                stage = dispatched(stage, instruction, read, mounts, given)
        return stage

    @staticmethod
    def _vertex(source: _State | None, given: Given) -> Vertex | None:
        if source is None:
            return given.context
        return source.stage.vertex if source.stage else None

    @staticmethod
    def _total(state: _State) -> int:
        """How many operations the progress counts; none of an image that is only read."""
        if not state.written:
            return 0
        counted = ("ADD", "COPY", "RUN", "WORKDIR")
        own = sum(each.name in counted for each in state.written.instructions)
        return own + (state.name != SCRATCH and state.base is None)

    def _on_another(self, state: _State, index: int) -> Stage:
        below = state.base.stage if state.base else None
        assert below is not None  # stages stand on earlier ones
        return replace(
            below, index=index, label=state.label, total=self._total(state), declared=(),
            cmd_set=False, count=0, done=(),
        )  # fmt: skip

    def _started(self, state: _State, index: int, base: Base | None) -> Stage:
        """A stage, or an image that is only read, before anything was done."""
        total = self._total(state)
        if base is None:
            document = {"architecture": "amd64", "os": "linux"}
            config: Mapping[str, Any] = {"WorkingDir": "/"}
            return Stage(index, state.label, total, None, document, config, ())
        whole = document_of(base.image)
        kept = {name: whole[name] for name in _KEPT if whole.get(name)}
        history = tuple(whole.get("history") or ())
        stage = Stage(index, state.label, total, None, kept, whole.get("config") or {}, history)
        if not base.image.layers:
            return stage
        stage, told = stage.named(f"FROM {base.name}")
        start = state.written.start if state.written else None
        return replace(stage, vertex=Vertex(base, (), told, start))

    def _triggered(self, stage: Stage, start: Instruction, given: Given) -> Stage:
        """The ONBUILD instructions that the image brought, carried out."""
        triggers = list(stage.config.get("OnBuild") or ())
        for text in triggers:
            trigger = replace(parse_trigger(text, EMBEDDED), line=start.line, end=start.end)
            sources, mounts = self._sources(trigger, mounts_of(trigger))
            read = tuple(self._vertex(source, given) for source in sources)
            stage = dispatched(stage, trigger, read, mounts, given)
        return replace(stage, config={**stage.config, "OnBuild": None})


@contextmanager
def _blaming(instruction: Instruction | None) -> Iterator[None]:
    """What goes wrong with an instruction names its line."""
    try:
        yield
    except (BuildError, DockerfileError):
        raise
    except LayerlabError as error:
        if instruction is None:
            raise
        line, source = instruction.line, instruction.source
        raise DockerfileError(error.what, line=line, source=source) from error
