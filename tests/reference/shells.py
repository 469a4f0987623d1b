"""Busybox, bash and dash on a real overlay mount, and the shell on a ``Container`` like it.

A line is run on both sides, in a fresh container; what is printed, the exit code and the upper
directory must agree. The real side lies on an ext4 of its own, in a mount namespace that goes
with the process.
"""

import multiprocessing
import os
import re
import subprocess
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from reference.conftest import OVERLAY_OPTIONS, need_tools
from reference.kernel import dress, lay_out, private_mounts, tree
from reference.shell_lines import LAYERS
from reference.test_overlay_differential import upper_tree

from layerlab import Container, Image, Layer
from layerlab.shell import BUSYBOX, CENTOS, DEBIAN, DEFAULT_PATH, Flavour, Shell
from layerlab.union import UnionFS

ENVIRONMENT = {"PATH": DEFAULT_PATH, "HOME": "/root"}
BUSYBOX_BINARY = "/usr/bin/busybox"


class Clock:
    """The real time, which the model's side needs here to print what the real one prints."""

    @property
    def now(self) -> int:
        return int(time.time())


@dataclass(frozen=True)
class Side:
    """Whose programs are compared: what runs a line, and the flavour that should match it."""

    command: tuple[str, ...]
    flavour: Flavour
    binds: tuple[str, ...] = ()
    """Folders of this machine that its programs need."""
    more: tuple[Layer, ...] = ()
    """Layers on top of the usual ones."""


BUSY = Side(("/bin/busybox", "sh", "-c"), BUSYBOX)
GNU = Side(("/usr/bin/bash", "-bash", "-c"), replace(CENTOS, aliases={}), ("/usr",))
DASH = Side(("/usr/bin/dash", "sh", "-c"), DEBIAN, ("/usr",))


@contextmanager
def mounted(base: Path, lowers: list[Path], root: Any, side: Side) -> Iterator[tuple[Path, Path]]:
    """A container's mount over ``lowers``, with what ``/dev`` and ``/proc`` must have."""
    upper, work, merged = (Path(tempfile.mkdtemp(dir=base)) for _ in range(3))
    upper.chmod(0o755)
    dress(bytes(upper), root)
    options = f"lowerdir={':'.join(map(str, reversed(lowers)))},upperdir={upper},workdir={work}"
    mount("overlay", "overlay", merged, f"{options},{OVERLAY_OPTIONS}")
    try:
        mount("tmpfs", "dev", merged / "dev", "mode=755")
        for minor, name in ((3, "null"), (5, "zero")):
            os.mknod(merged / "dev" / name, 0o20666, os.makedev(1, minor))
            os.chmod(merged / "dev" / name, 0o666)
        mount("tmpfs", "proc", merged / "proc", "mode=755")
        (merged / "proc/self").mkdir()
        # Busybox starts its applets from here.
        os.symlink("/bin/busybox", merged / "proc/self/exe")
        for folder in side.binds:
            subprocess.run(["mount", "--bind", folder, f"{merged}{folder}"], check=True)
        yield merged, upper
    finally:
        subprocess.run(["umount", "-R", "-l", merged], check=False)


def mount(kind: str, what: str, where: Path, options: str) -> None:
    subprocess.run(["mount", "-t", kind, "-o", options, what, where], check=True)


def real(merged: Path, line: str, side: Side) -> tuple[int, bytes, bytes]:
    """What the real programs do, in a chroot."""

    def enter() -> None:
        os.chroot(merged)
        os.chdir("/w")

    program, *args = side.command
    done = subprocess.run(
        [*args, line], executable=program, preexec_fn=enter,
        env={**ENVIRONMENT, "LC_ALL": "C.UTF-8", "TZ": "UTC0"},
        stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def model(container: Container, line: str, side: Side) -> tuple[int, bytes, bytes]:
    """What layerlab does."""
    shell = Shell(container, cwd="/w", env=ENVIRONMENT, clock=Clock(), flavour=side.flavour)
    done = shell.run(line)
    return done.code, done.stdout, done.stderr


def told(line: str, result: tuple[int, bytes, bytes]) -> tuple[int, list[bytes], bytes]:
    """A result, with what can't agree made alike: today's time, and the order of directories."""
    code, stdout, stderr = result
    today = time.strftime("%b %e", time.gmtime()).encode()
    stdout = re.sub(today + rb" \d\d:\d\d", b"(now)", stdout)
    stdout = re.sub(time.strftime("%Y-%m-%d", time.gmtime()).encode() + rb" [\d:.]+", b"(now)",
                    stdout)  # fmt: skip
    stderr = re.sub(rb"(?s)BusyBox v.*", b"(usage)", stderr)
    stderr = re.sub(rb"(?m)^Usage: .*\n", b"(usage)", stderr)
    stderr = re.sub(rb"(?<=can't move ')(.*).{6}(?=' to)", rb"\1", stderr)  # mkstemp's choice
    stderr = re.sub(rb"(?m)^-bash: line \d+: ", b"-bash: ", stderr)  # typed, there is no number
    stderr = re.sub(rb"(?m)^-bash: -c: line \d+: ", b"-bash: ", stderr)
    stderr = re.sub(rb"(?m)^-bash: `.*'\n", b"", stderr) if b"near unexpected" in stderr else stderr
    lines = stdout.split(b"\n")
    if re.search(r"\b(find|du|grep -[a-z]*[rR])\b", line):
        lines.sort()
    return code, lines, stderr


def difference(theirs: Any, ours: Any) -> str:
    """What only one side has."""
    both = [(code, *lines, *errors.split(b"\n")) for code, lines, errors in (theirs, ours)]
    gone = [item for item in both[0] if item not in both[1]]
    more = [item for item in both[1] if item not in both[0]]
    return f"\n  busybox: {gone}\n  layerlab: {more}"


def compare(
    base: Path, lowers: list[Path], layers: tuple[Layer, ...], line: str, side: Side
) -> str | None:
    """One line on both sides; what differed, or ``None``."""
    image = Image(layers)
    container = Container(image, clock=lambda: int(time.time()))
    with mounted(base, lowers, UnionFS(layers).root.node, side) as (merged, upper):
        theirs, ours = real(merged, line, side), model(container, line, side)
        if told(line, theirs) != told(line, ours):
            return f"{line}{difference(told(line, theirs), told(line, ours))}"
        found, made = tree(upper), upper_tree(container)
    for path in sorted(found.keys() | made.keys()):
        if found.get(path) != made.get(path):
            return f"{line}\n  {path}: kernel {found.get(path)}, layerlab {made.get(path)}"
    return None


def disk(folder: Path) -> Path:
    """An ext4 of its own, so that blocks and directories have the usual sizes.

    Its inodes have room for overlayfs's attributes, which would take blocks otherwise.
    """
    image, where = folder / "disk", folder / "mnt"
    with image.open("wb") as file:
        file.truncate(256 << 20)
    where.mkdir()
    subprocess.run(
        ["mkfs.ext4", "-q", "-b", "4096", "-I", "512", "-O", "^has_journal", image], check=True
    )
    subprocess.run(["mount", "-o", "loop", image, where], check=True)
    return where


def lived(lines: list[str], side: Side, faults: Any) -> None:
    """Run lines on both sides, in a process and a mount namespace of their own."""
    found: list[str] = []
    folder = Path(tempfile.mkdtemp(prefix="layerlab-", dir="/dev/shm"))
    try:
        private_mounts()
        os.umask(0o022)
        where = disk(folder)
        try:
            layers = LAYERS(Path(BUSYBOX_BINARY).read_bytes(), bool(side.binds)) + side.more
            lowers = [where / f"l{index}" for index in range(len(layers))]
            for layer, lower in zip(layers, lowers, strict=True):
                lay_out(layer, lower)
            for line in lines:
                fault = compare(where, lowers, layers, line, side)
                if fault:
                    found.append(fault)
        finally:
            subprocess.run(["umount", "-R", where], check=False)
    except BaseException:
        found.append(traceback.format_exc())
    finally:
        for path in (folder / "disk",):
            path.unlink(missing_ok=True)
        (folder / "mnt").rmdir()
        folder.rmdir()
    faults.put(found)


def compared(lines: list[str], side: Side = BUSY) -> list[str]:
    """What differed in these lines. Skips the test where it can't be known."""
    need_tools("busybox", "mkfs.ext4")
    if os.geteuid() != 0:
        pytest.skip("mounting takes root: sudo make test")
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=lived, args=(lines, side, queue))
    process.start()
    found: list[str] = queue.get(timeout=600)
    process.join()
    return found
