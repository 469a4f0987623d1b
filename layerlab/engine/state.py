"""What an engine holds, as a value: layers, images, references, containers.

Every operation computes the next ``State``; only when it has succeeded does the engine take
it. So an operation that fails changes nothing. (The file system of a container is the one
thing in it that moves by itself.)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast

from layerlab.container import Container
from layerlab.digest import BlobDigest, ChainID, DiffID, ImageID
from layerlab.engine.ground import Ground
from layerlab.image import Image
from layerlab.layer import AnyLayer
from layerlab.reference import Reference

if TYPE_CHECKING:
    from layerlab.engine.buildcache import CacheRecord


def _none() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class StoredLayer:
    """A layer in the store, unpacked once, under its ChainID."""

    chain_id: ChainID
    layer: AnyLayer
    parent: ChainID | None
    cache_id: str
    """64 random hex digits: the directory's name under ``overlay2/``."""
    link: str
    """26 of A–Z and 0–9: the short name under ``overlay2/l/``."""
    stored: int
    """When, in seconds."""
    built_on: int | None = field(default=None, compare=False)
    """When a layer or a container was last made on it; it stays noted when that is gone."""


@dataclass(frozen=True)
class StoredImage:
    """An image in the store."""

    image: Image
    stored: int
    parent: ImageID | None = None
    """The image that this one was committed or built on *here*; a pull or load knows none."""
    tagged: int | None = None
    """When it was last given a tag here."""


@dataclass(frozen=True)
class StoredContainer:
    """A container: its writable layer, and what is known of its only process."""

    id: str
    """64 random hex digits."""
    name: str
    image_id: ImageID
    image_name: str
    """The image as it was named when the container was made."""
    files: Container
    entrypoint: tuple[str, ...]
    cmd: tuple[str, ...]
    created: int
    status: Literal["created", "running", "paused", "exited"] = "created"
    started: int | None = None
    finished: int | None = None
    exit_code: int = 0
    error: str = ""
    """Why its process couldn't be started."""
    ends: int | None = None
    """When its process will end by itself: a ``sleep``; ``None`` if never."""
    ends_with: int = 0
    """The exit code that it will have then."""
    remove: bool = False
    """``--rm``: goes when its process ends."""
    mount_id: str = ""
    """64 random hex digits: the writable layer's directory under ``overlay2/``."""
    link: str = ""
    init_link: str = ""
    options: Mapping[str, Any] = field(default_factory=_none)
    """What ``run`` was told beside: ``env``, ``user``, ``workdir``, ``hostname``, ``labels``."""
    output: bytes = b""
    """What its process printed to standard output so far."""
    errors: bytes = b""
    """The same for standard error."""

    @property
    def image(self) -> Image:
        """The image that it stands on, also when the store has it no more."""
        return cast(Ground, self.files.image).image


@dataclass(frozen=True)
class Origin:
    """Where a layer's blob came from or went to: an entry of ``v2metadata-by-diffid``."""

    digest: BlobDigest
    repository: str
    """With its host: ``docker.io/library/alpine``."""
    pushed: bool = False
    """Whether this engine itself put it there; only then does Docker sign the entry (HMAC)."""


@dataclass(frozen=True)
class State:
    """All that an engine holds at one moment."""

    layers: Mapping[ChainID, StoredLayer] = field(default_factory=_none)
    images: Mapping[ImageID, StoredImage] = field(default_factory=_none)
    references: Mapping[Reference, ImageID] = field(default_factory=_none)
    """``repositories.json``: a tag, or a digest of a repository, and the image it names."""
    containers: Mapping[str, StoredContainer] = field(default_factory=_none)
    """By ID, in the order in which they were made."""
    origins: Mapping[DiffID, tuple[Origin, ...]] = field(default_factory=_none)
    """``distribution/v2metadata-by-diffid``: newest last."""
    diff_ids: Mapping[BlobDigest, DiffID] = field(default_factory=_none)
    """``distribution/diffid-by-digest``."""
    build_cache: Mapping[str, "CacheRecord"] = field(default_factory=_none)
    """What BuildKit keeps, by the key that it finds it by."""
    made: frozenset[str] = field(default=frozenset(), compare=False)
    """Directories of ``layerdb`` that Docker makes when it first needs them, and then leaves."""

    @cached_property
    def names(self) -> Mapping[ImageID, tuple[Reference, ...]]:
        """Each image's names, in the daemon's order."""
        found: dict[ImageID, list[Reference]] = {}
        for name, image_id in sorted(self.references.items(), key=lambda item: item[0].full):
            found.setdefault(image_id, []).append(name)
        return {image_id: tuple(names) for image_id, names in found.items()}

    @cached_property
    def children(self) -> Mapping[ImageID, tuple[ImageID, ...]]:
        """The images that were built or committed here on each."""
        found: dict[ImageID, list[ImageID]] = {}
        for image_id, stored in self.images.items():
            if stored.parent is not None:
                found.setdefault(stored.parent, []).append(image_id)
        return {parent: tuple(made) for parent, made in found.items()}
