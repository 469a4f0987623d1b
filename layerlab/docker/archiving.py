"""``docker save`` and ``load``: images that go into a file, and come out of one."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from layerlab.docker.localfiles import check_file, write_file
from layerlab.docker.spec import ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.errors import LayerlabError

if TYPE_CHECKING:
    from layerlab.engine import Engine

ONE_PLATFORM = 'only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., '
BLOCK = 512
"""Bytes of a tar's header."""
PROCESSING = "Error processing tar file(exit status 1)"


def save(engine: Engine, args: Parsed) -> Output:
    """Write images to an archive."""
    output = args.text("output")
    if output:
        write_file(args, output, "failed to save image", lambda path: engine.save(args.args, path))
        return Output()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "saved.tar")
        engine.save(args.args, path)
        return Output(path.read_bytes().decode("utf-8", "surrogateescape"))


def load(engine: Engine, args: Parsed) -> Output:
    """Read images from an archive."""
    name = args.text("input")
    if name:
        check_file(args, name)
        return _loaded(engine, Path(args.cwd, name))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "given.tar")
        path.write_bytes(args.stdin.encode("utf-8", "surrogateescape"))
        return _loaded(engine, path)


def _loaded(engine: Engine, path: Path) -> Output:
    try:
        lines = engine.load(path)
    except LayerlabError as error:  # told in a stream that has begun, so without its prefix
        raise ClientError(_refusal(error, path.stat().st_size, engine.clock.now)) from None
    return Output("".join(f"{line}\n" for line in lines))


def _refusal(error: LayerlabError, size: int, now: int) -> str:
    """The daemon's words for an archive that it can't load (*ran*: docker 20.10).

    It unpacks the archive into a folder with a number for a name, and looks for files there.
    """
    if match := re.fullmatch(
        r"layer (\d+) has DiffID (\S+), rootfs.diff_ids says (\S+)", error.what
    ):
        return f'invalid diffID for layer {match[1]}: expected "{match[3]}", got "{match[2]}"'
    if "ends early" in error.what or 0 < size < BLOCK:
        return f"{PROCESSING}: unexpected EOF"
    if "neither manifest.json" in error.what or not size:
        folder = f"/var/lib/docker/tmp/docker-import-{now}"
        return f"open {folder}/repositories: no such file or directory"
    if "neither a tar" in error.what:
        return f"{PROCESSING}: archive/tar: invalid tar header"
    return str(error)


COMMANDS = (
    Command(
        ("image save", "save"), "[OPTIONS] IMAGE [IMAGE...]",
        "Save one or more images to a tar archive (streamed to STDOUT by default)", save,
        (
            Flag("output", "Write to a file, instead of STDOUT", "o", kind="string"),
            Flag("platform", f'Save {ONE_PLATFORM}"linux/amd64")', kind="string", since="1.48"),
        ),
        Takes(1),
    ),
    Command(
        ("image load", "load"), "[OPTIONS]", "Load an image from a tar archive or STDIN", load,
        (
            Flag("input", "Read from tar archive file, instead of STDIN", "i", kind="string"),
            Flag("platform", f'Load {ONE_PLATFORM}"linux/amd64")', kind="string", since="1.48"),
            Flag("quiet", "Suppress the load output", "q"),
        ),
        Takes(0, 0),
    ),
)  # fmt: skip
