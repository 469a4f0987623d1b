"""debian:12, measured: the root file system as the official image's is made, and what apt leaves.

mmdebstrap and debuerreotype made it (tools/measure_catalog.py), as the official image is made
but for the bootstrapper. Paths, kinds, modes, owners, sizes, links and times are the real ones.
Contents are zeros, but for the configuration files, so the DiffID isn't the official one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from layerlab.catalog.packages import columns
from layerlab.catalog.packages.columns import DATA
from layerlab.catalog.packages.control import Control, paragraphs
from layerlab.catalog.packages.files import Extent, Files
from layerlab.digest import BlobDigest, DiffID
from layerlab.image import History, Image, ImageConfig
from layerlab.layer import Layer, RecordedBlob
from layerlab.nodes import Change, File

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
STATUS = "/var/lib/dpkg/status"


class Left(NamedTuple):
    """A path that apt leaves; a directory's ends with a slash."""

    path: str
    mode: int
    uid: int
    size: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured of the base and of the archive besides files. Sizes are in bytes."""

    epoch: int
    """When the archive was as it was measured: the newest of its indexes, in seconds."""
    debuerreotype: str
    tar: int
    """Of the root file system as a tar."""
    gzip: int
    """Of that tar compressed, as a registry would have it: zeros compress to nothing."""
    diff_id: DiffID
    """Of the base's layer as layerlab writes it, so that nobody waits for its 116 MB of zeros."""
    blob: BlobDigest
    """Of that layer as layerlab would compress it (zlib 1.2.13): the digest of no other's bytes."""
    lists: tuple[Left, ...]
    """What ``apt-get update`` leaves in ``/var/lib/apt/lists`` and ``/var/cache/apt``."""
    downloads: Mapping[str, int]
    """By suite and component, how large the index is that ``apt-get update`` fetches."""
    caches: Mapping[str, int]
    """What apt keeps in ``/var/cache/apt`` where ``docker-clean`` doesn't forbid it, by path."""


@cache
def facts() -> Facts:
    """The figures of the measurement."""
    known = json.loads((DATA / "debian.json").read_text())
    lists = tuple(Left(*left) for left in known["lists"])
    digests = {"diff_id": DiffID(known["diff_id"]), "blob": BlobDigest(known["blob"])}
    return Facts(**(known | digests | {"lists": lists}))


@cache
def image() -> Image:
    """The image ``debian:12``: one layer, with the config and history that the official one has."""
    created = f"{datetime.fromtimestamp(facts().epoch, UTC):%Y-%m-%dT%H:%M:%SZ}"
    step = History(
        created=created,
        created_by=f"# debian.sh --arch 'amd64' out/ 'bookworm' '@{facts().epoch}'",
        comment=f"debuerreotype {facts().debuerreotype}",
    )
    config = ImageConfig(created=created, env=(PATH,), cmd=("bash",))
    return Image([layer()], config, [step])


@cache
def layer() -> Layer:
    """The root file system. What a pull of it moves is as much as with the true contents."""
    known = facts()
    pulled_as = RecordedBlob(known.blob, known.gzip)
    return Layer(base_changes(), known_diff_id=known.diff_id, pulled_as=pulled_as)


@cache
def base_changes() -> Mapping[str, Change]:
    """What is in the root file system, by path."""
    packed = columns.unpack((DATA / "base.gz").read_bytes())
    extents = [Extent(*extent) for extent in json.loads(packed["extents"])]
    nodes = Files(packed, _Held(packed["content"]), extents).group(0)
    return MappingProxyType(dict(sorted(nodes.items())))


@cache
def installed() -> tuple[Control, ...]:
    """The packages of the base, as ``/var/lib/dpkg/status`` has them."""
    status = layer().changes[STATUS]
    return tuple(paragraphs(status.content.read().decode()) if isinstance(status, File) else ())


@dataclass(frozen=True)
class _Held:
    """The bytes of the base's real files, all in memory."""

    data: bytes

    def pread(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size]
