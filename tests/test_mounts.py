"""What is mounted in a container: its own tree, of which the container's layer has nothing."""

import errno
from collections.abc import Callable

import pytest

from layerlab import Container, Engine, File, Image, Layer, Meta, Symlink

LAYER = Layer.of(
    {
        "/bin/busybox": File(b"\0busybox", Meta(0o755)),
        "/bin/sh": Symlink("busybox"),
        "/etc/hosts": b"from the image\n",
        "/etc/passwd": b"root:x:0:0::/:/bin/sh\n",
        "/vol/f": b"f",
        "/vol/d/e": b"e",
    }
)


@pytest.fixture
def box() -> Container:
    container = Container(Image([LAYER]))
    container.mount("/etc/hosts")
    container.mount("/vol")
    return container


def changes(box: Container) -> None:
    box.append_bytes("/etc/hosts", b"more\n")
    box.chmod("/etc/hosts", 0o600)
    box.write_bytes("/vol/new", b"new")
    box.mkdir("/vol/d/deep")
    box.unlink("/vol/f")
    box.rename("/vol/d", "/vol/moved")
    box.link("/vol/new", "/vol/other")


def test_nothing_of_it_reaches_the_layer(box: Container) -> None:
    changes(box)
    assert box.read_bytes("/etc/hosts") == b"from the image\nmore\n"
    assert box.listdir("/vol") == ["moved", "new", "other"]
    assert box.listdir("/vol/moved") == ["deep", "e"]
    assert (box.diff(), dict(box.upper), box.size, box.layer()) == ([], {}, 0, Layer.of({}))
    assert all(not event.copied_up and not event.bytes_copied for event in box.events)


def test_what_lies_beside_it_does(box: Container) -> None:
    box.write_bytes("/etc/new", b"new")
    changes(box)
    assert box.diff() == ["C /etc", "A /etc/new"]
    assert list(box.upper) == ["/etc", "/etc/new"]
    assert box.read_bytes("/etc/hosts").endswith(b"more\n")


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda box: box.unlink("/etc/hosts"), errno.EBUSY),
        (lambda box: box.rmdir("/vol"), errno.EBUSY),
        (lambda box: box.rename("/etc/hosts", "/etc/h"), errno.EBUSY),
        (lambda box: box.rename("/etc/passwd", "/etc/hosts"), errno.EBUSY),
        (lambda box: box.rename("/vol", "/v"), errno.EBUSY),
        (lambda box: box.rename("/vol/f", "/f"), errno.EXDEV),
        (lambda box: box.rename("/etc/passwd", "/vol/p"), errno.EXDEV),
        (lambda box: box.link("/etc/hosts", "/etc/h"), errno.EXDEV),
        (lambda box: box.link("/etc/passwd", "/vol/p"), errno.EXDEV),
        (lambda box: box.link("/etc/hosts", "/etc/passwd"), errno.EEXIST),
    ],
)
def test_the_border(box: Container, act: Callable[[Container], object], code: int) -> None:
    with pytest.raises(OSError) as caught:
        act(box)
    assert caught.value.errno == code
    assert dict(box.upper) == {}


def test_a_package_cannot_replace_it(box: Container) -> None:
    with pytest.raises(OSError) as caught:
        box.unpack({"/etc/hosts": LAYER.changes["/etc/passwd"]})  # type: ignore[dict-item]
    assert caught.value.errno == errno.EBUSY
    assert box.read_bytes("/etc/hosts") == b"from the image\n"


@pytest.mark.parametrize(
    "act",
    [
        lambda box: box.write_bytes("/vol/f", b""),
        lambda box: box.write_bytes("/vol/new", b""),
        lambda box: box.append_bytes("/vol/f", b"x"),
        lambda box: box.truncate("/vol/f", 0),
        lambda box: box.chmod("/vol", 0o700),
        lambda box: box.mkdir("/vol/n"),
        lambda box: box.unlink("/vol/d/e"),
        lambda box: box.rename("/vol/f", "/vol/g"),
        lambda box: box.unpack({"/vol/f": LAYER.changes["/vol/f"]}),
    ],
)
def test_read_only(act: Callable[[Container], object]) -> None:
    box = Container(Image([LAYER]))
    box.mount("/vol", read_only=True)
    with pytest.raises(OSError) as caught:
        act(box)
    assert caught.value.errno == errno.EROFS
    assert (box.read_bytes("/vol/f"), box.listdir("/vol")) == (b"f", ["d", "f"])


def test_no_layer_has_it(box: Container) -> None:
    box.write_bytes("/vol/new", b"new")
    for path in ("/etc/hosts", "/vol", "/vol/f", "/vol/new"):
        hit = box.lookup(path)
        assert (hit.index, hit.layer, hit.trail) == (-1, None, ())
    assert box.events[0].searched == ()
    assert {index for path, _, index in box.items() if path.startswith("/vol")} == {-1}
    assert box.lookup("/etc/passwd").index == 0


@pytest.mark.parametrize("beside", [True, False])
def test_a_copy_has_its_own(box: Container, beside: bool) -> None:
    if beside:
        box.write_bytes("/etc/new", b"new")
    changes(box)
    other = box.copy()
    other.append_bytes("/etc/hosts", b"other\n")
    box.unlink("/vol/new")
    assert box.read_bytes("/etc/hosts") == b"from the image\nmore\n"
    assert other.listdir("/vol") == ["moved", "new", "other"]
    assert other.diff() == box.diff()


def test_mounted_anew(box: Container) -> None:
    changes(box)
    box.remount("/vol")
    box.remount("/etc")  # nothing is mounted there
    assert box.listdir("/vol") == ["d", "f"]
    assert box.read_bytes("/etc/hosts").endswith(b"more\n")


def test_a_place_that_was_made_for_it(box: Container) -> None:
    box.mkdir("/made")
    box.mount("/made")
    box.write_bytes("/made/f", b"f")
    assert box.diff() == ["A /made"]
    assert list(box.layer().changes) == ["/made"]


def test_containers_of_one_image_share_nothing() -> None:
    engine = Engine()
    engine.add("i", Image([LAYER]))
    one, other = (engine.run("i", ["sh", "-c", "cat /etc/hosts"]) for _ in range(2))
    one.files.append_bytes("/etc/hosts", b"x\n")
    one.files.write_bytes("/dev/f", b"x\n")
    assert not other.files.exists("/dev/f")
    assert not other.files.read_bytes("/etc/hosts").endswith(b"x\n")
