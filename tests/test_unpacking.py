"""``Container.unpack``: many nodes at once, as dpkg puts them into a tree."""

import errno

import pytest

from layerlab import Container, Directory, File, Image, Layer, Meta, Symlink, Whiteout, Zeros

BASE = Layer.of(
    {
        "/usr": Directory(),
        "/usr/bin": Directory(),
        "/usr/bin/sh": b"sh",
        "/bin": Symlink("usr/bin"),
        "/etc": Directory(),
        "/etc/gone": Directory(),
        "/etc/old": b"old",
    }
)


def container() -> Container:
    return Container(Image([BASE, Layer.of({"/etc/gone": Whiteout()})]), clock=lambda: 100)


def test_a_node_keeps_its_own_time_and_its_directory_gets_the_clock() -> None:
    files = container()
    files.unpack({"/usr/bin/cat": File(Zeros(5), Meta(0o755, 1, 2, mtime=7))})
    upper = files.upper
    assert set(upper) == {"/usr", "/usr/bin", "/usr/bin/cat"}
    assert upper["/usr/bin/cat"] == File(Zeros(5), Meta(0o755, 1, 2, mtime=7))
    assert upper["/usr/bin"].meta.mtime == 100
    assert upper["/usr"].meta.mtime == 0


def test_a_path_below_a_linked_directory_lands_where_the_link_leads() -> None:
    files = container()
    files.unpack({"/bin": Directory(), "/bin/ls": File(b"ls")})
    assert "/usr/bin/ls" in files.upper
    assert files.islink("/bin")


def test_a_new_directory_is_opaque_where_its_parent_is_merged_and_not_below() -> None:
    files = container()
    files.unpack({"/usr/share": Directory(), "/usr/share/doc": Directory()})
    upper = files.upper
    assert upper["/usr/share"] == Directory(Meta(0o755, mtime=100), opaque=True)
    assert upper["/usr/share/doc"] == Directory(Meta(0o755))


def test_a_directory_that_is_there_stays_as_it_is() -> None:
    files = container()
    files.unpack({"/usr": Directory(Meta(0o700)), "/usr/bin": Symlink("/elsewhere")})
    assert not files.upper
    with pytest.raises(IsADirectoryError):
        files.unpack({"/usr": File(b"")})


def test_a_file_is_replaced_without_being_copied_up() -> None:
    files = container()
    files.unpack({"/etc/old": File(b"new")})
    assert files.read_bytes("/etc/old") == b"new"
    assert files.events[0].bytes_copied == 0
    assert files.events[0].copied_up == ("/etc",)


def test_two_names_of_one_file_are_hard_links() -> None:
    files = container()
    file = File(b"same")
    files.unpack({"/etc/one": file, "/etc/two": file})
    assert files.stat("/etc/one").st_ino == files.stat("/etc/two").st_ino
    assert files.stat("/etc/two").st_nlink == 2


def test_over_a_whiteout_of_this_container_a_directory_is_opaque() -> None:
    files = container()
    files.unlink("/etc/old")
    files.unpack({"/etc/old": Directory()})
    assert files.upper["/etc/old"].opaque  # type: ignore[union-attr]


def test_a_missing_parent_is_an_error() -> None:
    with pytest.raises(OSError) as caught:
        container().unpack({"/nowhere/x": File(b"")})
    assert caught.value.errno == errno.ENOENT


def test_only_who_may_write_there_unpacks() -> None:
    with pytest.raises(PermissionError):
        container().as_user(1000, 1000).unpack({"/etc/x": File(b"")})
