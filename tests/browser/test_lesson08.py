"""Lesson 08 as a learner meets it: an interview is held, a card is turned."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs playwright: pip install 'layerlab[dev]'")
from browser.lessons import look_over, outputs, wait_until_run
from playwright.sync_api import Locator, Page, expect

from layerlab.course.question import Question
from layerlab.course.questions import QUESTIONS

LESSON = "08_interview_questions.ipynb"
GOOD = "A whiteout hides the file; the image still has it. Its own file is really gone. It depends."


@pytest.fixture
def lesson(open_notebook: Callable[[str], Page], home: Path) -> Page:
    for kept in (home / "progress").glob("*"):
        kept.unlink()
    page = open_notebook(LESSON)
    wait_until_run(page)
    return page


def output(lesson: Page, holds: Locator) -> Locator:
    found = outputs(lesson).filter(has=holds).last
    found.scroll_into_view_if_needed()
    return found


def asked(lesson: Page) -> tuple[Locator, Question]:
    """The interview, and the question that it asks."""
    desk = output(lesson, lesson.get_by_label("Your answer"))
    text = desk.get_by_role("status").first.inner_text()
    [question] = [each for each in QUESTIONS.values() if each.asks.replace("`", "") in text]
    return desk, question


def test_an_interview_is_held(lesson: Page, errors: list[str]) -> None:
    outputs(lesson).get_by_text("Lesson 07 · Case study: flannel: 7 questions").click()
    expect(outputs(lesson).get_by_text(QUESTIONS["L07-5"].zh)).to_be_visible()
    desk, question = asked(lesson)
    desk.get_by_label("Your answer").fill(GOOD)
    desk.get_by_role("button", name="I have answered").click()
    marks = output(lesson, lesson.get_by_role("button", name="Keep these marks"))
    boxes = marks.get_by_role("checkbox")
    expect(boxes).to_have_count(len(question.points))
    guessed = [boxes.nth(number).is_checked() for number in range(len(question.points))]
    assert tuple(guessed) == question.covered(GOOD)
    boxes.first.set_checked(False)
    marks.get_by_role("button", name="Keep these marks").click()
    expect(outputs(lesson).get_by_text("Question 2 of 3")).to_be_visible()
    for number in (2, 3):
        desk, _ = asked(lesson)
        desk.get_by_label("Your answer").fill("I don't know.")
        page = desk.page
        desk.get_by_role("button", name="I have answered").focus()
        page.keyboard.press("Enter")
        keep = outputs(lesson).get_by_role("button", name="Keep these marks")
        keep.focus()
        page.keyboard.press("Enter")
        if number == 2:
            expect(outputs(lesson).get_by_text("Question 3 of 3")).to_be_visible()
    expect(outputs(lesson).get_by_role("table", name="Interview")).to_be_visible()
    expect(outputs(lesson).get_by_text("The weak questions come back as cards.")).to_be_visible()
    look_over(lesson, errors, pictures=3)
