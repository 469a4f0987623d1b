"""Lesson 02 as a learner meets it, and its widget, the ID workbench, in a real browser."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from browser.accessibility import faults

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.lessons import look_over, outputs, wait_until_run
from browser.test_explorer import CELL, NOTEBOOK
from playwright.sync_api import Locator, Page, expect

LESSON = "02_images_and_layers.ipynb"
SOURCE = """\
from layerlab.notebook import workbench
workbench()"""


@pytest.fixture
def lesson(open_notebook: Callable[[str], Page], errors: list[str]) -> Page:
    page = open_notebook(LESSON)
    wait_until_run(page)
    return page


@pytest.fixture
def bench(home: Path, open_notebook: Callable[[str], Page], errors: list[str]) -> Locator:
    cell = {**CELL, "execution_count": None, "source": SOURCE}
    (home / "work/bench.ipynb").write_text(json.dumps({**NOTEBOOK, "cells": [cell]}))
    bench = open_notebook("bench.ipynb").locator(".ll-desk")
    bench.wait_for()
    return bench


def button(bench: Locator, name: str) -> Locator:
    return bench.get_by_role("button", name=name, exact=True)


def plate(bench: Locator, name: str) -> Locator:
    return bench.locator(f'svg [data-part="{name}"]')


def test_the_lesson_runs_and_shows_what_it_should(lesson: Page, errors: list[str]) -> None:
    expect(outputs(lesson).filter(has_text="4de2f0468a91: Pull complete")).to_have_count(1)
    look_over(lesson, errors, pictures=3)


def test_a_change_shows_which_names_it_changes(bench: Locator, errors: list[str]) -> None:
    expect(plate(bench, "ImageID")).to_have_attribute("aria-pressed", "false")
    button(bench, "Touch the file").click()
    expect(bench.get_by_role("status")).to_contain_text("6 of 11 names have changed.")
    expect(plate(bench, "DiffID of app")).to_contain_text("changed")
    expect(plate(bench, "DiffID of base")).to_contain_text("same")
    expect(bench).to_contain_text("DiffID changed in app: it is the hash of the tar")
    bench.get_by_label("Compression", exact=True).select_option("none")
    expect(bench.get_by_role("status")).to_contain_text("stored uncompressed. 4 of 11 names")
    bench.get_by_label("Layer", exact=True).select_option("base")
    button(bench, "Move down").click()
    expect(bench.get_by_role("status")).to_contain_text("base is the base already")
    button(bench, "Reset").click()
    expect(bench.get_by_role("status")).to_contain_text("Nothing changed yet.")
    expect(bench.get_by_label("Compression", exact=True)).to_have_value("gzip -6")
    assert errors == []


def test_a_name_tells_what_it_is_the_hash_of_by_mouse_and_keyboard(
    bench: Locator, errors: list[str]
) -> None:
    plate(bench, "manifest digest").click()
    expect(bench).to_contain_text("SHA-256 of the manifest:")
    page = bench.page
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(plate(bench, "blob digest of app")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(bench).to_contain_text("SHA-256 of the plain tar, 2,048 bytes:")
    expect(plate(bench, "DiffID of app")).to_be_focused()  # though the picture is a new one
    button(bench, "Env").focus()
    page.keyboard.press("Space")
    expect(bench.get_by_role("status")).to_contain_text("The config sets DEBUG=1. 2 of 11 names")
    assert errors == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_no_fault(bench: Locator, theme: str) -> None:
    page = bench.page
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    page.wait_for_function(
        "dark => (document.body.dataset.jpThemeLight === 'false') === dark", arg="Dark" in theme
    )
    button(bench, "Touch the file").click()
    expect(plate(bench, "DiffID of app")).to_contain_text("changed")
    assert faults(page, ".ll-desk") == []
