"""Lesson 06 as a learner meets it: run in JupyterLab, the pulls played, the simulator clicked."""

from collections.abc import Callable

import pytest

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.lessons import look_over, outputs, wait_until_run
from playwright.sync_api import Locator, Page, expect

LESSON = "06_layer_sharing.ipynb"


@pytest.fixture
def lesson(open_notebook: Callable[[str], Page]) -> Page:
    page = open_notebook(LESSON)
    wait_until_run(page)
    return page


def widget(lesson: Page, name: str) -> Locator:
    found = outputs(lesson).get_by_role("group", name=name, exact=True)
    found.scroll_into_view_if_needed()
    return found


def button(desk: Locator, name: str) -> Locator:
    return desk.get_by_role("button", name=name, exact=True)


def said(desk: Locator, words: str) -> None:
    expect(desk.get_by_role("status")).to_contain_text(words)


def play_the_pulls(player: Locator) -> None:
    said(player, "2 downloading.")
    button(player, "To the end").click()
    said(player, "Done. 4.84MB crossed the wire. Downloaded newer image for team/shop:1.")
    player.get_by_label("Image", exact=True).select_option("team/blog:1")
    said(player, "1 of 2 layers are here already.")
    expect(player.locator("svg")).to_contain_text("nothing moves")
    expect(player.locator("pre:visible")).to_contain_text("Already exists")
    button(player, "Step").click()
    said(player, "1 downloading.")
    button(player, "Reset").click()
    expect(player.get_by_label("Image", exact=True)).to_have_value("team/shop:1")


def click_the_simulator(desk: Locator) -> None:
    desk.get_by_label("Images", exact=True).select_option("4")
    said(desk, "4 images. 10MB crossed the wire.")
    desk.get_by_label("Containers on each", exact=True).select_option("3")
    said(desk, "12 containers. No image layer was copied for them.")
    desk.locator('svg [data-part="app 2"]').click()
    expect(desk.get_by_label("Image", exact=True)).to_have_value("app 2")
    button(desk, "Upgrade base").click()
    said(desk, "app 2 is on base v2 now. 40MB crossed the wire.")
    expect(desk.locator("svg")).to_contain_text("base v2")
    button(desk, "Write to library").click()
    said(desk, "3 copy-ups of 15MB: 45MB more on disk, and 45MB more in memory.")
    button(desk, "Prune").click()
    said(desk, "1 image removed, 10MB freed")
    expect(button(desk, "Write to library")).to_be_disabled()


def reach_by_keyboard(desk: Locator) -> None:
    page = desk.page
    button(desk, "Reset").focus()
    page.keyboard.press("Enter")
    said(desk, "3 images, freshly pulled.")
    desk.locator('svg [data-part="app 1"]').focus()
    page.keyboard.press("ArrowRight")
    expect(desk.locator('svg [data-part="app 2"]')).to_be_focused()
    page.keyboard.press("Enter")
    said(desk, "app 2 v1 on base v1: 40MB. Shared 30MB, its own 10MB.")
    expect(desk.locator('svg [data-part="app 2"]')).to_be_focused()  # though it is drawn anew


def test_the_lesson_runs_shows_and_can_be_played(lesson: Page, errors: list[str]) -> None:
    play_the_pulls(widget(lesson, "Pull player"))
    simulator = widget(lesson, "Sharing simulator")
    click_the_simulator(simulator)
    reach_by_keyboard(simulator)
    look_over(lesson, errors, pictures=4)


def test_a_widget_answers_within_a_tenth_of_a_second(lesson: Page) -> None:
    desk = widget(lesson, "Sharing simulator")
    took = [
        desk.evaluate(
            """async (root) => {
                const status = root.querySelector('[role=status]');
                const before = status.textContent;
                const button = [...root.querySelectorAll('button')]
                    .find((each) => each.textContent === 'Upgrade base');
                const start = performance.now();
                button.click();
                while (status.textContent === before) {
                    if (performance.now() - start > 5000) return Infinity;
                    await new Promise((done) => setTimeout(done, 2));
                }
                return performance.now() - start;
            }"""
        )
        for _ in range(5)
    ]
    # Other tests run beside this one: the quickest tells what the simulator needs.
    assert min(took) < 100, took
