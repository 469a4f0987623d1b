"""Archives made to hurt: a LayerlabError that says where, nothing written, memory bounded."""

import gzip
import io
import itertools
import json
import os
import tarfile
import tracemalloc
from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tars import (
    blob_path,
    config,
    docker_archive,
    entry,
    hard_link,
    oci_layout,
    packed,
    sha256,
    symlink,
    tar,
)
from test_archive import ARCHIVES, HYBRID, LAYERS, put
from test_source import zstd

from layerlab import (
    Container,
    DigestMismatch,
    File,
    Image,
    InvalidImage,
    Layer,
    LayerlabError,
    LimitExceeded,
    Limits,
    Meta,
    Symlink,
    open_image,
    open_images,
)
from layerlab.shell import Shell


def refused(path, fault="", kind=LayerlabError):
    """Open it: it must be refused, with the archive's name, and without a trace."""
    before = sorted(os.listdir(path.parent))
    with pytest.raises(kind) as caught:
        open_image(path)
    assert str(path) in caught.value.where
    assert fault in str(caught.value)
    assert sorted(os.listdir(path.parent)) == before
    return caught.value


# Cut off, altered, garbage


@pytest.mark.parametrize("form", ARCHIVES)
def test_cut_off_at_every_block(tmp_path, form):
    whole = packed(ARCHIVES[form])
    path = tmp_path / "cut.tar"
    for cut in [*range(0, len(whole) - 1024, 512), *range(300, len(whole) - 1024, 1000)]:
        refused(put(path, whole[:cut]))


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_compressed_and_cut_off_anywhere(tmp_path, name):
    whole = {"gzip": gzip, "zstd": zstd}[name].compress(packed(ARCHIVES["docker"]))
    for cut in range(0, len(whole), 7):
        refused(put(tmp_path / "cut.tar.gz", whole[:cut]))


@pytest.mark.parametrize("form", ["OCI", "OCI, gzipped"])
def test_one_altered_byte_in_any_blob(tmp_path, form):
    files = ARCHIVES[form]
    for name in files:
        if not name.startswith("blobs/"):
            continue
        for at in range(0, len(files[name]), 97):
            damaged = bytearray(files[name])
            damaged[at] ^= 1
            error = refused(put(tmp_path / "x.tar", packed(files | {name: bytes(damaged)})))
            assert name in error.where


def test_one_altered_byte_in_a_layer_of_a_docker_archive(tmp_path):
    files = ARCHIVES["docker"]
    for at in range(0, len(LAYERS[0]), 61):
        damaged = bytearray(LAYERS[0])
        damaged[at] ^= 0x20
        refused(put(tmp_path / "x.tar", packed(files | {"0/layer.tar": bytes(damaged)})))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        bytes(511),
        bytes(512),
        bytes(10_240),
        b"garbage" * 9999,
        b"\x1f\x8b",
        b"(\xb5/\xfd",
    ],
    ids=lambda data: repr(data[:4]) + str(len(data)),
)
def test_garbage(tmp_path, data):
    refused(put(tmp_path / "x", data))


def test_a_single_layer_is_no_image(tmp_path):
    refused(put(tmp_path / "x", LAYERS[0]), "Layer.from_tar")
    refused(put(tmp_path / "y", {"readme": b""}), "neither manifest.json nor index.json")
    refused(put(tmp_path / "z", b"BZh9" + bytes(600)), "bzip2")


# What is promised and not there


@pytest.mark.parametrize("form", ARCHIVES)
def test_every_member_is_needed(tmp_path, form):
    files = ARCHIVES[form]
    for name in files:
        if name == "oci-layout" or (form == "docker and OCI" and name.endswith(".json")):
            continue
        rest = {key: data for key, data in files.items() if key != name}
        refused(put(tmp_path / "x.tar", packed(rest)))


@pytest.mark.parametrize("kind", ["config", "layers"])
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"size": 1}, "its descriptor promises 1"),
        ({"size": -1}, "promises -1"),
        ({"size": "1"}, "a whole number is needed"),
        ({"size": True}, "a whole number is needed"),
        ({"size": None}, "a whole number is needed"),
        ({"digest": "sha256:" + "0" * 64}, "it is missing"),
        ({"digest": "sha512:" + "0" * 128}, "is not a digest"),
        ({"digest": "../../etc/passwd"}, "is not a digest"),
        ({"digest": 5}, "a text is needed"),
        ({"mediaType": 5}, "a text is needed"),
        ({"annotations": 5}, "an object is needed"),
    ],
)
def test_descriptors_that_lie(tmp_path, kind, change, fault):
    files = oci_layout(LAYERS)
    index = json.loads(files["index.json"])
    (item,) = index["manifests"]
    path = blob_path(b"")[:13] + item["digest"][7:]
    manifest = json.loads(files.pop(path))
    target = manifest["config"] if kind == "config" else manifest["layers"][1]
    target |= change
    raw = json.dumps(manifest).encode()
    item |= {"digest": sha256(raw), "size": len(raw)}
    files |= {blob_path(raw): raw, "index.json": json.dumps(index).encode()}
    refused(put(tmp_path / "x", files), fault)
    refused(put(tmp_path / "x.tar", packed(files)), fault)


def test_an_artifact_is_no_image(tmp_path):
    files = oci_layout(LAYERS)
    raw = json.dumps({"config": {"digest": "sha256:" + "0" * 64, "size": 2, "mediaType": "x/y"}})
    item = {"digest": sha256(raw.encode()), "size": len(raw)}
    files |= {blob_path(raw.encode()): raw.encode(), "index.json": index_of(item)}
    refused(put(tmp_path / "x", files), "no image")
    refused(put(tmp_path / "y", files | {"index.json": index_of()}), "it holds no image")


def index_of(*items):
    return json.dumps({"schemaVersion": 2, "manifests": items}).encode()


def test_an_index_that_holds_itself_by_way_of_many(tmp_path):
    files = {"oci-layout": b"{}"}
    item = {"digest": "sha256:" + "0" * 64, "size": 0}
    for _ in range(20):
        raw = index_of(item)
        files[blob_path(raw)] = raw
        item = {"digest": sha256(raw), "size": len(raw)}
        item["mediaType"] = "application/vnd.oci.image.index.v1+json"
    refused(put(tmp_path / "x", files | {"index.json": index_of(item)}), "nested more than 8 deep")


def test_indexes_that_multiply(tmp_path):
    """Ten entries at each of eight levels: 100 million manifests, if nobody counted."""
    files = {"oci-layout": b"{}"} | oci_layout(LAYERS)
    (item,) = json.loads(files["index.json"])["manifests"]
    for _ in range(7):
        raw = index_of(*[item] * 10)
        files[blob_path(raw)] = raw
        item = {"digest": sha256(raw), "size": len(raw)}
        item["mediaType"] = "application/vnd.oci.image.index.v1+json"
    refused(put(tmp_path / "x", files | {"index.json": index_of(item)}), "more than 10,000")


def test_counts_that_disagree(tmp_path):
    for layers in (LAYERS[:1], [*LAYERS, LAYERS[0]], LAYERS[::-1]):
        files = docker_archive(LAYERS) | {"config.json": config(layers)}
        refused(put(tmp_path / "x.tar", packed(files)), "rootfs.diff_ids", InvalidImage)
    history = [{"created_by": "one"}]
    files = docker_archive(LAYERS) | {"config.json": config(LAYERS, history=history)}
    refused(put(tmp_path / "x.tar", packed(files)), "2 layers, but 1 history", InvalidImage)


def test_a_blob_under_a_wrong_name(tmp_path):
    files = dict(HYBRID)
    other = config(LAYERS, author="somebody else")
    files[blob_path(config(LAYERS))] = other
    refused(put(tmp_path / "x.tar", packed(files)), sha256(other), DigestMismatch)


# Links and names that lead outside


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", ".."])
def test_members_outside(tmp_path, name):
    archive = packed(ARCHIVES["docker"])[:-1024] + tar(entry(name, b"x"))
    refused(put(tmp_path / "x.tar", archive), "leads outside")
    manifest = [{"Config": name, "Layers": []}]
    files = ARCHIVES["docker"] | {"manifest.json": json.dumps(manifest).encode()}
    refused(put(tmp_path / "y.tar", packed(files)), "leads outside")
    refused(put(tmp_path / "folder", files), "leads outside")


@pytest.mark.parametrize("target", ["../../secret", "/etc/passwd", "..", "x/../../y"])
def test_links_outside(tmp_path, target):
    (tmp_path / "secret").write_bytes(config(LAYERS))
    files = {key: data for key, data in ARCHIVES["docker"].items() if key != "config.json"}
    link = tar(symlink("config.json", target))
    refused(put(tmp_path / "x.tar", packed(files)[:-1024] + link), "config.json")
    folder = put(tmp_path / "folder" / "f", files)
    (folder / "config.json").symlink_to(target)
    refused(folder, "leads outside")


def test_links_in_circles(tmp_path):
    files = {"manifest.json": json.dumps([{"Config": "a", "Layers": []}]).encode()}
    links = tar(symlink("a", "b"), symlink("b", "a"))
    refused(put(tmp_path / "x.tar", packed(files)[:-1024] + links), "it is missing")
    folder = put(tmp_path / "f", files)
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    refused(folder, "f: a: it is missing")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/tty", "/dev/random", "fifo", "folder"])
def test_blobs_that_are_no_files(tmp_path, device):
    files = oci_layout(LAYERS)
    (item,) = json.loads(files["index.json"])["manifests"]
    folder = put(tmp_path / "layout", files)
    for victim in ("blobs/sha256/" + item["digest"][7:], "index.json"):
        (folder / victim).unlink()
        if device == "fifo":
            os.mkfifo(folder / victim)
        elif device == "folder":
            (folder / victim).mkdir()
        else:
            (folder / victim).symlink_to(device)
        refused(folder)


def test_device_members_of_a_tar(tmp_path):
    files = {key: data for key, data in ARCHIVES["docker"].items() if key != "config.json"}
    for kind in (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
        device = tar(entry("config.json", type=kind, devmajor=1, devminor=5))
        refused(put(tmp_path / "x.tar", packed(files)[:-1024] + device), "a device or FIFO")


def test_archives_that_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    refused(tmp_path / "fifo", "not a regular file")
    (tmp_path / "zero").symlink_to("/dev/zero")
    refused(tmp_path / "zero", "not a regular file")
    refused(tmp_path / "missing", "No such file")
    with pytest.raises(LayerlabError):
        open_image("nul\0byte")


def test_one_name_for_two_members(tmp_path):
    same = tar(entry("manifest.json", ARCHIVES["docker"]["manifest.json"]))
    other = tar(entry("manifest.json", b"[]"))
    whole = packed(ARCHIVES["docker"])[:-1024]
    assert open_image(put(tmp_path / "x", whole + same))
    refused(put(tmp_path / "y", whole + other), "two members are called 'manifest.json'")


# Layers that no system would take

BAD_LAYERS = {
    "'..' in a name": tar(entry("../../etc/cron.d/x", b"")),
    "an absolute name": tar(entry("/etc/cron.d/x", b"")),
    "a whiteout of nothing": tar(entry(".wh.", b"")),
    "occurs twice": tar(entry("x", b"1"), entry("x", b"2")),
    "a hard link to": tar(hard_link("x", "../../etc/passwd")),
    "no file of this layer": tar(hard_link("x", "etc/passwd")),
    "no tar header": tar(entry("x", b""))[:-1024] + b"x" * 1024,
}


@pytest.mark.parametrize("fault", BAD_LAYERS)
@pytest.mark.parametrize("squeeze", [bytes, gzip.compress, zstd.compress])
def test_bad_layers(tmp_path, fault, squeeze):
    layers = [BAD_LAYERS[fault], LAYERS[0]]
    files = docker_archive(layers, stored=[squeeze(layer) for layer in layers])
    error = refused(put(tmp_path / "x.tar", packed(files)), fault)
    if fault != "no file of this layer":
        assert "0/layer.tar" in error.where
    refused(put(tmp_path / "layout", oci_layout(layers)), fault)


# What fills memory or time


def bomb(size: int) -> bytes:
    """A gzip that unpacks to a tar of one file of ``size`` zeros, in members of 16 MiB."""
    head = tar(entry("zeros", b"", type=tarfile.REGTYPE))[:512]
    info = tarfile.TarInfo("zeros")
    info.size = size
    head = info.tobuf(tarfile.GNU_FORMAT)
    piece = gzip.compress(bytes(16 << 20))
    return gzip.compress(head) + b"".join(itertools.repeat(piece, size >> 24))


@pytest.mark.parametrize("whole", [False, True], ids=["layer", "archive"])
def test_bombs(tmp_path, whole):
    data = bomb(128 << 20)
    if not whole:
        data = packed(docker_archive([b""], stored=[data]))
    path = put(tmp_path / "bomb", data)
    tracemalloc.start()
    with pytest.raises(LimitExceeded, match="a decompression bomb"):
        open_image(path, limits=Limits(unpacked=64 << 20))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 << 20


def test_json_is_bounded_before_it_is_read(tmp_path):
    most = Limits().json
    huge = b"[" + b" " * most + b"]"
    files = ARCHIVES["docker"] | {"manifest.json": huge}
    archive = put(tmp_path / "x.tar.gz", gzip.compress(packed(files), 1))
    folder = put(tmp_path / "x", files)
    del huge, files
    tracemalloc.start()
    refused(archive, "are the most")
    refused(folder, "are the most")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < most / 2


@pytest.mark.parametrize("name", ["manifest.json", "config.json"])
@pytest.mark.parametrize(
    "text",
    [b"[" * 200_000, b"9" * 5000, b"[" + b"9" * 5000 + b"]", b'"\xff"', b"", b"null", b"{}x"],
)
def test_json_that_hurts(tmp_path, name, text):
    refused(put(tmp_path / "x.tar", packed(ARCHIVES["docker"] | {name: text})))


WRONG = (None, 1, -1.5, "x", True, [], [1], {}, {"a": 1}, [[]], [{}])


def places(document, path=()):
    yield path
    items = document.items() if isinstance(document, dict) else ()
    items = enumerate(document) if isinstance(document, list) else items
    for key, value in items:
        yield from places(value, (*path, key))


def replaced(document, path, value):
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = replaced(document[path[0]], path[1:], value)
    return copy


@pytest.mark.parametrize("name", ["manifest.json", "index.json", "manifest"])
def test_json_of_the_wrong_shape_at_every_place(tmp_path, name):
    """Whatever stands where: it opens, or a LayerlabError says where. Never anything else."""
    files = dict(ARCHIVES["docker" if name == "manifest.json" else "OCI"])
    index = json.loads(files.get("index.json", b"{}"))
    if name == "manifest":
        document = json.loads(files["blobs/sha256/" + index["manifests"][0]["digest"][7:]])
    else:
        document = json.loads(files[name])
    opened = 0
    for path in places(document):
        for wrong in WRONG:
            raw = json.dumps(replaced(document, path, wrong)).encode()
            if name == "manifest":
                item = index["manifests"][0] | {"digest": sha256(raw), "size": len(raw)}
                changed = {blob_path(raw): raw, "index.json": index_of(item)}
            else:
                changed = {name: raw}
            archive = put(tmp_path / "x.tar", packed(files | changed))
            try:
                open_images(archive)
            except LayerlabError as error:
                assert str(archive) in error.where  # noqa: PT017
            else:
                opened += 1
    assert opened < 100


NO_TIMES = (
    "x", "2024-13-01T00:00:00Z", "2024-02-30T00:00:00Z", "2024-01-01T24:00:00Z",
    "2024-01-01T00:00:60Z", "2024-01-01T00:00:00.Z", "2024-01-01t00:00:00z", "٢٠٢٤-01-01T00:00:00Z",
)  # fmt: skip


@pytest.mark.parametrize("time", NO_TIMES)
def test_times_that_are_none(tmp_path, time):
    """*ran*: docker load refuses the image, be it the config's time or a step's in its history."""
    for document in {"created": time}, {"history": [{"created": time}] * 2}:
        files = docker_archive(LAYERS) | {"config.json": config(LAYERS, **document)}
        refused(put(tmp_path / "x.tar", packed(files)), "is not a time", InvalidImage)


def test_digits_of_other_scripts_are_no_numbers(tmp_path):
    layer = tar(entry("x", b"", pax_headers={"mtime": "٣"}))
    refused(put(tmp_path / "x.tar", packed(docker_archive([layer]))), "makes no sense")


@pytest.mark.parametrize("mtime", ["9" * 20, "-" + "9" * 20, str(1 << 63)])
def test_times_that_no_machine_counts_to(tmp_path, mtime):
    layer = tar(entry("x", b"", pax_headers={"mtime": mtime}))
    refused(put(tmp_path / "x.tar", packed(docker_archive([layer]))), "is too large")
    far = bytearray(tar(entry("x", b"")))
    far[136:148] = (-(1 << 70)).to_bytes(12, "big", signed=True)
    far[148:156] = b" " * 8
    far[148:156] = b"%06o\0 " % sum(far[:512])
    refused(put(tmp_path / "y.tar", packed(docker_archive([bytes(far)]))), "is too large")


def test_device_numbers_that_no_kernel_has():
    numbers = {"devmajor": 0o7777777, "devminor": 0o7777777}
    layer = Layer.from_tar(tar(entry("null", type=tarfile.CHRTYPE, **numbers)))
    assert Image([layer]).rootfs.stat("/null").st_rdev == os.makedev(0xFFF, 0xFFFFF)


@pytest.mark.parametrize("wrong", [5, [5], {"Cmd": [5]}, {"Env": "A=1"}, {"Labels": {"a": 1}}])
def test_a_container_config_of_the_wrong_shape(tmp_path, wrong):
    """Nobody needs it, but ``docker inspect`` prints it and a build reads it for its cache."""
    files = docker_archive(LAYERS) | {"config.json": config(LAYERS, container_config=wrong)}
    refused(put(tmp_path / "x.tar", packed(files)), "container_config", InvalidImage)


# What programs in a container make of it

TOOLS = {"/bin/busybox": File(b"\x7fELF", Meta(0o755))}
TOOLS |= {f"/bin/{name}": Symlink("busybox") for name in ("date", "ls", "stat", "tar")}


@pytest.mark.parametrize("mtime", [-(1 << 62), -62_135_596_801, 253_402_300_800, 1 << 62])
def test_programs_print_any_time(mtime):
    there = Layer.of({**TOOLS, "/x": File(b"", Meta(mtime=mtime))})
    for line in ("ls -l /x", "ls -l --full-time /x", "stat /x", "date -r /x"):
        done = Shell(Container(Image([there]))).run(line)
        assert done.code == 0, done
        assert done.stdout


def pax(data=b"", **records):
    records = {key.replace("_", "."): value for key, value in records.items()}
    return tar(entry("x", data, pax_headers=records))


SPARSE = {
    "a map of fractions": pax(GNU_sparse_map="1.5"),
    "a map of nothing": pax(GNU_sparse_major="1", GNU_sparse_minor="0", GNU_sparse_realsize="9"),
    "a size of text": pax(GNU_sparse_size="x", GNU_sparse_map="0,0"),
    "a terabyte of holes": pax(b"x", GNU_sparse_size=str(1 << 40), GNU_sparse_map="0,1"),
    "another": pax(
        b"1\n0\n1\n" + bytes(506),
        GNU_sparse_major="1", GNU_sparse_minor="0", GNU_sparse_realsize=str(1 << 40),
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", SPARSE)
def test_tar_in_a_container_and_sparse_files(fault):
    container = Container(Image([Layer.of({**TOOLS, "/x.tar": SPARSE[fault], "/d/x": b""})]))
    tracemalloc.start()
    done = Shell(container).run("tar -xf /x.tar -C /d")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert done.code != 0
    assert done.stderr.startswith(b"tar: ")
    assert peak < 32 << 20


# Limits: each can be reached, and raised


def stacked(count, folders=1, files=50):
    """Layers that all change the same directories, in which the first has many files."""
    names = [f"d{folder}/{file}" for folder in range(folders) for file in range(files)]
    layers = [tar(*(entry(name, b"") for name in names))]
    return layers + [
        tar(*(entry(f"d{folder}/new{number}", b"") for folder in range(folders)))
        for number in range(1, count)
    ]


SQUEEZED = [gzip.compress(layer, mtime=0) for layer in LAYERS]
BEYOND = {
    "entries": (docker_archive(LAYERS), 5),
    "names": (docker_archive(LAYERS), 20),
    "merged": (docker_archive(stacked(5)), 200),
    "layers": (docker_archive(LAYERS), 1),
    "images": (HYBRID, 0),
    "json": (oci_layout(LAYERS), 100),
    "metadata": (oci_layout(LAYERS), 300),
    "values": (oci_layout(LAYERS), 20),
    "unpacked": (docker_archive(LAYERS, stored=SQUEEZED), 1000),
    "ratio": (docker_archive(LAYERS, stored=SQUEEZED), 1),
}


@pytest.mark.parametrize("limit", BEYOND)
def test_limits(tmp_path, limit):
    files, small = BEYOND[limit]
    assert set(BEYOND) == {item.name for item in fields(Limits)}
    for archive in (put(tmp_path / "x.tar", packed(files)), put(tmp_path / "x", files)):
        limits = replace(Limits(ratio=1, unpacked=1000), **{limit: small})
        with pytest.raises(LimitExceeded) as caught:
            open_image(archive, limits=limits)
        assert str(archive) in caught.value.where
        assert caught.value.limit == limit or {limit, caught.value.limit} == {"ratio", "unpacked"}
        assert f"limits=Limits({caught.value.limit}=" in str(caught.value)
        assert open_image(archive, limits=Limits()) == open_image(archive)


def test_a_bomb_in_many_small_pieces(tmp_path):
    """No layer of these is a bomb, and together they are one: the archive is compressed, too."""
    piece = gzip.compress(bytes(4 << 20))
    files = docker_archive([b""] * 40, stored=[piece] * 40)
    archive = put(tmp_path / "x.tar.gz", gzip.compress(packed(files)))
    with pytest.raises(LimitExceeded, match="a decompression bomb"):
        open_image(archive, limits=Limits(unpacked=64 << 20))


def test_what_was_let_in_can_be_read(tmp_path):
    """The limits hold for reading, too, and reading twice isn't unpacking twice as much."""
    zeros = tar(entry("zeros", bytes(4 << 20)))
    limits = Limits(unpacked=1_000_000, ratio=1050)
    layer = docker_archive([zeros], stored=[gzip.compress(zeros)])
    for data in (packed(layer), gzip.compress(packed(docker_archive([zeros])))):
        path = put(tmp_path / "x", data)
        with pytest.raises(LimitExceeded):
            open_image(path, limits=Limits(unpacked=1_000_000))
        image = open_image(path, limits=limits)
        assert image.rootfs.read_bytes("/zeros") == bytes(4 << 20)
        image.layers[0].write_tar(None)


def test_one_config_for_many_images(tmp_path):
    """Each record is small; the config is read for each."""
    files = docker_archive([], ["x:1"]) | {"config.json": config([], author="x" * 1_000_000)}
    record = json.loads(files["manifest.json"])[0]
    files["manifest.json"] = json.dumps([record] * 1000).encode()
    with pytest.raises(LimitExceeded, match="bytes of JSON in all"):
        open_image(put(tmp_path / "x.tar", packed(files)))


def test_an_sbom_that_nobody_reads_is_no_harm(tmp_path):
    files = {"sbom": b"{" + b" " * (5 << 20) + b"}"} | ARCHIVES["OCI"]
    assert open_image(put(tmp_path / "x.tar", packed(files)))
    index = json.loads(files["index.json"])
    raw = files["sbom"]
    index["manifests"] = [{"digest": sha256(raw), "size": len(raw)}]
    files |= {blob_path(raw): raw, "index.json": json.dumps(index).encode()}
    refused(put(tmp_path / "y.tar", packed(files)), "Limits(json=", LimitExceeded)


def test_layers_that_multiply(tmp_path):
    """500 layers that each change a directory of 20,000 files: ten million names, merged."""
    files = docker_archive(stacked(500, files=20_000))
    refused(put(tmp_path / "x.tar", packed(files)), "Limits(merged=", LimitExceeded)


def test_symlinks_that_are_long_to_follow(tmp_path):
    """Each entry lands below a link of a megabyte: following it is work, and is counted."""
    far = "/".join("ab" * 250_000)
    many = [entry(f"l/{number}/x", b"") for number in range(2000)]
    layer = tar(symlink("l", far), *many)
    refused(put(tmp_path / "x.tar", packed(docker_archive([layer]))), "Limits(names=")


def test_many_hard_links_into_a_lower_layer(tmp_path):
    """Their counts are kept in one table; a table for each link took minutes."""
    targets = [entry(f"t/{number}", b"") for number in range(10_000)]
    links = [hard_link(f"l/{number}", f"t/{number}") for number in range(10_000)]
    image = open_image(
        put(tmp_path / "x.tar", packed(docker_archive([tar(*targets), tar(*links)])))
    )
    assert image.rootfs.stat("/t/7").st_nlink == image.rootfs.stat("/l/9999").st_nlink == 2


# Anything at all


@pytest.mark.parametrize("form", ARCHIVES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_mutations_never_surprise(tmp_path, form, data):
    """Bytes overwritten, removed, repeated: the image as it was, or a LayerlabError."""
    squeeze = data.draw(st.sampled_from([bytes, gzip.compress, zstd.compress]))
    whole = bytearray(squeeze(packed(ARCHIVES[form])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        length = data.draw(st.integers(0, 600))
        match data.draw(st.sampled_from(["set", "cut", "repeat", "swap"])):
            case "set":
                whole[at : at + length] = data.draw(st.binary(max_size=40))
            case "cut":
                del whole[at : at + length]
            case "repeat":
                whole[at:at] = whole[at : at + length]
            case "swap":
                whole[at : at + length] = whole[at : at + length][::-1]
        if not whole:
            break
    check_mutant(put(tmp_path / "mutant", bytes(whole)))


def check_mutant(path):
    try:
        images = open_images(path)
    except LayerlabError as error:
        assert str(path) in error.where  # noqa: PT017
        return
    for image in images.values():
        stream = io.BytesIO()
        for layer in image.layers:
            layer.write_tar(stream)
            for node in layer.changes.values():
                if node.kind == "file":
                    node.content.read()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=3000))
@example(b"\x1f\x8b\x08" + bytes(600))
def test_any_bytes_as_a_layer(data):
    for head in (b"", LAYERS[0][:512], LAYERS[0][:1024]):
        try:
            Layer.from_tar(head + data)
        except LayerlabError:
            continue
