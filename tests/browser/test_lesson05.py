"""Lesson 05 as a learner meets it: run in JupyterLab, the playground played, an exercise solved."""

from collections.abc import Callable

import pytest

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.lessons import TYPE_AND_RUN, look_over, outputs, wait_until_run
from browser.test_lesson04 import button
from playwright.sync_api import Page, expect

LESSON = "05_copy_on_write.ipynb"
ANSWER = """def answer(box):
    box.truncate("/srv/books.db", 0)
    box.append_bytes("/srv/books.db", b"new\\n")
lesson05.no_copy.check(answer)"""


@pytest.fixture
def lesson(open_notebook: Callable[[str], Page]) -> Page:
    page = open_notebook(LESSON)
    wait_until_run(page)
    return page


def play(lesson: Page) -> None:
    desk = outputs(lesson).get_by_role("group", name="Copy-on-write playground", exact=True)
    desk.scroll_into_view_if_needed()
    for _ in range(3):
        desk.get_by_role("button", name="Next: ").click()
    expect(desk.get_by_role("status")).to_contain_text("Copied up: /etc, /etc/motd")
    button(desk, "Undo").click()
    button(desk, "Reset").click()
    expect(desk).to_contain_text("Nothing was done yet.")


def solve_an_exercise(lesson: Page) -> None:
    lesson.evaluate(TYPE_AND_RUN, ["exercise-2", ANSWER])
    verdict = outputs(lesson).filter(has_text="copies the whole file up, and then cuts it")
    expect(verdict).to_have_count(1, timeout=30_000)


def test_the_lesson_runs_and_can_be_tried(lesson: Page, errors: list[str]) -> None:
    play(lesson)
    solve_an_exercise(lesson)
    look_over(lesson, errors, pictures=6)
