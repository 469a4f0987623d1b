"""Charts: the same numbers give the same bytes, and say in words what they show."""

import base64
import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from layerlab import Engine, Image, Layer
from layerlab.build import Build
from layerlab.notebook import cache_chart, cache_table, image_chart, image_table, layer_chart
from layerlab.notebook.charts import Chart, bars, lines, stacks
from layerlab.notebook.cow_charts import copying

DEPTHS = pd.DataFrame({"in the base": [1, 60, 125], "on top": [1, 1, 1]}, index=[1, 60, 125])
BYTES = pd.Series({"append": 100_000_001, "read": 0})


def depth_chart() -> Chart:
    return lines(DEPTHS, title="Deep is slow", alt="125 & more", x="layers", y="searched")


def byte_chart() -> Chart:
    return bars(BYTES, title="One byte copies all", alt="100MB", x="copied", size=True)


def part_chart() -> Chart:
    frame = pd.DataFrame({"base": [90, 90], "added": [900, 0]}, index=["one", "two"])
    return stacks(frame, title="Two are enough", alt="990, 90", x="the image", size=True)


def copy_chart() -> Chart:
    written, stored = [0, 1, 1, 0], [50_000_000, 50_000_001, 1, 0]
    names = ["chmod", "append", "again", "read"]
    frame = pd.DataFrame({"bytes written": written, "bytes stored": stored}, index=names)
    return copying(frame, title="One byte, 50MB")


CHARTS = {"lines": depth_chart, "bars": byte_chart, "stacks": part_chart, "copying": copy_chart}


@pytest.fixture(params=CHARTS.values(), ids=CHARTS)
def chart(request: pytest.FixtureRequest) -> Chart:
    made: Chart = request.param()
    assert made.svg == request.param().svg
    return made


def words(chart: Chart) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(chart.svg).iter() if text.text]


def test_a_chart_has_a_size_in_pixels_and_no_date(chart: Chart) -> None:
    root = ElementTree.fromstring(chart.svg)
    assert float(root.attrib["width"]) <= 800
    assert root.attrib["viewBox"].split()[2] == root.attrib["width"]
    assert "<dc:date>" not in chart.svg


def test_text_is_at_least_12_pixels(chart: Chart) -> None:
    sizes = re.findall(r"(?:font: ?|font-size: ?)(?:bold )?([\d.]+)px", chart.svg)
    assert sizes
    assert min(map(float, sizes)) >= 12


def test_a_chart_is_an_image_with_alt_text() -> None:
    html = depth_chart()._repr_html_()
    assert 'alt="125 &amp; more"' in html
    data = re.search(r"base64,([^\"]+)", html)
    assert data
    assert base64.b64decode(data[1]).decode() == depth_chart().svg
    assert repr(depth_chart()) == "Chart: 125 & more"


def test_lines_are_labelled_at_their_ends_and_start_at_zero() -> None:
    said = words(depth_chart())
    assert {"Deep is slow", "in the base", "on top", "layers", "searched", "0"} <= set(said)


def test_bars_say_their_numbers_in_dockers_units() -> None:
    assert {"append", "100MB", "read", "0B", "copied"} <= set(words(byte_chart()))


def test_two_bars_may_have_one_name() -> None:
    said = words(bars(pd.Series([1, 2, 3], ["a", "b", "a"]), title="t", alt="a", x="x"))
    assert [word for word in said if word in "ab"] == ["a", "b", "a"]


def test_lines_that_end_in_one_place_share_a_label() -> None:
    frame = DEPTHS.assign(nowhere=DEPTHS["in the base"])
    said = words(lines(frame, title="t", alt="a", x="x", y="y"))
    assert {"in the base and", "nowhere"} <= set(said)


def test_a_chart_of_zeros_is_drawn() -> None:
    assert "0B" in words(bars(BYTES * 0, title="t", alt="a", x="x", size=True))
    assert lines(DEPTHS * 0, title="t", alt="a", x="x", y="y").svg


def test_stacks_name_their_parts_and_say_the_sums() -> None:
    said = words(part_chart())
    assert {"one", "two", "base", "added", "900B", "990B", "the image"} <= set(said)
    assert said.count("90B") == 1  # a part that has no room for its number goes without


def test_what_was_written_stands_beside_what_was_stored() -> None:
    said = words(copy_chart())
    assert {"chmod", "append", "again", "read", "0B", "1B", "1kB", "1MB"} <= set(said)
    assert said.count("50MB") == 2
    told = "chmod: 0B written, 50MB stored; append: 1B written, 50MB stored; again: 1B written, 1B"
    assert told in copy_chart().alt


@pytest.fixture
def builds() -> dict[str, Build]:
    """The same two lines in both orders, built again after a file has changed."""
    engine, files = Engine(), {"app.py": b"1", "data": b"x" * 9999}
    engine.add("base", Image([Layer.of({"/bin/sh": b"#!", "/big": b"y" * 5000})]))
    copy, tool = "COPY app.py data tool.bin /app/", "ADD tool.bin /bin/"
    files["tool.bin"] = b"z" * 3000
    found = {}
    for name, order in {"COPY first": (copy, tool), "COPY last": (tool, copy)}.items():
        text = "\n".join(["FROM base", *order, ""])
        engine.build(files, text)
        found[name] = engine.build({**files, "app.py": b"2"}, text)
    return found


def test_the_cache_by_order(builds: dict[str, Build]) -> None:
    rows = [tuple(row) for row in cache_table(builds).itertuples()]
    assert rows == [("COPY first", 0, 2, 0, 16_000), ("COPY last", 1, 1, 3_000, 13_000)]
    chart = cache_chart(builds, title="Copy last")
    assert chart.alt == (
        "Copy last. COPY first: 0B reused, 16kB built again; "
        "COPY last: 3kB reused, 13kB built again."
    )
    assert {"from the cache", "built again", "13kB"} <= set(words(chart))


def test_images_beside_each_other(builds: dict[str, Build]) -> None:
    assert next(image_table(builds).itertuples(name=None)) == (
        "COPY first", 3, 5002, 16_000, 21_002,
    )  # fmt: skip
    assert "COPY last: 21kB, 16kB of it added" in image_chart(builds, title="Alike").alt


def test_layers_stand_under_their_instructions(builds: dict[str, Build]) -> None:
    chart = layer_chart(builds["COPY last"], title="Three layers")
    added, copied = "ADD tool.bin /bin/: 3kB", "COPY app.py data tool.bin /app/: 13kB"
    assert chart.alt == f"Three layers. the base: 5kB; {added}; {copied}."


def test_a_chart_leaves_matplotlibs_settings_alone() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    depth_chart()
    assert dict(mpl.rcParams) == before
