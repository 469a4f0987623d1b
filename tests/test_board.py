"""The progress board tells what the record holds."""

from datetime import timedelta
from pathlib import Path

import pytest

from layerlab.course import cards, record
from layerlab.course.board import progress
from layerlab.course.lessons import LESSONS

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(record.VARIABLE, str(tmp_path / "data"))
    return tmp_path


def do(number: str, *, passed: int, tried: int = 0) -> None:
    """Pass the first exercises of a lesson, and fail those that follow."""
    [lesson] = [each for each in LESSONS if each.number == number]
    for exercise in lesson.exercises[:passed]:
        exercise.check(exercise.solve())
    for exercise in lesson.exercises[passed : passed + tried]:
        exercise.check(None)


def test_the_lessons_are_the_notebooks() -> None:
    on_disk = [path.name for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))]
    assert [lesson.notebook for lesson in LESSONS] == on_disk
    for lesson in LESSONS:
        text = (NOTEBOOKS / lesson.notebook).read_text("utf-8")
        assert f'"# {lesson.number} · {lesson.title}\\n"' in text
        assert f"Take {lesson.minutes} minutes" in text


def test_at_first_nothing_is_done() -> None:
    board = progress()
    assert [(row.passed, row.begun) for row in board.rows] == [(0, 0)] * len(LESSONS)
    assert board.next_step == "Begin lesson 00, Start here."
    assert not board.due
    assert not board.trouble


def test_the_board_moves() -> None:
    do("01", passed=2, tried=1)
    board = progress()
    row = board.rows[1]
    assert (row.passed, row.begun, row.total) == (2, 1, 5)
    assert board.cards == len(board.due) == 1
    assert board.next_step == (
        "Go on with lesson 01, Union file systems. One card is due: lesson 08 asks it."
    )
    assert "2 of 5" in repr(board)
    assert "2 of 5" in board._repr_html_()
    total = sum(len(lesson.exercises) for lesson in LESSONS)
    assert f"2 of {total} exercises passed" in repr(board)
    assert "8 hours to go" in board.summary
    assert progress(cards.now() - timedelta(days=1)).next_step == (
        "Go on with lesson 01, Union file systems."
    )


def test_what_is_begun_comes_before_what_is_not() -> None:
    do("03", passed=1)
    assert progress().here.lesson.number == "03"
    do("03", passed=6)
    assert progress().here.lesson.number == "00"


def test_after_the_last_exercise_comes_the_interview() -> None:
    for lesson in LESSONS:
        do(lesson.number, passed=len(lesson.exercises))
    board = progress()
    assert all(row.done for row in board.rows)
    assert board.here is None
    assert "mock interview" in board.next_step
    assert "to go" not in board.summary


def test_the_board_says_why_nothing_is_kept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "file").write_text("")
    monkeypatch.setenv(record.VARIABLE, str(place / "file/<data>"))
    board = progress()
    assert "Nothing can be kept" in board.trouble
    assert "Nothing can be kept" in board._repr_html_()
    monkeypatch.setenv(record.VARIABLE, "")
    assert "nothing is kept" in progress().trouble


def test_the_next_step_is_a_link() -> None:
    assert 'href="00_start_here.ipynb">lesson 00</a>' in progress()._repr_html_()
    do("05", passed=1)
    assert 'href="05_copy_on_write.ipynb">lesson 05</a>' in progress()._repr_html_()
    do("05", passed=1, tried=2)
    assert "2 cards are due" in progress().next_step
    assert 'href="08_interview_questions.ipynb">lesson 08</a>' in progress()._repr_html_()
