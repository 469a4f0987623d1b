"""Pushing an image: only what the registry hasn't got moves, five layers at a time.

moby 20.10: ``distribution/push_v2.go``. A layer whose blob's digest is known from an earlier
pull or push is asked for, or taken over from another repository of the same registry, before
it is compressed and sent.
"""

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, replace
from itertools import takewhile

from layerlab.digest import BlobDigest, DiffID
from layerlab.engine.state import Origin, State
from layerlab.engine.store import with_item
from layerlab.engine.transfer import (
    Board,
    Progress,
    TransferFailed,
    add_origin,
    bandwidth,
    forget_origin,
    reach,
)
from layerlab.errors import EngineError, NoContent
from layerlab.image import Image, RecordedImage
from layerlab.layer import AnyLayer
from layerlab.reference import Reference
from layerlab.registry import Blob, Descriptor, Manifest, Refused, Registry, compressed
from layerlab.registry.manifest import CONFIG

UPLOADS = 5
"""At a time: the daemon's ``max-concurrent-uploads``."""
_SMALL, _MIDDLE = 100 << 10, 10 << 20  # moby: smallLayerMaximumSize, middleLayerMaximumSize


@dataclass
class _Upload:
    """A layer on its way. One that occurs twice is sent once."""

    layer: AnyLayer
    blob: Blob | None = None
    """What is sent, once nothing else helped."""
    sent: int = 0
    remote: Descriptor | None = None
    """How the registry has it, when it has."""

    @property
    def name(self) -> str:
        return self.layer.diff_id.short


class Push:
    """One push, in steps. ``finish`` takes them all.

    ``keep`` is given, once and at the end, what the push does to a state, and returns the
    state that comes of it.
    """

    def __init__(
        self,
        state: State,
        registries: MutableMapping[str, Registry],
        reference: Reference,
        *,
        keep: Callable[[Callable[[State], State]], State] | None = None,
    ) -> None:
        """See that there is such an image; ``TransferFailed`` if there isn't."""
        if reference.digest:
            raise TransferFailed("cannot push a digest reference", ())
        self.reference = reference.tagged()
        self.manifest: Manifest | None = None
        self.finished = False
        self._state, self._keep = state, keep
        self._board = Board()
        self._board.lines.append(f"The push refers to repository [{reference.name}]")
        self._image = self._find()
        self._registry = self._reach(registries)
        self._changes: list[Callable[[State], State]] = []
        layers = tuple(reversed(self._image.layers))
        self._uploads = {layer.diff_id: _Upload(layer) for layer in layers}
        for layer in layers:
            self._board.tell(layer.diff_id.short, "Preparing", 0, layer.size)
        for upload in list(self._uploads.values())[UPLOADS:]:
            self._board.tell(upload.name, "Waiting", 0, upload.layer.size)
        self._bandwidth = bandwidth(item.layer.size for item in self._uploads.values())

    @property
    def progress(self) -> tuple[Progress, ...]:
        """How far each layer is, the topmost first."""
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
        try:
            active = [item for item in self._uploads.values() if item.remote is None][:UPLOADS]
            for item in active:
                if item.blob is None:
                    self._settle(item)
                else:
                    self._send(item, item.blob, max(1, self._bandwidth // len(active)))
            if all(item.remote for item in self._uploads.values()):
                self._finish()
        except Refused as error:
            self.finished = True
            raise TransferFailed(error.what, self.lines()) from error
        return not self.finished

    def finish(self) -> State:
        """Take all steps, and return the state that knows where the layers are now."""
        while self.step():
            pass
        return self._state

    def _find(self) -> Image:
        references = self._state.references
        if self.reference in references:
            image = self._state.images[references[self.reference]].image
            if isinstance(image, RecordedImage):
                raise NoContent(
                    "only the names of this image were recorded: there are no bytes to push",
                    where=self.reference.familiar,
                )
            return image
        if any(known.name == self.reference.name for known in references):
            raise TransferFailed(f"tag does not exist: {self.reference.familiar}", self.lines())
        raise TransferFailed(
            f"An image does not exist locally with the tag: {self.reference.familiar_name}",
            self.lines(),
        )

    def _reach(self, registries: MutableMapping[str, Registry]) -> Registry:
        try:
            return reach(registries, self.reference.domain)
        except EngineError as error:
            raise TransferFailed(error.what, self.lines()) from error

    def _settle(self, item: _Upload) -> None:
        """Find the layer in the registry, or begin to send it."""
        diff_id, target = item.layer.diff_id, self.reference
        known = self._by_likeness(self._state.origins.get(diff_id, ()))
        checked: set[BlobDigest] = set()
        if self._exists(item, known, checked, 1):
            return
        mounts, checks, anywhere = _attempts(item.layer.size)
        elsewhere = [origin for origin in known if _is_elsewhere(origin, target)]
        for origin in elsewhere[:mounts]:
            source = origin.repository.partition("/")[2]
            if self._registry.mount(target.path, origin.digest, source):
                self._arrived(item, origin.digest, f"Mounted from {source}")
                return
            self._changes.append(_forgetting(diff_id, origin))
        others = [origin for origin in known if anywhere or origin.repository == target.name]
        if self._exists(item, others, checked, checks - len(checked)):
            return
        item.blob = compressed(item.layer)
        self._board.tell(item.name, "Pushing", 0, item.layer.size)

    def _exists(
        self, item: _Upload, known: Iterable[Origin], checked: set[BlobDigest], attempts: int
    ) -> bool:
        """Ask for the layer by the digests that it is known to have, the likeliest first."""
        for origin in known:
            if attempts <= 0:
                return False
            if origin.digest in checked:
                continue
            checked.add(origin.digest)
            attempts -= 1
            if self._registry.has_blob(self.reference.path, origin.digest):
                self._arrived(item, origin.digest, "Layer already exists", known=origin)
                return True
            if origin.repository == self.reference.name:
                self._changes.append(_forgetting(item.layer.diff_id, origin))
        return False

    def _send(self, item: _Upload, blob: Blob, part: int) -> None:
        item.sent = min(item.layer.size, item.sent + part)
        self._board.tell(item.name, "Pushing", item.sent, item.layer.size)
        if item.sent == item.layer.size:
            self._registry.put_blob(self.reference.path, blob)
            self._arrived(item, blob.digest, "Pushed")

    def _arrived(
        self, item: _Upload, digest: BlobDigest, status: str, known: Origin | None = None
    ) -> None:
        """The registry has it now, and the engine notes where, unless that is how it knew."""
        size = self._registry.blob(self.reference.path, digest).size
        item.remote = Descriptor(digest, size)
        self._board.tell(item.name, status)
        diff_id = item.layer.diff_id
        origin = Origin(digest, self.reference.name, pushed=True)
        if origin != known:
            self._changes.append(lambda state: add_origin(state, diff_id, origin))

    def _finish(self) -> None:
        """Send the config, if it isn't there, and the manifest."""
        path, image = self.reference.path, self._image
        config = Descriptor(BlobDigest(image.image_id), len(image.raw_config), CONFIG)
        remote = (self._uploads[layer.diff_id].remote for layer in image.layers)
        manifest = Manifest.made(config, tuple(item for item in remote if item))
        if not self._registry.has_blob(path, config.digest):
            self._registry.put_blob(path, image.raw_config, "config")
        assert manifest.raw is not None  # it was just written
        self._registry.put_manifest(path, self.reference.tag, manifest.raw)
        self._board.lines.append(
            f"{self.reference.tag}: digest: {manifest.digest} size: {manifest.size}"
        )
        name = self.reference.with_digest(manifest.digest)
        self._changes.append(lambda state: _named(state, name, image))
        self.manifest, self.finished = manifest, True
        self._state = self._keep(self._applied) if self._keep else self._applied(self._state)

    def _applied(self, state: State) -> State:
        """What this push makes of a state: it knows where the layers are."""
        for change in self._changes:
            state = change(state)
        return state

    def _by_likeness(self, origins: tuple[Origin, ...]) -> list[Origin]:
        """The likeliest source first: pushed from here, then a similar path, then the newest."""
        wanted = self.reference.name.split("/")

        def likeness(origin: Origin) -> tuple[bool, int]:
            pairs = zip(origin.repository.split("/"), wanted, strict=False)
            return origin.pushed, sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

        newest_first = origins[::-1]
        return sorted(newest_first, key=likeness, reverse=True)


def _attempts(size: int) -> tuple[int, int, bool]:
    """How many mounts to try, how many digests to ask for, and whether of any repository.

    moby: ``getMaxMountAndExistenceCheckAttempts``. The smaller a layer, the sooner it is sent.
    """
    if size > _MIDDLE:
        return 4, 3, True
    return (3 if size > _SMALL else 1), 1, False


def _is_elsewhere(origin: Origin, target: Reference) -> bool:
    """Whether it is another repository of the same registry: only there can a blob be mounted."""
    domain = origin.repository.partition("/")[0]
    return domain == target.domain and origin.repository != target.name


def _forgetting(diff_id: DiffID, origin: Origin) -> Callable[[State], State]:
    return lambda state: forget_origin(state, diff_id, origin)


def _named(state: State, name: Reference, image: Image) -> State:
    return replace(state, references=with_item(state.references, name, image.image_id))
