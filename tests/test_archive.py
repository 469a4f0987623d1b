"""Archives of images: every form opens, and what is saved is opened again."""

import gzip
import hashlib
import io
import json
import os
import tarfile

import pytest
from tars import (
    END,
    blob_path,
    config,
    descriptor,
    docker_archive,
    entry,
    hard_link,
    oci_layout,
    packed,
    sha256,
    symlink,
    tar,
)
from test_source import zstd

from layerlab import (
    DiffID,
    DigestMismatch,
    Directory,
    File,
    Image,
    InvalidImage,
    Layer,
    LayerlabError,
    NoContent,
    NotFound,
    RecordedLayer,
    Symlink,
    Whiteout,
    open_image,
    open_images,
    save_image,
)
from layerlab.archive import save_images
from layerlab.source import FileSource

LAYERS = [
    tar(entry("etc/"), entry("etc/motd", b"hello"), entry("old", b"gone soon")),
    tar(entry("etc/motd", b"hello, world"), entry(".wh.old", b""), hard_link("twin", "etc/motd")),
]
FORMATS = ("docker-archive", "oci-archive", "oci-layout")


def put(path, data):
    """Write an archive: a tar from bytes, a folder from a dict."""
    if isinstance(data, bytes):
        path.write_bytes(data)
        return path
    for name, content in data.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def is_it(image):
    """Whether this is the image of ``LAYERS``."""
    assert image.diff_ids == tuple(map(sha256, LAYERS))
    assert image.image_id == sha256(config(LAYERS))
    assert image.rootfs.read_bytes("/etc/motd") == b"hello, world"
    assert image.rootfs.read_bytes("/twin") == b"hello, world"
    assert not image.rootfs.exists("/old")
    assert image.size == 26
    return True


# Opening

HYBRID = oci_layout(LAYERS) | {
    "manifest.json": json.dumps(
        [
            {
                "Config": blob_path(config(LAYERS)),
                "RepoTags": ["hello:latest"],
                "Layers": [blob_path(layer) for layer in LAYERS],
            }
        ]
    ).encode()
}
ARCHIVES = {
    "docker": docker_archive(LAYERS, ["hello:latest"]),
    "docker, gzipped layers": docker_archive(
        LAYERS, ["hello:latest"], stored=[gzip.compress(layer) for layer in LAYERS]
    ),
    "docker, zstd layers": docker_archive(
        LAYERS, ["hello:latest"], stored=[zstd.compress(layer) for layer in LAYERS]
    ),
    "docker and OCI": HYBRID,
    "OCI": oci_layout(LAYERS),
    "OCI, gzipped": oci_layout(LAYERS, compress=True),
}


@pytest.mark.parametrize("form", ARCHIVES)
@pytest.mark.parametrize("whole", ["folder", "tar", "gzip", "zstd"])
@pytest.mark.parametrize("order", [1, -1])
def test_every_form_opens(tmp_path, form, whole, order):
    members = dict(list(ARCHIVES[form].items())[::order])
    data = members if whole == "folder" else packed(members)
    if whole in ("gzip", "zstd"):
        data = {"gzip": gzip, "zstd": zstd}[whole].compress(data)
    path = put(tmp_path / "whatever.txt", data)
    assert is_it(open_image(path))
    assert is_it(open_image(str(path), "latest" if form.startswith("OCI") else "hello"))


def test_layers_that_repeat_may_be_symlinks_to_their_siblings(tmp_path):
    layer = LAYERS[0]
    manifest = [{"Config": "c", "RepoTags": None, "Layers": ["a/layer.tar", "b/layer.tar"]}]
    archive = tar(
        symlink("b/layer.tar", "../a/layer.tar"),
        entry("a/layer.tar", layer),
        entry("c", config([layer, layer])),
        entry("manifest.json", json.dumps(manifest).encode()),
    )
    image = open_image(put(tmp_path / "a.tar", archive))
    assert image.diff_ids == (sha256(layer),) * 2
    (tmp_path / "f" / "b").mkdir(parents=True)
    (tmp_path / "f" / "b" / "layer.tar").symlink_to("../a/layer.tar")
    members = {"a/layer.tar": layer, "c": config([layer, layer])}
    put(tmp_path / "f", members | {"manifest.json": json.dumps(manifest).encode()})
    assert open_image(tmp_path / "f") == image


def test_several_images_and_names(tmp_path):
    one, two = LAYERS[:1], LAYERS
    members = {"1.tar": LAYERS[0], "2.tar": LAYERS[1], "one": config(one), "two": config(two)}
    records = [
        {"Config": "one", "RepoTags": ["a:1", "quay.io/x/a:2"], "Layers": ["1.tar"]},
        {"Config": "two", "RepoTags": ["docker.io/library/b:latest"], "Layers": ["1.tar", "2.tar"]},
        {"Config": "two", "RepoTags": None, "Layers": ["1.tar", "2.tar"]},
    ]
    path = put(tmp_path / "x", packed(members | {"manifest.json": json.dumps(records).encode()}))
    images = open_images(path)
    small, large = sha256(config(one)), sha256(config(two))
    assert {name: image.image_id for name, image in images.items()} == {
        "a:1": small,
        "quay.io/x/a:2": small,
        "docker.io/library/b:latest": large,
        large[7:19]: large,
    }
    assert images["a:1"].layers[0] is images["docker.io/library/b:latest"].layers[0]
    for ref in ("b", "b:latest", "library/b", large, large[7:19], large[:20]):
        assert is_it(open_image(path, ref))
    assert open_image(path, "a:1").image_id == small
    with pytest.raises(InvalidImage, match=r"several images: 'a:1', .*name one of them"):
        open_image(path)
    for ref in ("c", "a", "quay.io/x/a", ""):
        with pytest.raises(NotFound, match=r"there is 'a:1'"):
            open_image(path, ref)


def test_one_image_with_two_names_needs_no_choice(tmp_path):
    path = put(tmp_path / "x", packed(docker_archive(LAYERS, ["a:1", "b:2"])))
    assert is_it(open_image(path))
    assert list(open_images(path)) == ["a:1", "b:2"]


def nested(*items, **annotations):
    """An OCI layout whose index holds one nested index of these images."""
    files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}
    entries = []
    for layers, platform in items:
        layout = oci_layout(layers, None)
        (item,) = json.loads(layout.pop("index.json"))["manifests"]
        files |= layout
        entries.append(item | {"platform": platform} | annotations)
    inner = json.dumps({"schemaVersion": 2, "manifests": entries}).encode()
    outer = descriptor(inner, "application/vnd.oci.image.index.v1+json")
    outer["annotations"] = {"org.opencontainers.image.ref.name": "multi"}
    index = json.dumps({"schemaVersion": 2, "manifests": [outer]}).encode()
    return files | {blob_path(inner): inner, "index.json": index}


def test_a_nested_index(tmp_path):
    amd = {"os": "linux", "architecture": "amd64"}
    one = nested((LAYERS, amd))
    assert is_it(open_image(put(tmp_path / "one", one), "multi"))
    # BuildKit adds an attestation for each platform: no image.
    two = nested((LAYERS, amd), (LAYERS[:1], {"os": "unknown", "architecture": "unknown"}))
    assert list(open_images(put(tmp_path / "two", two))) == ["multi"]
    # ``docker save`` may bring one platform of those that the index names.
    three = nested((LAYERS, amd), (LAYERS[:1], amd))
    del three[json_blob(three, LAYERS[:1])]
    assert is_it(open_image(put(tmp_path / "three", three)))


def json_blob(files, layers):
    """The path of the manifest of these layers."""
    for name, data in files.items():
        if data.startswith(b"{") and json.loads(data).get("config"):
            document = json.loads(data)
            if len(document.get("layers", ())) == len(layers):
                return name
    raise AssertionError(layers)


def test_one_name_for_two_platforms(tmp_path):
    arm = config(LAYERS[:1], architecture="arm64", variant="v8")
    files = oci_layout(LAYERS, "x")
    manifest = {
        "schemaVersion": 2,
        "config": descriptor(arm, "application/vnd.oci.image.config.v1+json"),
        "layers": [descriptor(LAYERS[0], "application/vnd.oci.image.layer.v1.tar")],
    }
    raw = json.dumps(manifest).encode()
    index = json.loads(files["index.json"])
    item = descriptor(raw, "application/vnd.oci.image.manifest.v1+json")
    index["manifests"].append(item | {"annotations": index["manifests"][0]["annotations"]})
    files |= {blob_path(raw): raw, blob_path(arm): arm, "index.json": json.dumps(index).encode()}
    path = put(tmp_path / "x", files)
    assert list(open_images(path)) == ["x (linux/amd64)", "x (linux/arm64/v8)"]
    assert is_it(open_image(path, "x (linux/amd64)"))
    with pytest.raises(LayerlabError, match="several images"):
        open_image(path)


def test_opening_never_writes_to_disk(tmp_path, monkeypatch):
    def refuse(*args, **options):
        raise AssertionError("a temporary file")

    path = put(tmp_path / "x.tar.gz", gzip.compress(packed(ARCHIVES["OCI, gzipped"])))
    with monkeypatch.context() as patch:
        patch.setattr(FileSource, "spooled", refuse)
        image = open_image(path)
    assert is_it(image)


# Saving


def rich() -> Image:
    shared = File(b"shared" * 1000)
    base = Layer.of({"/etc": Directory(), "/etc/motd": b"hi", "/x": shared, "/y/z": shared})
    top = Layer.of({"/etc": Directory(opaque=True), "/x": Whiteout(), "/s": Symlink("/y")})
    image = Image([base, top, Layer.of({}), base])
    return image.append(None).with_config(cmd=["sh"], env=["A=<&>"])


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_saved_opens(tmp_path, format):
    image = rich()
    path = tmp_path / "saved"
    save_image(image, path, "hello:1", format=format)
    assert os.listdir(tmp_path) == ["saved"]
    again = open_image(path, "hello:1")
    assert again == image
    assert again.raw_config == image.raw_config
    assert [list(layer.changes) for layer in again.layers] == [
        list(layer.changes) for layer in image.layers
    ]
    assert [path for path, *_ in again.rootfs.items()] == [p for p, *_ in image.rootfs.items()]
    save_image(again, tmp_path / "again", "hello:1", format=format)
    assert contents(tmp_path / "again") == contents(path)


def contents(path):
    if path.is_file():
        return path.read_bytes()
    return {
        str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }


@pytest.mark.parametrize("format", ["oci-archive", "oci-layout"])
@pytest.mark.parametrize("compress", [False, True])
def test_blobs_and_manifest_survive_a_round_trip(tmp_path, format, compress):
    files = oci_layout(LAYERS, "v1", compress=compress)
    image = open_image(put(tmp_path / "in", files))
    save_image(image, tmp_path / "out", "v1", format=format)
    if format == "oci-archive":
        with tarfile.open(tmp_path / "out") as archive:
            archive.extractall(tmp_path / "unpacked", filter="data")
    saved = contents(tmp_path / ("unpacked" if format == "oci-archive" else "out"))
    assert {name: saved[name] for name in saved if name != "index.json"} == {
        name: files[name] for name in files if name != "index.json"
    }
    (item,) = json.loads(saved["index.json"])["manifests"]
    (before,) = json.loads(files["index.json"])["manifests"]
    assert item == before


def test_a_changed_image_gets_a_manifest_of_its_own(tmp_path):
    image = open_image(put(tmp_path / "in", oci_layout(LAYERS, compress=True)))
    changed = image.with_config(user="1").append(Layer.of({"/new": b""}))
    assert changed.raw_manifest is None
    save_image(changed, tmp_path / "out", format="oci-layout")
    again = open_image(tmp_path / "out")
    assert again == changed
    assert [layer.blob is None for layer in again.layers] == [False, False, True]


def test_a_docker_archive_holds_plain_layers(tmp_path):
    image = open_image(put(tmp_path / "in", oci_layout(LAYERS, compress=True)))
    save_image(image, tmp_path / "out", "quay.io/a/b")
    with tarfile.open(tmp_path / "out") as archive:
        members = {member.name: archive.extractfile(member) for member in archive}
        (record,) = json.load(members["manifest.json"])
        (item,) = json.load(members["index.json"])["manifests"]
        for name in record["Layers"]:
            assert sha256(members[name].read())[7:] == name.rpartition("/")[2]
        assert {member.mtime for member in archive} == {0}
    assert record["RepoTags"] == ["quay.io/a/b:latest"]
    assert item["annotations"] == {
        "io.containerd.image.name": "quay.io/a/b:latest",
        "org.opencontainers.image.ref.name": "latest",
    }
    assert is_it(open_image(tmp_path / "out"))


@pytest.mark.parametrize(
    ("ref", "full"),
    [
        ("alpine", "docker.io/library/alpine:latest"),
        ("me/app:1", "docker.io/me/app:1"),
        ("localhost/app:1", "localhost/app:1"),
        ("host:5000/app", "host:5000/app:latest"),
    ],
)
def test_full_names(tmp_path, ref, full):
    save_image(rich(), tmp_path / "out", ref)
    with tarfile.open(tmp_path / "out") as archive:
        (item,) = json.load(archive.extractfile("index.json"))["manifests"]
    assert item["annotations"]["io.containerd.image.name"] == full
    assert open_image(tmp_path / "out", ref) == open_image(tmp_path / "out", full) == rich()


def test_several_images_in_one_archive_share_their_layers(tmp_path):
    one, two = Image([Layer.of({"/a": b"1"})]), rich()
    three = two.append(None)
    named = [(one, ["a:1", "a:2"]), (two, []), (three, ["c"])]
    for format in FORMATS:
        save_images(named, tmp_path / format, format)
        images = open_images(tmp_path / format)
        assert set(images.values()) == {one, two, three}
        assert images["a:1"] == images["a:2"] == one
        assert images[two.image_id.short] == two


def test_a_failure_leaves_what_was_there(tmp_path):
    path = tmp_path / "saved"
    path.write_bytes(b"precious")
    recorded = Image([RecordedLayer(DiffID("sha256:" + "0" * 64), 1)])
    for format in ("docker-archive", "oci-archive"):
        with pytest.raises(NoContent):
            save_image(recorded, path, format=format)
    with pytest.raises(NoContent):
        save_image(recorded, tmp_path / "layout", format="oci-layout")
    source = put(tmp_path / "in.tar", packed(docker_archive(LAYERS)))
    image = open_image(source)
    source.write_bytes(source.read_bytes().replace(b"hello, world", b"hello, wOrld"))
    with pytest.raises(DigestMismatch):
        save_image(image, path)
    blobs = put(tmp_path / "blobs", oci_layout(LAYERS, compress=True))
    image = open_image(blobs)
    victim = blobs / blob_path(gzip.compress(LAYERS[0], mtime=0))
    victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    with pytest.raises(LayerlabError):
        save_image(image, path, format="oci-archive")
    assert path.read_bytes() == b"precious"
    assert sorted(os.listdir(tmp_path)) == ["blobs", "in.tar", "saved"]


def test_targets_that_are_taken(tmp_path):
    image = rich()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    save_image(image, tmp_path / "empty", format="oci-layout")
    assert open_image(tmp_path / "empty") == image
    for name in ("full", "file"):
        with pytest.raises(LayerlabError, match="can't be put in place"):
            save_image(image, tmp_path / name, format="oci-layout")
    for name in ("full", "empty"):
        with pytest.raises(InvalidImage, match="is a file"):
            save_image(image, tmp_path / name)
    save_image(image, tmp_path / "file")
    assert open_image(tmp_path / "file") == image
    with pytest.raises(InvalidImage, match="no format"):
        save_image(image, tmp_path / "x", format="zip")
    with pytest.raises(InvalidImage, match="a tag, not a digest"):
        save_image(image, tmp_path / "x", ref="a@sha256:" + "0" * 64)
    save_image(image, tmp_path / "full" / "y", ref="any text, @ too", format="oci-archive")
    assert list(open_images(tmp_path / "full" / "y")) == ["any text, @ too"]
    with pytest.raises(FileNotFoundError):
        save_image(image, tmp_path / "missing" / "x")
    assert sorted(os.listdir(tmp_path)) == ["empty", "file", "full"]


def test_a_saved_file_has_the_usual_permissions(tmp_path):
    mask = os.umask(0o027)
    try:
        save_image(rich(), tmp_path / "x")
    finally:
        os.umask(mask)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o640


# Odd, but legal


@pytest.mark.parametrize("format", FORMATS)
def test_odd_images_come_back_byte_for_byte(tmp_path, format):
    latin = b"latin\xe9\xff".decode("utf-8", "surrogateescape")
    odd = tar(
        entry("new\nline", b"1"),
        entry(latin, b"2"),
        entry("/".join(["deep"] * 1500), b"3"),
        entry("n" * 300, b"4"),
        symlink("link", latin),
        format=tarfile.GNU_FORMAT,
    )
    empty, trailing = END, LAYERS[0] + bytes(9000) + b"noise"
    small = [tar(entry(f"f{n}", b"%d" % n)) for n in range(200)]
    stack = [odd, empty, trailing, odd, empty, *small, b""]
    path = put(tmp_path / "in", packed(docker_archive(stack, ["odd:1"])))
    image = open_image(path)
    save_image(image, tmp_path / "out", "odd:1", format=format)
    again = open_image(tmp_path / "out")
    assert again.image_id == image.image_id == sha256(config(stack))
    for layer, raw in zip(again.layers, stack, strict=True):
        stream = io.BytesIO()
        assert layer.write_tar(stream) == sha256(raw)
        assert stream.getvalue() == raw
    assert again.rootfs.read_bytes("/" + latin) == b"2"
    assert again.rootfs.read_bytes("/new\nline") == b"1"
    assert again.layers[0] == again.layers[3]
    assert hashlib.sha256(b"").hexdigest() == again.layers[-1].diff_id.hex
