"""docker-archive: what ``docker save`` writes, ``manifest.json`` and what it names.

moby, image/tarexport/load.go. From Docker 25 on the same archive is an OCI layout, too; its
``manifest.json`` then names blobs by digest.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from layerlab.archive.bundle import Bundle, Member
from layerlab.digest import Digest
from layerlab.image import Image, gojson
from layerlab.layer import Layer

MANIFEST = "manifest.json"
_BLOB = re.compile(r"blobs/sha256/([0-9a-f]{64})")


def read_docker(bundle: Bundle) -> Iterator[tuple[str | None, Image]]:
    """Each image of the archive with each of its names; ``None`` for one without."""
    where = f"{bundle.where}: {MANIFEST}"
    entries = gojson.load(bundle.member(MANIFEST).as_json(), where, bundle.meter)
    for index, entry in enumerate(gojson.as_type(entries, list, where)):
        place = f"{where}[{index}]"
        record: dict[str, Any] = gojson.as_type(entry, dict, place)
        config = _named(bundle, gojson.field(record, "Config", str, place))
        paths = gojson.strings(record.get("Layers") or [], f"{place}: Layers")
        names = gojson.strings(record.get("RepoTags") or [], f"{place}: RepoTags")
        bundle.meter.image(place)
        bundle.meter.stack(len(paths), place)
        image = Image.opened(
            [_layer(bundle, path) for path in paths],
            config.as_json(),
            where=config.where,
            meter=bundle.meter,
        )
        for name in names or (None,):
            yield name, image


def _layer(bundle: Bundle, path: str) -> Layer:
    """The layer at ``path``; it remembers a link, since there are tools that don't follow it."""
    layer = _named(bundle, path).as_layer()
    return replace(layer, linked=True) if bundle.is_link(path) else layer


def _named(bundle: Bundle, path: str) -> Member:
    """The file at ``path``; where its name is a digest, it has that digest."""
    member = bundle.member(path)
    blob = _BLOB.fullmatch(path)
    return member.verified(Digest(f"sha256:{blob[1]}")) if blob else member
