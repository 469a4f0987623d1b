"""The measured Debian: its base, its packages, and how versions and relations are read."""

import re
from itertools import pairwise

import pytest

from layerlab import Directory, File, NotFound, Symlink, Zeros, catalog
from layerlab.catalog import debian, debian_machine, packages
from layerlab.catalog.packages import Control, Unresolvable, Wanted, columns, files
from layerlab.catalog.packages.control import parse_relations
from layerlab.catalog.packages.versions import compare, satisfies
from layerlab.layer import Layer
from layerlab.units import human_size

LATER = "1.0~~ 1.0~~a 1.0~ 1.0 1.0-1 1.0-1+b1 1.0-1.1 1.0a 1.0+dfsg 1.0.1 1.2 1.10 1:0.1 2:0"


def installed(*names: str) -> list[str]:
    """What installing these on the base adds, without what is only recommended."""
    found = packages.resolve(names, debian.installed(), recommends=False)
    return [package.name for package in found]


def test_versions_are_ordered_as_debian_orders_them() -> None:
    for earlier, later in pairwise(LATER.split()):
        assert compare(earlier, later) < 0, (earlier, later)
        assert compare(later, earlier) > 0, (earlier, later)


@pytest.mark.parametrize("pair", ["0:1 1", "1.0 1.00", "1 1-0", "1.a 1.a0"])
def test_versions_that_look_different_can_be_equal(pair: str) -> None:
    left, right = pair.split()
    assert compare(left, right) == compare(right, left) == 0


def test_a_version_satisfies_its_relations_only() -> None:
    fitting = {r for r in ("<<", "<=", "=", ">=", ">>") if satisfies("2.36-9", r, "2.36-9+b1")}
    assert fitting == {"<<", "<="}
    assert satisfies("1", "", "")


def test_relations_are_groups_of_alternatives() -> None:
    assert parse_relations("libc6 (>= 2.34), mawk | awk,\n python3:any (<< 3.12)") == (
        (Wanted("libc6", ">=", "2.34"),),
        (Wanted("mawk"), Wanted("awk")),
        (Wanted("python3", "<<", "3.12"),),
    )
    assert parse_relations("") == ()


def test_a_virtual_name_has_the_version_that_its_provider_gives_it() -> None:
    text = "Package: mawk\nVersion: 1.3\nProvides: awk, posix-awk (= 4)\nDescription: x\n more\n"
    mawk = Control.of(text)
    assert mawk.answers(Wanted("awk"))
    assert not mawk.answers(Wanted("awk", ">=", "1"))
    assert mawk.answers(Wanted("posix-awk", ">=", "4"))
    assert mawk.answers(Wanted("mawk", "<<", "2"))
    assert mawk.get("Description") == "x\n more"
    assert mawk.get("Depends") == ""


def test_columns_come_back_as_they_were_packed() -> None:
    numbers = [0, 1, 255, 256, 70_000, 2**32 - 1]
    assert list(columns.unpack_numbers(columns.pack_numbers(numbers))) == numbers
    texts = ["", "a\nb", "/usr/share/N\udcff"]
    assert columns.unpack_texts(columns.pack_texts(texts)) == texts
    packed = {"a": b"1\0\n", "b": b"", "c": bytes(range(256))}
    assert columns.unpack(columns.pack(packed)) == packed
    assert columns.pack(packed) == columns.pack(packed)


def test_each_group_of_entries_comes_back_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, plain = files.Style("d", 0o1777, 0, 5), files.Style("f", 0o755, 0, 0)
    real, link, hard = (plain._replace(kind=kind) for kind in "rsh")
    first = [
        files.Entry("/a", folder, 10),
        files.Entry("/a/b", plain, 11, 7),
        files.Entry("/a/c", link, 12, target="b"),
        files.Entry("/a/d", real, 13, 2, content=b"hi"),
    ]
    second = [
        files.Entry("/a", folder, 20),
        files.Entry("/a/e", real, 21, 3, content=b"you"),
        files.Entry("/a/f", hard, 21, target="/a/e"),
    ]
    packed, content, extents = files.pack([first, [], second])
    monkeypatch.setattr(files, "_bytes", lambda name: content)
    found = files.Files(packed, files.Kept("x"), extents)

    again = found.group(2)
    assert list(again) == ["/a", "/a/e", "/a/f"]
    assert again["/a/e"] is again["/a/f"]
    assert again["/a/e"].content.read() == b"you"  # type: ignore[union-attr]
    nodes = found.group(0)
    assert isinstance(nodes["/a"], Directory)
    assert (nodes["/a"].meta.mode, nodes["/a"].meta.gid) == (0o1777, 5)
    assert nodes["/a/b"].content == Zeros(7)  # type: ignore[union-attr]
    assert (nodes["/a/c"].target, nodes["/a/c"].meta.mtime) == ("b", 12)  # type: ignore[union-attr]
    assert nodes["/a/d"].content.read() == b"hi"  # type: ignore[union-attr]
    assert found.group(1) == {}


def test_the_base_is_debian_12() -> None:
    root = debian.image().rootfs
    assert (
        'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"'
        in root.read_bytes("/etc/os-release").decode()
    )
    assert root.readlink("/bin") == "usr/bin"
    assert root.read_bytes("/etc/passwd").startswith(b"root:x:0:0:root:/root:/bin/bash\n")
    assert b'Acquire::GzipIndexes "true";' in root.read_bytes(
        "/etc/apt/apt.conf.d/docker-gzip-indexes"
    )
    assert root.listdir("/var/lib/apt/lists") == root.listdir("/var/cache/apt") == []
    assert not root.exists("/etc/machine-id")
    assert root.stat("/usr/bin/passwd").st_mode & 0o7777 == 0o4755


def test_the_base_has_the_official_images_figures() -> None:
    """FROM debian:12 as mmdebstrap and debuerreotype make it: 88 packages in 116 MB."""
    assert len(debian.installed()) == 88
    assert {control.get("Status") for control in debian.installed()} == {"install ok installed"}
    assert human_size(debian.layer().size) == "116MB"
    config = debian.image().config
    assert (config.cmd, config.entrypoint, config.user) == (("bash",), None, "")
    (step,) = debian.image().history
    assert step.created == config.created
    assert str(debian.facts().epoch) in step.created_by


def test_the_base_is_written_with_the_diff_id_that_was_noted() -> None:
    """Whoever changes how tars are written measures again, or nothing fits any more."""
    assert Layer(debian.base_changes()).diff_id == debian.layer().diff_id


def test_the_base_goes_by_the_names_of_docker_hub() -> None:
    assert catalog.images()["debian:12"] is catalog.images()["debian:bookworm"] is debian.image()


def test_an_update_leaves_the_indexes() -> None:
    """19.86 MB: lz4 in spite of the setting's name, docker-gzip-indexes."""
    left = debian.facts().lists
    assert 19_000_000 < sum(each.size for each in left) < 21_000_000
    assert sum(each.path.endswith("_Packages.lz4") for each in left) == 3
    assert {each.path for each in left if not each.size} == {
        "/var/lib/apt/lists/auxfiles/",
        "/var/lib/apt/lists/lock",
        "/var/lib/apt/lists/partial/",
    }


def test_a_package_has_its_files() -> None:
    curl = packages.package("curl")
    program = curl.files["/usr/bin/curl"]
    assert isinstance(program, File)
    assert program.content == Zeros(program.size)
    assert program.meta.mode == 0o755
    assert isinstance(curl.files["/usr/share/doc/curl"], Directory | Symlink)
    assert curl.filename == f"curl_{curl.version}_amd64.deb"
    # Debian's own sum rounds each file up to a kilobyte: never less than what there is
    assert 0.9 < sum(each.size for each in curl.files.values()) / curl.installed_size <= 1
    assert curl.archive_size < curl.installed_size


def test_names_of_one_file_share_it() -> None:
    perl = packages.package("perl").files
    assert perl["/usr/bin/perlbug"] is perl["/usr/bin/perlthanks"]


def test_a_configuration_file_has_its_bytes() -> None:
    apache = packages.package("apache2")
    assert "/etc/apache2/ports.conf" in apache.conffiles
    ports = apache.files["/etc/apache2/ports.conf"]
    assert isinstance(ports, File)
    assert b"\nListen 80\n" in ports.content.read()
    assert len(ports.content.read()) == ports.size


def test_every_package_is_whole() -> None:
    """Parents stand before what is in them, links to files they name, sizes are measured."""
    for name in packages.names():
        package = packages.package(name)
        nodes = package.files
        for path in nodes:
            parent = path.rpartition("/")[0]
            assert not parent or isinstance(nodes[parent], Directory), (name, path)
        assert {path for path in package.conffiles if path not in nodes} == set(), name
        assert package.members["control"].size == len(package.control.text.encode())
        assert package.archive_size > 0
        assert re.fullmatch(r"bookworm(-updates|-security)?/main", package.suite), name


def test_the_data_is_small() -> None:
    assert sum(path.stat().st_size for path in columns.DATA.iterdir()) < 3_000_000


def test_damaged_data_is_an_error_of_ours() -> None:
    with pytest.raises(Exception, match="damaged"):
        columns.unpack(columns.compress(b"{}\n")[:-8])


def test_what_is_there_already_is_not_installed() -> None:
    assert installed("bash", "tzdata") == []
    assert installed("less", "less") == ["less"]


def test_the_first_alternative_is_chosen_unless_another_is_named() -> None:
    assert "emacs-gtk" in installed("emacs")
    assert "emacs-gtk" not in installed("emacs", "emacs-nox")
    assert "emacs-nox" in installed("emacs", "emacs-nox")


def test_recommended_packages_come_unless_refused() -> None:
    every = packages.resolve(["curl"], debian.installed())
    assert {"curl", "ca-certificates"} <= {package.name for package in every}
    assert "ca-certificates" not in installed("curl")


def test_what_is_installed_may_be_more_than_the_base() -> None:
    there = (
        *debian.installed(),
        *(p.control for p in packages.resolve(["gcc"], debian.installed())),
    )
    added = [package.name for package in packages.resolve(["g++"], there)]
    assert "gcc" not in added
    assert "g++" in added


def test_a_virtual_package_with_one_provider_stands_for_it() -> None:
    assert installed("git-core") == installed("git")


def test_a_virtual_package_with_several_providers_is_refused() -> None:
    """Debian has two, of which one was measured: what isn't here counts as well."""
    with pytest.raises(Unresolvable, match="Package 'netcat' has no installation candidate"):
        installed("netcat")
    with pytest.raises(Unresolvable, match="Package 'awk' has no installation candidate"):
        installed("awk")  # though mawk is there


def test_unknown_packages_are_refused() -> None:
    with pytest.raises(Unresolvable, match="Unable to locate package emcas"):
        packages.resolve(["curl", "emcas"], debian.installed())
    with pytest.raises(NotFound, match="emcas"):
        packages.package("emcas")


def test_what_conflicts_is_refused() -> None:
    with pytest.raises(Unresolvable, match="held broken packages"):
        packages.resolve(["busybox", "busybox-static"], debian.installed())


def test_a_disk_to_install_from_holds_what_an_image_does_not() -> None:
    parts = {part.name: part for part in debian_machine.parts()}
    assert parts["modules"].items > 4000
    assert parts["modules"].size > 3 * debian.layer().size
    assert parts["kernel"].size < parts["installer, text"].size < parts["installer, graphical"].size
    assert sum(part.size for part in parts.values()) > 4_000_000_000
