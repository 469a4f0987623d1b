"""Save images: as ``docker load`` takes them, or as an OCI layout.

What is written depends on the images alone, so the same image gives the same bytes. It is
written beside the target, synced to disk and renamed: a failure leaves what was there.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, Literal, Protocol, get_args

from layerlab.archive import docker, oci
from layerlab.archive.opening import familiar
from layerlab.digest import Digest
from layerlab.errors import InvalidImage, LayerlabError
from layerlab.image import Image, gojson
from layerlab.layer import AnyLayer
from layerlab.tarball import headers
from layerlab.tarball.golang import header

Format = Literal["docker-archive", "oci-archive", "oci-layout"]


def save_image(
    image: Image,
    path: str | os.PathLike[str],
    ref: str | None = None,
    format: Format = "docker-archive",
) -> None:
    """Write ``image`` to ``path``, under the name ``ref`` if one is given.

    ``docker-archive`` is what ``docker load`` reads, and an OCI layout at the same time, as
    Docker 25 and later write it. ``oci-archive`` is an OCI layout in a tar, ``oci-layout`` a
    folder. In the OCI forms a layer that was opened compressed keeps its very blob, and an
    unchanged image its manifest; other layers are stored as plain tars, because no two gzip
    encoders write the same bytes. A file at ``path`` is replaced, a folder with something in
    it refused.
    """
    save_images([(image, [ref] if ref else [])], path, format)


def save_images(
    images: Iterable[tuple[Image, Iterable[str]]],
    path: str | os.PathLike[str],
    format: Format = "docker-archive",
) -> None:
    """Write several images, each with its names, to one archive."""
    named = [(image, tuple(names)) for image, names in images]
    if format not in get_args(Format):
        raise InvalidImage(
            f"{format!r} is no format", hint=f"there are {', '.join(get_args(Format))}"
        )
    target = os.fspath(path)
    if format == "oci-layout":
        with _beside(target) as place:
            folder = _FolderSink(place)
            _write(named, folder, plain=False)
            folder.close()
        return
    if os.path.isdir(target):
        raise InvalidImage(f"a {format} is a file", where=target, hint="name a file in it")
    with _beside(target) as place, open(place, "xb") as file:
        sink = _TarSink(file)
        _write(named, sink, plain=format == "docker-archive")
        sink.close()
        file.flush()
        os.fsync(file.fileno())


class _Sink(Protocol):
    def add(self, name: str, size: int, write: Callable[[BinaryIO], object]) -> None:
        """A file of ``size`` bytes, which ``write`` writes."""


def _write(named: list[tuple[Image, tuple[str, ...]]], sink: _Sink, *, plain: bool) -> None:
    """All images into ``sink``; ``plain`` for a docker-archive, whose layers are plain tars."""
    done: set[str] = set()

    def add(data: bytes) -> Digest:
        digest = Digest.of(data)
        if digest not in done:
            done.add(digest)
            _add_bytes(sink, _path(digest), data)
        return digest

    entries: list[dict[str, Any]] = []
    records: list[dict[str, Any]] = []
    for image, names in named:
        layers = [_stored(layer, plain=plain) for layer in image.layers]
        for item, layer in zip(layers, image.layers, strict=True):
            if item["digest"] not in done:
                done.add(item["digest"])
                _add_layer(sink, item, layer, plain=plain)
        config = add(image.raw_config)
        raw = _manifest(image, config, layers)
        entry = {"mediaType": _media_type(raw), "digest": add(raw), "size": len(raw)}
        entries += [entry | {"annotations": _annotations(name, plain)} for name in names] or [entry]
        if plain:
            record = {"Config": _path(config), "RepoTags": [*map(_tagged, names)] or None}
            records.append(record | {"Layers": [_path(item["digest"]) for item in layers]})
    index = {"schemaVersion": 2, "mediaType": oci.OCI_INDEX, "manifests": entries}
    _add_bytes(sink, oci.INDEX, gojson.dump(index))
    if plain:
        _add_bytes(sink, docker.MANIFEST, gojson.dump(records))
    _add_bytes(sink, oci.LAYOUT, gojson.dump({"imageLayoutVersion": "1.0.0"}))


def _stored(layer: AnyLayer, *, plain: bool) -> dict[str, Any]:
    """The descriptor of a layer as it is going to be stored."""
    if layer.blob and not plain:
        kind, digest, size = f"+{layer.blob.compression}", layer.blob.digest, layer.blob.size
        return {"mediaType": oci.OCI_LAYER + kind, "digest": digest, "size": size}
    return {"mediaType": oci.OCI_LAYER, "digest": layer.diff_id, "size": layer.tar_size}


def _manifest(image: Image, config: Digest, layers: list[dict[str, Any]]) -> bytes:
    """The manifest that the image was opened by, if it is true of what is stored, or a new one."""
    if image.raw_manifest is not None:
        known = gojson.load(image.raw_manifest, "manifest")
        if [item["digest"] for item in known["layers"]] == [item["digest"] for item in layers]:
            return image.raw_manifest
    return gojson.dump(
        {
            "schemaVersion": 2,
            "mediaType": oci.OCI_MANIFEST,
            "config": {
                "mediaType": oci.OCI_CONFIG,
                "digest": config,
                "size": len(image.raw_config),
            },
            "layers": layers,
        }
    )


def _media_type(manifest: bytes) -> str:
    document: Mapping[str, Any] = gojson.load(manifest, "manifest")
    return str(document.get("mediaType") or oci.OCI_MANIFEST)


def _annotations(name: str, plain: bool) -> dict[str, str]:
    if not plain:
        return {oci.REF_NAME: name}
    full = _tagged(name)  # Docker 25 and later write both
    return {oci.FULL_NAME: _with_domain(full), oci.REF_NAME: full.rpartition(":")[2]}


def _tagged(name: str) -> str:
    """A name as ``manifest.json`` has it: familiar, with its tag."""
    if "@" in name:
        raise InvalidImage(
            "an image in a docker-archive goes by a tag, not a digest", where=name, hint="name:tag"
        )
    return familiar(name)


def _with_domain(name: str) -> str:
    """``alpine:3`` as ``docker.io/library/alpine:3`` (distribution/reference)."""
    first, slash, _ = name.partition("/")
    if not slash:
        return f"docker.io/library/{name}"
    if "." in first or ":" in first or first == "localhost":
        return name
    return f"docker.io/{name}"


def _path(digest: str) -> str:
    return f"blobs/sha256/{digest.removeprefix('sha256:')}"


def _add_bytes(sink: _Sink, name: str, data: bytes) -> None:
    sink.add(name, len(data), lambda stream: stream.write(data))


def _add_layer(sink: _Sink, item: dict[str, Any], layer: AnyLayer, *, plain: bool) -> None:
    write = layer.write_tar if plain or not layer.blob else layer.blob.write
    sink.add(_path(item["digest"]), item["size"], write)


class _FolderSink:
    """An OCI layout as a folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._folders = [folder]
        os.mkdir(folder)

    def add(self, name: str, size: int, write: Callable[[BinaryIO], object]) -> None:
        folder = self._folder
        for part in name.split("/")[:-1]:
            folder = os.path.join(folder, part)
            if folder not in self._folders:
                os.mkdir(folder)
                self._folders.append(folder)
        with open(os.path.join(self._folder, name), "xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        """See that the names reach the disk, too."""
        for folder in self._folders:
            _sync_folder(folder)


class _TarSink:
    """A tar, written as Go writes it; times and owners are 0, like all that may differ."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._folders: set[str] = set()

    def add(self, name: str, size: int, write: Callable[[BinaryIO], object]) -> None:
        at = name.find("/") + 1
        while at:
            if name[:at] not in self._folders:
                self._folders.add(name[:at])
                folder = name[:at].encode()
                self._file.write(header(headers.DIRECTORY, folder, mode=0o755))
            at = name.find("/", at) + 1
        self._file.write(header(headers.FILE, name.encode(), mode=0o644, size=size))
        start = self._file.tell()
        write(self._file)
        written = self._file.tell() - start
        if written != size:  # the header is out already
            raise InvalidImage(f"{written} bytes were written, {size} announced", where=name)
        self._file.write(bytes(-size % headers.BLOCK))

    def close(self) -> None:
        """Write the end of the archive."""
        self._file.write(bytes(2 * headers.BLOCK))


@contextmanager
def _beside(target: str) -> Iterator[str]:
    """A free path next to ``target``, which takes its place if all goes well."""
    folder, name = os.path.split(target.rstrip("/"))
    place = os.path.join(folder, f".{name[:100]}.{os.urandom(6).hex()}")
    try:
        yield place
        try:
            os.rename(place, target)
        except OSError as error:
            raise LayerlabError(
                f"can't be put in place: {error.strerror}", where=target, hint="move it away"
            ) from error
        _sync_folder(folder or ".")
    except BaseException:
        if os.path.isdir(place):
            import shutil  # only failures need it

            shutil.rmtree(place)
        elif os.path.lexists(place):
            os.unlink(place)
        raise


def _sync_folder(folder: str) -> None:
    """See that the names in a folder reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
