"""Tars and archives for the tests, made with Python's tarfile: not by the code under test."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable
from typing import Any

END = bytes(1024)


def entry(name: str, data: bytes | None = None, **fields: Any) -> tuple[tarfile.TarInfo, bytes]:
    """A tar member: a file if there is ``data``, else a directory, or what ``type`` says."""
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
    info.mode = 0o755 if data is None else 0o644
    info.size = len(data or b"")
    for key, value in fields.items():
        setattr(info, key, value)
    return info, data or b""


def symlink(name: str, target: str, **fields: Any) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=tarfile.SYMTYPE, linkname=target, mode=0o777, **fields)


def hard_link(
    name: str, target: str, mode: int = 0o644, **fields: Any
) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=tarfile.LNKTYPE, linkname=target, mode=mode, **fields)


def tar(*entries: tuple[tarfile.TarInfo, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of these entries, with the two closing blocks and no more."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=format) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
        end = archive.offset
    return stream.getvalue()[:end] + END


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def config(layers: Iterable[bytes], **fields: Any) -> bytes:
    """The config JSON of an image with these (uncompressed) layers."""
    document = {
        "architecture": "amd64",
        "os": "linux",
        "created": "2024-05-06T07:08:09Z",
        "config": {"Cmd": ["/bin/sh"], "Env": ["A=1"]},
        "rootfs": {"type": "layers", "diff_ids": [sha256(layer) for layer in layers]},
    }
    return json.dumps(document | fields).encode()


def docker_archive(
    layers: list[bytes], names: list[str] | None = None, *, stored: list[bytes] | None = None
) -> dict[str, bytes]:
    """The members of an old docker-archive; ``stored`` are the layers as they lie there."""
    document = config(layers)
    members = {f"{index}/layer.tar": data for index, data in enumerate(stored or layers)}
    record = {"Config": "config.json", "RepoTags": names, "Layers": list(members)}
    return members | {
        "config.json": document,
        "manifest.json": json.dumps([record]).encode(),
    }


def oci_layout(
    layers: list[bytes], name: str | None = "latest", *, compress: bool = False
) -> dict[str, bytes]:
    """The files of an OCI layout."""
    media_type = "application/vnd.oci.image.layer.v1.tar" + ("+gzip" if compress else "")
    stored = [gzip.compress(layer, mtime=0) if compress else layer for layer in layers]
    document = config(layers)
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor(document, "application/vnd.oci.image.config.v1+json"),
            "layers": [descriptor(data, media_type) for data in stored],
        },
        indent=2,
    ).encode()
    item = descriptor(manifest, "application/vnd.oci.image.manifest.v1+json")
    if name is not None:
        item["annotations"] = {"org.opencontainers.image.ref.name": name}
    return {
        "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
        "index.json": json.dumps({"schemaVersion": 2, "manifests": [item]}).encode(),
    } | {blob_path(data): data for data in [*stored, document, manifest]}


def descriptor(data: bytes, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": sha256(data), "size": len(data)}


def blob_path(data: bytes) -> str:
    return "blobs/sha256/" + sha256(data)[7:]


def packed(members: dict[str, bytes]) -> bytes:
    """The members as one tar."""
    return tar(*(entry(name, data) for name, data in members.items()))
