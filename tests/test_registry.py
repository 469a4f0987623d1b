"""What a registry keeps, answers, refuses and counts."""

import gzip
import json
from pathlib import Path

import pytest

from layerlab import DigestMismatch, Image, Layer, NoContent, catalog, open_image
from layerlab.digest import BlobDigest, DiffID
from layerlab.layer import RecordedBlob, RecordedLayer
from layerlab.registry import Manifest, Refused, Registry, compressed, containerd_identity
from layerlab.registry.manifest import MANIFEST, MANIFEST_LIST
from layerlab.units import human_size

BASE = Layer.of({"/etc/motd": "hello\n" * 1000})
APP = Layer.of({"/app": "x"})
ELSEWHERE = BlobDigest.of(b"elsewhere")


@pytest.fixture
def image() -> Image:
    return Image([BASE, APP])


def test_a_layer_is_pushed_as_the_gzip_of_its_tar() -> None:
    blob = compressed(BASE)
    assert blob.source is not None
    data = b"".join(blob.source.blocks())
    assert BlobDigest.of(data) == blob.digest
    assert DiffID.of(gzip.decompress(data)) == BASE.diff_id
    assert data[:8] == b"\x1f\x8b\x08\0\0\0\0\0"  # no name, and the time is 0
    assert compressed(Layer.of({"/etc/motd": "hello\n" * 1000})).digest == blob.digest


def test_a_large_layer_is_put_aside() -> None:
    import random

    noise = random.Random(0).randbytes(9 << 20)  # gzip can't make it smaller
    blob = compressed(Layer.of({"/noise": noise}))
    assert blob.source is not None
    assert blob.size == blob.source.size
    assert BlobDigest.of(b"".join(blob.source.blocks())) == blob.digest


def test_a_layer_that_came_as_gzip_keeps_its_blob(tmp_path: Path) -> None:
    with (tmp_path / "plain.tar").open("wb") as file:
        BASE.write_tar(file)
    data = gzip.compress((tmp_path / "plain.tar").read_bytes(), 1, mtime=7)
    layer = Layer.from_tar(data)
    assert layer == BASE
    assert compressed(layer).digest == BlobDigest.of(data) != compressed(BASE).digest


def test_a_recorded_layer_without_a_blob_cannot_be_named() -> None:
    with pytest.raises(NoContent):
        compressed(RecordedLayer(BASE.diff_id, 5))


def test_publish_keeps_config_layers_and_manifest(image: Image) -> None:
    registry = Registry("127.0.0.1:5000")
    digest = registry.publish("team/app:v1", image)
    assert registry.repositories == ("team/app",)
    assert registry.tags("team/app") == ("v1",)
    raw = registry.get_manifest("team/app", "v1")
    assert BlobDigest.of(raw) == digest
    manifest = Manifest.parse(raw)
    assert registry.get_blob("team/app", manifest.config.digest, "config") == image.raw_config
    assert [item.digest for item in manifest.layers] == [compressed(x).digest for x in image.layers]
    assert registry.get_manifest("team/app", digest) == raw
    assert registry.publish("team/app", image) == digest
    assert registry.tags("team/app") == ("latest", "v1")


def test_every_crossing_is_counted(image: Image) -> None:
    registry = Registry("127.0.0.1:5000")
    digest = registry.publish("app:1", image)
    assert list(registry.traffic) == []
    size = len(registry.get_manifest("app", "1"))
    blob = compressed(BASE)
    registry.get_blob("app", blob.digest)
    assert registry.has_blob("app", blob.digest)
    assert not registry.has_blob("other", blob.digest)
    assert registry.mount("other", blob.digest, "app")
    assert registry.has_blob("other", blob.digest)
    registry.put_blob("other", b"new", "config")
    told = [(item.direction, item.kind, item.bytes) for item in registry.traffic]
    assert told == [
        ("down", "manifest", size),
        ("down", "layer", blob.size),
        ("up", "check", 0),
        ("up", "check", 0),
        ("up", "mount", 0),
        ("up", "check", 0),
        ("up", "config", 3),
    ]
    assert registry.traffic.down == size + (blob.size or 0)
    assert registry.traffic.up == 3
    assert registry.head("app", "1") == digest
    assert registry.traffic.total == size + (blob.size or 0) + 3
    registry.traffic.clear()
    assert len(registry.traffic) == 0


def test_a_blob_belongs_to_the_repositories_that_have_it(image: Image) -> None:
    registry = Registry("127.0.0.1:5000")
    registry.publish("app:1", image)
    with pytest.raises(Refused, match="blob unknown to registry"):
        registry.get_blob("other", compressed(BASE).digest)
    assert not registry.mount("other", ELSEWHERE, "app")
    assert not registry.mount("other", compressed(BASE).digest, "nobody")


def test_a_manifest_needs_its_blobs(image: Image) -> None:
    registry = Registry("127.0.0.1:5000")
    manifest = Manifest.of(image)
    assert manifest.raw is not None
    with pytest.raises(Refused, match="blob unknown to registry"):
        registry.put_manifest("app", "1", manifest.raw)
    assert registry.repositories == ()


@pytest.mark.parametrize(
    ("host", "repository", "tag", "words"),
    [
        ("127.0.0.1:5000", "app", "2", "manifest unknown: manifest unknown"),
        ("127.0.0.1:5000", "nope", "1", "manifest unknown: manifest unknown"),
        ("docker.io", "nope", "1", "denied: requested access to the resource is denied"),
        ("quay.io", "no/pe", "1", "unauthorized: access to the requested resource is not auth"),
    ],
)
def test_what_is_not_there_is_refused_as_that_registry_does(
    image: Image, host: str, repository: str, tag: str, words: str
) -> None:
    registry = Registry(host)
    registry.publish("app:1", image)
    with pytest.raises(Refused, match=words):
        registry.get_manifest(repository, tag)


def test_nobody_is_logged_in_to_the_public_ones(image: Image) -> None:
    for registry in catalog.registries():
        before = registry.repositories
        with pytest.raises(Refused):
            registry.put_blob("mine", b"x")
        assert registry.repositories == before


def test_what_was_tampered_with_is_found_out(image: Image) -> None:
    registry = Registry("127.0.0.1:5000")
    digest = registry.publish("app:1", image)
    blob = compressed(APP).digest
    registry.tamper(blob, b"evil")
    with pytest.raises(DigestMismatch):
        registry.get_blob("app", blob)
    raw = registry.get_manifest("app", "1")
    registry.tamper(digest, raw + b" ")
    with pytest.raises(DigestMismatch):
        registry.get_manifest("app", digest)
    # Asked by a tag, nothing was promised: that is what digests in references are for.
    assert registry.get_manifest("app", "1") == raw + b" "


def test_an_index_leads_to_the_manifest_of_this_platform(image: Image) -> None:
    registry = Registry("127.0.0.1:5000")
    digest = registry.publish("app:amd64", image)
    other = registry.publish("app:arm64", image.with_config(architecture="arm64"))
    entries = [
        {
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "size": len(registry.get_manifest("app", item)),
            "digest": item,
            "platform": {"architecture": architecture, "os": "linux"},
        }
        for item, architecture in ((other, "arm64"), (digest, "amd64"))
    ]
    raw = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST_LIST, "manifests": entries})
    index = registry.put_manifest("app", "latest", raw.encode())
    assert registry.manifest("app", "latest") == (index, Manifest.of(image))
    assert registry.head("app", "latest") == index


def test_a_directory_is_a_registry_the_next_time_too(image: Image, tmp_path: Path) -> None:
    first = Registry("127.0.0.1:5000", tmp_path / "registry")
    old = first.publish("team/app:v1", image)
    new = first.publish("team/app:v1", image.with_config(cmd=["/app"]))
    second = Registry("127.0.0.1:5000", tmp_path / "registry")
    assert second.tags("team/app") == ("v1",)
    assert second.head("team/app", "v1") == new
    assert BlobDigest.of(second.get_manifest("team/app", old)) == old
    assert second.has_blob("team/app", compressed(BASE).digest)
    assert open_image(tmp_path / "registry", "team/app:v1").config.cmd == ("/app",)
    assert not list(tmp_path.rglob("*.part"))


def test_an_image_that_has_a_manifest_keeps_it(image: Image, tmp_path: Path) -> None:
    Registry("127.0.0.1:5000", tmp_path / "registry").publish("app:v1", image)
    opened = open_image(tmp_path / "registry", "app:v1")  # by its OCI manifest
    registry = Registry("127.0.0.1:5000")
    digest = registry.publish("app:v1", opened)
    assert registry.get_manifest("app", digest) == opened.raw_manifest
    assert digest != Manifest.of(image).digest
    changed = registry.publish("app:v2", opened.with_config(cmd=["/app"]))
    assert json.loads(registry.get_manifest("app", changed))["mediaType"] == MANIFEST


def test_a_recorded_image_cannot_go_into_files(tmp_path: Path) -> None:
    with pytest.raises(NoContent):
        Registry("127.0.0.1:5000", tmp_path).publish("alpine:3.12", catalog.images()["alpine:3.12"])


def test_what_the_containerd_store_calls_an_image(image: Image) -> None:
    manifest = Manifest.of(image)
    content = [manifest.size, manifest.config.size, *(item.size for item in manifest.layers)]
    assert containerd_identity(image) == (manifest.digest, sum(filter(None, content)) + image.size)


def test_what_it_calls_a_recorded_one(image: Image) -> None:
    flannel = catalog.images()["quay.io/coreos/flannel:v0.14.0"]
    digest, size = containerd_identity(flannel)
    assert digest.short == "4a330b2f2e74"
    assert human_size(size or 0) == "89MB"  # 21.1MB compressed and 67.9MB unpacked
    manifest = Manifest.of(image)
    layers = [
        RecordedLayer(x.diff_id, x.size, RecordedBlob(y.digest))
        for x, y in zip(image.layers, manifest.layers, strict=True)
    ]
    unknown = Image.recorded(image.image_id, layers, image.config, image.history, manifest.digest)
    assert containerd_identity(unknown) == (manifest.digest, None)
    with pytest.raises(NoContent):
        Manifest.of(Image.recorded(image.image_id, layers, image.config, image.history))
    with pytest.raises(NoContent):  # an image of its own, but on blobs of unknown size
        Manifest.of(unknown.with_config(cmd=["/app"]))
