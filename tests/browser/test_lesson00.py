"""Lesson 00 as a newcomer meets it: run, quiz taken by keyboard, board moved, links followed."""

from collections.abc import Callable

import pytest

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.lessons import TYPE_AND_RUN, look_over, outputs, wait_until_run
from playwright.sync_api import Page, expect

LESSON = "00_start_here.ipynb"
HANGING = ["exercise-2", 'print("it hangs")\nwhile True:\n    pass']
OPEN = "name => jupyterapp.shell.currentWidget.context?.path === name"


@pytest.fixture
def lesson(open_notebook: Callable[[str], Page]) -> Page:
    page = open_notebook(LESSON)
    wait_until_run(page)
    return page


def take_the_quiz_by_keyboard(lesson: Page) -> None:
    quiz = outputs(lesson).filter(has_text="Question 1 of 9")
    quiz.scroll_into_view_if_needed()
    quiz.get_by_role("radio").first.focus()
    for key in ("Tab", "Space", "Tab", "Tab", "Tab", "Enter"):  # JupyterLab keeps the arrows
        lesson.keyboard.press(key)
    quiz = outputs(lesson).filter(has_text="Question 1 of 9")
    expect(quiz).to_contain_text("Right. Look down from the top")
    lesson.keyboard.press("Enter")  # the focus is still on the button
    quiz = outputs(lesson).filter(has_text="Question 2 of 9")
    expect(quiz.get_by_role("radio", checked=True)).to_have_count(0)
    for number in range(2, 10):
        quiz = outputs(lesson).filter(has_text=f"Question {number} of 9")
        quiz.get_by_label("I don't know").check()
        quiz.get_by_role("button", name="Answer").click()
        name = "Where do I start?" if number == 9 else "Next question"
        quiz.get_by_role("button", name=name).click()
    expect(outputs(lesson).filter(has_text="1 of 9 right")).to_contain_text(
        "Start with lesson 01, Union file systems."
    )


def solve_an_exercise_and_see_the_board_move(lesson: Page) -> None:
    lesson.evaluate(TYPE_AND_RUN, ["exercise-1", "answer = 5\nlesson00.how_many.check(answer)"])
    expect(outputs(lesson).filter(has_text="Those are the rows of its history")).to_have_count(1)
    lesson.evaluate(TYPE_AND_RUN, ["exercise-1", "answer = 4\nlesson00.how_many.check(answer)"])
    expect(outputs(lesson).filter(has_text="Three came with the pull")).to_have_count(1)
    lesson.evaluate(TYPE_AND_RUN, ["board", "progress()"])
    row = outputs(lesson).get_by_role("row", name="00 · Start here")
    expect(row).to_contain_text("1 of 3")
    expect(outputs(lesson).filter(has_text="cards due")).to_contain_text("Kept in ")


def end_a_cell_that_hangs(lesson: Page) -> None:
    """As the page says: Kernel, Interrupt Kernel."""
    lesson.evaluate(TYPE_AND_RUN.replace("await jupyterapp", "jupyterapp"), HANGING)
    expect(outputs(lesson).filter(has_text="it hangs")).to_have_count(1)
    lesson.get_by_role("menuitem", name="Kernel", exact=True).click()
    lesson.get_by_role("menuitem", name="Interrupt Kernel").click()
    expect(outputs(lesson).filter(has_text="KeyboardInterrupt")).to_have_count(1)


def follow_the_link(lesson: Page, link: str) -> None:
    outputs(lesson).get_by_role("link", name=link).click()
    lesson.wait_for_function(OPEN, arg="01_union_file_systems.ipynb")


def test_the_lesson_runs_and_can_be_tried(lesson: Page, errors: list[str]) -> None:
    take_the_quiz_by_keyboard(lesson)
    solve_an_exercise_and_see_the_board_move(lesson)
    look_over(lesson, errors, pictures=3)
    end_a_cell_that_hangs(lesson)
    follow_the_link(lesson, "01 · Union file systems")
