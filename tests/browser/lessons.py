"""What every lesson must show when it was run in a browser."""

from browser.accessibility import faults
from playwright.sync_api import Locator, Page, expect

ALL_RUN = """() => {
    const cells = jupyterapp.shell.currentWidget.content.model.cells;
    const code = Array.from(cells).filter((cell) => cell.type === 'code');
    return code.every((cell) => cell.executionState === 'idle' && cell.executionCount > 0);
}"""
TYPE_AND_RUN = """async ([id, source]) => {
    const panel = jupyterapp.shell.currentWidget;
    const index = panel.content.widgets.findIndex((cell) => cell.model.id === id);
    panel.content.activeCellIndex = index;
    if (source) panel.content.activeCell.model.sharedModel.setSource(source);
    await jupyterapp.commands.execute('notebook:run-cell');
}"""
"""Run one cell, with another text in it if one is given."""


def wait_until_run(page: Page) -> None:
    """Until every code cell of the open notebook was run."""
    page.wait_for_function(ALL_RUN, timeout=120_000)


def outputs(lesson: Page) -> Locator:
    """The outputs of the notebook in front."""
    return lesson.locator(".jp-NotebookPanel:visible .jp-OutputArea-output")


def look_over(lesson: Page, errors: list[str], *, pictures: int) -> None:
    """No errors; at least so many pictures, with words and no wider than the page; axe-clean."""
    expect(lesson.locator(".jp-RenderedText[data-mime-type*='stderr']")).to_have_count(0)
    images = outputs(lesson).locator("img")
    alts = images.evaluate_all("images => images.map((image) => image.alt)")
    widths = images.evaluate_all("images => images.map((image) => image.clientWidth)")
    assert len(alts) >= pictures
    assert all(len(alt) > 20 for alt in alts)
    assert all(0 < width <= 800 for width in widths)
    assert errors == []
    assert faults(lesson, ".jp-NotebookPanel .jp-OutputArea-output") == []
