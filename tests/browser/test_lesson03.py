"""Lesson 03 as a learner meets it: run in JupyterLab, the view clicked and reached by keyboard."""

from collections.abc import Callable

import pytest

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.lessons import look_over, outputs, wait_until_run
from playwright.sync_api import Locator, Page, expect

LESSON = "03_base_images.ipynb"
KERNEL = "3.10.0-1160.el7.x86_64"


@pytest.fixture
def lesson(open_notebook: Callable[[str], Page]) -> Page:
    page = open_notebook(LESSON)
    wait_until_run(page)
    return page


def widget(lesson: Page) -> Locator:
    found = outputs(lesson).get_by_role("group", name="What a container sees", exact=True)
    found.scroll_into_view_if_needed()
    return found


def said(desk: Locator, words: str) -> None:
    expect(desk.get_by_role("status")).to_contain_text(words)


def click_through(desk: Locator) -> None:
    for image, release in [
        ("alpine", "Alpine Linux v3.12"),
        ("debian", "Debian GNU/Linux 12 (bookworm)"),
        ("scratch + 1 file", "no such file"),
    ]:
        desk.get_by_label("Image", exact=True).select_option(image)
        said(desk, f"{image}: {release}. The kernel stayed {KERNEL}.")
    expect(desk.locator("svg")).to_contain_text("no distribution")
    desk.get_by_label("From", exact=True).select_option("on the host")
    said(desk, "You look from the host. The same as before: uname -r.")
    desk.locator("svg [data-part^=find]").click()
    expect(desk.locator("pre.whole")).to_contain_text(f"/boot/vmlinuz-{KERNEL}")


def reach_by_keyboard(desk: Locator) -> None:
    page = desk.page
    desk.get_by_role("button", name="Reset", exact=True).focus()
    page.keyboard.press("Enter")
    said(desk, "You are in a container of centos.")
    desk.locator('svg [data-part="uname -r"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    said(desk, "cat /etc/os-release: answered by the image's files.")
    expect(desk.locator('svg [data-part="cat /etc/os-release"]')).to_be_focused()
    expect(desk.locator("pre.whole")).to_contain_text('PRETTY_NAME="CentOS Linux 8"')


def test_the_lesson_runs_shows_and_can_be_played(lesson: Page, errors: list[str]) -> None:
    desk = widget(lesson)
    click_through(desk)
    reach_by_keyboard(desk)
    look_over(lesson, errors, pictures=2)
