"""Lesson 09 as a learner meets it: run in JupyterLab, the browser clicked, exercises tried."""

from collections.abc import Callable

import pytest

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.lessons import TYPE_AND_RUN, look_over, outputs, wait_until_run
from playwright.sync_api import Page, expect

LESSON = "09_your_own_image.ipynb"


@pytest.fixture
def lesson(open_notebook: Callable[[str], Page]) -> Page:
    page = open_notebook(LESSON)
    wait_until_run(page)
    return page


def type_and_run(lesson: Page, cell: str, source: str) -> None:
    lesson.evaluate(TYPE_AND_RUN, [cell, source])


def open_ones_own(lesson: Page) -> None:
    """An archive of one's own is looked over; what is none is told, without a traceback."""
    type_and_run(lesson, "own-look", 'mine = "images/greeter.tar"\nlesson09.look(mine)')
    expect(outputs(lesson).filter(has_text="images/greeter.tar: 4 layers")).to_have_count(1)
    type_and_run(lesson, "own-look", 'mine = "01_union_file_systems.ipynb"\nlesson09.look(mine)')
    told = outputs(lesson).filter(has_text="this is neither a tar nor a compressed one")
    expect(told).to_have_count(1)


def use_the_browser(lesson: Page) -> None:
    browser = outputs(lesson).get_by_role("group", name="Image browser", exact=True)
    browser.scroll_into_view_if_needed()
    browser.get_by_label("only waste").check()
    expect(browser).to_contain_text("main_Packages")
    browser.get_by_role("button", name="Reset", exact=True).click()
    expect(browser.get_by_label("only waste")).not_to_be_checked()


def try_exercises(lesson: Page) -> None:
    type_and_run(lesson, "exercise-3", 'answer = "ask-the-boss"\nlesson09.password.check(answer)')
    expect(outputs(lesson).filter(has_text="That one every container sees.")).to_have_count(1)
    type_and_run(lesson, "exercise-4", "answer = [2, 3, 5, 1]\nlesson09.by_waste.check(answer)")
    expect(outputs(lesson).filter(has_text="Correct.")).to_have_count(1)


def test_the_lesson_runs_and_can_be_tried(lesson: Page, errors: list[str]) -> None:
    use_the_browser(lesson)
    open_ones_own(lesson)
    try_exercises(lesson)
    look_over(lesson, errors, pictures=4)
