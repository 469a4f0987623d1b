"""The tar of a layer, byte for byte what ``docker commit`` writes.

A container changes its files in every way that a tar can show; Docker commits and saves it;
layerlab reads the layer into plain nodes, forgets the bytes, and writes it anew.
"""

import contextlib
import grp
import io
import os
import pwd
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from layerlab import Device, Directory, File, Layer, Meta, Symlink, Whiteout, open_image
from layerlab.tarball.owners import GROUPS, USERS

BUSYBOX = "/bin/busybox"
TIME = "-d '2001-02-03 04:05:06'"


@pytest.fixture(scope="session")
def base(docker, require, tmp_path_factory) -> str:
    """An image with a shell, and with files to change and to delete."""
    require("busybox")
    context = tmp_path_factory.mktemp("commit-base")
    (context / "busybox").write_bytes(Path(BUSYBOX).read_bytes())
    (context / "busybox").chmod(0o755)
    (context / "Dockerfile").write_text(
        'FROM scratch\nCOPY busybox /bin/\nRUN ["/bin/busybox", "--install", "/bin"]\n'
        "RUN for d in a b c d; do mkdir -p /lower/$d/deep; "
        "for f in 1 2 3; do echo $d$f > /lower/$d/$f; done; done; chmod 700 /lower/d\n"
    )
    docker("build", "--network", "none", "-t", "commit-base", context)
    return "commit-base"


@pytest.fixture
def commit(docker, base, tmp_path) -> Callable[..., bytes]:
    """``commit(script)``: the tar of the layer that the script's changes make.

    ``copied`` is a folder of ours that is put into the container first.
    """

    def run(script: str, copied: Path | None = None) -> bytes:
        container = docker("create", "--network", "none", base, "sh", "-ec", script)
        if copied is not None:
            docker("cp", copied, f"{container}:/")
        docker("start", "-a", container)
        image = docker("commit", container)
        docker("rm", container)
        archive = tmp_path / "saved.tar"
        docker("save", "-o", archive, image)
        docker("rmi", image)
        layers = open_image(archive).layers
        stream = io.BytesIO()
        layers[-1].write_tar(stream)
        return stream.getvalue()

    return run


def plain_ids() -> str:
    """Ids that this host calls what a plain Debian calls them: Docker asks the host."""

    def agrees(number: int) -> bool:
        with contextlib.suppress(KeyError):
            return pwd.getpwuid(number).pw_name == USERS.get(number) and (
                grp.getgrgid(number).gr_name == GROUPS.get(number)
            )
        return number not in USERS and number not in GROUPS

    numbers = (0, 1, 2, 33, 34, 38, 39, 1000, 65534, 65535, 2097151, 2097152, 4000000000)
    return " ".join(str(number) for number in numbers if agrees(number))


SCRIPTS = {
    "files and modes": """
        mkdir -p /new/dir; echo hi > /new/file; : > /new/empty; head -c 1000 /bin/busybox > /new/kb
        head -c 700000 /bin/busybox > /new/large; cp /bin/busybox /new/suid
        chmod 4755 /new/suid; chmod 2755 /new/dir; chmod 1777 /new; chmod 000 /new/empty
    """,
    "owners": f"mkdir /o; for u in {plain_ids()}; do : > /o/$u; chown $u:$u /o/$u; done",
    "links": """
        mkdir /l; cd /l; echo one > b; ln b c; ln b a; ln -s b soft; ln -s /nowhere/at/all dangling
        ln -s .. up; ln soft hardsoft; mkfifo pipe; ln pipe pipe2; mkdir -p z y; ln b z/b; ln b y/b
        ln -s "$(printf %0150d 7)" long
    """,
    "devices": "mkdir /dv; mknod /dv/null c 1 3; mknod /dv/disk b 8 17; mknod /dv/c c 511 1048575",
    "whiteouts": "rm /lower/a/1 /lower/a/2; rm -r /lower/b; rm /lower/c/3; touch /lower/c/zz",
    "one whiteout": "rm /lower/a/1",
    "opaque": """
        rm -r /lower/a /lower/d; mkdir /lower/a /lower/d; chmod 1750 /lower/a; chown 33:33 /lower/a
        echo x > /lower/a/x; mkdir -p /lower/a/deep/er
    """,
    "long names": """
        cd /; n=$(printf %0100d 1); m=$(printf %0101d 1); mkdir -p /$n/$n; : > /$n/file; : > /$m
        : > /$n/$m; mkdir -p /$m/$m || mkdir -p /x$m/$m; : > /x$m/$m/f; d=$(printf %050d 5)
        mkdir -p /$d/$d; : > /$d/$d/f; mkdir /$d/$d/$d; : > /$d/$d/$d/$(printf %099d 3)
        : > /$d/$d/$d/$(printf %0100d 3); ln /$n/file /$d/$d/$d/linked; ln /$m /$d/hard
        e=$(printf %0140d 1); mkdir /$e; mkdir /$e/$(printf %014d 1); : > /$e/$(printf %015d 1)
        mkdir /$(printf %099d 2) /$(printf %0155d 2)
    """,
    "long whiteouts": """
        rm -r /lower/a; n=$(printf %0120d 1); mkdir -p /lower/a/$n/$n; rm -r /lower/b/1
    """,
    "strange names": """
        mkdir /s; cd /s; : > "$(printf 'new\\nline')"; : > "$(printf 'latin\\351')"; : > 'größe'
        : > ' '; : > '-n'; : > 'a;b'; : > '中文'; mkdir 'é'; : > 'é/x'
        ln -s 'é/x' 'link'; ln 'é/x' hard; ln -s "$(printf '\\377')" bad
        : > "$(printf 'é%0120d' 1)"; mkdir "$(printf 'é%0120d' 2)"
    """,
    "order": """
        mkdir -p /r/a /r/a-b /r/a.b /r/A; : > /r/a/z; : > /r/a-b/z; : > /r/ab; : > '/r/a b'
        : > /r/B; : > /r/a/a; mkdir /r/é; : > /r/é/a; : > /r/z
    """,
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_written_anew_the_layer_has_the_same_bytes(commit, name):
    real = commit(SCRIPTS[name])
    read = Layer.from_tar(real)
    ours = io.BytesIO()
    diff_id = Layer(read.changes).write_tar(ours)
    assert differing_headers(real, ours.getvalue()) == []
    assert ours.getvalue() == real
    assert diff_id == read.diff_id


def test_times_after_2242_take_pax_records(commit, tmp_path):
    folder = tmp_path / "t"
    folder.mkdir()
    for when in (0, 2**31, 2**33 - 1, 2**33, 12_345_678_901):
        (folder / f"at{when}").touch()
        os.utime(folder / f"at{when}", ns=(0, when * 10**9 + 999_999_999))
    real = commit("true", copied=folder)
    read = Layer.from_tar(real)
    assert {n.meta.mtime for p, n in read.changes.items() if "at" in p} >= {0, 2**33}
    ours = io.BytesIO()
    Layer(read.changes).write_tar(ours)
    assert differing_headers(real, ours.getvalue()) == []
    assert ours.getvalue() == real


def differing_headers(one: bytes, other: bytes) -> list[str]:
    """Where two tars part, in words: a diff of a megabyte of bytes helps nobody."""
    ones, others = headers_of(one), headers_of(other)
    found = []
    for (name, a), (_, b) in zip(ones, others, strict=False):
        at = len(os.path.commonprefix([a, b]))  # noqa: RUF071  # bytes, not paths
        if a != b:
            found.append(f"{name!r:.150}: {a[at : at + 40]!r}, ours {b[at : at + 40]!r}")
    if len(ones) != len(others):
        found.append(f"{len(ones)} entries, ours {len(others)}")
    return found


def headers_of(data: bytes) -> list[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [(member.name, data[member.offset : member.offset_data]) for member in tar]


def test_a_layer_of_our_own_has_the_diff_id_that_docker_gives(commit):
    """Not a round trip: the tree is built here, from what the script is known to do."""
    real = commit(f"""
        mkdir -p /srv/app/data; cd /srv/app; echo hello > greeting; ln greeting twin
        ln -s greeting soft; mkfifo pipe; mknod null c 1 3; chmod 4711 greeting
        chown 33:34 twin; chmod 4711 greeting; chmod 750 data
        touch -h {TIME} soft; touch {TIME} greeting pipe null data . ..
    """)

    def at(mode: int, uid: int = 0, gid: int = 0) -> Meta:
        return Meta(mode, uid, gid, mtime=981173106)

    greeting = File(b"hello\n", at(0o4711, 33, 34))
    ours = Layer.of(
        {
            "/srv": Directory(at(0o755)),
            "/srv/app": Directory(at(0o755)),
            "/srv/app/greeting": greeting,
            "/srv/app/twin": greeting,
            "/srv/app/soft": Symlink("greeting", at(0o777)),
            "/srv/app/pipe": Device("fifo", meta=at(0o644)),
            "/srv/app/null": Device("char", 1, 3, meta=at(0o644)),
            "/srv/app/data": Directory(at(0o750)),
        }
    )
    stream = io.BytesIO()
    ours.write_tar(stream)
    assert differing_headers(real, stream.getvalue()) == []
    assert ours.diff_id == Layer.from_tar(real).diff_id


def test_whiteouts_share_an_inode_and_opaque_marks_follow_their_directory(commit):
    real = Layer.from_tar(commit("rm /lower/a/1 /lower/a/3; rm -r /lower/b; mkdir /lower/b"))
    kinds = {path: type(node) for path, node in real.changes.items()}
    assert kinds == {
        "/lower": Directory,
        "/lower/a": Directory,
        "/lower/a/1": Whiteout,
        "/lower/a/3": Whiteout,
        "/lower/b": Directory,
    }
    assert real.changes["/lower/b"].opaque
