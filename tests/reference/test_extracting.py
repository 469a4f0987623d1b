"""extract() against ``docker cp`` and ``umoci unpack``: the same files, less what does harm."""

import os
import stat
import subprocess

import pytest

from layerlab import Device, Directory, File, Image, Layer, Meta, Symlink, Whiteout, save_image
from layerlab.archive import extract

HARD = File(b"hard", Meta(mtime=5))
LOWER = {
    "/d": Directory(Meta(0o750, mtime=7)),
    "/d/gone": b"",
    "/d/setuid": File(b"#!", Meta(0o4711, mtime=1_000_000_000)),
    "/d/write": File(b"w" * 100_000, Meta(0o666, 1000, 1000, 3)),
    "/d/one": HARD,
    "/d/sub/two": HARD,
    "/d/sub": Directory(Meta(0o3775, mtime=9)),
    "/d/closed": Directory(Meta(0, mtime=3)),
    "/d/closed/x": File(b"x", Meta(0)),
    "/d/abs": Symlink("/etc/passwd", Meta(mtime=11)),
    "/d/a\nb": b"line",
    "/d/fifo": Device("fifo"),
    "/d/null": Device("char", 1, 3),
}
UPPER = {  # names its directories: Docker makes new ones, 0755, of those that are only implied
    "/d": LOWER["/d"],
    "/d/gone": Whiteout(),
    "/d/new": b"new",
    "/d/sub": LOWER["/d/sub"],
    "/d/sub/new": b"new",
}
HARMS = {"fifo", "null"}


def image(**extra):
    tree = LOWER | {f"/d/{name}": node for name, node in extra.items()}
    return Image([Layer.of(tree), Layer.of(UPPER)]).with_config(cmd=["/x"])


def look(folder):
    """Each path below ``folder``: kind, mode, links, time, and what is in it."""
    found = {}
    for top, folders, files in os.walk(folder):
        for name in [".", *folders, *files]:
            path = os.path.join(top, name)
            if name == "." and top != str(folder):
                continue
            entry = os.lstat(path)
            data = None
            if stat.S_ISREG(entry.st_mode):
                with open(path, "rb") as file:
                    data = file.read()
            elif stat.S_ISLNK(entry.st_mode):
                data = os.readlink(path)
            key = os.path.relpath(path, folder)
            found[key] = entry.st_mode, entry.st_nlink, int(entry.st_mtime), data
    return found


def harmless(found):
    """Without special files, setuid and setgid: what extract() leaves away."""
    return {
        path: (mode & ~0o6000, *rest)
        for path, (mode, *rest) in found.items()
        if os.path.basename(path) not in HARMS
    }


@pytest.fixture
def created(docker, tmp_path):
    """Load an image into the engine and make a container of it; its name."""

    def create(made):
        save_image(made, tmp_path / "image.tar", "extracted:1")
        docker("load", "-i", tmp_path / "image.tar")
        return docker("create", "extracted:1")

    yield create
    docker("rm", *docker("ps", "-aq").split())
    docker("rmi", "extracted:1")


def test_docker_cp(docker, created, tmp_path):
    made = image()
    container = created(made)
    docker("cp", f"{container}:/d", tmp_path / "theirs")
    skipped = extract(made, "/d", tmp_path / "ours")
    theirs = look(tmp_path / "theirs")
    assert skipped == ("/d/fifo", "/d/null")
    assert set(theirs) > HARMS
    assert theirs["setuid"][0] & 0o4000  # Docker makes a stranger's program run as us
    assert look(tmp_path / "ours") == harmless(theirs)

    for name in ("setuid", "abs", "sub"):
        (tmp_path / f"t-{name}").mkdir()
        (tmp_path / f"o-{name}").mkdir()
        docker("cp", f"{container}:/d/{name}", tmp_path / f"t-{name}")
        extract(made, f"/d/{name}", tmp_path / f"o-{name}")
        theirs = {path: rest for path, rest in look(tmp_path / f"t-{name}").items() if path != "."}
        ours = {path: rest for path, rest in look(tmp_path / f"o-{name}").items() if path != "."}
        assert ours == harmless(theirs)
        assert name in ours


def test_a_link_that_climbs(docker, created, require, tmp_path):
    """Docker refuses it halfway, umoci writes it as it stands, and so does extract()."""
    require("umoci", "skopeo")
    made = image(up=Symlink("../../..", Meta(mtime=13)))
    failed = docker.run("cp", f"{created(made)}:/d", tmp_path / "theirs")
    assert b"invalid symlink" in failed.stderr
    assert "up" not in os.listdir(tmp_path / "theirs")
    assert len(os.listdir(tmp_path / "theirs")) > 2

    save_image(made, tmp_path / "layout", "x", format="oci-layout")
    command = ["umoci", "unpack", "--image", f"{tmp_path}/layout:x", tmp_path / "bundle"]
    subprocess.run(command, check=True, capture_output=True)
    extract(made, "/d", tmp_path / "ours")
    theirs = look(tmp_path / "bundle" / "rootfs" / "d")
    assert theirs["up"][3] == "../../.."
    assert look(tmp_path / "ours") == harmless(theirs)


def test_places_that_are_taken(docker, created, tmp_path):
    """Docker replaces and merges, and refuses a directory over a file; extract() refuses all."""
    made = image()
    container = created(made)
    for name in ("file", "tree"):
        (tmp_path / "folder" / name).mkdir(parents=True)
    (tmp_path / "file").write_text("mine")
    assert b"cannot copy directory" in docker.run("cp", f"{container}:/d", tmp_path / "file").stderr
    for path in ("/d", "/d/new"):
        with pytest.raises(FileExistsError):
            extract(made, path, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"
    docker("cp", f"{container}:/d/new", tmp_path / "file")
    assert (tmp_path / "file").read_text() == "new"
