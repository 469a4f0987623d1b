"""The placement quiz: where it sends whom, and that a cell can take it."""

import json
import re
from pathlib import Path

import pytest

from layerlab.course import lesson_map, placement
from layerlab.course.lessons import LESSONS
from layerlab.course.placement_items import ITEMS
from layerlab.course.placement_state import UNSURE, Placement

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def taken(*wrong: str) -> Placement:
    """The quiz with every question right, but for those of the lessons ``wrong``."""
    state = Placement()
    while state.item:
        state = state.answer(UNSURE if state.item.lesson in wrong else state.item.right).next()
    return state


def test_the_questions_can_be_asked() -> None:
    assert 8 <= len(ITEMS) <= 10
    assert [item.lesson for item in ITEMS] == sorted(item.lesson for item in ITEMS)
    for item in ITEMS:
        assert len(set(item.options)) == len(item.options) >= 3
        assert item.right in item.options
        assert UNSURE not in item.options
    places = {item.options.index(item.right) for item in ITEMS}
    assert places == {0, 1, 2}, "the right answer always stands in the same place"


def test_one_starts_where_the_first_question_was_missed() -> None:
    for number in dict.fromkeys(item.lesson for item in ITEMS):
        assert taken(number).start.number == number
    state = taken("05", "03", "07")
    assert (state.start.number, state.missed) == ("03", ("03", "05", "07"))
    assert state.why.endswith("Later look into 05 and 07.")
    assert sum(state.right) == len(ITEMS) - 3


def test_who_knows_all_starts_with_the_interview() -> None:
    assert taken().start.number == "08"
    assert "say it" in taken().why


def test_an_answer_stands_until_one_goes_on() -> None:
    first = Placement()
    assert first.next() == first
    state = first.answer(first.options[0])
    assert state.item == first.item
    with pytest.raises(ValueError, match="none of"):
        state.answer(first.options[1])
    with pytest.raises(ValueError, match="none of"):
        first.answer("something else")
    assert state.next().item == ITEMS[1]


def test_each_answer_gets_its_reason() -> None:
    state = Placement()
    assert state.verdict == ("", "")
    assert state.answer(ITEMS[0].right).verdict == ("Right", ITEMS[0].why)
    wrong = next(option for option in ITEMS[0].options if option != ITEMS[0].right)
    for answer, word in ((wrong, "Not so"), (UNSURE, "Now you do")):
        title, text = state.answer(answer).verdict
        assert title == word
        assert ITEMS[0].right in text
        assert ITEMS[0].why in text


def test_a_cell_takes_the_quiz() -> None:
    quiz = placement()
    assert repr(quiz).startswith("Question 1 of 9. ")
    assert "( ) I don't know" in repr(quiz)
    quiz.answer(UNSURE)
    assert "(•) I don't know" in repr(quiz)
    assert ITEMS[0].why in repr(quiz)
    quiz.next()
    while quiz.state.item:
        quiz.answer(quiz.state.item.right)
        quiz.next()
    assert repr(quiz).startswith("8 of 9 right. Start with lesson 01, Union file systems.")
    assert 'href="01_union_file_systems.ipynb"' in quiz._repr_mimebundle_()["text/html"]
    quiz.reset()
    assert quiz.state == Placement()


def test_the_button_does_what_the_methods_do() -> None:
    quiz = placement()
    _, options, said, button = quiz.widget.children
    button.click()
    assert "Choose an answer first" in said.value
    assert quiz.state == Placement()
    for _ in ITEMS:
        options.value = UNSURE
        button.click()
        assert options.disabled
        button.click()
    assert quiz.state.over
    assert quiz.state.start.number == "01"
    assert button.description == "Begin again"
    button.click()
    assert quiz.state == Placement()
    assert options.value is None


def words_before(notebook: Path) -> str:
    """What the title cell says that one needs to know."""
    text = "".join(json.loads(notebook.read_text("utf-8"))["cells"][0]["source"])
    return next(line for line in text.splitlines() if re.search(r"Take \d+ minutes", line))


def test_the_map_follows_what_the_lessons_say_they_need() -> None:
    for lesson in LESSONS[2:]:
        said = re.findall(r"\b0\d\b", words_before(NOTEBOOKS / lesson.notebook))
        needs = [f"{n:02d}" for n in range(1, 8)] if lesson.number == "08" else said
        assert set(needs) == set(lesson.needs), lesson
    assert LESSONS[1].needs == ("00",)


def test_the_map_draws_each_step_once() -> None:
    steps = list(lesson_map.steps())
    assert ("01", "04") not in steps, "02 implies it"
    assert {("01", "02"), ("01", "05"), ("02", "04"), ("04", "09"), ("07", "08")} <= set(steps)
    drawn = lesson_map.course_map()
    assert drawn.svg.count("marker-end") == len(steps) == len(set(steps))
    assert all(lesson.title in drawn.alt for lesson in LESSONS)
