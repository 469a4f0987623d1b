"""Lesson 01 as a learner meets it: in JupyterLab, all cells run, then read and clicked."""

from collections.abc import Callable

import pytest

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.lessons import look_over, outputs, wait_until_run
from playwright.sync_api import Page, expect

LESSON = "01_union_file_systems.ipynb"
FOLD = """(id) => {
    const cells = jupyterapp.shell.currentWidget.content.widgets;
    cells.find((cell) => cell.model.id === id).outputHidden = true;
}"""


@pytest.fixture
def lesson(open_notebook: Callable[[str], Page], errors: list[str]) -> Page:
    page = open_notebook(LESSON)
    wait_until_run(page)
    return page


def test_the_lesson_runs_shows_and_can_be_played(lesson: Page, errors: list[str]) -> None:
    explorer = outputs(lesson).locator(".ll-explorer")
    explorer.scroll_into_view_if_needed()
    explorer.get_by_role("button", name="Move down", exact=True).click()
    expect(explorer.get_by_role("status")).to_contain_text("B is below A now.")
    expect(explorer.locator("pre")).to_contain_text("1  A")
    look_over(lesson, errors, pictures=5)
    lesson.evaluate(FOLD, "untouched")
    answer = lesson.locator(".jp-OutputPlaceholder").get_by_text("the container sees:")
    expect(answer).to_have_count(1)
    expect(answer, "what is folded shows through").to_be_hidden()
