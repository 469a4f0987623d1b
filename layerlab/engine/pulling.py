"""Pulling an image: only what is missing moves, three blobs at a time.

moby 20.10: ``distribution/pull_v2.go`` and ``distribution/xfer/download.go``. Which line comes
before which is a race there; here it follows from a bandwidth that all downloads share.
"""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, replace

from layerlab.digest import BlobDigest, ChainID, DiffID, ImageID, chain_id
from layerlab.engine.clock import Clock
from layerlab.engine.ids import Ids
from layerlab.engine.state import Origin, State
from layerlab.engine.store import add_image, with_item
from layerlab.engine.transfer import (
    Board,
    Progress,
    TransferFailed,
    add_origin,
    bandwidth,
    reach,
    refused,
)
from layerlab.errors import DigestMismatch, EngineError, LayerlabError
from layerlab.image import Image
from layerlab.layer import AnyLayer, Layer
from layerlab.reference import Reference
from layerlab.registry import Crossed, Descriptor, Manifest, Refused, Registry
from layerlab.source import Digester, sniff

DOWNLOADS = 3
"""At a time: the daemon's ``max-concurrent-downloads``."""
_UNPACKING = 4  # unpacking gets through about that many times the network's bytes


@dataclass
class _Download:
    """A blob on its way. Two layers with one blob share it."""

    item: Descriptor
    weight: int
    """What it counts in time: its bytes, or those of the unpacked layer if only they are known."""
    received: int = 0
    unpacked: int = 0
    complete: bool = False
    layer: AnyLayer | None = None

    @property
    def name(self) -> str:
        return self.item.digest.short


class Pull:
    """One pull, in steps. ``finish`` takes them all; ``interrupt`` is Control-C.

    ``keep`` is given, once and at the end, what the pull does to a state, and returns the
    state that comes of it; an engine applies it to the one that it has by then.
    """

    def __init__(
        self,
        state: State,
        registries: MutableMapping[str, Registry],
        reference: Reference,
        ids: Ids,
        clock: Clock,
        *,
        keep: Callable[[Callable[[State], State]], State] | None = None,
    ) -> None:
        """Ask the registry what there is; ``EngineError`` if it hasn't got it."""
        if reference.path == "library/scratch" and reference.domain == "docker.io":
            raise EngineError("'scratch' is a reserved name")
        tagged = reference.tagged()
        self.reference = tagged.with_digest(tagged.digest) if tagged.digest else tagged
        self._state, self._ids, self._clock = state, ids, clock
        self._keep = keep
        self._registry = reach(registries, reference.domain)
        self._board = Board()
        self._downloads: list[_Download] = []
        self._here: list[AnyLayer] = []
        self._registered: list[tuple[DiffID, BlobDigest]] = []
        self._config: bytes | None = None
        self._image: Image | None = None
        self._arrived = False
        self.finished = False
        self.digest, self.image_id, self._manifest = self._ask()
        if self._manifest is not None:
            self._announce(self._manifest)
        self._bandwidth = bandwidth(item.weight for item in self._unique())

    @property
    def progress(self) -> tuple[Progress, ...]:
        """How far each layer is, the lowest first."""
        return tuple(self._board.rows.values())

    def lines(self) -> tuple[str, ...]:
        """What was printed by now, where the output is no terminal."""
        return tuple(self._board.lines)

    def screen(self) -> tuple[str, ...]:
        """What a terminal shows now: each layer's line once, with its latest status."""
        return self._board.screen()

    def step(self) -> bool:
        """Go on a little; ``False`` when all is done."""
        if self.finished:
            return False
        if self._manifest is not None:
            self._fetch_config(self._manifest)
            self._receive()
            self._unpack()
        if all(item.layer is not None for item in self._downloads):
            self._finish()
        return not self.finished

    def finish(self) -> State:
        """Take all steps, and return the state with the image in it."""
        while self.step():
            pass
        return self._state

    def interrupt(self) -> State:
        """Stop here. Downloads and unpacked layers go; what was learnt of unpacked ones stays.

        (*ran*: docker 20.10 keeps their entries below ``distribution`` and nothing else, so
        the next pull begins anew.)
        """
        if not self.finished:
            for item in self._unique():
                if item.received and not item.complete:
                    self._count(item, item.received)
            self._take()
        return self._state

    def _ask(self) -> tuple[BlobDigest, ImageID, Manifest | None]:
        """What the name names; and its manifest, unless the image is here already."""
        wanted = self.reference.digest or self.reference.tag
        shown = self.reference.full if self.reference.digest else wanted
        repository = self.reference.path
        try:
            digest = self._registry.head(repository, wanted)
        except Refused as error:
            raise refused(error, self.reference) from error
        self._board.lines.append(f"{shown}: Pulling from {repository}")
        known = self._state.references.get(self.reference.with_digest(digest))
        if known is not None:
            return digest, known, None
        try:
            digest, manifest = self._registry.manifest(repository, wanted)
        except DigestMismatch as error:
            raise self._failure(
                f"manifest verification failed for digest {error.expected}"
            ) from error
        except Refused as error:
            raise self._failure(error.what) from error
        image_id = ImageID(manifest.config.digest)
        return digest, image_id, None if image_id in self._state.images else manifest

    def _announce(self, manifest: Manifest) -> None:
        """Say of each layer whether it is here, comes now, or waits for its turn."""
        chain: ChainID | None = None
        missing: dict[BlobDigest, _Download] = {}
        for item in manifest.layers:
            diff_id = self._state.diff_ids.get(item.digest)
            if not missing and diff_id is not None:
                above = chain_id(chain, diff_id)
                if above in self._state.layers:
                    chain = above
                    self._here.append(self._state.layers[above].layer)
                    self._registered.append((diff_id, item.digest))
                    self._board.tell(item.digest.short, "Already exists")
                    continue
            if item.digest not in missing:
                missing[item.digest] = _Download(item, max(1, self._weight(item)))
                self._board.tell(item.digest.short, "Pulling fs layer", 0, item.size)
            self._downloads.append(missing[item.digest])
        for waiting in list(missing.values())[DOWNLOADS:]:
            self._board.tell(waiting.name, "Waiting", 0, waiting.item.size)

    def _weight(self, item: Descriptor) -> int:
        if item.size is not None:
            return item.size
        layer = self._registry.blob(self.reference.path, item.digest).layer
        return layer.size if layer is not None else 1

    def _fetch_config(self, manifest: Manifest) -> None:
        if self._config is not None or manifest.recorded is not None:
            return
        try:
            self._config = self._registry.get_blob(
                self.reference.path, manifest.config.digest, "config"
            )
        except DigestMismatch as error:
            raise self._failure(
                "error pulling image configuration: "
                f"image config verification failed for digest {error.expected}"
            ) from error
        except Refused as error:
            raise self._failure("error pulling image configuration: unknown blob") from error

    def _receive(self) -> None:
        """Share a step's bandwidth among the downloads whose turn it is."""
        active = [item for item in self._unique() if not item.complete][:DOWNLOADS]
        for item in active:
            left = item.weight - item.received
            item.received += min(left, max(1, self._bandwidth // len(active)))
            known = item.received if item.item.size is not None else 0
            self._board.tell(item.name, "Downloading", known, item.item.size)
            if item.received == item.weight:
                self._complete(item)

    def _unique(self) -> list[_Download]:
        return list({item.name: item for item in self._downloads}.values())

    def _complete(self, item: _Download) -> None:
        """The last byte is here; see that they have the digest that they were asked for by."""
        digest = item.item.digest
        try:
            blob = self._registry.blob(self.reference.path, digest)
        except Refused as error:
            raise self._failure("unknown blob") from error
        self._count(item, blob.size)
        self._board.tell(item.name, "Verifying Checksum")
        if blob.source is not None:
            with Digester() as digester:
                for block in blob.source.blocks():
                    digester.update(block)
                if digester.digest() != digest:
                    raise self._failure(f"filesystem layer verification failed for digest {digest}")
        item.complete = True
        self._board.tell(item.name, "Download complete")

    def _unpack(self) -> None:
        """Unpack what is complete, the lowest first, each when all below it are done."""
        budget = self._bandwidth * _UNPACKING
        for item in self._unique():
            if item.layer is not None:
                continue
            if not item.complete or budget <= 0:
                return
            part = min(budget, item.weight - item.unpacked)
            item.unpacked += part
            budget -= part
            self._board.tell(item.name, "Extracting", item.unpacked, item.item.size)
            if item.unpacked == item.weight:
                item.layer = self._unpacked(item)
                self._registered.append((item.layer.diff_id, item.item.digest))
                self._board.tell(item.name, "Pull complete")

    def _unpacked(self, item: _Download) -> AnyLayer:
        blob = self._registry.blob(self.reference.path, item.item.digest)
        if blob.source is None:
            assert blob.layer is not None  # a blob without bytes is a recorded layer's
            return blob.layer
        try:
            kind = sniff(blob.source.pread(0, min(8, blob.size or 0)))
            return Layer.read(blob.source.blocks(), blob.source, kind, where=item.name)
        except LayerlabError as error:
            raise self._failure(f"failed to register layer: {error.what}") from error

    def _finish(self) -> None:
        """All layers are here: make the image, and name it."""
        if self._manifest is not None:
            self._image = self._made(self._manifest)
        self._arrived = True
        self._board.lines.append(f"Digest: {self.digest}")
        new = self._state.references.get(self.reference) != self.image_id
        what = "Downloaded newer image" if new else "Image is up to date"
        self._board.lines.append(f"Status: {what} for {self.reference.familiar}")
        self._take()

    def _made(self, manifest: Manifest) -> Image:
        layers = [*self._here, *(item.layer for item in self._downloads if item.layer is not None)]
        if manifest.recorded is not None:
            return manifest.recorded
        assert self._config is not None  # fetched in the first step
        try:
            return Image.opened(layers, self._config, raw_manifest=manifest.raw)
        except LayerlabError as error:
            raise self._failure("layers from manifest don't match image configuration") from error

    def _take(self) -> None:
        self.finished = True
        self._state = self._keep(self._applied) if self._keep else self._applied(self._state)

    def _applied(self, state: State) -> State:
        """What this pull makes of a state: more layers, an image, its names."""
        for diff_id, digest in self._registered:
            state = add_origin(state, diff_id, Origin(digest, self.reference.name))
        if self._image is not None:
            state = add_image(state, self._image, self._ids, self._clock())
        if self._arrived and self.image_id in state.images:
            for name in (self.reference.with_digest(self.digest), self.reference):
                state = replace(state, references=with_item(state.references, name, self.image_id))
        return state

    def _count(self, item: _Download, size: int | None) -> None:
        self._registry.traffic.add(Crossed("down", "layer", item.item.digest, size))

    def _failure(self, text: str) -> TransferFailed:
        self.finished = True
        return TransferFailed(text, self.lines())
