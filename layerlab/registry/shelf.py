"""Where a registry keeps what it has: in memory, or as an OCI layout in a directory.

OCI image-spec, image-layout.md. Each manifest is an entry of ``index.json``; our annotation
says ``repository:tag``, or ``repository@digest`` when it has no tag any more. Tools that read
layouts (skopeo, umoci; *ran*) pass over manifests of Docker's own type. So each tag of such a
one has an entry more, with the customary ref name: the same config and blobs, named by an OCI
manifest.
"""

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from layerlab.archive.oci import (
    INDEX,
    LAYOUT,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
    REF_NAME,
)
from layerlab.digest import BlobDigest
from layerlab.errors import NoContent
from layerlab.image import gojson
from layerlab.registry.blobs import Blob
from layerlab.registry.manifest import CONFIG, LAYER, Index, Manifest
from layerlab.source import FileSource

_NAME = "layerlab.registry.name"


class Entry(NamedTuple):
    """A manifest, and the name it goes by."""

    name: str
    digest: BlobDigest
    manifest: Manifest | Index
    raw: bytes


class Shelf(Protocol):
    """Blobs by digest, and the names of manifests."""

    def get(self, digest: BlobDigest) -> Blob | None:
        """The blob, if it is here."""

    def put(self, blob: Blob) -> None:
        """Keep the blob."""

    def entries(self) -> Iterator[tuple[str, BlobDigest]]:
        """The names that were kept, and what they name."""

    def keep(self, entries: Iterable[Entry]) -> None:
        """Keep these names, and no others."""


class Memory:
    """A shelf that is gone with the program."""

    def __init__(self) -> None:
        self._blobs: dict[BlobDigest, Blob] = {}

    def get(self, digest: BlobDigest) -> Blob | None:
        return self._blobs.get(digest)

    def put(self, blob: Blob) -> None:
        self._blobs[blob.digest] = blob

    def entries(self) -> Iterator[tuple[str, BlobDigest]]:
        return iter(())

    def keep(self, entries: Iterable[Entry]) -> None:
        pass


class Directory:
    """A shelf that is an OCI layout in a directory, made if it isn't there."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self._folder = os.fspath(directory)
        self._blobs = os.path.join(self._folder, "blobs", "sha256")
        os.makedirs(self._blobs, exist_ok=True)
        if not os.path.exists(os.path.join(self._folder, LAYOUT)):
            self._write(LAYOUT, [gojson.dump({"imageLayoutVersion": "1.0.0"})])
            self.keep(())

    def get(self, digest: BlobDigest) -> Blob | None:
        path = os.path.join(self._blobs, digest.hex)
        if not os.path.isfile(path):
            return None
        source = FileSource(path)
        return Blob(digest, source.size, source)

    def put(self, blob: Blob) -> None:
        if blob.source is None:
            raise NoContent(
                "of this blob only the name was recorded, so no file can be written",
                where=blob.digest,
                hint="keep it in a registry in memory",
            )
        self._write(os.path.join("blobs", "sha256", blob.digest.hex), blob.source.blocks())

    def entries(self) -> Iterator[tuple[str, BlobDigest]]:
        path = os.path.join(self._folder, INDEX)
        source = FileSource(path)
        document = gojson.as_type(gojson.load(b"".join(source.blocks()), path), dict, path)
        for entry in gojson.field(document, "manifests", list, path):
            annotations = gojson.field(entry, "annotations", dict, path, {})
            if name := gojson.field(annotations, _NAME, str, path, ""):
                yield name, BlobDigest(gojson.field(entry, "digest", str, path))

    def keep(self, entries: Iterable[Entry]) -> None:
        manifests: list[dict[str, object]] = []
        for entry in entries:
            media_type = gojson.load(entry.raw, entry.name).get("mediaType", OCI_MANIFEST)
            ours = {_NAME: entry.name}
            manifests.append(_descriptor(media_type, entry.digest, len(entry.raw), ours))
            if isinstance(entry.manifest, Manifest) and "@" not in entry.name:
                other = Blob.of(_as_oci(entry.manifest))
                self.put(other)
                named = {REF_NAME: entry.name}
                manifests.append(_descriptor(OCI_MANIFEST, other.digest, other.size, named))
        document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests}
        self._write(INDEX, [gojson.dump(document)])

    def _write(self, name: str, blocks: Iterable[bytes]) -> None:
        """Write a file beside its place, then put it there: nobody reads half of one."""
        path = os.path.join(self._folder, name)
        with open(f"{path}.part", "wb") as file:
            file.writelines(blocks)
        os.replace(f"{path}.part", path)


def _descriptor(
    media_type: str, digest: BlobDigest, size: int | None, annotations: dict[str, str]
) -> dict[str, object]:
    return {
        "mediaType": media_type,
        "digest": digest,
        "size": size,
        "annotations": annotations,
    }


def _as_oci(manifest: Manifest) -> bytes:
    """The manifest with OCI's media types for Docker's, which mean the same."""
    config, *layers = (
        {"mediaType": _OCI.get(item.media_type, item.media_type)} | item.named
        for item in (manifest.config, *manifest.layers)
    )
    return gojson.dump(
        {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers}
    )


_OCI = {CONFIG: OCI_CONFIG, LAYER: f"{OCI_LAYER}+gzip"}
