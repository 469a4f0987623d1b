"""Lesson 01 as a learner meets it: in JupyterLab, all cells run, then read and clicked."""

from collections.abc import Callable

import pytest
from browser.accessibility import faults

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from playwright.sync_api import Page, expect

LESSON = "01_union_file_systems.ipynb"
ALL_RUN = """() => {
    const cells = jupyterapp.shell.currentWidget.content.model.cells;
    const code = Array.from(cells).filter((cell) => cell.type === 'code');
    return code.every((cell) => cell.executionState === 'idle' && cell.executionCount > 0);
}"""


@pytest.fixture
def lesson(open_notebook: Callable[[str], Page], errors: list[str]) -> Page:
    page = open_notebook(LESSON)
    page.wait_for_function(ALL_RUN, timeout=120_000)
    return page


def test_the_lesson_runs_shows_and_can_be_played(lesson: Page, errors: list[str]) -> None:
    outputs = lesson.locator(".jp-NotebookPanel:visible .jp-OutputArea-output")
    expect(lesson.locator(".jp-RenderedText[data-mime-type*='stderr']")).to_have_count(0)

    explorer = outputs.locator(".ll-explorer")
    explorer.scroll_into_view_if_needed()
    explorer.get_by_role("button", name="Move down", exact=True).click()
    expect(explorer.get_by_role("status")).to_contain_text("B is below A now.")
    expect(explorer.locator("pre")).to_contain_text("1  A")

    pictures = outputs.locator("img")
    alts = pictures.evaluate_all("images => images.map((image) => image.alt)")
    widths = pictures.evaluate_all("images => images.map((image) => image.clientWidth)")
    assert len(alts) >= 5
    assert all(len(alt) > 20 for alt in alts)
    assert all(0 < width <= 800 for width in widths)
    assert errors == []
    seen = faults(lesson, ".jp-NotebookPanel .jp-OutputArea-output")
    assert seen == []
