"""Opening a big image against what its bytes cost to hash, and against skopeo and umoci."""

import hashlib
import io
import random
import shutil
import subprocess
import sysconfig
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.harness import Row, compared, duration, side_by_side
from layerlab import Image, Layer, open_image, save_image

LAYERS = 3
REF = "bench:latest"
POOL = 8_000_000


def measure(size: int, entries: int, rounds: int, scratch: Path) -> list[Row]:
    """The rows of this page; those with skopeo and umoci where these are installed."""
    archive = scratch / "image.tar"
    save_image(big_image(size, entries, scratch), archive, REF)
    what = f"{archive.stat().st_size / 1e6:,.0f} MB, {entries:,} entries"
    made = scratch / "made"
    """What a peer writes; gone before the next turn."""

    def row(work: str, opened: Path, peer: str, other: Callable[[], object], bar: float) -> Row:
        ours, theirs = side_by_side(
            lambda: open_image(opened),
            other,
            rounds=rounds,
            before=lambda: shutil.rmtree(made, ignore_errors=True),
        )
        return compared(f"open {work}, {what}", ours, peer, theirs, bar, duration)

    def hashed() -> str:
        with archive.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    rows = [row("docker-archive", archive, "sha256", hashed, 1.5)]
    if not shutil.which("skopeo"):
        return rows

    layout = scratch / "layout"
    source = f"oci:{layout}:{REF}"
    run("skopeo", "copy", f"docker-archive:{archive}", source)

    def copy_to(target: str) -> Callable[[], None]:
        def copy() -> None:
            made.mkdir(exist_ok=True)
            run("skopeo", "copy", source, target)

        return copy

    work = "OCI layout, gzip"
    rows += [  # skopeo unpacks the layers only when the target wants them plain
        row(work, layout, "skopeo copy, unpacking", copy_to(f"docker-archive:{made}/x:{REF}"), 1),
        row(work, layout, "skopeo copy, as it is", copy_to(f"oci:{made}:{REF}"), 1),
    ]
    if shutil.which("umoci"):

        def unpack() -> None:
            run("umoci", "unpack", "--rootless", "--image", f"{layout}:{REF}", str(made))

        rows.append(row(work, layout, "umoci unpack", unpack, 0.5))
    return rows


def run(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")


def big_image(size: int, entries: int, scratch: Path) -> Image:
    """An image of that many bytes and files, some text and some that doesn't compress."""
    rng = random.Random(0)
    text = b"".join(sources(POOL))
    noise = rng.randbytes(POOL)
    each = size // entries
    layers = []
    for layer in range(LAYERS):
        path = scratch / f"layer{layer}.tar"
        with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
            for number in range(layer, entries, LAYERS):
                pool = noise if number % 3 == 0 else text
                length = rng.randrange(2 * each)
                start = rng.randrange(max(1, len(pool) - length))
                content = pool[start : start + length]
                info = tarfile.TarInfo(f"usr/d{number // 20}/file-{number}")
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        layers.append(Layer.from_tar(path))
    return Image(layers)


def sources(size: int) -> Iterator[bytes]:
    """Text such as an image has: the standard library's own."""
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        yield (data := path.read_bytes())
        size -= len(data)
        if size <= 0:
            return
