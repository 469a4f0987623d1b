"""A lesson that was run and saved shows its widgets when it is opened again, before it is run."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.lessons import wait_until_run
from browser.test_lesson01 import LESSON
from playwright.sync_api import Page, expect

COPY = "saved.ipynb"
SAVE = "async () => { await jupyterapp.commands.execute('docmanager:save'); }"
AGAIN = """async () => {
    const panel = jupyterapp.shell.currentWidget;
    await panel.sessionContext.shutdown();
    panel.dispose();
}"""
OPEN = """async (path) => {
    const panel = await jupyterapp.commands.execute('docmanager:open', {path});
    await panel.context.ready;
}"""


def test_a_widget_is_there_in_a_saved_lesson(
    home: Path, open_notebook: Callable[[str], Page]
) -> None:
    shutil.copy(home / "work" / LESSON, home / "work" / COPY)
    page = open_notebook(COPY)
    wait_until_run(page)
    expect(page.locator(".jp-OutputArea-output .ll-explorer")).to_have_count(1)
    page.evaluate(SAVE)
    page.evaluate(AGAIN)
    page.evaluate(OPEN, COPY)
    explorer = page.locator(".jp-NotebookPanel:visible .jp-OutputArea-output .ll-explorer")
    expect(explorer).to_have_count(1, timeout=20_000)
    expect(page.get_by_text("model not found")).to_have_count(0)
