"""The image browser in a real browser: folders, keys, filter, a file of one's own, axe-clean."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from browser.accessibility import faults

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.test_explorer import CELL, NOTEBOOK
from playwright.sync_api import Locator, Page, expect

from layerlab import Directory, Image, Layer, Whiteout, save_image

SOURCE = """\
from layerlab import Image, Layer, Symlink, Whiteout
from layerlab.notebook import browse
many = {f"/usr/many/{n:03}": "x" for n in range(100)}
base = {"/etc/motd": "hello", "/usr/lib/a.so": "a" * 90, "/usr/share/doc/one": "d" * 60}
top = {"/etc/motd": "good morning", "/usr/share/doc": Whiteout(), "/bin": Symlink("usr/bin")}
browse(Image([Layer.of({**base, **many, "/<i>odd\\udcff": "odd"}), Layer.of(top)]))"""


@pytest.fixture
def browser(home: Path, open_notebook: Callable[[str], Page], errors: list[str]) -> Locator:
    cell = {**CELL, "execution_count": None, "source": SOURCE}
    (home / "work/browse.ipynb").write_text(json.dumps({**NOTEBOOK, "cells": [cell]}))
    browser = open_notebook("browse.ipynb").locator(".ll-browse")
    browser.wait_for()
    return browser


def item(browser: Locator, path: str) -> Locator:
    return browser.locator(f"[role=treeitem][data-key='{path}']")


def button(browser: Locator, name: str) -> Locator:
    return browser.get_by_role("button", name=name)


def detail(browser: Locator, words: str) -> None:
    expect(browser.get_by_label("The selected part")).to_contain_text(words)


def said(browser: Locator, words: str) -> None:
    expect(browser.get_by_role("status")).to_contain_text(words)


def test_looking_around(browser: Locator, errors: list[str]) -> None:
    detail(browser, "hidden: 5B in layer 0, changed by layer 1\n\ngood morning")
    item(browser, "/usr").locator(".twist").click()
    expect(item(browser, "/usr")).to_have_attribute("aria-expanded", "true")
    item(browser, "/usr/many").click()
    more = browser.get_by_text("… 40 more")
    expect(item(browser, "/usr/many/059")).to_be_attached()
    more.click()
    expect(item(browser, "/usr/many/099")).to_be_attached()
    item(browser, "/%3Ci%3Eodd%FF").click()
    expect(browser).to_contain_text("/<i>odd\\xff")
    detail(browser, "file of 3B")
    button(browser, "layer 0").first.click()
    said(browser, "Layer 0: ")
    browser.get_by_label("Filter").fill("one")
    said(browser, "1 path match")
    expect(item(browser, "/usr/share/doc/one")).to_contain_text("added; deleted in a later layer")
    browser.get_by_label("Filter").fill("")
    said(browser, "All paths")
    button(browser, "deleted in a later layer").click()
    said(browser, "deleted in a later layer: 60B in layer 0.")
    expect(item(browser, "/usr/share/doc/one")).to_have_attribute("aria-selected", "true")
    detail(browser, "looked up: ")
    browser.locator("svg.ll [data-path='/usr/lib/a.so']").click()
    detail(browser, "file of 90B")
    button(browser, "Zoom to the selected").click()
    said(browser, "The map shows /usr/lib.")
    button(browser, "Zoom out").click()
    browser.get_by_label("only waste").check()
    said(browser, "Only waste: 65B.")
    browser.get_by_label("Sort by").select_option("size")
    said(browser, "Sorted by size.")
    button(browser, "Reset").click()
    detail(browser, "good morning")
    assert errors == []


def test_the_keyboard_alone_does_it(browser: Locator, errors: list[str]) -> None:
    page = browser.page
    item(browser, "/etc/motd").focus()
    page.keyboard.press("Home")
    page.keyboard.press("End")
    expect(item(browser, "/usr")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(item(browser, "/usr")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    expect(item(browser, "/usr/lib")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(item(browser, "/usr/lib/a.so")).to_be_attached()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    detail(browser, "file of 90B")
    expect(item(browser, "/usr/lib/a.so")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(item(browser, "/usr/lib")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(item(browser, "/usr/lib/a.so")).to_have_count(0)
    expect(item(browser, "/usr/lib")).to_be_focused()
    expect(browser.locator("[role=treeitem][tabindex='0']")).to_have_count(1)
    button(browser, "layer 1").first.focus()
    page.keyboard.press("Enter")
    said(browser, "Layer 1: 3 changes")
    expect(button(browser, "layer 1").first).to_be_focused()
    assert errors == []


def test_a_file_of_ones_own(browser: Locator, tmp_path: Path, errors: list[str]) -> None:
    picked = browser.get_by_label("Send a file of your own")
    rubbish = tmp_path / "rubbish.tar"
    rubbish.write_text("no archive")
    picked.set_input_files(rubbish)
    said(browser, "rubbish.tar: this is neither a tar nor a compressed one")
    detail(browser, "good morning")
    own = Image(
        [Layer.of({"/mine": "m" * 3_000_000}), Layer.of({"/mine": Whiteout(), "/d": Directory()})]
    )
    save_image(own, tmp_path / "own.tar", "own:1")
    picked.set_input_files(tmp_path / "own.tar")
    expect(browser).to_contain_text("own:1 from own.tar: 2 layers, 3MB, of it 3MB waste")
    browser.get_by_label("Path of an archive or layout").fill("images/greeter.tar")
    button(browser, "Open").click()
    expect(browser).to_contain_text("from images/greeter.tar: ")
    browser.get_by_label("Path of an archive or layout").fill("nowhere.tar")
    button(browser, "Open").click()
    said(browser, "nowhere.tar: there is no such file")
    expect(browser).to_contain_text("from images/greeter.tar: ")
    assert errors == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_no_fault(browser: Locator, theme: str) -> None:
    page = browser.page
    page.set_viewport_size({"width": 800, "height": 900})
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    page.wait_for_function(
        "dark => (document.body.dataset.jpThemeLight === 'false') === dark", arg="Dark" in theme
    )
    button(browser, "deleted in a later layer").click()
    said(browser, "deleted in a later layer")
    assert faults(page, ".ll-browse") == []
    wide = browser.evaluate("root => root.scrollWidth - root.clientWidth")
    assert wide <= 0
