"""Where a registry keeps what it has: in memory, or as an OCI layout in a directory.

OCI image-spec, image-layout.md. A tag is an entry of ``index.json`` with the ref name
``repository:tag``; a manifest that has no tag any more has ``repository@digest``.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from layerlab.archive.oci import INDEX, LAYOUT, OCI_INDEX, REF_NAME
from layerlab.digest import BlobDigest
from layerlab.errors import NoContent
from layerlab.image import gojson
from layerlab.registry.blobs import Blob
from layerlab.source import FileSource


class Entry(NamedTuple):
    """A manifest, and the name it goes by."""

    name: str
    digest: BlobDigest
    size: int
    media_type: str


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
            if name := gojson.field(annotations, REF_NAME, str, path, ""):
                yield name, BlobDigest(gojson.field(entry, "digest", str, path))

    def keep(self, entries: Iterable[Entry]) -> None:
        manifests: list[Mapping[str, object]] = [
            {
                "mediaType": entry.media_type,
                "digest": entry.digest,
                "size": entry.size,
                "annotations": {REF_NAME: entry.name},
            }
            for entry in entries
        ]
        document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests}
        self._write(INDEX, [gojson.dump(document)])

    def _write(self, name: str, blocks: Iterable[bytes]) -> None:
        """Write a file beside its place, then put it there: nobody reads half of one."""
        path = os.path.join(self._folder, name)
        with open(f"{path}.part", "wb") as file:
            file.writelines(blocks)
        os.replace(f"{path}.part", path)
