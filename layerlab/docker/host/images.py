"""``image/overlay2``: what the engine knows of layers and images, beside their files.

Sources: moby, ``layer/filestore.go``, ``image/fs.go``, ``reference/store.go`` and
``distribution/metadata`` (*ran*: docker 20.10).
"""

from __future__ import annotations

import errno
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from layerlab.digest import ChainID
from layerlab.docker.host.layers import top_layer
from layerlab.docker.host.place import Children, Place, file, folder
from layerlab.docker.host.tarsplit import tar_split
from layerlab.engine.state import Origin, State, StoredContainer, StoredImage, StoredLayer
from layerlab.engine.times import rfc3339
from layerlab.errors import NoContent
from layerlab.image import Image, gojson
from layerlab.layer import Layer, RecordedLayer
from layerlab.nodes import CHUNK, Bytes, Content

_NO_LOGIN = b"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
"""The key of an HMAC for somebody who isn't logged in: the digest of ``{}``."""


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """Content that nobody recorded: reading it is ``ENODATA``, with a reason in words."""

    what: str
    size: int = 0

    def read(self, start: int = 0, stop: int | None = None) -> NoReturn:
        raise OSError(errno.ENODATA, f"{self.what} was not recorded, only its name")

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        yield self.read()


class TarSplit:
    """The content of a ``tar-split.json.gz``, worked out when somebody wants it or its size."""

    def __init__(self, layer: Layer) -> None:
        self._layer = layer

    @property
    def size(self) -> int:
        return len(tar_split(self._layer))

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        return tar_split(self._layer)[start:stop]

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        return Bytes(self.read()).chunks(size)


def image_store(state: State, started: int) -> Children:
    """The directory ``image/overlay2``, by its names."""
    now = _last(state, started)
    return {
        "distribution": folder(lambda: _distribution(state, now), mtime=now),
        "imagedb": folder(lambda: _imagedb(state, now), mtime=started),
        "layerdb": folder(lambda: _layerdb(state, now), mtime=started),
        "repositories.json": file(repositories(state), mode=0o600, mtime=now),
    }


def _last(state: State, started: int) -> int:
    images = (max(stored.stored, stored.tagged or 0) for stored in state.images.values())
    return max([started, *images])


def repositories(state: State) -> bytes:
    """``repositories.json``: each repository with its tags and digests, and what they name."""
    found: dict[str, dict[str, str]] = {}
    for reference, image_id in state.references.items():
        found.setdefault(reference.familiar_name, {})[str(reference)] = str(image_id)
    ordered = {name: dict(sorted(found[name].items())) for name in sorted(found)}
    return gojson.dump({"Repositories": ordered})


def _distribution(state: State, when: int) -> Children:
    if not state.origins and not state.diff_ids:
        return {}
    by_digest = {
        blob.hex: file(str(diff_id), mtime=when) for blob, diff_id in state.diff_ids.items()
    }
    by_diff_id = {
        diff_id.hex: file(_origins(origins), mtime=when)
        for diff_id, origins in state.origins.items()
    }
    return {
        "diffid-by-digest": _sha256(by_digest, 0o755, when),
        "v2metadata-by-diffid": _sha256(by_diff_id, 0o755, when),
    }


def _sha256(names: Children, mode: int, when: int) -> Place:
    return folder({"sha256": folder(names, mode=mode, mtime=when)}, mode=mode, mtime=when)


def _origins(origins: tuple[Origin, ...]) -> bytes:
    return gojson.dump(
        [
            {"Digest": str(o.digest), "SourceRepository": o.repository, "HMAC": _hmac(o)}
            for o in origins
        ]
    )


def _hmac(origin: Origin) -> str:
    """What Docker signs a push with: only the same login takes the entry for its own."""
    if not origin.pushed:
        return ""
    text = f"{origin.digest}{origin.repository}".encode()
    return hmac.new(_NO_LOGIN, text, hashlib.sha256).hexdigest()


def _imagedb(state: State, when: int) -> Children:
    content: dict[str, Place] = {}
    metadata: dict[str, Place] = {}
    for image_id, stored in state.images.items():
        content[image_id.hex] = file(config_of(stored.image), mode=0o600, mtime=stored.stored)
        notes = _notes(stored)
        if notes:
            metadata[image_id.hex] = folder(notes, mtime=stored.tagged or stored.stored)
    return {
        "content": _sha256(content, 0o700, when),
        "metadata": _sha256(metadata, 0o700, when),
    }


def config_of(image: Image) -> Content:
    """The config's bytes, whose digest is the ImageID."""
    try:
        return Bytes(image.raw_config)
    except NoContent:
        return Unrecorded("this image's config")


def _notes(stored: StoredImage) -> dict[str, Place]:
    notes = {}
    if stored.tagged is not None:
        notes["lastUpdated"] = file(rfc3339(stored.tagged), mode=0o600, mtime=stored.tagged)
    if stored.parent is not None:
        notes["parent"] = file(str(stored.parent), mode=0o600, mtime=stored.stored)
    return notes


def _layerdb(state: State, when: int) -> Children:
    names: dict[str, Children] = {
        "sha256": {stored.chain_id.hex: _layer(stored) for stored in state.layers.values()},
        "tmp": {},
        "mounts": {box.id: _mount(box, top_layer(box)) for box in state.containers.values()},
    }
    when = max([when, *(box.created for box in state.containers.values())])
    return {name: folder(names[name], mode=0o755, mtime=when) for name in state.made}


def _layer(stored: StoredLayer) -> Place:
    when = stored.stored
    split: Content = Unrecorded("this layer's tar")
    if not isinstance(stored.layer, RecordedLayer):
        split = TarSplit(stored.layer)
    found = {
        "cache-id": file(stored.cache_id, mtime=when),
        "diff": file(str(stored.layer.diff_id), mtime=when),
        "size": file(str(stored.layer.size), mtime=when),
        "tar-split.json.gz": file(split, mtime=when),
    }
    if stored.parent:
        found["parent"] = file(str(stored.parent), mtime=when)
    return folder(found, mtime=when)


def _mount(box: StoredContainer, top: ChainID | None) -> Place:
    found: dict[str, Any] = {
        "init-id": file(f"{box.mount_id}-init", mtime=box.created),
        "mount-id": file(box.mount_id, mtime=box.created),
    }
    if top:
        found["parent"] = file(str(top), mtime=box.created)
    return folder(found, mode=0o755, mtime=box.created)
