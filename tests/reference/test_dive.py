"""dive's own figures of real images, recorded, and what layerlab says of the same images.

The images are Docker's, BuildKit's, kaniko's and dive's own examples, with zeros for the bytes
of their files (tools/dive/record.py made both files, and says how).
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from layerlab import Image
from layerlab.analysis import dive, waste
from layerlab.archive import open_images

FOLDER = Path(__file__).with_name("recorded")
FIGURES: dict[str, dict[str, Any]] = json.loads((FOLDER / "dive.json").read_text())


@pytest.fixture(scope="module")
def images() -> Mapping[str, Image]:
    return open_images(FOLDER / "dive.tar.zst")


@pytest.mark.parametrize("name", FIGURES)
def test_the_figures_are_dives_to_the_last_digit(images: Mapping[str, Image], name: str) -> None:
    told, found = FIGURES[name], dive(images[f"{name}:1"])
    assert repr(found.efficiency) == repr(float(told["efficiency"]))
    assert repr(found.user_wasted_percent) == repr(float(told["user_wasted_percent"]))
    assert (found.wasted_bytes, found.size, found.user_size) == (
        told["wasted_bytes"], told["size"], told["user_size"],
    )  # fmt: skip
    paths = [{"layers": row.layers, "path": row.path, "size": row.size} for row in found.paths]
    assert paths == told["paths"]


def test_what_dive_does_not_see_is_as_the_page_says(images: Mapping[str, Image]) -> None:
    page = Path(__file__).parents[2].joinpath("docs/waste.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (\d+) \| (\d+) \|", page, re.MULTILINE)
    assert len(rows) >= 10
    for name, by_dive, by_us in rows:
        assert FIGURES[name]["wasted_bytes"] == int(by_dive), name
        assert waste(images[f"{name}:1"]).wasted_bytes == int(by_us), name
    one = FIGURES["one-layer-and-a-cache"]
    assert one["user_wasted_percent"] == "NaN"
