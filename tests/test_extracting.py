"""extract(): what a container sees, on the real machine, and never anything outside ``dest``."""

import errno
import os
import stat
import tracemalloc
from fractions import Fraction

import pytest
from tars import entry, hard_link, symlink, tar

from layerlab import (
    Device,
    Directory,
    File,
    Image,
    Layer,
    LayerlabError,
    Meta,
    Symlink,
    Whiteout,
    Zeros,
)
from layerlab.archive import extract

HARD = File(b"hard", Meta(mtime=5))
BASE = {
    "/etc": Directory(Meta(0o750, mtime=7)),
    "/etc/motd": File(b"hi\n", Meta(0o4640, 1000, 1000, 1_000_000_000)),
    "/etc/old": b"",
    "/etc/a\nb": b"line",
    "/etc/locked": Directory(Meta(0, mtime=3)),
    "/etc/locked/x": b"x",
    "/etc/tmp": Directory(Meta(0o3777)),
    "/etc/one": HARD,
    "/etc/two": HARD,
    "/etc/abs": Symlink("/etc/passwd", Meta(mtime=Fraction(3, 2))),
    "/etc/up": Symlink("../../../.."),
    "/etc/null": Device("char", 1, 3),
    "/etc/locked/fifo": Device("fifo"),
    "/lib": Symlink("usr/lib"),
    "/usr/lib/libc.so": b"\x7fELF",
}
IMAGE = Image([Layer.of(BASE), Layer.of({"/etc/old": Whiteout(), "/etc/new": b"new"})])


def listing(folder):
    """Every path below ``folder``, without following anything."""
    found = []
    for top, folders, files in os.walk(folder):
        found += [os.path.relpath(os.path.join(top, name), folder) for name in folders + files]
    return sorted(found)


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_tree(tmp_path):
    skipped = extract(IMAGE, "/etc", tmp_path / "out")
    assert skipped == ("/etc/locked/fifo", "/etc/null")
    out = tmp_path / "out"
    assert os.listdir(tmp_path) == ["out"]
    assert {"motd", "new", "a\nb", "abs", "up", "one", "two"} < set(os.listdir(out))
    assert not os.path.lexists(out / "old")
    assert (out / "motd").read_bytes() == b"hi\n"
    assert (out / "motd").stat().st_mtime == 1_000_000_000
    assert (out / "motd").stat().st_uid == os.getuid()
    assert mode(out / "motd") == 0o640  # the setuid bit is gone
    assert mode(out) == 0o750
    assert out.stat().st_mtime == 7
    assert mode(out / "tmp") == 0o1777  # setgid is gone, sticky stays
    assert mode(out / "locked") == 0
    assert (out / "locked").stat().st_mtime == 3
    assert os.readlink(out / "abs") == "/etc/passwd"
    assert (out / "abs").lstat().st_mtime_ns == 1_500_000_000
    assert os.readlink(out / "up") == "../../../.."
    assert (out / "one").stat().st_ino == (out / "two").stat().st_ino
    assert (out / "one").stat().st_nlink == 2
    assert (out / "new").stat().st_nlink == 1


def test_the_whole_image(tmp_path):
    extract(IMAGE, "/", tmp_path / "root")
    assert sorted(os.listdir(tmp_path / "root")) == ["etc", "lib", "usr"]
    with pytest.raises(FileExistsError):
        extract(IMAGE, "/", tmp_path / "root")


def test_where_it_lands(tmp_path, monkeypatch):
    extract(IMAGE, "/etc/motd", tmp_path / "renamed")
    assert (tmp_path / "renamed").read_bytes() == b"hi\n"
    extract(IMAGE, "/lib/libc.so", tmp_path)  # links on the way are followed
    assert (tmp_path / "libc.so").read_bytes() == b"\x7fELF"
    extract(IMAGE, "/lib", tmp_path)  # one at the end isn't
    assert os.readlink(tmp_path / "lib") == "usr/lib"
    extract(IMAGE, "/lib/", tmp_path / "libraries/")  # a slash asks for the directory
    assert os.listdir(tmp_path / "libraries") == ["libc.so"]
    monkeypatch.chdir(tmp_path)
    extract(IMAGE, "etc/motd", ".")
    extract(IMAGE, "/etc/../etc/motd", "again")
    assert (tmp_path / "motd").read_bytes() == (tmp_path / "again").read_bytes() == b"hi\n"
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    extract(IMAGE, "/etc/motd", "link")  # the user's own link, as cp takes it
    assert os.listdir(tmp_path / "folder") == ["motd"]


@pytest.mark.parametrize("path", ["/etc", "/etc/motd", "/etc/abs"])
@pytest.mark.parametrize("there", ["file", "link", "dangling", "in it", "full"])
def test_nothing_is_replaced(tmp_path, path, there):
    dest = tmp_path / "dest"
    if there == "file":
        dest.write_text("mine")
    elif there == "link":
        (tmp_path / "mine").write_text("mine")
        dest.symlink_to("mine")
    elif there == "dangling":
        dest.symlink_to("nowhere")
    else:
        taken = dest / os.path.basename(path)
        taken.mkdir(parents=True)
        if there == "full":
            (taken / "mine").write_text("mine")
    before = listing(tmp_path)
    with pytest.raises(FileExistsError) as caught:
        extract(IMAGE, path, dest)
    assert str(dest) in str(caught.value)
    assert listing(tmp_path) == before


def test_what_is_not_there(tmp_path):
    for path, code in [
        ("/no", errno.ENOENT),
        ("/etc/motd/x", errno.ENOTDIR),
        ("/etc/motd/", errno.ENOTDIR),
        ("", errno.ENOENT),
    ]:
        with pytest.raises(OSError) as caught:
            extract(IMAGE, path, tmp_path / "out")
        assert caught.value.errno == code
        assert caught.value.filename == path
    for dest, code in [("no/out", errno.ENOENT), ("out/", errno.ENOTDIR), ("", errno.ENOENT)]:
        with pytest.raises(OSError) as caught:
            extract(IMAGE, "/etc/motd", f"{tmp_path}/{dest}" if dest else "")
        assert caught.value.errno == code
    with pytest.raises(LayerlabError, match="a char can't be extracted"):
        extract(IMAGE, "/etc/null", tmp_path / "out")
    assert os.listdir(tmp_path) == []


# Strangers' trees


def hostile(*entries):
    return Image([Layer.from_tar(tar(*entries))])


@pytest.mark.parametrize("target", ["/", "..", "../..", "/etc", ".", "../secret"])
def test_links_are_never_followed(tmp_path, target):
    """A link, and a layer that writes where it leads: inside the image, that is all."""
    (tmp_path / "secret").mkdir()
    first = Layer.from_tar(tar(symlink("d/link", target)))
    second = Layer.from_tar(tar(entry("d/link/secret/x", b"owned"), entry("d/link/y", b"owned")))
    extract(Image([first, second]), "/d", tmp_path / "out")
    same = hostile(symlink("d/link", target), entry("d/link/y", b"owned"))
    extract(same, "/", tmp_path / "same")
    assert sorted(os.listdir(tmp_path)) == ["out", "same", "secret"]
    assert os.listdir(tmp_path / "secret") == []
    assert not (tmp_path / "y").exists()


def test_a_link_that_leads_where_the_copy_goes(tmp_path):
    (tmp_path / "victim").write_text("mine")
    image = Image([Layer.of({"/x": Symlink(str(tmp_path / "victim")), "/d/x": b"owned"})])
    extract(image, "/x", tmp_path / "out")
    with pytest.raises(FileExistsError):
        extract(image, "/d/x", tmp_path / "out")
    assert (tmp_path / "victim").read_text() == "mine"


def test_a_name_like_the_staging_one_and_odd_names(tmp_path):
    names = ["x", ".x", "...", " ", "-rf", "\\", "\udcff", "a\nb", "\x1b[31m", "n" * 255]
    image = Image([Layer.of({f"/d/{name}": b"" for name in names})])
    extract(image, "/d", tmp_path / "out")
    assert sorted(os.listdir(tmp_path / "out")) == sorted(names)


def test_a_link_count_is_a_stack_s(tmp_path):
    """The same node in two layers was two files: the kernel copied it up."""
    image = Image([Layer.of({"/d/a": HARD, "/d/b": HARD}), Layer.of({"/d/a": b"new"})])
    extract(image, "/d", tmp_path / "out")
    assert (tmp_path / "out/a").read_bytes() == b"new"
    assert (tmp_path / "out/b").stat().st_nlink == 1
    linked = hostile(symlink("d/a", "x"), hard_link("d/b", "d/a"))
    extract(linked, "/d", tmp_path / "links")
    assert os.lstat(tmp_path / "links/a").st_ino == os.lstat(tmp_path / "links/b").st_ino


@pytest.mark.parametrize("mtime", [2**70, -(2**70), 2**62, -1, 2**33])
def test_times_that_no_disk_holds(tmp_path, mtime):
    image = Image([Layer.of({"/d": Directory(Meta(0o700, mtime=mtime)), "/d/x": b"x"})])
    extract(image, "/d", tmp_path / "out")
    expected = mtime if abs(mtime) < 2**34 else 0
    assert (tmp_path / "out").stat().st_mtime == expected


# Failures leave nothing behind


class Broken:
    size = 9

    def read(self, start=0, stop=None):
        raise LayerlabError("the bytes end early")

    def chunks(self, size=1):
        yield b"some"
        raise LayerlabError("the bytes end early")


BROKEN = {
    "content": {"/d/b": File(Broken())},
    "a name that is too long": {f"/d/b/{'n' * 256}": b""},
    "a target that is too long": {"/d/b": Symlink("t" * 5000)},
    "a path that is too long": {"/d" + "/n" * 2100: b""},
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_failure_leaves_nothing(tmp_path, fault):
    tree = {"/d/a/x": b"x", "/d/locked": Directory(Meta(0)), "/d/locked/y": b"y", "/d/z": b""}
    with pytest.raises((LayerlabError, OSError)) as caught:
        extract(Image([Layer.of(tree | BROKEN[fault])]), "/d", tmp_path / "out")
    assert os.listdir(tmp_path) == []
    if fault != "content":
        assert caught.value.errno == errno.ENAMETOOLONG
        assert caught.value.filename.startswith(str(tmp_path / "out"))


@pytest.mark.parametrize("path", ["/etc", "/etc/motd"])
def test_a_name_taken_meanwhile(tmp_path, path, monkeypatch):
    """Whoever takes the name while the copy is made keeps it."""
    dest = tmp_path / "out"
    made = os.urandom

    def taking(size):
        dest.write_text("mine")
        return made(size)

    monkeypatch.setattr(os, "urandom", taking)
    with pytest.raises(OSError) as caught:
        extract(IMAGE, path, dest)
    assert caught.value.errno in (errno.EEXIST, errno.ENOTDIR)
    assert os.listdir(tmp_path) == ["out"]
    assert dest.read_text() == "mine"


@pytest.mark.parametrize("call", ["mkdir", "fchmod", "rename", "symlink", "link"])
def test_any_call_may_fail(tmp_path, call, monkeypatch):
    real, left = getattr(os, call), 0

    def failing(*args, **options):
        nonlocal left
        left -= 1
        if left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*args, **options)

    monkeypatch.setattr(os, call, failing)
    dest, failed = tmp_path / "out", 0
    while not dest.exists():
        left = failed + 1
        try:
            extract(IMAGE, "/etc", dest)
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017
            assert str(dest) in error.filename  # noqa: PT017
            assert os.listdir(tmp_path) == []
            failed += 1
    assert failed > 0
    assert os.listdir(tmp_path) == ["out"]


def test_big_files_never_are_in_memory(tmp_path):
    image = Image([Layer.of({"/big": File(Zeros(64 << 20))})])
    tracemalloc.start()
    extract(image, "/big", tmp_path / "big")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "big").stat().st_size == 64 << 20
    assert peak < 8 << 20
