"""Lesson 01's "On a real machine" boxes, replayed: the kernel still answers as it is quoted."""

import io
import json
import re
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from layerlab import open_image
from tests.reference.conftest import Docker, Require

IMAGE = Path(__file__).parents[2] / "notebooks/images/greeter.tar"
LESSON = Path(__file__).parents[2] / "notebooks/01_union_file_systems.ipynb"
MARK = "@@ done @@"
NEWER = {"uuid=on"}
"""Mount options that kernels before 6.6 don't print."""


@dataclass(frozen=True)
class Quoted:
    """A command of a box, and what the box says it prints."""

    command: str
    output: str


def quoted(notebook: Path) -> list[Quoted]:
    """The commands of all ``console`` boxes, in order: a line that begins with ``# `` is typed."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    boxes = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    steps = re.split(r"^# ", "".join(boxes), flags=re.MULTILINE)
    return [Quoted(*step.split("\n", 1)) for step in steps if step]


def replay(commands: list[str], folder: Path) -> list[str]:
    """What a root shell prints for each command, one after the other, in an empty ``/mnt``.

    The shell has mounts of its own, which end with it.
    """
    lines = [f"{{ {command}\n}} 2>&1; echo '{MARK}'" for command in commands]
    script = f"mount --bind {folder} /mnt && cd /mnt || exit 1\n" + "\n".join(lines)
    done = subprocess.run(
        ["unshare", "--mount", "bash", "-c", script],
        env={"LC_ALL": "C", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.split(f"{MARK}\n")[:-1]


def comparable(output: str) -> object:
    """The output; the options of a mount count as a set, in which a newer kernel's may lack.

    What else is mounted on the machine, such as an engine's containers, isn't the lesson's.
    """
    if not output.startswith("overlay on "):
        return output
    mounts = [line for line in output.splitlines() if line.startswith("overlay on /mnt/")]
    return {option for line in mounts for option in re.split(r"[(),]", line)} - NEWER


def test_boxes_are_what_a_real_machine_prints(require: Require, overlay_dir: Path) -> None:
    require("unshare", "mount", "getfattr")
    steps = quoted(LESSON)
    assert len(steps) > 20
    real = replay([step.command for step in steps], overlay_dir)
    for step, output in zip(steps, real, strict=True):
        assert comparable(output) == comparable(step.output), f"# {step.command}\n{output}"


def test_a_wrong_quotation_is_noticed(require: Require, overlay_dir: Path) -> None:
    require("unshare", "mount")
    assert replay(["mkdir a b", "ls", "ls c"], overlay_dir) == [
        "",
        "a\nb\n",
        "ls: cannot access 'c': No such file or directory\n",
    ]


@pytest.mark.parametrize("options", ["ro,lowerdir=A:B", "rw,lowerdir=B:A"])
def test_a_wrong_order_of_layers_is_noticed(options: str) -> None:
    line = "overlay on /mnt/C type overlay ({})\n"
    assert comparable(line.format(options)) != comparable(line.format("ro,lowerdir=B:A"))


PUT_THERE_BY_DOCKER = {
    "/.dockerenv", "/dev", "/dev/console", "/dev/pts", "/dev/shm", "/etc/hostname", "/etc/hosts",
    "/etc/mtab", "/etc/resolv.conf", "/proc", "/sys",
}  # fmt: skip


def test_the_lessons_image_is_a_real_engines(docker: Docker) -> None:
    image = open_image(IMAGE)
    docker("load", "-i", IMAGE)
    assert docker("image", "inspect", "-f", "{{.Id}}", "layerlab/greeter:1") == image.image_id
    docker("create", "--name", "lesson01", "layerlab/greeter:1")
    exported = docker.run("export", "lesson01").stdout
    with tarfile.open(fileobj=io.BytesIO(exported)) as archive:
        files = {
            f"/{entry.name}": _content(archive, entry) if entry.isreg() else None
            for entry in archive
        }
    ours = {
        path: image.rootfs.read_bytes(path) if node.kind == "file" else None
        for path, node, _ in image.rootfs.items()
    }
    assert {path: files[path] for path in files.keys() - PUT_THERE_BY_DOCKER} == ours


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(entry)
    assert stream
    return stream.read()
