"""The Dockerfile bench in a real browser: edited, dragged, moved by keys, axe-clean."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from browser.accessibility import faults

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.test_explorer import CELL, NOTEBOOK
from playwright.sync_api import Locator, Page, expect

SOURCE = '''\
from layerlab.notebook import dockerfile_bench
dockerfile_bench("""
FROM debian
WORKDIR /app
COPY . .
RUN mkdir /made
CMD ["./app.py"]
""", {"app.py": "print('hello')"})'''


@pytest.fixture
def bench(home: Path, open_notebook: Callable[[str], Page], errors: list[str]) -> Locator:
    cell = {**CELL, "execution_count": None, "source": SOURCE}
    (home / "work/dockerfile.ipynb").write_text(json.dumps({**NOTEBOOK, "cells": [cell]}))
    bench = open_notebook("dockerfile.ipynb").locator(".ll-dockerfile")
    bench.wait_for()
    return bench


def button(bench: Locator, name: str) -> Locator:
    return bench.get_by_role("button", name=name, exact=True)


def field(bench: Locator, number: int) -> Locator:
    return bench.get_by_label(f"Instruction {number}", exact=True)


def verdicts(bench: Locator, *kinds: str) -> None:
    expect(bench.locator("li .sign")).to_have_text([*kinds])


def said(bench: Locator, words: str) -> None:
    expect(bench.get_by_role("status")).to_contain_text(words)


def test_changes_are_built_at_once(bench: Locator, errors: list[str]) -> None:
    verdicts(bench, "base", "run", "run", "run", "run")
    button(bench, "Change it").click()
    said(bench, "app.py changed. 3 of 4 steps ran")
    verdicts(bench, "base", "hit", "run", "run", "run")
    bench.locator("li .handle").nth(3).drag_to(bench.locator("li").nth(2))
    said(bench, "Instruction 4 moved to place 3.")
    expect(field(bench, 3)).to_have_value("RUN mkdir /made")
    button(bench, "Change it").click()
    verdicts(bench, "base", "hit", "hit", "run", "run")
    field(bench, 3).fill("RUN exit 3")
    field(bench, 3).press("Enter")
    said(bench, "The build failed.")
    expect(bench.locator("li.failed")).to_contain_text("non-zero code: 3")
    expect(bench).to_contain_text("The sums are those of the last build")
    button(bench, "Undo").click()
    verdicts(bench, "base", "hit", "hit", "run", "run")
    button(bench, "Add below: instruction 5").click()
    expect(field(bench, 6)).to_have_value("RUN true")
    button(bench, "Remove: instruction 6").click()
    expect(bench.locator("li")).to_have_count(5)
    bench.get_by_label("Builder", exact=True).select_option("buildkit")
    said(bench, "Built with BuildKit.")
    button(bench, "Reset").click()
    verdicts(bench, "base", "run", "run", "run", "run")
    assert errors == []


def test_the_keyboard_alone_does_it(bench: Locator, errors: list[str]) -> None:
    page = bench.page
    field(bench, 4).focus()
    page.keyboard.press("Alt+ArrowUp")
    said(bench, "Instruction 4 moved to place 3.")
    expect(field(bench, 3)).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type(" /other")
    expect(field(bench, 3)).to_have_value("RUN mkdir /made\n /other")
    page.keyboard.press("Escape")
    expect(field(bench, 3)).to_have_value("RUN mkdir /made")
    page.keyboard.type(" /other")
    page.keyboard.press("Enter")
    said(bench, "Instruction 3 edited.")
    button(bench, "Move down: instruction 3").focus()
    page.keyboard.press("Space")
    said(bench, "Instruction 3 moved to place 4.")
    expect(button(bench, "Move down: instruction 4")).to_be_focused()
    bench.locator("li .verdict").nth(3).focus()
    page.keyboard.press("Enter")
    expect(bench.get_by_label("The selected part")).to_contain_text("Added: 2\n  /made\n  /other")
    button(bench, "Remove: instruction 4").focus()
    page.keyboard.press("Enter")
    expect(field(bench, 4)).to_be_focused()  # what came after it
    assert errors == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_no_fault(bench: Locator, theme: str) -> None:
    page = bench.page
    page.set_viewport_size({"width": 800, "height": 900})
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    page.wait_for_function(
        "dark => (document.body.dataset.jpThemeLight === 'false') === dark", arg="Dark" in theme
    )
    field(bench, 4).fill("RUN nonsense")
    field(bench, 4).press("Enter")
    said(bench, "The build failed.")
    assert faults(page, ".ll-desk") == []
    wide = bench.evaluate("root => root.scrollWidth - root.clientWidth")
    assert wide <= 0
