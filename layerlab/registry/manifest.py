"""Manifests: which config and which blobs make an image, as ``docker push`` writes it.

Docker's schema 2 (distribution, docs/spec/manifest-v2-2.md); the order of fields, the three
spaces and the missing last newline are what a registry got from docker 20.10 (*ran*).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from layerlab.archive.oci import OCI_INDEX, descriptor
from layerlab.digest import BlobDigest
from layerlab.errors import NoContent
from layerlab.image import Image, RecordedImage, gojson
from layerlab.registry.blobs import compressed

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_INDEXES = (MANIFEST_LIST, OCI_INDEX)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What points at a blob."""

    digest: BlobDigest
    size: int | None
    """Bytes; ``None`` if they weren't recorded."""
    media_type: str = LAYER

    def to_json(self) -> dict[str, Any]:
        """The descriptor in Docker's order."""
        return {"mediaType": self.media_type, **self.named}

    @property
    def named(self) -> dict[str, Any]:
        """Size and digest alone."""
        return {"size": self.size, "digest": self.digest}


@dataclass(frozen=True, slots=True)
class Manifest:
    """One image in a registry."""

    digest: BlobDigest
    """What ``docker pull`` prints behind ``Digest:``."""
    config: Descriptor
    layers: tuple[Descriptor, ...]
    """Lowest first."""
    raw: bytes | None
    """The bytes that ``digest`` is the digest of; ``None`` if only the digest was recorded."""
    recorded: RecordedImage | None = None
    """The image itself, where its config has no bytes either."""

    @property
    def size(self) -> int | None:
        """Bytes of the manifest."""
        return None if self.raw is None else len(self.raw)

    @classmethod
    def parse(cls, raw: bytes, where: str = "manifest") -> Self:
        """The manifest in JSON; ``InvalidImage`` if it is none."""
        document = gojson.as_type(gojson.load(raw, where), dict, where)
        config = _descriptor(document.get("config"), f"{where}: config")
        layers = tuple(
            _descriptor(entry, f"{where}: layers[{number}]")
            for number, entry in enumerate(gojson.field(document, "layers", list, where))
        )
        return cls(BlobDigest.of(raw), config, layers, raw)

    @classmethod
    def of(cls, image: Image) -> Self:
        """The manifest under which ``image`` is pushed.

        An image that was opened by a manifest keeps it, if its layers still have their blobs.
        """
        blobs = map(compressed, image.layers)
        layers = tuple(Descriptor(blob.digest, blob.size) for blob in blobs)
        if isinstance(image, RecordedImage):
            if image.manifest_digest is None:
                raise NoContent("the digest of its manifest was not recorded", where=image.image_id)
            config = Descriptor(BlobDigest(image.image_id), None, CONFIG)
            return cls(image.manifest_digest, config, layers, None, image)
        if image.raw_manifest is not None:
            known = cls.parse(image.raw_manifest)
            if [item.digest for item in known.layers] == [item.digest for item in layers]:
                return known
        config = Descriptor(BlobDigest(image.image_id), len(image.raw_config), CONFIG)
        return cls.made(config, layers)

    @classmethod
    def made(cls, config: Descriptor, layers: tuple[Descriptor, ...]) -> Self:
        """A new manifest, written as Docker writes it; ``NoContent`` if a size isn't known."""
        import json  # slow to import

        if any(item.size is None for item in layers):
            raise NoContent(
                "the compressed size of a layer was not recorded, so no manifest can name it",
                where=config.digest,
            )
        document = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config.to_json(),
            "layers": [item.to_json() for item in layers],
        }
        raw = json.dumps(document, indent=3).encode()
        return cls(BlobDigest.of(raw), config, layers, raw)


@dataclass(frozen=True, slots=True)
class Index:
    """Manifests for several platforms under one name (a *manifest list*)."""

    digest: BlobDigest
    raw: bytes
    manifests: Mapping[str, Descriptor]
    """By platform, ``linux/amd64``; the first of those with equal platforms."""

    @classmethod
    def parse(cls, raw: bytes, where: str = "index") -> Self:
        """The index in JSON; ``InvalidImage`` if it is none."""
        document = gojson.as_type(gojson.load(raw, where), dict, where)
        found: dict[str, Descriptor] = {}
        for number, entry in enumerate(gojson.field(document, "manifests", list, where)):
            place = f"{where}: manifests[{number}]"
            platform = gojson.field(entry, "platform", dict, place, {})
            parts = (platform.get(key) for key in ("os", "architecture", "variant"))
            found.setdefault("/".join(filter(None, parts)), _descriptor(entry, place))
        return cls(BlobDigest.of(raw), raw, MappingProxyType(found))


def parse(raw: bytes, where: str = "manifest") -> Manifest | Index:
    """What these bytes are, by their ``mediaType`` or, where an OCI tool left it out, shape."""
    document = gojson.as_type(gojson.load(raw, where), dict, where)
    is_index = document.get("mediaType") in _INDEXES or "manifests" in document
    return Index.parse(raw, where) if is_index else Manifest.parse(raw, where)


def containerd_identity(image: Image) -> tuple[BlobDigest, int | None]:
    """IMAGE ID and SIZE as Engine 29's containerd image store prints them.

    The ID is the digest of the manifest under which the image is pushed or was pulled. The
    size is that of the compressed content (manifest, config and blobs) and of the unpacked
    layers together; ``None`` if a part of it was never recorded.
    """
    manifest = Manifest.of(image)
    if isinstance(image, RecordedImage) and image.content_size is not None:
        return manifest.digest, image.content_size + image.size
    sizes = [manifest.size, *(item.size for item in (manifest.config, *manifest.layers))]
    if None in sizes:
        return manifest.digest, None
    return manifest.digest, sum(size for size in sizes if size is not None) + image.size


def _descriptor(value: Any, where: str) -> Descriptor:
    item = descriptor(value, where)
    return Descriptor(BlobDigest(item.digest), item.size, item.media_type)
