"""The layer-by-image matrix: a row a stored layer, a column an image."""

from xml.etree import ElementTree

import pytest

from layerlab import Engine, File, Image, Layer, Zeros
from layerlab.notebook.sharing_matrix import matrix
from layerlab.notebook.subject import CannotDraw


def layer(name: str, size: int) -> Layer:
    return Layer.of({f"/{name}": File(Zeros(size))})


OS, BSD, APP, WEB = layer("os", 6_000), layer("bsd", 4_000), layer("app", 500), layer("web", 700)


def engine() -> Engine:
    made = Engine()
    for name, layers in {"app:1": (OS, APP), "web:1": (OS, WEB), "app:2": (BSD, APP)}.items():
        made.add(name, Image(layers))
    return made


def test_the_text_says_who_has_which_layer() -> None:
    lines = [line.split() for line in matrix(engine(), "app:1", "web:1", "app:2").text.splitlines()]
    assert lines[0] == ["ChainID", "DiffID", "app:1", "web:1", "app:2"]
    assert [line[3:] for line in lines[1:-1]] == [
        [".", ".", "500B"],
        [".", ".", "4kB"],
        [".", "700B", "."],
        ["500B", ".", "."],
        ["6kB", "6kB", "."],
    ]
    assert lines[-1] == ["size", "6.5kB", "6.7kB", "4.5kB"]
    assert lines[1][2] == lines[4][2] == APP.diff_id.short  # one DiffID, two ChainIDs
    assert lines[1][1] != lines[4][1]


def test_the_layers_are_the_stores() -> None:
    made = engine()
    picture = matrix(made, "app:1", "web:1", "app:2")
    assert all(chain_id.short in picture.text for chain_id in made.state.layers)
    assert picture.alt.startswith("5 layers stored, 11.7kB; 1 of them shared. From the base up:")
    assert made.df().layers_size == 11_700


def test_one_more_image_changes_no_number() -> None:
    few, more = (matrix(engine(), *refs).text for refs in (["app:1"], ["app:1", "web:1"]))
    assert [line[:31] for line in few.splitlines()[1:3]] == [
        line[:31] for line in more.splitlines()[2:4]
    ]


def test_the_picture_stays_on_its_sheet() -> None:
    made = engine()
    for number in range(6):
        made.tag("app:1", f"a-very-long-name-of-an-image/app:{number}")
    refs = [f"a-very-long-name-of-an-image/app:{number}" for number in range(6)]
    root = ElementTree.fromstring(matrix(made, *refs).svg)
    width, height = (float(root.attrib[name]) for name in ("width", "height"))
    for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
        box = {key: float(rect.attrib.get(key, 0)) for key in ("x", "y", "width", "height")}
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
        assert 0 <= box["y"] <= box["y"] + box["height"] <= height
    for refused in ([], ["app:1"] * 7):
        with pytest.raises(CannotDraw):
            matrix(made, *refused)
