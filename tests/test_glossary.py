"""The glossary: every term that a lesson lists is in it, with the same Chinese."""

import json
import re
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))


def markdown(path: Path) -> str:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def terms() -> dict[str, str]:
    rows = re.findall(
        r"^\| \*\*(.+?)\*\* \| (.+?) \| .+? \|",
        markdown(NOTEBOOKS / "glossary.ipynb"),
        re.MULTILINE,
    )
    return dict(rows)


def words(chinese: str) -> set[str]:
    return set(re.split(r"[,()\s]+", chinese)) - {""}


def test_the_terms_are_sorted_and_said_once() -> None:
    rows = re.findall(r"^\| \*\*(.+?)\*\* ", markdown(NOTEBOOKS / "glossary.ipynb"), re.MULTILINE)
    assert rows == sorted(set(rows), key=str.lower)
    assert len(rows) > 45


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lessons_terms_are_in_the_glossary(lesson: Path) -> None:
    listed = re.findall(
        r"^\| ([\w ,-]+) \| ([^|]*[一-鿿][^|]*) \|$", markdown(lesson), re.MULTILINE
    )
    assert listed.pop(0) == ("English", "中文")
    assert listed
    for english, chinese in listed:
        assert words(chinese) <= words(terms()[english]), english


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_leads_to_the_glossary(lesson: Path) -> None:
    assert "(glossary.ipynb)" in markdown(lesson)


def test_the_glossary_leads_to_the_lessons() -> None:
    links = re.findall(r"\]\((.+?)\)", markdown(NOTEBOOKS / "glossary.ipynb"))
    assert {NOTEBOOKS / link for link in links} <= set(LESSONS)
