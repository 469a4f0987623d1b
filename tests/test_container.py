"""Container: what each operation copies, hides and leaves behind."""

import errno
import io
import os
import stat

import pytest

from layerlab import (
    Container,
    Device,
    Directory,
    File,
    Image,
    InvalidLayer,
    Layer,
    Meta,
    Symlink,
    UnionFS,
    Whiteout,
    Zeros,
)


def container(*layers: dict[str, object]) -> Container:
    return Container(Image([Layer.of(changes) for changes in layers]))


BASE = {"/etc/motd": b"hello", "/etc/hosts": b"127.0.0.1", "/bin/sh": Symlink("busybox")}


def test_reading_copies_nothing() -> None:
    c = container(BASE)
    assert c.read_bytes("/etc/motd") == b"hello"
    assert c.events[-1].copied_up == ()
    assert c.events[-1].bytes_copied == 0
    assert not c.upper
    assert c.size == 0


def test_the_first_append_copies_the_whole_file_the_second_nothing() -> None:
    c = container({"/big": File(Zeros(100_000_000))})
    c.append_bytes("/big", b"x")
    assert (c.events[-1].copied_up, c.events[-1].bytes_copied) == (("/big",), 100_000_000)
    c.append_bytes("/big", b"y")
    assert (c.events[-1].copied_up, c.events[-1].bytes_copied) == ((), 0)
    assert c.stat("/big").st_size == 100_000_002
    with c.open("/big", "rb") as file:
        file.seek(-3, io.SEEK_END)
        assert file.read() == b"\0xy"


def test_opening_for_writing_copies_up_and_truncating_spares_the_content() -> None:
    c = container(BASE)
    c.os_open("/etc/motd", os.O_WRONLY).close()
    assert c.events[-1].copied_up == ("/etc", "/etc/motd")
    assert c.events[-1].bytes_copied == 5
    c.os_open("/etc/hosts", os.O_RDONLY | os.O_TRUNC).close()
    assert c.events[-1].copied_up == ("/etc/hosts",)
    assert c.events[-1].bytes_copied == 0


def test_deleting_leaves_a_whiteout_only_where_a_lower_layer_has_the_name() -> None:
    c = container(BASE)
    c.unlink("/etc/motd")
    assert c.events[-1].whiteout == "/etc/motd"
    assert isinstance(c.upper["/etc/motd"], Whiteout)
    c.write_bytes("/new", b"x")
    c.unlink("/new")
    assert c.events[-1].whiteout is None
    assert "/new" not in c.upper
    assert c.listdir("/etc") == ["hosts"]


def test_removing_a_tree_leaves_one_whiteout_and_making_it_again_an_opaque_directory() -> None:
    c = container(BASE)
    c.rmtree("/etc")
    assert list(c.upper) == ["/etc"]
    c.mkdir("/etc")
    made = c.upper["/etc"]
    assert isinstance(made, Directory)
    assert made.opaque
    assert c.listdir("/etc") == []


def test_a_directory_of_a_lower_layer_cannot_be_renamed_a_new_one_can() -> None:
    c = container(BASE)
    with pytest.raises(OSError, match="cross-device") as caught:
        c.rename("/etc", "/other")
    assert caught.value.errno == errno.EXDEV
    c.mkdir("/new")
    c.rename("/new", "/newer")
    assert "newer" in c.listdir()


def test_copy_up_breaks_a_hard_link() -> None:
    shared = File(b"one")
    c = container({"/a": shared, "/b": shared})
    assert c.stat("/a").st_nlink == 2
    c.append_bytes("/a", b" more")
    assert (c.read_bytes("/a"), c.read_bytes("/b")) == (b"one more", b"one")
    assert c.stat("/a").st_nlink == 1


def test_an_open_file_outlives_its_name() -> None:
    c = container(BASE)
    handle = c.os_open("/etc/motd", os.O_RDWR)
    c.unlink("/etc/motd")
    handle.write(b"HE")
    handle.seek(0)
    assert handle.read() == b"HEllo"
    assert handle.stat().st_nlink == 0
    assert not c.exists("/etc/motd")


def test_a_file_open_for_reading_follows_the_copy_up() -> None:
    c = container(BASE)
    handle = c.os_open("/etc/motd", os.O_RDONLY)
    c.append_bytes("/etc/motd", b"!")
    assert handle.read() == b"hello!"


def test_a_failed_operation_changes_nothing() -> None:
    c = container(BASE)
    for call in (
        lambda: c.mkdir("/etc"),
        lambda: c.rmdir("/etc"),
        lambda: c.unlink("/etc"),
        lambda: c.rename("/nowhere", "/x"),
        lambda: c.link("/etc", "/x"),
        lambda: c.os_open("/etc/motd", os.O_CREAT | os.O_EXCL | os.O_WRONLY),
        lambda: c.open("/nowhere/x", "w"),
        lambda: c.truncate("/etc/motd", -1),
    ):
        with pytest.raises(OSError):
            call()
    assert not c.upper
    assert len(c.events) == 0


def test_errors_carry_the_path() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        container(BASE).read_bytes("/no/such")
    assert caught.value.filename == "/no/such"


def test_permission_bits_stop_a_user_but_not_root() -> None:
    c = container({"/secret": File(b"s", Meta(mode=0o600)), "/tmp": Directory(Meta(mode=0o1777))})
    someone = c.as_user(1000, 1000)
    with pytest.raises(PermissionError):
        someone.read_bytes("/secret")
    assert c.read_bytes("/secret") == b"s"
    someone.write_bytes("/tmp/mine", b"x")
    assert c.stat("/tmp/mine").st_uid == 1000
    with pytest.raises(PermissionError):
        c.as_user(2000).unlink("/tmp/mine")


def test_searched_names_the_layers_from_the_top() -> None:
    c = container({"/etc/motd": b"1"}, {"/etc/other": b"2"}, {"/usr/x": b"3"})
    c.read_bytes("/etc/motd")
    assert c.events[-1].searched == (1, 0)
    assert [step.index for step in c.trail("/etc/nothing")] == [1, 0]
    assert c.lookup("/etc/other").index == 1


def test_diff_compares_trees_and_a_commit_stores_the_upper_directory() -> None:
    c = container(BASE)
    c.chmod("/etc/motd", 0o644)
    assert c.diff() == []
    assert list(c.layer().changes) == ["/etc", "/etc/motd"]
    c.write_bytes("/x", b"1")
    c.unlink("/etc/hosts")
    assert c.diff() == ["C /etc", "D /etc/hosts", "A /x"]
    assert c.diff()[1].kind == "D"
    assert c.diff()[1].path == "/etc/hosts"


def test_committing_gives_the_same_tree() -> None:
    c = container(BASE, {"/etc/hosts": Whiteout(), "/var/log/a": b"a"})
    c.rmtree("/var")
    c.mkdir("/var")
    c.write_bytes("/var/new", b"n")
    c.link("/etc/motd", "/motd")
    c.mknod("/pipe", stat.S_IFIFO | 0o600)
    image = c.commit()
    again = Container(image)
    seen = {path: (node.kind, node.size) for path, node, _ in c.items()}
    assert seen == {path: (node.kind, node.size) for path, node, _ in again.items()}
    assert again.read_bytes("/motd") == b"hello"
    stored = Layer.from_tar(_tar(image.layers[-1]))
    assert stored.diff_id == image.layers[-1].diff_id
    assert {p: n.kind for p, n in stored.changes.items()} == {
        p: n.kind for p, n in image.layers[-1].changes.items()
    }


def _tar(layer: Layer) -> bytes:
    stream = io.BytesIO()
    layer.write_tar(stream)
    return stream.getvalue()


def test_the_commit_of_an_untouched_container_has_no_new_layer() -> None:
    c = container(BASE)
    image = c.commit()
    assert len(image.layers) == 1
    assert image.history[-1].empty_layer


def test_a_name_that_reads_as_a_whiteout_cannot_be_stored() -> None:
    c = container(BASE)
    c.write_bytes("/.wh.x", b"")
    with pytest.raises(InvalidLayer, match="whiteout"):
        c.layer()


def test_two_containers_share_the_image_and_nothing_else() -> None:
    image = Image([Layer.of(BASE)])
    one, two = Container(image), Container(image)
    one.write_bytes("/etc/motd", b"mine")
    assert two.read_bytes("/etc/motd") == b"hello"
    assert one.lookup("/etc/hosts").layer is two.lookup("/etc/hosts").layer


def test_text_and_binary_modes_are_the_builtin_ones() -> None:
    c = container(BASE)
    with c.open("/notes", "w") as file:
        file.write("première\n")
    with c.open("/notes", "a") as file:
        file.write("second\n")
    with c.open("/notes") as file:
        assert file.readlines() == ["première\n", "second\n"]
    with pytest.raises(FileExistsError):
        c.open("/notes", "x")
    with pytest.raises(ValueError, match="invalid mode"):
        c.open("/notes", "rw")
    with c.open("/notes", "r") as file, pytest.raises(io.UnsupportedOperation):
        file.write("x")


def test_a_device_has_nothing_behind_it() -> None:
    c = container({"/dev/odd": Device("char", 9, 9)})
    with pytest.raises(OSError) as caught:
        c.read_bytes("/dev/odd")
    assert caught.value.errno == errno.ENXIO
    with pytest.raises(PermissionError):
        c.mknod("/whiteout", stat.S_IFCHR, 0)


def test_a_union_is_read_only() -> None:
    union = UnionFS([Layer.of(BASE)])
    with pytest.raises(OSError) as caught:
        union.open("/etc/motd", "w")
    assert caught.value.errno == errno.EROFS
    with union.open("/etc/motd") as file:
        assert file.read() == "hello"


def test_lookup_costs_the_same_in_many_layers() -> None:
    layers = [Layer.of({f"/d{n % 7}/f{n}": b"x"}) for n in range(200)]
    union = UnionFS(layers)
    assert union.lookup("/d0/f0").index == 0
    assert len(union.trail("/d0/f0")) == len(range(0, 200, 7))


def test_images_on_one_base_share_its_tree() -> None:
    base = Layer.of({f"/usr/{n}": b"x" for n in range(100)})
    one = UnionFS([base, Layer.of({"/a": b"1"})])
    two = UnionFS([base, Layer.of({"/b": b"2"})])
    assert one.root.children["usr"].children is two.root.children["usr"].children


def test_a_trail_is_told_even_for_what_is_not_there() -> None:
    c = container(BASE)
    c.rmtree("/etc")
    (step,) = c.trail("/etc/motd")
    assert step.index == 1
    assert isinstance(step.found, Whiteout)


def test_the_root_comes_from_a_layer_or_from_none() -> None:
    assert container(BASE, {"/x": b""}).lookup("/").index == 0
    assert Container(Image([])).lookup("/").layer is None


def test_a_directory_cannot_be_opened_as_a_file_and_leaves_no_event() -> None:
    c = container(BASE)
    with pytest.raises(IsADirectoryError):
        c.open("/etc")
    assert len(c.events) == 0


def test_a_copy_goes_its_own_way() -> None:
    c = container({**BASE, "/sub/x": b"x", "/gone": b""})
    c.append_bytes("/etc/motd", b"!")
    c.link("/etc/motd", "/second")
    c.unlink("/gone")
    before = dict(c.upper), list(c.events), c.diff()
    copy = c.copy()
    assert (dict(copy.upper), list(copy.events), copy.diff()) == before
    copy.append_bytes("/etc/motd", b"?")
    assert copy.read_bytes("/second") == b"hello!?"
    assert copy.stat("/second").st_nlink == 2
    copy.write_bytes("/gone", b"here again")
    copy.rmtree("/sub")
    assert (dict(c.upper), list(c.events), c.diff()) == before
    assert c.read_bytes("/second") == b"hello!"
    c.write_bytes("/etc/motd", b"")
    assert copy.read_bytes("/etc/motd") == b"hello!?"


def test_a_copy_acts_as_the_same_user_by_a_clock_of_its_own() -> None:
    c = container({"/private": File(b"secret", Meta(0o600)), "/mine": Directory(Meta(0o777))})
    copy = c.as_user(7).copy(clock=lambda: 5)
    with pytest.raises(PermissionError):
        copy.read_bytes("/private")
    copy.write_bytes("/mine/file", b"")
    assert copy.stat("/mine/file").st_mtime == 5
    assert copy.stat("/mine/file").st_uid == 7
    assert not c.upper
