"""Lesson 09's last exercise, whether two archives hold one image, and the archives to try it on."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from functools import cache
from pathlib import Path

from layerlab.archive import open_image, open_images, save_image
from layerlab.course.exercise import Exercise, Mistake, Trial
from layerlab.errors import LayerlabError
from layerlab.image import Image
from layerlab.layer import Layer

TAG = "till:1"


@cache
def _folder() -> Path:
    """A folder for this process, with all archives in it."""
    folder = Path(tempfile.mkdtemp(prefix="lesson09-"))
    weakref.finalize(_folder, shutil.rmtree, folder, ignore_errors=True)
    base = Layer.of({"/bin/till": b"#!/bin/sh\n", "/etc/motd": b"Welcome\n"})
    till = Image([base, Layer.of({"/srv/price": b"12.50\n"})])
    save_image(till, folder / "till.tar", TAG)
    save_image(till, folder / "till-layout.tar", TAG, format="oci-archive")
    save_image(till, folder / "renamed.tar", "shop:latest")
    save_image(till.with_config(cmd=("/bin/till",)), folder / "command.tar", TAG)
    dearer = Image([base, Layer.of({"/srv/price": b"13.50\n"})])
    save_image(dearer, folder / "dearer.tar", TAG)
    flattened = Image([Layer.of({**base.changes, "/srv/price": b"12.50\n"})])
    save_image(flattened, folder / "flattened.tar", TAG)
    whole = (folder / "till.tar").read_bytes()
    damaged = whole.replace(b"12.50\n", b"99.50\n")
    (folder / "damaged.tar").write_bytes(damaged)
    (folder / "cut.tar").write_bytes(whole[:3000])
    (folder / "no-image.tar").write_bytes(b"hello\n" * 200)
    return folder


def pairs() -> list[tuple[str, str]]:
    """Pairs of archives, the simplest first."""
    names = [
        ("till.tar", "till.tar"),
        ("till.tar", "dearer.tar"),
        ("till.tar", "till-layout.tar"),
        ("till.tar", "renamed.tar"),
        ("till.tar", "command.tar"),
        ("till.tar", "flattened.tar"),
        ("till-layout.tar", "renamed.tar"),
        ("till.tar", "damaged.tar"),
        ("damaged.tar", "damaged.tar"),
        ("cut.tar", "till.tar"),
        ("no-image.tar", "no-image.tar"),
    ]
    return [(str(_folder() / one), str(_folder() / other)) for one, other in names]


def _pair_text(one: str, other: str) -> str:
    return f"one = {os.path.basename(one)!r}\nother = {os.path.basename(other)!r}"


def same_bytes(one: str, other: str) -> bool:
    """Compares the files."""
    return Path(one).read_bytes() == Path(other).read_bytes()


def same_names(one: str, other: str) -> bool:
    """Compares what the images are called."""
    try:
        return list(open_images(one)) == list(open_images(other))
    except LayerlabError:
        return False


def same_layers(one: str, other: str) -> bool:
    """Forgets the config."""
    try:
        return open_image(one).diff_ids == open_image(other).diff_ids
    except LayerlabError:
        return False


def same_tree(one: str, other: str) -> bool:
    """Compares what a container sees."""
    try:
        trees = [
            {path: node for path, node, _ in open_image(place).rootfs.items()}
            for place in (one, other)
        ]
    except LayerlabError:
        return False
    return trees[0] == trees[1]


def same_id_or_error(one: str, other: str) -> bool:
    """Lets a damaged archive raise."""
    return open_image(one).image_id == open_image(other).image_id


same_image = Exercise(
    title="The same image?",
    asks="Two archives: how do you tell whether they hold the same image?",
    kind=Trial(
        wants="a function of two arguments, `one` and `other`",
        fits=callable,
        cases=pairs,
        describe=_pair_text,
    ),
    solution_code="""
def answer(one, other):
    try:
        return open_image(one).image_id == open_image(other).image_id
    except LayerlabError:
        return False
""",
    why="An image is its ImageID: the digest of the config, which names the layers. How it is "
    "packed and called is no part of it, and `open_image` has verified every digest.",
    hints=(
        "How an image is packed doesn't matter, nor what it is called. What names its content?",
        "`open_image(one).image_id`",
        "A damaged archive raises a `LayerlabError`. Catch it: such an archive holds no image.",
    ),
    mistakes=(
        Mistake(same_bytes, "One image can be packed in several ways. Compare images, not files."),
        Mistake(same_names, "A name is a label: it can be moved to another image at any time."),
        Mistake(
            same_layers,
            "The layers are equal, and yet one image starts another command. The config counts.",
        ),
        Mistake(
            same_tree,
            "A container would see the same files. But the layers are others, and so is the image.",
        ),
        Mistake(
            same_id_or_error,
            "Right for whole archives. A damaged one raises a `LayerlabError`: return `False`.",
        ),
    ),
)
