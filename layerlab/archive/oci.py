"""OCI image layout: ``index.json``, and blobs by digest.

OCI image-spec, image-layout.md, image-index.md, manifest.md and descriptor.md. Docker's own
media types for the same things are accepted, as every tool does.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from layerlab.archive.bundle import Bundle, Member
from layerlab.digest import Digest
from layerlab.errors import InvalidDigest, InvalidImage
from layerlab.image import Image, gojson

INDEX = "index.json"
LAYOUT = "oci-layout"
REF_NAME = "org.opencontainers.image.ref.name"
FULL_NAME = "io.containerd.image.name"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
_INDEXES = (OCI_INDEX, "application/vnd.docker.distribution.manifest.list.v2+json")
_MANIFESTS = (OCI_MANIFEST, "application/vnd.docker.distribution.manifest.v2+json")
_CONFIGS = (OCI_CONFIG, "application/vnd.docker.container.image.v1+json")
_MAX_DEPTH = 8


class Descriptor(NamedTuple):
    """What points at a blob: its digest, size and media type."""

    digest: Digest
    size: int
    media_type: str
    annotations: dict[str, Any]
    platform: dict[str, Any]

    @property
    def path(self) -> str:
        return f"blobs/sha256/{self.digest.hex}"

    @property
    def name(self) -> str | None:
        """The image's full name where containerd wrote one, else its ref name."""
        for key in (FULL_NAME, REF_NAME):
            if isinstance(self.annotations.get(key), str):
                return str(self.annotations[key])
        return None

    @property
    def runnable(self) -> bool:
        """Whether it can be an image: BuildKit's attestations say that they are none."""
        return (
            self.media_type in (*_MANIFESTS, "")
            and "vnd.docker.reference.type" not in self.annotations
            and self.platform.get("os") != "unknown"
        )


def read_oci(bundle: Bundle) -> Iterator[tuple[str | None, Image]]:
    """Each image of the layout with its name; ``None`` for one without."""
    for name, descriptor in manifests(bundle):
        member = blob(bundle, descriptor)
        yield name, read_manifest(bundle, member)


def manifests(bundle: Bundle) -> list[tuple[str | None, Descriptor]]:
    """The manifests that the index leads to, those of nested indexes too, with their names."""
    where = f"{bundle.where}: {INDEX}"
    index = gojson.load(bundle.member(INDEX).as_json(), where, bundle.meter)
    found: list[tuple[str | None, Descriptor]] = []
    _walk(bundle, gojson.as_type(index, dict, where), where, None, _MAX_DEPTH, found)
    return found


def _walk(
    bundle: Bundle,
    index: dict[str, Any],
    where: str,
    name: str | None,
    depth: int,
    found: list[tuple[str | None, Descriptor]],
) -> None:
    if depth == 0:
        raise InvalidImage(f"indexes nested more than {_MAX_DEPTH} deep", where=where)
    entries = gojson.field(index, "manifests", list, where)
    for number, entry in enumerate(entries):
        item = descriptor(entry, f"{where}: manifests[{number}]")
        called = item.name or name
        if item.media_type in _INDEXES:
            member = blob(bundle, item)
            nested = gojson.load(member.as_json(), member.where, bundle.meter)
            nested = gojson.as_type(nested, dict, member.where)
            _walk(bundle, nested, member.where, called, depth - 1, found)
        elif item.runnable and (depth == _MAX_DEPTH or bundle.has(item.path)):
            # A nested index names every platform; ``docker save`` may bring only one of them.
            bundle.meter.image(where)
            found.append((called, item))


def read_manifest(bundle: Bundle, member: Member) -> Image:
    """The image of one manifest, its config and layers verified."""
    where = member.where
    manifest = gojson.as_type(gojson.load(member.as_json(), where, bundle.meter), dict, where)
    config = descriptor(manifest.get("config"), f"{where}: config")
    if config.media_type not in _CONFIGS:
        raise InvalidImage(f"an artifact of type {config.media_type!r:.100}, no image", where=where)
    entries = gojson.field(manifest, "layers", list, where)
    bundle.meter.stack(len(entries), where)
    layers = [
        blob(bundle, descriptor(entry, f"{where}: layers[{number}]")).as_layer()
        for number, entry in enumerate(entries)
    ]
    document = blob(bundle, config)
    return Image.opened(
        layers,
        document.as_json(),
        raw_manifest=member.as_json(),
        where=document.where,
        meter=bundle.meter,
    )


def blob(bundle: Bundle, item: Descriptor) -> Member:
    """The blob that a descriptor points at, of the size and digest that it promises."""
    return bundle.member(item.path).verified(item.digest, item.size)


def descriptor(value: Any, where: str) -> Descriptor:
    """A descriptor from JSON; ``InvalidImage`` if it has the wrong shape."""
    document: dict[str, Any] = gojson.as_type(value, dict, where)
    text = gojson.field(document, "digest", str, where)
    try:
        digest = Digest(text)
    except InvalidDigest as error:
        raise InvalidImage(error.what, where=f"{where}: digest", hint=error.hint) from error
    size = gojson.field(document, "size", int, where)
    media_type = gojson.field(document, "mediaType", str, where, "")
    annotations = gojson.field(document, "annotations", dict, where, {})
    platform = gojson.field(document, "platform", dict, where, {})
    return Descriptor(digest, size, media_type, annotations, platform)
