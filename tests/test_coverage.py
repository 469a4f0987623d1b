"""The page that says where the course meets each statement of the chapter."""

import json
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).parents[1]
SPEC = spec_from_file_location("write_coverage", ROOT / "tools/write_coverage.py")
assert SPEC
assert SPEC.loader
coverage = module_from_spec(SPEC)
SPEC.loader.exec_module(coverage)
REPLAYED = {"2-05"}  # a real mount in a box of lesson 01, which tests/reference/ runs
VERDICTS = {"true", "imprecise", "false", "misleading", "opinion"}


def headings(notebook: str) -> set[str]:
    cells = json.loads((ROOT / "notebooks" / notebook).read_text("utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {title.replace("`", "").replace(" ", "-") for title in titles}


def test_the_page_is_what_the_lessons_make() -> None:
    assert coverage.PAGE.read_text("utf-8") == coverage.page(), "run tools/write_coverage.py"


def test_every_statement_is_met_in_a_cell() -> None:
    rows, met = coverage.statements(), coverage.places()
    names = [row["id"] for row in rows]
    assert len(set(names)) == len(names) == 214
    assert met.keys() == set(names)
    assert {row["verdict"] for row in rows} == VERDICTS


def test_what_is_false_is_corrected_by_a_cell_that_runs() -> None:
    met = coverage.places()
    for row in coverage.statements():
        if row["verdict"] in ("false", "misleading"):
            assert row["correction"], row["id"]
            seen = any(place.kind == "code" for place in met[row["id"]])
            assert seen or row["id"] in REPLAYED, row["id"]


def test_the_links_lead_to_a_heading() -> None:
    links = re.findall(r"\]\(\.\./notebooks/([^)#]+)#([^)]+)\)", coverage.PAGE.read_text("utf-8"))
    assert len(links) > 214
    there = {notebook: headings(notebook) for notebook, _ in links}
    for notebook, anchor in links:
        assert unquote(anchor) in there[notebook], (notebook, anchor)


def test_a_row_survives_the_table() -> None:
    for line in coverage.page().splitlines():
        if re.match(r"\| [Q\d]", line):
            assert len(re.findall(r"(?<!\\)\|", line)) == 5, line
