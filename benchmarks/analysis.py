"""``layerlab waste`` in a process of its own, against ``sha256sum`` over the same bytes."""

import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.archives import big_image
from benchmarks.harness import Row, absolute, compared, duration, side_by_side, volume
from layerlab import File, Image, Layer, save_image

MEMORY = 150e6
"""Bytes that the process may have at its peak."""


def measure(size: int, entries: int, rounds: int, scratch: Path) -> list[Row]:
    """Time and memory, for a plain archive and for a compressed one."""
    plain, packed = scratch / "waste.tar", scratch / "waste.tar.gz"
    save_image(wasteful(big_image(size, entries, scratch)), plain)
    what = f"{plain.stat().st_size / 1e6:,.0f} MB, {entries:,} files"
    subprocess.run(f"gzip -1 < {plain} > {packed}", shell=True, check=True)
    rows = []
    for archive, kind in ((plain, ""), (packed, " in gzip")):
        peaks: list[int] = []
        ours, theirs = side_by_side(
            partial(lambda archive, peaks: peaks.append(peak_of_waste(archive)), archive, peaks),
            lambda: subprocess.run(["sha256sum", plain], check=True, capture_output=True),
            rounds=rounds,
        )
        work = f"layerlab waste, {what}{kind}"
        rows += [
            compared(work, ours, "sha256sum", theirs, 2, duration),
            absolute(f"{work}, memory", peaks, MEMORY, volume),
        ]
    return rows


def wasteful(image: Image) -> Image:
    """The image with a layer that changes the mode of a tenth of its files, and nothing else."""
    files = {path: node for path, node, _ in image.rootfs.items() if isinstance(node, File)}
    changed = {
        path: replace(node, meta=replace(node.meta, mode=0o664))
        for path, node in list(files.items())[::10]
    }
    return image.append(Layer.of(changed))


def peak_of_waste(archive: Path) -> int:
    """Run the command; bytes of memory at the peak of its process."""
    command = sys.executable, "-m", "layerlab", "waste", "--json", archive
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"layerlab waste: exit {process.returncode}")
    return usage.ru_maxrss * 1024
