"""Carries out a graph: each vertex is found in the cache, or done and kept there.

BuildKit: ``solver/``; moby 20.10: ``builder/builder-next``. What Docker does side by side is done
one after the other here; stages that nothing needs are left out by both.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from layerlab.build.buildkit import files as filing
from layerlab.build.buildkit.content import Checksums, checksums
from layerlab.build.buildkit.graph import Base, Copy, Local, MakeDirectory, Run, Vertex
from layerlab.build.buildkit.keys import Key, base_key, key_of, reason, told
from layerlab.build.buildkit.mounts import Mount
from layerlab.build.buildkit.progress import Entry, Progress
from layerlab.build.buildkit.records import BuiltLayer, Records
from layerlab.build.buildkit.running import Failed, Ran, run
from layerlab.build.buildkit.stages import URL
from layerlab.build.hosting import Host
from layerlab.build.sources import Source
from layerlab.container import Container
from layerlab.engine.inspecting import ROOT as DATA_ROOT
from layerlab.errors import EngineError, LayerlabError
from layerlab.image import Image
from layerlab.layer import Layer
from layerlab.nodes import Directory, File, Meta
from layerlab.union import UnionFS

NOTHING = Image([])


@dataclass(frozen=True)
class Result:
    """What a vertex came to."""

    key: str
    image: Image
    created: tuple[int, ...] = ()
    """When each layer was made."""
    cached: bool = False
    reason: str = ""
    sure: bool = True
    """Whether its key may be asked for: not below what was done in spite of the cache."""


class StepFailed(EngineError):
    """A vertex that failed, and what the build says of it."""

    def __init__(self, vertex: Vertex, what: str, code: int = 1) -> None:
        self.vertex, self.code = vertex, code
        super().__init__(what)


class Solver:
    """One build's vertices, in their order."""

    def __init__(
        self, host: Host, progress: Progress, context: UnionFS, secrets: dict[str, bytes]
    ) -> None:
        self._host, self._progress, self._context = host, progress, context
        self._secrets = secrets
        self._records = Records(host)
        self.results: dict[str, Result] = {}
        self._bases: list[tuple[Vertex, Entry]] = []
        self._executed: set[str] = set()

    def solve(self, vertices: Sequence[Vertex], transfer: Callable[[Entry], None]) -> None:
        """All of them; ``StepFailed`` names the one that failed. ``transfer`` tells of the context.

        Whatever was done until then stays in the cache.
        """
        try:
            for vertex in vertices:
                self._one(vertex, transfer)
            if vertices and isinstance(vertices[-1].operation, Base):
                self._records.keep_bases([vertices[-1].operation.image])
        finally:
            self._settle_bases()

    def _one(self, vertex: Vertex, transfer: Callable[[Entry], None]) -> None:
        operation = vertex.operation
        if isinstance(operation, Local):
            transfer(self._progress.begin(vertex.name, vertex.digest))
            self.results[vertex.digest] = Result("local", NOTHING)
            return
        if isinstance(operation, Base):
            entry = self._progress.begin(vertex.name, vertex.digest)
            self._bases.append((vertex, entry))
            image = Image(operation.image.layers)
            created = self._records.base_created(operation.image)
            self.results[vertex.digest] = Result(base_key(operation.image), image, created)
            return
        self._refuse_urls(vertex)
        entry = self._progress.begin(vertex.name, vertex.digest)
        try:
            self.results[vertex.digest] = self._found_or_done(vertex, entry)
        except StepFailed:
            raise
        except Failed as error:
            entry.output = error.output
            entry.fail(error.what)
            raise StepFailed(vertex, error.what, error.code) from None
        except LayerlabError as error:
            advice = f" ({error.hint})" if error.hint else ""
            entry.fail(error.what + advice)
            raise StepFailed(vertex, error.what + advice) from error

    def _refuse_urls(self, vertex: Vertex) -> None:
        """ADD of a URL: nothing here is on a network."""
        operation = vertex.operation
        sources = operation.sources if isinstance(operation, Copy) else ()
        urls = [source for source in sources if source.startswith(URL)]
        if urls:
            fault = f"ADD can't fetch {urls[0]}: nothing here is on a network"
            self._progress.begin(urls[0]).fail(fault)
            raise StepFailed(vertex, f"failed to load cache key: {fault}")

    def _found_or_done(self, vertex: Vertex, entry: Entry) -> Result:
        root = self._result(vertex.root)
        key = self._key(vertex, root, entry)
        source = vertex.instruction.source if vertex.instruction else ""
        if not vertex.asks_cache:
            why = "the cache isn't asked: --no-cache"
        elif not root.sure:
            why = "an earlier step of this stage wasn't asked for in the cache"
        else:
            record = self._records.found(key.text)
            if record is not None:
                self._tell(vertex, hit=True)
                entry.ending = "CACHED"
                created = (*root.created[: len(record.image.layers) - 1], record.created)
                return Result(key.text, record.image, created, True, "the same step was run before")
            why = reason(self._records.all(), key, source)
            if vertex.root and vertex.root.digest in self._executed:
                why = "an earlier step of this stage wasn't in the cache"
        self._tell(vertex, hit=False)
        self._records.keep_bases(self._touched(vertex))
        layer, created_at = self._done(vertex, root.image, entry)
        named = self._host.named(BuiltLayer(layer.changes))
        image = Image((*root.image.layers, named))
        self._executed.add(vertex.digest)
        self._records.keep(
            key.text, image, created_at, root.key, vertex.name.partition("] ")[2], told(key, source)
        )
        sure = vertex.asks_cache and root.sure
        return Result(key.text, image, (*root.created, created_at), False, why, sure)

    def _tell(self, vertex: Vertex, *, hit: bool) -> None:
        if vertex.instruction:
            self._host.told(vertex.instruction, hit)

    def _result(self, vertex: Vertex | None) -> Result:
        return Result("", NOTHING) if vertex is None else self.results[vertex.digest]

    def _key(self, vertex: Vertex, root: Result, entry: Entry) -> Key:
        try:
            return key_of(
                vertex, root.key,
                lambda number: self._checksums_of(vertex.inputs[number]),
                lambda number: self._result(vertex.inputs[number]).key,
            )  # fmt: skip
        except EngineError as error:
            self._records.keep_bases(self._touched(vertex))
            entry.fail(error.what)
            raise StepFailed(vertex, f"failed to compute cache key: {error.what}") from None

    def _checksums_of(self, vertex: Vertex | None) -> Checksums:
        return checksums(self._files_of(vertex))

    def _files_of(self, vertex: Vertex | None) -> UnionFS:
        if vertex is not None and isinstance(vertex.operation, Local):
            return self._context
        return self._result(vertex).image.rootfs

    def _done(self, vertex: Vertex, image: Image, entry: Entry) -> tuple[Layer, int]:
        """Carry it out; its layer, and when it was made."""
        operation, now = vertex.operation, self._host.clock()
        if isinstance(operation, Run):
            ran = self._run(vertex, operation, image, now)
            entry.output = ran.output
            entry.ending = f"DONE {ran.seconds:.1f}s"
            return ran.layer, now
        files = Container(image, clock=lambda: now)
        mount = f"{DATA_ROOT}/overlay2/{self._host.ids.hex64()}/merged"
        try:
            self._change_files(vertex, files, mount)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise EngineError(f"mkdir {mount}{error.filename or ''}: {why}") from None
        return files.layer(), now

    def _change_files(self, vertex: Vertex, files: Container, mount: str) -> None:
        operation = vertex.operation
        if isinstance(operation, MakeDirectory):
            filing.make_directory(files, operation, mount)
        elif isinstance(operation, Copy):
            source = Source(self._files_of(vertex.inputs[1]), image=True)
            filing.copy(files, source, operation, mount)

    def _run(self, vertex: Vertex, operation: Run, image: Image, now: int) -> Ran:
        shown: dict[str, Layer] = {}
        for mount in operation.mounts:
            layer = self._shown(mount, vertex)
            if layer is not None:
                shown[mount.target] = layer
        ran = run(operation, image, shown, self._host.clock, now)
        for name, files in ran.caches.items():
            self._records.keep_files(f"mount:{name}", "exec.cachemount", files, now)
        return ran

    def _shown(self, mount: Mount, vertex: Vertex) -> Layer | None:
        """What a mount shows; ``None`` if nothing is mounted at all."""
        if mount.type == "secret":
            return self._secret(mount)
        if mount.type == "ssh":
            raise LayerlabError("layerlab: RUN --mount=type=ssh is not simulated")
        if mount.type == "tmpfs":
            return Layer.of({})
        if mount.type == "cache":
            kept = self._records.files(f"mount:{mount.id}")
            return self._first(mount) if kept is None else kept
        files = self._files_of(vertex.inputs[mount.input])
        return _below(files, posixpath.normpath(posixpath.join("/", mount.source)))

    @staticmethod
    def _first(mount: Mount) -> Layer:
        mode = 0o755 if mount.mode is None else mount.mode
        meta = Meta(mode, mount.uid or 0, mount.gid or 0)
        return Layer(MappingProxyType({"/": Directory(meta)}))

    def _secret(self, mount: Mount) -> Layer | None:
        if mount.id not in self._secrets:
            if mount.required:
                raise EngineError(f"secret {mount.id} not found: not found")
            return None
        mode = 0o400 if mount.mode is None else mount.mode
        content: Any = self._secrets[mount.id]
        meta = Meta(mode, mount.uid or 0, mount.gid or 0)
        return Layer(MappingProxyType({"/": File(content, meta)}))

    def _touched(self, vertex: Vertex) -> list[Image]:
        """The images that a vertex that was carried out has stood on or read."""
        given = [each.operation for each in vertex.inputs if each is not None]
        return [each.image for each in given if isinstance(each, Base)]

    def _settle_bases(self) -> None:
        """An image shows as cached if it was needed, and had been here before."""
        for vertex, entry in self._bases:
            operation = vertex.operation
            assert isinstance(operation, Base)  # only those are in the list
            if self._records.was_here(operation.image):
                entry.ending = "CACHED"


def _below(files: UnionFS, top: str) -> Layer:
    """A part of a tree, as if it stood alone."""
    if top == "/":
        return Layer(MappingProxyType({path: node for path, node, _ in files.items()}))
    found = {"/": files.lookup(top).node}
    for path, node, _ in files.items():
        if path.startswith(f"{top}/"):
            found[path[len(top) :]] = node
    return Layer(MappingProxyType(found))
