"""Lesson 07 as a learner meets it, and its widget, the ChainID ladder, in a real browser."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browser.accessibility import faults

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.lessons import look_over, outputs, wait_until_run
from browser.test_explorer import CELL, NOTEBOOK
from playwright.sync_api import Locator, Page, expect

LESSON = "07_case_study_flannel.ipynb"
SOURCE = """\
from layerlab.catalog import images
from layerlab.notebook import ladder
ladder(images()['quay.io/coreos/flannel:v0.14.0'])"""
BASE = "777b2c648970480f50f5b4d0af8f9a8ea798eea43dbcf40ce4a8c7118736bdcf"
SECOND = "815dff9e0b5742e2a1b9c06fc748a4181a349d638bd4d66e5072df83f5fba336"


@pytest.fixture
def lesson(open_notebook: Callable[[str], Page], errors: list[str]) -> Page:
    page = open_notebook(LESSON)
    wait_until_run(page)
    return page


@pytest.fixture
def ladder(home: Path, open_notebook: Callable[[str], Page], errors: list[str]) -> Locator:
    cell = {**CELL, "execution_count": None, "source": SOURCE}
    (home / "work/ladder.ipynb").write_text(json.dumps({**NOTEBOOK, "cells": [cell]}))
    ladder = open_notebook("ladder.ipynb").locator(".ll-desk")
    ladder.wait_for()
    return ladder


def button(ladder: Locator, name: str) -> Locator:
    return ladder.get_by_role("button", name=name, exact=True)


def test_the_lesson_runs_and_shows_what_it_should(lesson: Page, errors: list[str]) -> None:
    for text in (
        "v0.14.0       8522d622299c   22 months ago   67.9MB",
        "drwx------. 2 root root 71 Feb 19 01:20 777b2c648970480f",
        "(that was all)",
    ):
        expect(outputs(lesson).filter(has_text=text)).to_have_count(1)
    look_over(lesson, errors, pictures=1)


def test_the_ladder_is_climbed_by_hashing(ladder: Locator, errors: list[str]) -> None:
    text = ladder.get_by_role("textbox", name="The text to hash")
    expect(text).to_have_value(f"sha256:{BASE} sha256:{SECOND}")
    button(ladder, "Hash it").click()
    said = ladder.get_by_role("status")
    expect(said).to_contain_text("e53a4e45baab… is the ChainID of layer 1. Now the next.")
    ladder.get_by_label("Write it", exact=True).select_option("a newline at the end")
    expect(text).to_have_value(re.compile(r"^sha256:e53a.* sha256:2e16.*\n$"))
    button(ladder, "Hash it").click()
    expect(said).to_contain_text("There is a newline at the end, as echo adds one.")
    text.fill("anything")
    button(ladder, "Hash it").click()
    expect(said).to_contain_text("It takes the ChainID below")
    button(ladder, "To the top").click()
    expect(said).to_contain_text("f62304af5461… is the ChainID of layer 6.")
    expect(ladder.locator("svg")).to_contain_text("7 of 7 ChainIDs computed")
    button(ladder, "Reset").click()
    expect(ladder.locator("svg")).to_contain_text("1 of 7 ChainIDs computed")
    assert errors == []


def test_the_keyboard_alone_is_enough(ladder: Locator, errors: list[str]) -> None:
    page = ladder.page
    button(ladder, "Climb one").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(ladder.locator("svg")).to_contain_text("3 of 7 ChainIDs computed")
    ladder.locator('svg [data-part="3"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(ladder.get_by_role("status")).to_contain_text("This is the line for layer 1.")
    expect(ladder.get_by_role("textbox", name="The text to hash")).to_have_value(
        f"sha256:{BASE} sha256:{SECOND}"
    )
    assert errors == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_no_fault(ladder: Locator, theme: str) -> None:
    page = ladder.page
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    page.wait_for_function(
        "dark => (document.body.dataset.jpThemeLight === 'false') === dark", arg="Dark" in theme
    )
    button(ladder, "Climb one").click()
    expect(ladder.locator("svg")).to_contain_text("2 of 7 ChainIDs computed")
    assert faults(page, ".ll-desk") == []
