"""Odd layers, unpacked by a Docker engine and by umoci, and stacked by layerlab.

Where the two tools agree, layerlab does what they do. Where they don't, the table says whom
it follows; docs/decisions/0003-tar-rules.md says why.
"""

import io
import os
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest
from tars import docker_archive, entry, hard_link, packed, symlink, tar

from layerlab import LayerlabError, open_image

NULL = {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3}
F = entry("f", b"lower")
SPARSE = b"1\n0\n5\n".ljust(512, b"\0") + b"hello"
SPARSE_HEADERS = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "f"}
SPARSE_HEADERS |= {"GNU.sparse.realsize": "5"}

# name: (layers, what Docker does, what umoci does), each True where layerlab does the same.
RULES = {
    "below a symlink of the same layer": (
        [tar(entry("run/"), entry("var/"), symlink("var/run", "/run"), entry("var/run/x", b"1"))],
        True,
        True,
    ),
    "below a symlink that dangles so far": (  # Docker: no such file or directory
        [tar(entry("var/"), symlink("var/run", "/run"), entry("var/run/x", b"1"))],
        False,
        True,
    ),
    "below a file": ([tar(entry("a", b"1"), entry("a/x", b"2"))], True, True),
    "hard links of every kind": (
        [
            tar(
                symlink("s", "nowhere"),
                hard_link("s2", "s"),
                entry("n", mode=0o644, **NULL),
                hard_link("n2", "/n"),
                F,
                hard_link("g", "f"),
                hard_link("h", "./g"),
                entry("d/"),
                hard_link("i", "d/../h"),
            )
        ],
        True,
        True,
    ),
    "a hard link with another mode": ([tar(F, hard_link("g", "f", 0o711))], False, True),
    "a hard link by way of a symlink": (
        [tar(entry("run/"), entry("run/x", b"1"), symlink("var", "run"), hard_link("y", "var/x"))],
        True,
        True,
    ),
    "a hard link before its target": ([tar(hard_link("g", "f"), F)], True, True),
    "a hard link into a lower layer": (  # overlay2 unpacks each layer on its own: not found
        [tar(F), tar(hard_link("g", "f"))],
        False,
        True,
    ),
    "a whiteout before its file": (
        [tar(F), tar(entry(".wh.f", b""), entry("f", b"2"))],
        True,
        True,
    ),
    "a whiteout behind its file": (  # Docker: file exists
        [tar(F), tar(entry("f", b"2"), entry(".wh.f", b""))],
        False,
        True,
    ),
    "a whiteout and a directory": (  # overlay2 merges it with the lower one
        [
            tar(entry("d/"), entry("d/x", b"")),
            tar(entry(".wh.d", b""), entry("d/"), entry("d/y", b"")),
        ],
        False,
        True,
    ),
    "an opaque mark first": (
        [
            tar(entry("d/"), entry("d/x", b"")),
            tar(entry("d/"), entry("d/.wh..wh..opq", b""), entry("d/y", b"")),
        ],
        True,
        True,
    ),
    "a directory over a file": ([tar(F), tar(entry("f/"), entry("f/x", b""))], True, True),
    "a file over a directory": ([tar(entry("f/"), entry("f/x", b"")), tar(F)], True, True),
    "a file twice": ([tar(F, entry("f", b"2"))], True, False),  # umoci: the last one wins
    "a directory twice": (  # Docker: duplicates of file paths not supported
        [tar(entry("d/", mode=0o700), entry("d/x", b""), entry("d/", mode=0o711))],
        False,
        True,
    ),
    "no closing blocks": ([tar(F)[:1024]], True, True),
    "no bytes at all": ([tar(F), b""], True, True),
    "a file whose name ends in a slash": (
        [tar(entry("f/", b"1", type=tarfile.REGTYPE))],
        True,
        True,
    ),
    "contiguous files": ([tar(entry("f", b"1", type=b"7"))], True, True),
    "a symlink over a folder that was implied": (
        [tar(entry("run/"), entry("var/run/x", b"1"), symlink("var/run", "/run"))],
        False,
        False,
    ),
    "'..' in a name": ([tar(entry("d/"), entry("d/../f", b"1"))], False, False),
    "the root, as kaniko names it": (
        [tar(entry("/", type=tarfile.DIRTYPE, mode=0o751), F)],
        True,
        True,
    ),
    "an absolute name": ([tar(entry("/f", b"1"))], False, False),
    "pax sparse files": ([tar(entry("x/f", SPARSE, pax_headers=SPARSE_HEADERS))], False, False),
    "a global pax header": (
        [tar(entry("x", b"12 mtime=99\n", type=tarfile.XGLTYPE), F)],
        True,
        False,
    ),
    "GNU sparse files": ([tar(entry("f", b"", type=b"S"))], True, True),
}


def seen(path: str, mode: int, size: int, target: str) -> tuple[str, str, int, str]:
    kind = stat.filemode(mode)[0]
    return path, kind if kind in "ld" else stat.filemode(mode), size if kind == "-" else 0, target


def ours(archive: Path):
    try:
        tree = open_image(archive).rootfs
    except LayerlabError:
        return "refused"
    found = set()
    for path, node, _ in tree.items():
        if path != "/":
            target = node.target if node.kind == "symlink" else ""
            status = tree.lstat(path)
            found.add(seen(path, status.st_mode, status.st_size, target))
    return found


def dockers(docker, archive: Path):
    if docker.run("load", "-i", archive).returncode:
        return "refused"
    container = docker("create", "rules:1")
    exported = docker.run("export", container).stdout
    docker("rm", container)
    docker("rmi", "rules:1")
    extras = (".dockerenv", "dev", "etc", "proc", "sys")  # of the container's -init layer
    with tarfile.open(fileobj=io.BytesIO(exported)) as tar:
        members = [m for m in tar if m.name.split("/")[0] not in extras]
        modes = {"5": stat.S_IFDIR, "2": stat.S_IFLNK, "3": stat.S_IFCHR}
        found = set()
        for member in members:
            origin = tar.getmember(member.linkname) if member.islnk() else member
            mode = modes.get(origin.type.decode(), stat.S_IFREG) | member.mode
            target = origin.linkname if origin.issym() else ""
            found.add(seen("/" + member.name, mode, origin.size, target))
    return found


def umocis(archive: Path, folder: Path):
    copy = ["skopeo", "copy", "-q", f"docker-archive:{archive}", f"oci:{folder}/oci:x"]
    subprocess.run(copy, check=True, capture_output=True)
    unpack = ["umoci", "unpack", "--image", f"{folder}/oci:x", f"{folder}/bundle"]
    if subprocess.run(unpack, capture_output=True, check=False).returncode:
        return "refused"
    root = folder / "bundle" / "rootfs"
    found = set()
    for path in root.rglob("*"):
        status = path.lstat()
        target = os.readlink(path) if path.is_symlink() else ""
        name = "/" + str(path.relative_to(root))
        found.add(seen(name, status.st_mode, status.st_size, target))
    return found


@pytest.mark.parametrize("name", RULES)
def test_layers_mean_what_real_tools_make_of_them(docker, require, tmp_path, name):
    require("umoci", "skopeo")
    layers, like_docker, like_umoci = RULES[name]
    archive = tmp_path / "rules.tar"
    files = docker_archive(layers, ["rules:1"])
    archive.write_bytes(packed(files))
    result = ours(archive)
    assert (result == dockers(docker, archive)) == like_docker
    assert (result == umocis(archive, tmp_path)) == like_umoci
    assert like_docker or like_umoci or result == "refused"
