"""A Debian image, made here and saved by real tools: opened, it is what those tools unpack."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerlab import (
    File,
    Image,
    Layer,
    Meta,
    Symlink,
    Whiteout,
    open_image,
    open_images,
    save_image,
)

CACHE = Path(__file__).parents[2] / "build" / "reference"
SETUP = """
FROM {base}
COPY app /srv/app
RUN rm -rf /usr/share/doc /etc/motd && mkdir /usr/share/doc && echo new > /usr/share/doc/new \\
 && ln /bin/true /srv/hard && chmod 4711 /srv/hard && echo >> /etc/hosts.allow \\
 && mv /var/log /var/logs && mkfifo /srv/pipe && chown 1000:33 /srv/app/* && rm /etc/issue
ENV GREETING="<hi> & bye"
WORKDIR /srv/work
CMD ["/bin/sh"]
"""


def run(*command: str | Path, **options) -> bytes:
    done = subprocess.run([*map(str, command)], capture_output=True, check=False, **options)
    assert done.returncode == 0, (command, done.stderr.decode(errors="replace")[-2000:])
    return done.stdout


@pytest.fixture(scope="session")
def debian(require) -> Path:
    """The tar of a Debian minbase, some 8,000 entries; made once and kept in build/."""
    require("mmdebstrap")
    target = CACHE / "debian.tar"
    if not target.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = CACHE / f"debian.{os.getpid()}.tar"
        include = "--include=usr-is-merged"
        run("mmdebstrap", "--variant=minbase", include, "bookworm", partial)
        partial.rename(target)  # whole or not at all, however many test processes make it
    return target


@pytest.fixture(scope="session")
def saved(docker, debian, tmp_path_factory) -> Path:
    """The image, built on it by a real engine and saved."""
    folder = tmp_path_factory.mktemp("debian")
    docker("import", debian, "archive-base:1")
    (folder / "app").mkdir()
    (folder / "app" / "main").write_text("#!/bin/sh\n")
    (folder / "app" / "link").symlink_to("main")
    (folder / "Dockerfile").write_text(SETUP.format(base="archive-base:1"))
    docker("build", "--network", "none", "-t", "archive:1", folder)
    docker("tag", "archive:1", "archive:2")
    docker("save", "-o", folder / "saved.tar", "archive:1")
    return folder / "saved.tar"


Row = tuple[str, int, int, int, int, str, str, tuple[int, int], str]


def row(path: str, status: os.stat_result, target: str, content: str, first: str) -> Row:
    """What is compared of each path; of a hard link, the first of its names, too."""
    kind = stat.S_IFMT(status.st_mode)
    size = status.st_size if kind in (stat.S_IFREG, stat.S_IFLNK) else 0
    numbers = (0, 0)
    if kind in (stat.S_IFCHR, stat.S_IFBLK):
        numbers = os.major(status.st_rdev), os.minor(status.st_rdev)
    # A symlink has no mode of its own.
    mode = kind if kind == stat.S_IFLNK else status.st_mode
    owner = status.st_uid, status.st_gid
    return path, mode, *owner, size, target, content, numbers, first


def layerlabs(image: Image) -> Iterator[tuple[Row, int]]:
    tree = image.rootfs
    first: dict[int, str] = {}
    for path, node, _ in tree.items():
        if path == "/":
            continue
        content = ""
        if node.kind == "file":
            digest = hashlib.sha256()
            for block in node.content.chunks():
                digest.update(block)
            content = digest.hexdigest()
        target = node.target if node.kind == "symlink" else ""
        status = tree.lstat(path)
        name = path if node.kind == "directory" else first.setdefault(status.st_ino, path)
        yield row(path, status, target, content, name), int(status.st_mtime)


def disks(root: Path) -> Iterator[tuple[Row, int]]:
    """The same of a folder, as umoci unpacked it."""
    first: dict[int, str] = {}
    everything = sorted(
        "/" + os.path.relpath(os.path.join(folder, name), root)
        for folder, folders, files in os.walk(root)
        for name in folders + files
    )
    for path in everything:
        place = root / path[1:]
        status = place.lstat()
        regular = stat.S_ISREG(status.st_mode)
        content = hashlib.sha256(place.read_bytes()).hexdigest() if regular else ""
        target = os.readlink(place) if place.is_symlink() else ""
        folder = stat.S_ISDIR(status.st_mode)
        name = path if folder else first.setdefault(status.st_ino, path)
        yield row(path, status, target, content, name), int(status.st_mtime)


def equal(image: Image, root: Path) -> int:
    """Assert that image and folder are equal; return the number of paths."""
    mine, theirs = dict(map(split, layerlabs(image))), dict(map(split, disks(root)))
    assert mine.keys() == theirs.keys()
    different = {path: (mine[path], theirs[path]) for path in mine if mine[path] != theirs[path]}
    assert not different, list(different.items())[:5]
    return len(mine)


def split(item: tuple[Row, int]) -> tuple[str, tuple[Row, int]]:
    return item[0][0], item


@pytest.fixture(scope="session")
def unpacked(saved, require, tmp_path_factory) -> Path:
    """What umoci makes of the image."""
    require("skopeo", "umoci")
    folder = tmp_path_factory.mktemp("umoci")
    run("skopeo", "copy", "-q", f"docker-archive:{saved}", f"oci:{folder}/oci:x")
    run("umoci", "unpack", "--image", f"{folder}/oci:x", folder / "bundle")
    return folder / "bundle" / "rootfs"


def test_a_saved_debian_is_what_umoci_unpacks(docker, saved, unpacked):
    image = open_image(saved)
    assert image.image_id == docker("inspect", "-f", "{{.Id}}", "archive:1")
    assert equal(image, unpacked) > 6000
    assert len(image.layers) == 4


def test_a_saved_debian_is_what_docker_exports(docker, saved):
    """Docker's own view: the container's merged tree as a tar."""
    container = docker("create", "archive:1")
    exported = docker.run("export", container).stdout
    docker("rm", container)
    image = open_image(saved)
    mine = {path: (row, time) for path, (row, time) in map(split, layerlabs(image))}
    export = Layer.from_tar(exported)
    theirs = {
        path: item
        for path, item in map(split, layerlabs(Image([export])))
        # Docker mounts these over the image, and so they are in the export only.
        if path not in INIT and not path.startswith(("/dev/", "/proc/", "/sys/"))
    }
    mine = {path: item for path, item in mine.items() if not path.startswith("/dev/")}
    for path in INIT:
        mine.pop(path, None)
        theirs.pop(path, None)
    assert mine.keys() == theirs.keys()
    assert [path for path in mine if mine[path] != theirs[path]] == []


INIT = ("/.dockerenv", "/dev", "/etc", "/etc/hosts", "/etc/hostname", "/etc/mtab", "/proc", "/sys")
INIT += ("/etc/resolv.conf",)


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
@pytest.mark.parametrize("form", ["oci", "oci-archive"])
def test_skopeos_copies_are_equal(saved, unpacked, tmp_path, compression, form):
    copy = tmp_path / "copy"
    option = f"--dest-compress-format={compression}"
    run("skopeo", "copy", "-q", option, f"docker-archive:{saved}", f"{form}:{copy}:x")
    image = open_image(copy)
    assert {layer.blob.compression for layer in image.layers} == {compression}
    original = open_image(saved)
    assert image.diff_ids == original.diff_ids
    if form == "oci":
        assert equal(image, unpacked) > 6000


def test_layers_keep_the_sizes_that_docker_prints(docker, saved):
    image = open_image(saved)
    rows = docker("history", "--human=false", "--format", "{{.Size}}", "archive:1").split()
    sizes = iter(image.layers)
    expected = [0 if step.empty_layer else next(sizes).size for step in image.history]
    assert [int(size) for size in rows[::-1]] == expected
    assert image.size == int(docker("inspect", "-f", "{{.Size}}", "archive:1"))


@pytest.fixture(scope="module")
def small() -> Image:
    """An image of our own with something of everything."""
    shared = File(b"shared\n", Meta(0o640, 33, 33, 1_700_000_000))
    base = Layer.of(
        {"/a": b"a", "/dir/b": b"b", "/one": shared, "/two": shared, "/s": Symlink("dir/b")}
    )
    top = Layer.of({"/a": Whiteout(), "/dir/b": b"changed", "/größe": b"", "/" + "n" * 120: b""})
    image = Image([base, top, Layer.of({})]).append(None)
    return image.with_config(cmd=["/s"], env=["A=<&>"], labels={"x": "y"}, exposed_ports=["80/tcp"])


@pytest.mark.parametrize("which", ["small", "debian"])
def test_docker_loads_what_is_saved(docker, request, tmp_path, which):
    image = open_image(request.getfixturevalue("saved")) if which == "debian" else None
    image = image or request.getfixturevalue("small")
    name = f"loaded-{which}:1"
    save_image(image, tmp_path / "x.tar", name)
    docker("load", "-i", tmp_path / "x.tar")
    assert docker("inspect", "-f", "{{.Id}}", name) == image.image_id
    layers = json.loads(docker("inspect", "-f", "{{json .RootFS.Layers}}", name))
    assert tuple(layers) == image.diff_ids
    assert int(docker("inspect", "-f", "{{.Size}}", name)) == image.size
    docker("save", "-o", tmp_path / "again.tar", name)
    again = open_images(tmp_path / "again.tar")[name]
    assert again.raw_config == image.raw_config


@pytest.mark.parametrize("format", ["docker-archive", "oci-archive", "oci-layout"])
@pytest.mark.parametrize("which", ["small", "debian"])
def test_skopeo_takes_what_is_saved(require, request, tmp_path, which, format):
    require("skopeo")
    image = open_image(request.getfixturevalue("saved")) if which == "debian" else None
    image = image or request.getfixturevalue("small")
    transport = {"oci-layout": "oci"}.get(format, format)
    save_image(image, tmp_path / "x", "x:1", format=format)
    source = f"{transport}:{tmp_path}/x:x:1"
    inspected = json.loads(run("skopeo", "inspect", source))
    assert inspected["Layers"] == list(image.diff_ids)
    assert run("skopeo", "inspect", "--config", "--raw", source) == image.raw_config
    run("skopeo", "copy", "-q", source, f"dir:{tmp_path}/dir")
    assert (tmp_path / "dir" / image.image_id.hex).read_bytes() == image.raw_config
    for diff_id in image.diff_ids:
        assert (tmp_path / "dir" / diff_id.hex).exists()
    if format != "docker-archive":
        run("skopeo", "copy", "-q", source, f"docker-archive:{tmp_path}/back:x:1")
        assert open_image(tmp_path / "back") == image


def test_several_images_and_names_in_one_archive(docker, saved, tmp_path):
    docker("save", "-o", tmp_path / "x", "archive:1", "archive:2", "archive-base:1")
    images = open_images(tmp_path / "x")
    assert set(images) == {"archive:1", "archive:2", "archive-base:1"}
    assert images["archive:1"] == images["archive:2"] == open_image(saved)
    assert images["archive:1"].layers[0] == images["archive-base:1"].layers[0]


def test_buildahs_images_open(require, tmp_path):
    require("buildah", "busybox")
    folder = tmp_path / "context"
    folder.mkdir()
    shutil.copy("/bin/busybox", folder / "busybox")
    (folder / "Dockerfile").write_text(
        "FROM scratch\nCOPY busybox /bin/\nCOPY Dockerfile /etc/\nENV A=1\nWORKDIR /srv\n"
    )
    store = ("--root", tmp_path / "root", "--runroot", tmp_path / "run", "--storage-driver", "vfs")
    run("buildah", *store, "bud", "--layers", "-t", "built:1", folder)
    run("buildah", *store, "push", "built:1", f"oci:{tmp_path}/oci:v1")
    run("buildah", *store, "push", "built:1", f"docker-archive:{tmp_path}/docker.tar:built:1")
    one, two = open_image(tmp_path / "oci", "v1"), open_image(tmp_path / "docker.tar", "built:1")
    assert one.diff_ids == two.diff_ids
    for image in (one, two):
        assert image.config.environment["A"] == "1"
        assert image.config.working_dir == "/srv"
        tree = image.rootfs
        assert tree.read_bytes("/bin/busybox") == Path("/bin/busybox").read_bytes()
        assert tree.read_bytes("/etc/Dockerfile") == (folder / "Dockerfile").read_bytes()
    save_image(one, tmp_path / "saved", "v1", format="oci-layout")
    before, after = ((tmp_path / name / "index.json").read_bytes() for name in ("oci", "saved"))
    digest = json.loads(before)["manifests"][0]["digest"]
    assert json.loads(after)["manifests"][0]["digest"] == digest


def test_old_archives_repeat_a_layer_by_a_symlink(docker, tmp_path):
    """docker 20.10 saves a layer that occurs twice once, and a link to it."""
    (tmp_path / "same").write_text("same\n")
    os.utime(tmp_path / "same", (0, 0))
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY same /\nCOPY same /\nCOPY same /\n")
    docker("build", "--network", "none", "-t", "same:1", tmp_path)
    docker("save", "-o", tmp_path / "x.tar", "same:1")
    with tarfile.open(tmp_path / "x.tar") as archive:
        assert any(member.issym() for member in archive)
    image = open_image(tmp_path / "x.tar")
    assert len(image.layers) == 3
    assert len(set(image.diff_ids)) == 1
