"""A build from its beginning to its image, with all that it prints.

moby 20.10: ``builder/builder-next/builder.go``; BuildKit: ``frontend/dockerfile/builder/build.go``
(*ran*: docker 20.10, engine and client, DOCKER_BUILDKIT=1, ``--progress=plain``).
"""

from __future__ import annotations

from collections.abc import Iterable

from layerlab.build.buildkit.exporting import exported
from layerlab.build.buildkit.frontend import Frontend
from layerlab.build.buildkit.graph import Base, Copy, Local, Run, Vertex, vertices
from layerlab.build.buildkit.progress import Entry, Progress, digest_of, size_told
from layerlab.build.buildkit.records import Records
from layerlab.build.buildkit.solving import NOTHING, Result, Solver, StepFailed
from layerlab.build.buildkit.stages import URL, Done, Stage
from layerlab.build.buildkit.transferring import followed, transferred
from layerlab.build.context import Context
from layerlab.build.dialects import EMBEDDED
from layerlab.build.hosting import Host, Options
from layerlab.build.ignoring import NAME
from layerlab.build.instructions import Dockerfile, Instruction
from layerlab.build.parsing import parse
from layerlab.build.steps import Build, Step
from layerlab.engine.finding import find_image
from layerlab.engine.finding import parse as parse_name
from layerlab.engine.inspecting import ROOT as DATA_ROOT
from layerlab.engine.state import State
from layerlab.engine.store import add_image, tag
from layerlab.errors import BuildError, DockerfileError, EngineError, LayerlabError
from layerlab.image import Image
from layerlab.layer import Layer
from layerlab.reference import Reference
from layerlab.union import UnionFS

_FRONTEND = "failed to solve with frontend dockerfile.v0: "
_LLB = f"{_FRONTEND}failed to create LLB definition: "
DEFAULT = "Dockerfile"
_PLATFORM = "linux/amd64"
_CONFIG_ALONE = "it changes the image's config alone, and costs nothing"


def build(
    host: Host, context: Context, name: str, tags: Iterable[Reference], options: Options
) -> Build:
    """Build an image and name it. ``BuildError`` has BuildKit's words, and all that was printed.

    What a failed build did until then stays in the cache, and nothing else of it.
    """
    return _Building(host, context, name, options).build(tuple(tags))


class _Building:
    def __init__(self, host: Host, context: Context, name: str, options: Options) -> None:
        self._host, self._context, self._name, self._options = host, context, name, options
        self._named = name.rpartition("/")[2]
        self._progress = Progress()
        self._records = Records(host)

    def build(self, tags: tuple[Reference, ...]) -> Build:
        """The image, and what each instruction came to."""
        dockerfile = self._read()
        try:
            target = Frontend(dockerfile, self._options, self._base).target()
        except BuildError:
            raise
        except DockerfileError as error:
            raise self._failed(_LLB + error.what, error.line, error.source) from None
        except LayerlabError as error:
            raise self._failed(_LLB + error.what) from error
        wanted = vertices(target.stage.vertex)
        paths = _context_paths(wanted)
        sent = followed(self._context.cleaned(self._name).files, paths)
        solver = Solver(self._host, self._progress, UnionFS((sent,)), dict(self._options.secrets))
        try:
            solver.solve(wanted, lambda entry: self._transfer(entry, sent))
        except StepFailed as error:
            instruction = error.vertex.instruction
            line, source = (instruction.line, instruction.source) if instruction else (0, "")
            raise self._failed(error.what, line, source) from error
        image = self._export(target.stage, solver, tags)
        steps = tuple(_steps(target.stages, wanted, solver.results))
        return Build(image, steps, self._progress.text())

    def _failed(self, what: str, line: int = 0, source: str = "") -> BuildError:
        output = self._progress.failure("").removesuffix("\n")
        return BuildError(what, line=line, source=source, output=output)

    def _read(self) -> Dockerfile:
        """The Dockerfile, understood."""
        now = self._host.clock()
        files = self._context.files
        if self._name == DEFAULT and not files.isfile(f"/{DEFAULT}"):
            self._name = DEFAULT.lower() if files.isfile(f"/{DEFAULT.lower()}") else DEFAULT
        digest = digest_of(f"{self._name}|{now}")
        entry = self._progress.begin(f"[internal] load build definition from {self._named}", digest)
        self._send(entry, "dockerfile", self._name, now)
        if not self._context.files.isfile(f"/{self._name}"):
            where = f"{DATA_ROOT}/tmp/buildkit-mount{int(digest[7:15], 16)}/{self._name}"
            raise self._failed(
                f"{_FRONTEND}failed to read dockerfile: open {where}: no such file or directory"
            )
        ignored = self._progress.begin("[internal] load .dockerignore", digest_of(f"{NAME}|{now}"))
        self._send(ignored, "context", NAME, now)
        data = self._context.files.read_bytes(f"/{self._name}")
        try:
            if not data:
                raise DockerfileError("the Dockerfile cannot be empty", line=1)
            text = data.decode("utf-8", "surrogateescape")
            dockerfile = parse(text, name=self._name, dialect=EMBEDDED)
        except DockerfileError as error:
            what = error.what.removeprefix(f"failed to parse {self._name}: ")
            raise self._failed(_LLB + what, error.line, error.source) from None
        if dockerfile.syntax:
            self._refuse_syntax(dockerfile.syntax)
        return dockerfile

    def _refuse_syntax(self, name: str) -> None:
        """``# syntax=``: an image would read the Dockerfile, and none of them is simulated."""
        full = parse_name(name).tagged().full
        entry = self._progress.begin(f"resolve image config for {full}")
        fault = f"{full}: not found"
        entry.fail(fault)
        raise self._failed(f"{_FRONTEND}failed to solve with frontend gateway.v0: {fault}", 1)

    def _send(self, entry: Entry, what: str, name: str, now: int) -> None:
        """A file that the client sends by itself, and what that took."""
        changes = self._context.layer.changes
        sent = Layer.of({f"/{name}": changes[f"/{name}"]} if f"/{name}" in changes else {})
        self._transfer(entry, sent, what, f"source:{what}:{name}", now)

    def _transfer(
        self, entry: Entry, sent: Layer, what: str = "context", key: str = "source:context",
        now: int | None = None,
    ) -> None:  # fmt: skip
        size = transferred(sent, self._records.files(key))
        entry.lines.append(f"transferring {what}: {size_told(size)} done")
        moment = self._host.clock.now if now is None else now
        self._records.keep_files(key, "source.local", sent, moment)

    def _base(self, name: str, is_start: bool) -> Base:
        """The image of a name, as it is here, or fetched without being kept under its name."""
        reference = parse_name(name)
        full = reference.tagged().full
        if is_start:
            told = f"[internal] load metadata for {full}"
            entry = self._progress.once(told, digest_of(full + _PLATFORM))
        else:
            entry = Entry(f"FROM {full}", digest_of(full))
        try:
            image = self._image(name)
        except LayerlabError as error:
            entry.fail(error.what)
            if is_start:
                raise self._failed(_LLB + error.what) from None
            self._progress.add(entry)
            raise self._failed(f"failed to load cache key: {error.what}") from None
        return Base(full, reference.full if is_start else full, image.image_id, image)

    def _image(self, name: str) -> Image:
        if not self._options.pull:
            try:
                return find_image(self._host.state(), name)[1].image
            except EngineError:
                pass
        return self._host.fetch(name)

    def _export(self, stage: Stage, solver: Solver, tags: tuple[Reference, ...]) -> Image:
        last = solver.results[stage.vertex.digest] if stage.vertex else None
        snapshot, created = (last.image, last.created) if last else (NOTHING, ())
        image = exported(stage, snapshot, created)
        entry = self._progress.begin("exporting to image")
        if last:
            entry.lines.append("exporting layers done")
        entry.lines.append(f"writing image {image.image_id} done")

        def operation(state: State) -> tuple[State, None]:
            now = self._host.clock()
            state = add_image(state, image, self._host.ids, now)
            for reference in tags:
                state = tag(state, image.image_id, reference.tagged(), now)
            return state, None

        self._host.change(operation)
        entry.lines += [f"naming to {reference.full} done" for reference in tags]
        return image


def _context_paths(wanted: Iterable[Vertex]) -> list[str]:
    """What of the context some operation names."""
    found: list[str] = []
    for vertex in wanted:
        operation = vertex.operation
        if isinstance(operation, Copy) and _reads_context(vertex.inputs[1]):
            found += [path for path in operation.sources if not path.startswith(URL)]
        elif isinstance(operation, Run):
            found += [
                f"/{mount.source.strip('/')}"
                for mount in operation.mounts
                if mount.type == "bind" and _reads_context(vertex.inputs[mount.input])
            ]
    return found


def _reads_context(vertex: Vertex | None) -> bool:
    return vertex is not None and isinstance(vertex.operation, Local)


def _steps(
    stages: Iterable[Stage], wanted: Iterable[Vertex], results: dict[str, Result]
) -> Iterable[Step]:
    """A report for each instruction of each stage that was built."""
    known = {vertex.digest for vertex in wanted}
    for stage in stages:
        cached = True
        for done in stage.done:
            if done.after is not None and done.after.digest not in known:
                continue  # nothing that was asked for needs it
            before, after = _result(done.before, results), _result(done.after, results)
            made = done.after is not done.before
            cached = after.cached if made else cached
            why = after.reason if made else _CONFIG_ALONE
            yield _step(done, before.image, after.image, stage, cached, why)


def _result(vertex: Vertex | None, results: dict[str, Result]) -> Result:
    return Result("", NOTHING) if vertex is None else results[vertex.digest]


def _step(done: Done, parent: Image, image: Image, stage: Stage, cached: bool, why: str) -> Step:
    instruction: Instruction = done.instruction
    return Step(instruction, parent, image, cached, why, stage.index)
