"""Whose pages are in memory, asked of the kernel: two overlays on one lower file.

``mincore(2)`` says which pages of a mapped file are in memory, and ``POSIX_FADV_DONTNEED``
takes a file's pages out again. Both work through the overlay on the inode below, so what one
container reads or drops shows whether the other has the same pages. That takes a disk: on a
tmpfs every page is in memory for good.
"""

import ctypes
import mmap
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from layerlab import Engine, File, Image, Layer, Zeros
from layerlab.engine.memory import page_cache
from tests.reference.conftest import Require, need_root, overlay_mount
from tests.reference.test_lesson01 import quoted, replay

PAGE = mmap.PAGESIZE
SIZE = 40 * PAGE + 1
PAGES = 41
LESSON = Path(__file__).parents[2] / "notebooks/06_layer_sharing.ipynb"
_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
_libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
_libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]


def resident(path: Path) -> int:
    """How many pages of the file are in memory."""
    file = os.open(path, os.O_RDONLY)
    size = os.fstat(file).st_size
    start = _libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, file, 0)
    marks = ctypes.create_string_buffer(-(-size // PAGE))
    failed = _libc.mincore(start, size, marks)
    _libc.munmap(start, size)
    os.close(file)
    assert not failed, os.strerror(ctypes.get_errno())
    return sum(mark & 1 for mark in marks.raw)


def drop(path: Path) -> None:
    """Take the file's pages out of memory."""
    file = os.open(path, os.O_RDONLY)
    os.fsync(file)  # a page that isn't written yet can't go
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)


@dataclass(frozen=True)
class Pair:
    """A lower file as it lies there, and as two containers see it; ``upper`` is the first's."""

    lower: Path
    one: Path
    other: Path
    upper: Path


@pytest.fixture
def disk() -> Iterator[Path]:
    """A folder on a disk that takes overlays and lets go of pages."""
    need_root("mounting overlayfs")
    for place in ("/tmp", "/var/tmp"):
        with tempfile.TemporaryDirectory(prefix="ll-", dir=place) as name:
            folder = Path(name)
            (folder / "probe").write_bytes(bytes(PAGE))
            drop(folder / "probe")
            if resident(folder / "probe"):
                continue
            try:
                with overlay_mount(folder / "try"):
                    pass
            except subprocess.CalledProcessError:
                continue
            yield folder
            return
    pytest.skip("neither /tmp nor /var/tmp is a disk that takes an overlay")


@pytest.fixture
def pair(disk: Path) -> Iterator[Pair]:
    lower = disk / "lower"
    lower.mkdir()
    (lower / "lib").write_bytes(os.urandom(SIZE))
    with overlay_mount(disk / "a", (lower,)) as one, overlay_mount(disk / "b", (lower,)) as other:
        yield Pair(lower / "lib", one.merged / "lib", other.merged / "lib", one.upper / "lib")


def test_a_page_that_one_container_read_is_there_for_the_other(pair: Pair) -> None:
    drop(pair.lower)
    assert resident(pair.other) == 0
    pair.one.read_bytes()
    assert resident(pair.other) == resident(pair.lower) == PAGES
    assert pair.one.stat().st_ino == pair.other.stat().st_ino == pair.lower.stat().st_ino
    drop(pair.one)  # the same pages: what one drops, the other has lost
    assert resident(pair.other) == 0


def test_only_what_is_read_comes_into_memory(pair: Pair) -> None:
    drop(pair.lower)
    pair.one.stat()
    assert resident(pair.lower) == 0
    file = os.open(pair.one, os.O_RDONLY)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_RANDOM)  # no reading ahead
    assert resident(pair.lower) == 0
    os.pread(file, 1, 0)
    os.close(file)
    assert 0 < resident(pair.lower) < PAGES


def test_after_a_copy_up_the_pages_are_the_containers_own(pair: Pair) -> None:
    drop(pair.lower)
    os.close(os.open(pair.one, os.O_RDWR))  # nothing is written
    assert resident(pair.lower) == resident(pair.upper) == PAGES  # copied through memory: twice
    drop(pair.one)
    assert (resident(pair.upper), resident(pair.other)) == (0, PAGES)
    pair.one.read_bytes()
    drop(pair.other)
    assert (resident(pair.one), resident(pair.lower)) == (PAGES, 0)


def test_copies_of_a_file_share_no_page(disk: Path) -> None:
    """As the vfs driver has it: each container gets a copy of all."""
    data = os.urandom(SIZE)
    for name in "ab":
        (disk / name).write_bytes(data)
        drop(disk / name)
    (disk / "a").read_bytes()
    assert (resident(disk / "a"), resident(disk / "b")) == (PAGES, 0)


def test_the_model_counts_what_the_kernel_has(pair: Pair) -> None:
    engine = Engine()
    engine.add("app", Image([Layer.of({"/lib": File(Zeros(SIZE))})]))
    one, other = (engine.create("app", ["/lib"]).files for _ in range(2))
    drop(pair.lower)
    assert page_cache(engine.state).pages == 0
    for real, model in ((pair.one, one), (pair.other, other)):
        real.read_bytes()
        model.read_bytes("/lib")
    assert page_cache(engine.state).pages == resident(pair.lower) == PAGES
    os.close(os.open(pair.one, os.O_RDWR))
    one.os_open("/lib", os.O_RDWR).close()
    kernel = resident(pair.lower) + resident(pair.upper)
    assert page_cache(engine.state).pages == kernel == 2 * PAGES


def test_the_lessons_box_is_what_a_real_machine_prints(disk: Path, require: Require) -> None:
    require("unshare", "mount", "fincore")
    steps = [step for step in quoted(LESSON) if "docker" not in step.command]
    assert len(steps) >= 8
    place = disk / "box"
    place.mkdir()
    for step, output in zip(steps, replay([s.command for s in steps], place), strict=True):
        assert _spaced(output) == _spaced(step.output), f"# {step.command}\n{output}"


def _spaced(text: str) -> str:
    return re.sub(r" +", " ", text)
