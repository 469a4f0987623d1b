"""Charts: the same numbers give the same bytes, and say in words what they show."""

import base64
import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from layerlab.notebook.charts import Chart, bars, lines

DEPTHS = pd.DataFrame({"in the base": [1, 60, 125], "on top": [1, 1, 1]}, index=[1, 60, 125])
BYTES = pd.Series({"append": 100_000_001, "read": 0})


def depth_chart() -> Chart:
    return lines(DEPTHS, title="Deep is slow", alt="125 & more", x="layers", y="searched")


def byte_chart() -> Chart:
    return bars(BYTES, title="One byte copies all", alt="100MB", x="copied", size=True)


@pytest.fixture(params=[depth_chart, byte_chart], ids=["lines", "bars"])
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


def test_a_chart_leaves_matplotlibs_settings_alone() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    depth_chart()
    assert dict(mpl.rcParams) == before
