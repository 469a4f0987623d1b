"""What an exercise leaves in the learner's record."""

from pathlib import Path

import pytest

from layerlab.course import cards, record
from layerlab.course.exercise import Exercise, Mistake, Value, is_number
from layerlab.course.record import Outcome


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(record.VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def task() -> Exercise:
    return Exercise(
        title="What's 1 + 1?",
        kind=Value("a number", is_number),
        solution_code="answer = 2",
        why="One and one is two.",
        hints=("Count.", "Use your fingers."),
        mistakes=(Mistake(11, "That's text."),),
    )


def test_a_key_is_the_title(task: Exercise) -> None:
    assert task.key == "what-s-1-1"


def test_the_placeholder_leaves_nothing(task: Exercise) -> None:
    task.check()
    task.check(...)
    assert record.read() == record.Record()


def test_tries_are_counted_until_one_passes(task: Exercise) -> None:
    for answer in (11, "x", 2, 3, 2):
        task.check(answer)
    assert record.read().exercises == {task.key: Outcome(passed=True, tries=3)}


def test_a_wrong_answer_becomes_a_card(task: Exercise) -> None:
    task.check(2)
    assert not record.read().cards
    task.check(11)
    assert cards.due(record.read(), cards.now()) == (task.key,)


def test_hints_and_a_solution_are_noted(task: Exercise) -> None:
    for _ in range(3):
        task.hint()
    assert record.read().exercises == {task.key: Outcome(hints=2)}
    task.solution()
    assert record.read().exercises == {task.key: Outcome(hints=2, shown=True)}
    assert task.key in record.read().cards


def test_a_solution_after_a_right_answer_is_no_crutch(task: Exercise) -> None:
    task.check(2)
    task.solution()
    assert not record.read().exercises[task.key].shown
    assert not record.read().cards


def test_a_second_sitting_counts_on(task: Exercise) -> None:
    task.hint()
    task.hint()
    fresh = Exercise(task.title, task.kind, task.solution_code, task.why, task.hints)
    fresh.hint()
    assert record.read().exercises[task.key].hints == 2


def test_an_answer_comes_even_where_nothing_can_be_kept(
    task: Exercise, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "file").write_text("")
    monkeypatch.setenv(record.VARIABLE, str(place / "file/data"))
    assert task.check(2).state == "correct"
    assert task.hint().text == "Count."
    assert task.solution().pre == "answer = 2"
