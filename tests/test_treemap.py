"""The treemap: areas are bytes, boxes don't overlap, nothing is cut off, sums are the image's."""

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlab import File, Image, Layer, NoContent, RecordedLayer, Symlink, Whiteout, Zeros
from layerlab.analysis import waste
from layerlab.digest import DiffID
from layerlab.notebook import svg, treemap
from layerlab.notebook.browse_opening import example
from layerlab.notebook.layout import LEFT, RIGHT, WIDTH
from layerlab.notebook.subject import CannotDraw
from layerlab.notebook.treemap_layout import Box, squarify
from layerlab.notebook.treemap_picture import HEIGHT
from layerlab.notebook.treemap_view import Treemap
from layerlab.units import human_size

WHOLE = Box(10, 20, 600, 400)
SIZES = st.lists(st.integers(1, 10**9), min_size=1, max_size=60).map(
    lambda sizes: sorted(sizes, reverse=True)
)
NAMES = st.lists(st.sampled_from(["a", "b", "long-name.so.1", "é", "<&>", "\n"]), min_size=1,
                 max_size=3).map(lambda parts: "/" + "/".join(parts))  # fmt: skip
SHARED = File(Zeros(70))


def image(*layers: dict[str, object]) -> Image:
    return Image([Layer.of(layer) for layer in layers])


@pytest.fixture(scope="module")
def picture() -> Treemap:
    return treemap(example())


# ---- the layout ----


def apart(one: Box, other: Box) -> bool:
    slack = 1e-6
    return (
        one.x + one.width <= other.x + slack
        or other.x + other.width <= one.x + slack
        or one.y + one.height <= other.y + slack
        or other.y + other.height <= one.y + slack
    )


@given(SIZES)
def test_areas_are_in_proportion_and_apart(sizes: list[int]) -> None:
    boxes = squarify(sizes, WHOLE)
    assert len(boxes) == len(sizes)
    for size, box in zip(sizes, boxes, strict=True):
        assert math.isclose(box.area, WHOLE.area * size / sum(sizes), rel_tol=1e-6)
        assert box.x >= WHOLE.x - 1e-6
        assert box.y >= WHOLE.y - 1e-6
        assert box.x + box.width <= WHOLE.x + WHOLE.width + 1e-6
        assert box.y + box.height <= WHOLE.y + WHOLE.height + 1e-6
    assert all(apart(a, b) for n, a in enumerate(boxes) for b in boxes[:n])


def test_the_example_of_the_paper() -> None:
    """Bruls, Huizing and van Wijk, figure 4: 6, 6, 4, 3, 2, 2, 1 in six by four."""
    boxes = squarify([6, 6, 4, 3, 2, 2, 1], Box(0, 0, 6, 4))
    first, second, third, fourth = boxes[:4]
    assert (first.width, first.height) == (second.width, second.height) == (3, 2)
    assert math.isclose(third.height, 7 / 3)
    assert math.isclose(fourth.width, 9 / 7)
    assert [max(b.width / b.height, b.height / b.width) < 2.8 for b in boxes] == [True] * 7


# ---- the picture ----


def check(shown: Treemap, whole: int, wasted: int) -> None:
    """Every byte has its area, and every box its place."""
    assert sum(tile.part.size for tile in shown.tiles) == whole
    assert sum(tile.part.wasted for tile in shown.tiles) == wasted
    scale = HEIGHT * (RIGHT - LEFT) / whole
    for tile in shown.tiles:
        assert math.isclose(tile.box.area, tile.part.size * scale, rel_tol=1e-6)
    boxes = [tile.box for tile in shown.tiles]
    assert all(apart(a, b) for n, a in enumerate(boxes) for b in boxes[:n])


def check_texts(shown: Treemap) -> None:
    """Text is 12 px or more and in the picture; a label is inside its box."""
    root = ElementTree.fromstring(shown.svg)
    sizes = re.findall(r"font(?:-size)?:\D*(\d+)px", shown.svg)
    assert min(map(int, sizes)) >= 12
    assert root.findall("{*}g")
    for group in root.findall("{*}g"):
        frame = group.find("{*}rect")
        assert frame is not None
        left, width = float(frame.get("x", "")), float(frame.get("width", ""))
        top, height = float(frame.get("y", "")), float(frame.get("height", ""))
        for text in group.findall("{*}text"):
            what = text.text or ""
            drawn = svg.width(what, 12, mono="m" in text.get("class", ""))
            assert float(text.get("x", "")) + drawn <= left + width + 1
            assert top < float(text.get("y", "")) <= top + height
    for text in root.findall("{*}text"):
        bold = text.get("class") in ("b", "h")
        size = {"h": 16, "s": 12}.get(text.get("class") or "", 13)
        drawn = svg.width(text.text or "", size, bold=bold)
        x = float(text.get("x", ""))
        if text.get("text-anchor") is None:
            assert x + drawn <= WIDTH
        else:
            assert 0 < x < WIDTH


def test_bytes_are_areas(picture: Treemap) -> None:
    found = waste(example())
    check(picture, example().size, found.wasted_bytes)
    check_texts(picture)


@settings(max_examples=40)
@given(st.lists(st.dictionaries(NAMES, st.integers(0, 5000), max_size=8), min_size=1, max_size=3))
def test_any_image(layers: list[dict[str, int]]) -> None:
    made = []
    for changes in layers:
        nodes: dict[str, object] = {}
        for path, size in sorted(changes.items()):
            if not any(path.startswith(f"{other}/") for other in nodes):
                nodes[path] = File(Zeros(size))
        made.append(nodes)
    subject = image(*made)
    if not subject.size:
        with pytest.raises(CannotDraw, match="no bytes"):
            treemap(subject)
        return
    shown = treemap(subject)
    check(shown, subject.size, waste(subject).wasted_bytes)
    check_texts(shown)


def test_a_folder_and_a_layer(picture: Treemap) -> None:
    base = treemap(example(), layer=0)
    check(base, example().layers[0].size, sum(
        found.saves for found in waste(example()).findings if found.layer == 0
    ))  # fmt: skip
    lists = treemap(example(), "/var/lib/apt/lists/")
    assert {tile.part.layer for tile in lists.tiles} == {2}
    assert lists.alt.startswith(
        "Of 19.9MB in /var/lib/apt/lists, 18.8MB are /var/lib/apt/lists/deb"
    )
    assert "; all are waste." in lists.alt
    assert all(tile.part.path.startswith("/var/lib/apt/lists") for tile in lists.tiles)


def test_a_layer_by_itself() -> None:
    layer = Layer.of({"/a/one": SHARED, "/a/two": SHARED, "/b": "x" * 30, "/c": Whiteout(),
                      "/tmp/left": "y" * 20, "/d": Symlink("tenletters")})  # fmt: skip
    shown = treemap(layer)
    check(shown, 130, 20)
    assert layer.size == 130
    assert shown.table["bytes"].to_dict() == {
        "/a/one": 70, "/b": 30, "/d": 10, "/tmp/left": 20,
    }  # fmt: skip
    assert shown.alt.startswith("Of 130B, 70B are /a/one; 20B are waste.")


def test_the_title_says_what_to_see() -> None:
    two = image({"/base": "x" * 10}, {"/usr/share/emacs": "x" * 90})
    assert treemap(two).alt.startswith("Of 100B, 90B came with layer 1.")
    assert treemap(image({"/base": "x" * 90}, {"/more": "x"})).alt.startswith(
        "Of 91B, 90B are the base."
    )
    assert treemap(two, title="Look").text.splitlines()[0] == "Look"
    spread = Layer.of({f"/data/{n}": "x" for n in range(9)})
    assert treemap(spread).alt.startswith("All 9B are /data.")


def test_words_and_table_have_the_same_numbers(picture: Treemap) -> None:
    table = picture.table
    assert table["bytes"].sum() == example().size
    assert table["wasted"].sum() == waste(example()).wasted_bytes
    assert table["bytes"].is_monotonic_decreasing
    lines = picture.text.splitlines()
    assert lines[0] in picture.alt
    assert "18.8MB    18.8MB      2  /var/lib/apt/lists/" in picture.text
    wasted = human_size(waste(example()).wasted_bytes)
    assert lines[-1].split() == [human_size(example().size), wasted, "in", "all"]
    assert re.search(r"\d+ smaller boxes", picture.text)


def test_small_files_stand_together() -> None:
    many = Layer.of({f"/d/{n:04}": "x" for n in range(900)} | {"/d/big": "x" * 5000})
    shown = treemap(many)
    assert [tile.more for tile in shown.tiles if tile.more] == [900]
    assert "… 900 more" in shown.svg
    check(shown, 5900, 0)


def test_names_are_escaped() -> None:
    shown = treemap(Layer.of({"/<script>\n": "x" * 40, "/\udcff": "y" * 30}))
    assert "<script>" not in shown.svg
    assert r"/&lt;script&gt;\n" in shown.svg
    ElementTree.fromstring(shown.svg)
    shown._repr_html_().encode()


def test_the_same_image_gives_the_same_bytes(picture: Treemap) -> None:
    assert treemap(example()) == picture


def test_what_can_not_be_drawn() -> None:
    one = image({"/a": "x"}, {"/b": Whiteout()})
    with pytest.raises(CannotDraw, match="layer 1 has no bytes"):
        treemap(one, layer=1)
    with pytest.raises(CannotDraw, match="there is no layer 2"):
        treemap(one, layer=2)
    with pytest.raises(CannotDraw, match="no bytes at /nowhere"):
        treemap(one, "/nowhere")
    with pytest.raises(CannotDraw, match="leave it out"):
        treemap(one.layers[0], layer=1)
    with pytest.raises(CannotDraw, match="a str has no treemap"):
        treemap("image.tar")  # type: ignore[arg-type]
    recorded = RecordedLayer(DiffID("sha256:" + "0" * 64), 10)
    with pytest.raises(NoContent):
        treemap(recorded)
