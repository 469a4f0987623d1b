"""File operations on a container against the kernel's overlayfs and other trees in Python.

Every peer gets the same files: three layers of as many files, in directories that all three
share. Each operation is done on many files.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import Row, compared, rate, seconds
from layerlab import Container, Directory, Image, Layer

LAYERS = 3
DIRECTORIES = 20
CONTENT = b"A line of some file's content.\n" * 30
MORE = b"One more line.\n"
OPERATIONS = ("listdir", "read", "copy-up", "write", "unlink")


@dataclass(frozen=True)
class Tree:
    """A fresh container or what a peer has for one: each operation takes a path."""

    read: Callable[[str], object]
    append: Callable[[str, bytes], object]
    write: Callable[[str, bytes], object]
    unlink: Callable[[str], object]
    listdir: Callable[[str], object]
    prefix: str = ""


@dataclass(frozen=True)
class Peer:
    """Something to compare with. ``fresh`` gives a tree in which nothing was changed yet."""

    name: str
    bar: float
    """At most this many times as slow as the peer may layerlab be."""
    fresh: Callable[[], contextlib.AbstractContextManager[Tree]]


def names(layer: int, files: int) -> list[str]:
    return [f"/srv/d{i % DIRECTORIES}/l{layer}-{i}" for i in range(files)]


def stack(files: int) -> Image:
    """Three layers that each have ``files`` files."""
    return Image(
        Layer.of({"/srv": Directory(), **dict.fromkeys(names(layer, files), CONTENT)})
        for layer in range(LAYERS)
    )


def times(tree: Tree, files: int) -> dict[str, float]:
    """Seconds an operation; the tree is used up by it."""
    groups = [[tree.prefix + n for n in names(layer, files)] for layer in range(LAYERS)]
    everything = [path for group in groups for path in group]
    folders = sorted({os.path.dirname(path) for path in everything}) * 5

    def each(work: Callable[..., object], paths: Sequence[str], *data: bytes) -> float:
        def run() -> None:
            for path in paths:
                work(path, *data)

        return seconds(run) / len(paths)

    return {
        "listdir": each(tree.listdir, folders),
        "read": each(tree.read, everything),
        "copy-up": each(tree.append, groups[0], MORE),
        "write": each(tree.write, groups[0], CONTENT),
        "unlink": each(tree.unlink, groups[1]),
    }


def measure(files: int, rounds: int, scratch: Path) -> list[Row]:
    """The rows of this page. The kernel takes part where overlayfs can be mounted."""
    image = stack(files)

    @contextlib.contextmanager
    def ours() -> Iterator[Tree]:
        box = Container(image)
        yield Tree(box.read_bytes, box.append_bytes, box.write_bytes, box.unlink, box.listdir)

    peers = [sandfs_peer(files), pyfakefs_peer(files), multifs_peer(files)]
    with contextlib.ExitStack() as cleanup:
        kernel = cleanup.enter_context(overlay_peer(files, scratch))
        if kernel:
            peers.insert(0, kernel)
        runs: dict[str, list[dict[str, float]]] = {}
        for _ in range(rounds):
            for name, fresh in [("layerlab", ours), *((p.name, p.fresh) for p in peers)]:
                with fresh() as tree:
                    runs.setdefault(name, []).append(times(tree, files))
    return [
        compared(
            f"{operation}, {LAYERS} × {files:,} files",
            [run[operation] for run in runs["layerlab"]],
            peer.name,
            [run[operation] for run in runs[peer.name]],
            peer.bar,
            lambda taken: rate(1, taken),
        )
        for operation in OPERATIONS
        for peer in peers
    ]


@contextlib.contextmanager
def overlay_peer(files: int, scratch: Path) -> Iterator[Peer | None]:
    """The kernel's overlayfs through ``os``, mounted in memory as Docker mounts."""
    memory = Path("/dev/shm")
    base = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else scratch))
    lowers = []
    for layer in range(LAYERS):
        lowers.append(base / f"lower{layer}")
        for name in names(layer, files):
            path = lowers[-1] / name[1:]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(CONTENT)
    lowerdir = ":".join(str(path) for path in reversed(lowers))

    @contextlib.contextmanager
    def fresh() -> Iterator[Tree]:
        folder = Path(tempfile.mkdtemp(dir=base))
        upper, work, merged = (folder / name for name in ("upper", "work", "merged"))
        for path in (upper, work, merged):
            path.mkdir()
        options = f"lowerdir={lowerdir},upperdir={upper},workdir={work}"
        options += ",index=off,redirect_dir=off,metacopy=off,xino=off"
        subprocess.run(
            ["mount", "-t", "overlay", "overlay", "-o", options, merged],
            check=True,
            capture_output=True,
        )
        try:
            yield Tree(_read, _append, _write, os.unlink, os.listdir, str(merged))
        finally:
            subprocess.run(["umount", merged], check=True)
            shutil.rmtree(folder)

    try:
        with fresh():
            pass
        peer = Peer("kernel overlayfs", 1, fresh)
    except (OSError, subprocess.CalledProcessError):
        peer = None
    try:
        yield peer
    finally:
        shutil.rmtree(base)


def _read(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY)
    try:
        return os.read(fd, 1 << 16)
    finally:
        os.close(fd)


def _append(path: str, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(fd, data)
    finally:
        os.close(fd)


def _write(path: str, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(fd, data)
    finally:
        os.close(fd)


def sandfs_peer(files: int) -> Peer:
    """sandfs, a copy-on-write tree in Rust. It can't append: a copy-up is a read and a write."""
    import sandfs

    everything = [name for layer in range(LAYERS) for name in names(layer, files)]
    content: dict[str, str | bytes] = {name.removeprefix("/srv/"): CONTENT for name in everything}
    base = sandfs.Workspace()
    base.mount("/srv", sandfs.MemorySource(content))

    @contextlib.contextmanager
    def fresh() -> Iterator[Tree]:
        fork = base.fork()

        def append(path: str, data: bytes) -> None:
            fork.write(path, fork.read(path) + data)

        yield Tree(fork.read, append, fork.write, fork.remove, fork.list)

    return Peer("sandfs", 1, fresh)


def pyfakefs_peer(files: int) -> Peer:
    """pyfakefs, one tree without layers, through its ``open`` and ``os``."""
    from pyfakefs.fake_filesystem import FakeFilesystem
    from pyfakefs.fake_open import FakeFileOpen
    from pyfakefs.fake_os import FakeOsModule

    @contextlib.contextmanager
    def fresh() -> Iterator[Tree]:
        tree = FakeFilesystem()
        for layer in range(LAYERS):
            for name in names(layer, files):
                tree.create_file(name, contents=CONTENT)
        fake, opened = FakeOsModule(tree), FakeFileOpen(tree)

        def read(path: str) -> bytes:
            with opened(path, "rb") as file:
                return file.read()

        def append(path: str, data: bytes) -> None:
            with opened(path, "ab") as file:
                file.write(data)

        def write(path: str, data: bytes) -> None:
            with opened(path, "wb") as file:
                file.write(data)

        yield Tree(read, append, write, fake.unlink, fake.listdir)

    return Peer("pyfakefs", 0.1, fresh)


def multifs_peer(files: int) -> Peer:
    """PyFilesystem2's MultiFS over trees in memory.

    It has no copy-up, so that an append reads and writes the whole, and no whiteouts: it
    deletes in the lower tree, which is less work.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pkg_resources
        from fs.memoryfs import MemoryFS
        from fs.multifs import MultiFS

    @contextlib.contextmanager
    def fresh() -> Iterator[Tree]:
        union = MultiFS()
        for layer in range(LAYERS + 1):
            tree = MemoryFS()
            for folder in range(DIRECTORIES):
                tree.makedirs(f"/srv/d{folder}")
            if layer < LAYERS:
                for name in names(layer, files):
                    tree.writebytes(name, CONTENT)
            union.add_fs(f"layer{layer}", tree, write=layer == LAYERS, priority=layer)

        def append(path: str, data: bytes) -> None:
            union.writebytes(path, union.readbytes(path) + data)

        yield Tree(union.readbytes, append, union.writebytes, union.remove, union.listdir)

    return Peer("MultiFS", 0.1, fresh)
