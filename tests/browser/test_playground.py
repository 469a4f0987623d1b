"""The copy-on-write playground in a real browser: played, clicked, typed, axe-clean."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from browser.accessibility import faults

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.test_explorer import CELL, NOTEBOOK
from playwright.sync_api import Locator, Page, expect

SOURCE = "from layerlab.notebook import playground\nplayground()"


@pytest.fixture
def play(home: Path, open_notebook: Callable[[str], Page], errors: list[str]) -> Locator:
    cell = {**CELL, "execution_count": None, "source": SOURCE}
    (home / "work/playground.ipynb").write_text(json.dumps({**NOTEBOOK, "cells": [cell]}))
    play = open_notebook("playground.ipynb").locator(".ll-playground")
    play.wait_for()
    return play


def button(play: Locator, name: str) -> Locator:
    return play.get_by_role("button", name=name, exact=True)


def seen(play: Locator, path: str) -> Locator:
    """The chip of a path in the merged tree of the picture."""
    return play.locator(f'svg [data-path="{path}"]:not([data-layer])')


def said(play: Locator, words: str) -> None:
    expect(play.get_by_role("status")).to_contain_text(words)


def log(play: Locator) -> Locator:
    return play.get_by_label("The log")


def test_the_moves_of_a_stage_are_played(play: Locator, errors: list[str]) -> None:
    said(play, "/srv/new.txt: no such file.")
    button(play, "Next: create /srv/new.txt").click()
    said(play, "Copied up: /srv, no content.")
    button(play, "Next: read /etc/motd").click()
    said(play, "Found in layer 0. Nothing was copied up.")
    button(play, "Next: append /etc/motd").click()
    said(play, "Copied up: /etc, /etc/motd, 19B.")
    expect(play.locator("svg .riding")).to_have_text("copied up 19B")
    expect(log(play)).to_contain_text("3  append /etc/motd")
    button(play, "Undo").click()
    said(play, "The last move is taken back.")
    expect(play.locator("svg .riding")).to_have_count(0)
    expect(log(play)).not_to_contain_text("append")
    play.get_by_label("Stage", exact=True).select_option("two containers")
    expect(play).to_contain_text("does one see what the other wrote?")
    button(play, "Next: append /etc/motd").click()
    button(play, "Next: run another container").click()
    said(play, "Container B runs on the same image.")
    expect(play.locator("svg")).to_contain_text("the same 3 layers")
    button(play, "Next: read /etc/motd").click()
    said(play, "19B read, “Welcome to Debian.”")
    play.get_by_label("Container", exact=True).select_option("A")
    said(play, "You are in container A now.")
    button(play, "Commit").click()
    said(play, "commit: image layer 3 of 31B")
    expect(play.locator("svg")).to_contain_text("commit of A")
    button(play, "Reset").click()
    button(play, "Next: create /srv/new.txt").wait_for()
    assert errors == []


def test_a_file_is_clicked_and_something_done_to_it(play: Locator, errors: list[str]) -> None:
    seen(play, "/etc/motd").click()
    said(play, "Looking it up searches layer 1, then layer 0.")
    expect(play.get_by_label("Path", exact=True)).to_have_value("/etc/motd")
    play.get_by_label("Operation").select_option("chmod")
    button(play, "Do it").click()
    said(play, "chmod /etc/motd: mode 644 → 644. Copied up: /etc, /etc/motd, 19B.")
    play.get_by_text("The merged tree", exact=True).click()
    play.get_by_role("button", name="srv/ from layer 2").click()
    expect(play.get_by_label("Path", exact=True)).to_have_value("/srv")
    play.get_by_label("Operation").select_option("rename")
    play.get_by_label("New path").fill("/new")
    button(play, "Do it").click()
    said(play, "rename /srv → /new: EXDEV, Invalid cross-device link.")
    expect(log(play)).to_contain_text("EXDEV")
    play.get_by_label("Operation").select_option("chmod")
    play.get_by_label("Mode (none: as it is)").fill("rwx")
    button(play, "Do it").click()
    said(play, "'rwx' is no mode (give octal digits, as 644).")
    play.get_by_label("Path", exact=True).fill("/etc/passwd")
    button(play, "Do it").click()
    said(play, "'rwx' is no mode")
    expect(play.get_by_label("Path", exact=True)).to_have_value("/etc/passwd")
    button(play, "srv/ from layer 2").click()
    expect(play.get_by_label("Path", exact=True)).to_have_value("/srv")
    assert errors == []


def test_the_keyboard_alone_does_it(play: Locator, errors: list[str]) -> None:
    page = play.page
    play.get_by_label("A line of shell").focus()
    page.keyboard.type("echo x >> /etc/motd")
    page.keyboard.press("Enter")
    said(play, "$ echo x >> /etc/motd. Copied up: /etc, /etc/motd, 19B.")
    seen(play, "/etc/app.conf").focus()
    page.keyboard.press("ArrowRight")
    expect(seen(play, "/etc/motd")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    said(play, "/etc/passwd: file of 30B from layer 0.")
    expect(seen(play, "/etc/passwd")).to_be_focused()
    play.get_by_label("Operation").focus()
    page.keyboard.type("delete")
    play.get_by_label("Path", exact=True).focus()
    page.keyboard.press("Enter")
    said(play, "delete /etc/passwd. Whiteout: /etc/passwd.")
    following = button(play, "Next: create /srv/new.txt")
    following.focus()
    page.keyboard.press("Space")
    said(play, "create /srv/new.txt: 4B written.")
    expect(button(play, "Next: read /etc/motd")).to_be_focused()
    assert errors == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_no_fault(play: Locator, theme: str) -> None:
    page = play.page
    page.set_viewport_size({"width": 800, "height": 900})
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    page.wait_for_function(
        "dark => (document.body.dataset.jpThemeLight === 'false') === dark", arg="Dark" in theme
    )
    play.get_by_label("Operation").select_option("append")
    play.get_by_label("Path", exact=True).fill("/etc/motd")
    button(play, "Do it").click()
    said(play, "Copied up")
    button(play, "Run another").click()
    said(play, "Container B runs")
    assert faults(page, ".ll-playground") == []
    wide = play.evaluate("root => root.scrollWidth - root.clientWidth")
    assert wide <= 0
