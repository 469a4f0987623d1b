"""Mutated archives: from real ones, altered at any depth and signed anew, so that it counts.

A digest guards every layer and every document of an archive. A mutant that only flips bytes is
turned away at the first of them; so whatever is changed here, all that names it by its digest or
size is made to fit again, as somebody who means harm would do.
"""

import gzip
import io
import json
import lzma
import random
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fuzzing_mutations import mutated_json, mutated_tar, scrambled
from tars import END, blob_path, descriptor, entry, hard_link, packed, sha256, symlink, tar
from test_source import zstd

SEEDS = Path(__file__).parent / "seeds"
Files = dict[str, bytes]
Change = Callable[[random.Random, bytes], bytes]
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


def squeezed(kind: str, data: bytes) -> bytes:
    """``data`` as it is, or compressed."""
    if kind == "gzip":
        return gzip.compress(data, 1, mtime=0)
    return bytes(zstd.compress(data, 1)) if kind == "zstd" else data


@dataclass(frozen=True)
class Seed:
    """An image taken apart: its layers as plain tars, and its config."""

    layers: tuple[bytes, ...]
    config: bytes


def members(data: bytes) -> Files:
    """The files of a tar, read with Python's tarfile."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        found = {item.name: archive.extractfile(item) for item in archive}
        return {name.removeprefix("./"): file.read() for name, file in found.items() if file}


@cache
def real(name: str) -> bytes:
    """An archive that Docker or skopeo wrote."""
    return lzma.decompress((SEEDS / f"{name}.tar.xz").read_bytes())


@cache
def seeds() -> tuple[Seed, ...]:
    """What the mutants grow from: Docker's own layers, and one of each odd kind of entry."""
    files = members(real("docker-20.10"))
    found = [
        Seed(tuple(files[name] for name in record["Layers"]), files[record["Config"]])
        for record in json.loads(files["manifest.json"])
    ]
    long = "/".join(["long" * 10] * 8)
    pax = {"mtime": "1.5", "SCHILY.xattr.user.note": "x", "SCHILY.xattr.security.capability": "c"}
    entries = [
        entry("etc/"), entry("etc/motd", b"hello"), hard_link("etc/twin", "etc/motd"),
        symlink("lib", "usr/lib"), entry("lib/x", b"below a link"), entry(f"{long}/f", b"x" * 700),
        entry("big", b"0" * 9000, uid=1 << 21), entry("noted", b"n", pax_headers=pax),
        entry("dev/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
        entry("fifo", type=tarfile.FIFOTYPE), symlink("up", "../../.."), symlink("loop", "loop"),
    ]  # fmt: skip
    upper = [
        entry("etc/"), entry("etc/.wh..wh..opq", b""), entry("etc/new", b"new"),
        entry(".wh.up", b""), entry("lib/", mode=0o4755), hard_link("big.link", "big"),
        entry("noted", b"n"),
    ]  # fmt: skip
    plain = json.dumps({"architecture": "amd64", "os": "linux", "config": {}}).encode()
    for format in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        layers = tar(*entries, format=format), tar(*upper, format=format), END
        found.append(Seed(layers, plain))
    return tuple(found)


def heavy(rng: random.Random) -> bytes | Files:
    """A small archive that would be large: in bytes, in names, in values, in layers."""
    layers, form = [tar(entry("f", b"x"))], rng.choice(("docker", "oci"))
    config = seeds()[-1].config
    kind = rng.choice(("gzip", "zstd"))
    match rng.randrange(6):
        case 0:
            layers = [tar(entry("zeros", bytes(rng.choice((1 << 20, 64 << 20)))))]
        case 1:
            below = rng.choice((b"[]", b"{}", b'{"":0}', b"[[]]", b'"x"', '"\U0001f600"'.encode()))
            many = b",".join([below] * ((4 << 20) // (len(below) + 1) - 100))
            config = config[:-1] + b',"a":[' + many + b"]}"
        case 2:
            names = ["/".join("d" * rng.choice((1, 500, 3000))) + f"/{at}" for at in range(300)]
            layers = [tar(*(entry(name, b"") for name in names))]
        case 3:
            layers = [tar(entry("f", b"x"), entry(f"d/{at}", b"")) for at in range(200)]
        case 4:
            target = "/".join("l" * rng.choice((10, 100_000)))
            layers = [tar(symlink("l", target), *(entry(f"l/{at}/x", b"") for at in range(200)))]
        case 5:
            first = tar(*(entry(f"d{at % 7}/{at}", b"") for at in range(rng.choice((100, 15_000)))))
            layers = [first] + [tar(*(entry(f"d{at}/new", b"") for at in range(7)))] * 299
    squeezes = {layer: squeezed(kind, layer) for layer in layers}
    blobs = [squeezes[layer] for layer in layers]
    files = assembled(form, kind, layers, blobs, config, lambda depth, data, how: data)
    return files if rng.random() < 0.3 else squeezed(rng.choice(("", kind)), packed(files))


DEPTHS = (  # where something is changed, each as often as it stands here
    "layer", "layer", "layer", "layer", "layer", "layer", "layer", "layer", "blob", "config",
    "config", "config", "manifest", "manifest", "index", "member", "member", "whole", "raw",
)  # fmt: skip


def mutant(seed: int, number: int) -> bytes | Files:
    """The archive of this number: a file's bytes, or the files of a folder."""
    rng = random.Random(f"{seed}:{number}")
    at = set(rng.choices(DEPTHS, k=rng.choice((1, 1, 1, 2))))

    def change(depth: str, data: bytes, how: Change) -> bytes:
        return how(rng, data) if depth in at and data else data

    sort = rng.random()
    if sort < 0.001:
        return heavy(rng)
    if sort < 0.05:
        return scrambled(rng, real(rng.choice(("docker-20.10", "skopeo-oci", "skopeo-oci-zstd"))))
    form, kind, outer = (
        rng.choice(("docker", "oci", "both")),
        rng.choice(("", "", "gzip", "zstd")),
        rng.choice(("folder", "", "", "", "gzip", "zstd")),
    )
    parts = rng.choice(seeds())
    victim = rng.randrange(len(parts.layers))
    layers = list(parts.layers)
    layers[victim] = change("layer", layers[victim], mutated_tar)
    blobs = [squeezed(kind, layer) for layer in layers]
    blobs[victim] = change("blob", blobs[victim], scrambled)
    files = assembled(form, kind, layers, blobs, parts.config, change)
    if outer == "folder":
        return files
    whole = change("member", packed(files), mutated_tar)
    return change("raw", change("whole", squeezed(outer, whole), scrambled), scrambled)


def assembled(
    form: str,
    kind: str,
    layers: list[bytes],
    blobs: list[bytes],
    config: bytes,
    change: Callable[[str, bytes, Change], bytes],
) -> Files:
    """The files of the archive; every digest and size is true of what it names."""
    document = json.loads(config)
    document["rootfs"] = {"type": "layers", "diff_ids": [sha256(layer) for layer in layers]}
    steps = [step for step in document.get("history", ()) if not step.get("empty_layer")]
    if len(steps) != len(layers):
        document.pop("history", None)
    config = change("config", json.dumps(document).encode(), mutated_json)
    paths = [f"{at}/layer.tar" if form == "docker" else blob_path(b) for at, b in enumerate(blobs)]
    files: Files = dict(zip(paths, blobs, strict=True))
    path = "config.json" if form == "docker" else blob_path(config)
    files[path] = config
    if form != "docker":
        media_type = LAYER + (f"+{kind}" if kind else "")
        described = [descriptor(blob, media_type) for blob in blobs]
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "layers": described}
        manifest["config"] = descriptor(config, CONFIG)
        raw = change("manifest", json.dumps(manifest).encode(), mutated_json)
        item = descriptor(raw, MANIFEST)
        item["annotations"] = {"org.opencontainers.image.ref.name": "a:1"}
        index = json.dumps({"schemaVersion": 2, "manifests": [item]}).encode()
        files |= {blob_path(raw): raw, "index.json": change("index", index, mutated_json)}
        files["oci-layout"] = b'{"imageLayoutVersion":"1.0.0"}'
    if form != "oci":
        record = {"Config": path, "RepoTags": ["a:1"], "Layers": paths}
        files["manifest.json"] = change("manifest", json.dumps([record]).encode(), mutated_json)
    return files


def written(archive: bytes | Files, place: Path) -> Path:
    """Put an archive on disk, as a file or a folder."""
    if isinstance(archive, bytes):
        place.write_bytes(archive)
        return place
    for name, data in archive.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return place


def sizes(archive: bytes | Files) -> Iterator[int]:
    """Bytes of each of its files."""
    yield from (len(archive),) if isinstance(archive, bytes) else map(len, archive.values())
