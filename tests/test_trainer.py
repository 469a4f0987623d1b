"""Mock interview and flash cards: what a click does, and what is kept of it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from layerlab.course import cards, record
from layerlab.course.deck import faces
from layerlab.course.flash import FlashCards, Pile, flash_cards
from layerlab.course.interview_desk import InterviewDesk, interview
from layerlab.course.knowing import counts, known
from layerlab.course.mock import Interview, Result, draw
from layerlab.course.question import Point, Question, Sentence
from layerlab.course.questions import QUESTIONS
from layerlab.course.record import Record, Spoken

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(record.VARIABLE, str(tmp_path))
    return tmp_path


def question(key: str, stars: int = 3) -> Question:
    return Question(
        key=key,
        lesson="05",
        stars=stars,
        asks=f"What of {key}?",
        zh="删除文件时会发生什么?",
        short="A `whiteout` hides it.",
        short_zh="白障会隐藏它。",
        full=(Sentence("A whiteout hides it.", "05#delete"),),
        points=(
            Point("A whiteout hides it", ("whiteout|白障|删除标记", "hide|hidden|隐藏")),
            Point("The bytes stay below", ("stay|remain|still|仍|保留",)),
            Point("It is in the upper layer", ("upper|container layer|容器层",)),
        ),
    )


def seconds(*times: float):
    left = list(times)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize(
    ("answer", "covered"),
    [
        ("", (False, False, False)),
        ("A WhiteOut hides the file; its bytes remain.", (True, True, False)),
        ("容器层里的删除标记把它隐藏,数据仍在下层", (True, True, True)),
        ("A whiteout in the container\n  layer", (False, False, True)),
        ("ｗｈｉｔｅｏｕｔ, hidden", (True, False, False)),
    ],
)
def test_words_suggest_what_was_said(answer: str, covered: tuple[bool, ...]) -> None:
    assert question("q").covered(answer) == covered


def test_the_learner_decides_what_counts() -> None:
    state = Interview((question("a"), question("b"))).answer("a whiteout hides it", 31)
    assert state.phase == "mark"
    assert state.marking.marks == (True, False, False)
    state = state.mark(0, False).mark(1, True).mark(2, True).mark(3, True).mark(-1, True)
    assert state.marking.marks == (False, True, True)
    state = state.next()
    assert (state.phase, state.question.key) == ("answer", "b")
    assert state.results[0] == Result(question("a"), "a whiteout hides it", (False, True, True), 31)


def test_moves_that_do_not_fit_change_nothing() -> None:
    state = Interview((question("a"),))
    assert state.next() is state
    assert state.mark(0, True) is state
    marking = state.answer("x", 1)
    assert marking.answer("y", 2) is marking
    over = marking.next()
    assert over.phase == "over"
    assert over.answer("z", 1) is over
    assert over.weak == (question("a"),)


@pytest.mark.parametrize(("said", "grade"), [(0, "again"), (1, "again"), (2, "hard"), (3, "good")])
def test_what_was_weak_comes_back(said: int, grade: cards.Grade) -> None:
    marks = tuple(n < said for n in range(3))
    result = Result(question("a"), "", marks, 5)
    assert result.grade == grade
    kept = result.keep(NOW, Record())
    assert kept.interview == {"a": Spoken(said, 3, 5)}
    assert kept.cards == cards.review("a", grade, NOW)(Record()).cards


def test_due_questions_come_first_then_new_ones_then_weak_ones() -> None:
    pool = [question("due"), question("rare", 1), question("often", 5)]
    pool += [question("weak"), question("strong")]
    kept = Record(interview={"weak": Spoken(1, 3, 9), "strong": Spoken(3, 3, 9)})
    kept = cards.learn("due", NOW)(kept)
    for seed in range(5):
        drawn = [each.key for each in draw(pool, kept, NOW, 5, seed)]
        assert drawn == ["due", "often", "rare", "weak", "strong"]
    assert draw(pool, kept, NOW, 2, 0) == draw(pool, kept, NOW, 5, 0)[:2]
    equal = [question(str(number), 4 + number % 2) for number in range(9)]
    orders = {tuple(each.key for each in draw(equal, Record(), NOW, 9, s)) for s in range(5)}
    assert len(orders) > 1


def test_an_interview_from_first_click_to_last() -> None:
    desk = InterviewDesk(Interview((question("a"),)), clock=seconds(100, 141.4, 150))
    box, text, done = desk.widget.children
    assert "What of a?" in box.value
    assert "★★★☆☆" in box.value
    text.value = "A whiteout hides it"
    done.click()
    head, first, second, third, keep = desk.widget.children
    assert "41 seconds" in head.value
    assert "<code>whiteout</code>" in head.value
    assert "Asked next" in head.value
    assert "<a " not in head.value, "a link in a widget leaves the page"
    assert (first.value, second.value, third.value) == (True, False, False)
    second.value = True
    assert desk.state.marking.marks == (True, True, False)
    assert "[x] The bytes stay below" in repr(desk)
    keep.click()
    assert "2 of 3" in desk.widget.children[0].value
    assert "lesson 05" in repr(desk)
    assert record.read().interview == {"a": Spoken(2, 3, 41)}
    assert "a" in record.read().cards


def test_answers_are_shown_as_text() -> None:
    odd = question("<b>")
    desk = InterviewDesk(Interview((odd,)), clock=seconds(0))
    assert "<b>" not in desk.widget.children[0].value
    assert "&lt;b&gt;" in desk._repr_mimebundle_()["text/html"]


def test_an_interview_is_drawn_from_the_record() -> None:
    pool = [question("a", 1), question("b", 5)]
    assert [each.key for each in interview(1, questions=pool).state.questions] == ["b"]
    record.change(cards.learn("a", NOW))
    assert [each.key for each in interview(1, questions=pool).state.questions] == ["a"]


def test_a_card_is_turned_graded_and_comes_back() -> None:
    key = next(iter(faces()))
    assert "No card is due" in repr(flash_cards())
    record.change(cards.learn(key, NOW))
    pile = flash_cards()
    assert faces()[key].front in repr(pile)
    assert faces()[key].back not in repr(pile)
    [turn] = pile.widget.children[1].children
    turn.click()
    assert faces()[key].back in repr(pile)
    again, _, good, _ = pile.widget.children[1].children
    again.click()
    assert [face.key for face in pile.state.left] == [key]
    pile.turn()
    good = pile.widget.children[1].children[2]
    good.click()
    assert repr(pile) == "Done: 1 card. They come back when it is time."
    assert cards.due(record.read(), cards.now()) == ()


def test_a_card_is_graded_only_after_it_was_turned() -> None:
    face = next(iter(faces().values()))
    pile = FlashCards(Pile((face,)))
    pile.grade("good")
    assert pile.state == Pile((face,))
    assert record.read() == Record()
    with pytest.raises(ValueError, match="none of"):
        pile.grade("perfect")
    assert Pile(()).turn() == Pile(())


def test_the_chart_counts_each_question_once() -> None:
    late = datetime(2026, 6, 1, tzinfo=UTC)
    frame = counts(Record(), NOW)
    assert frame.to_numpy().sum() == frame["not asked yet"].sum() == len(QUESTIONS)
    spoken = {"Q1": Spoken(5, 5, 9), "Q2": Spoken(2, 5, 9), "Q10": Spoken(6, 6, 9)}
    kept = cards.learn("Q10", late)(cards.learn("Q7", NOW)(Record(interview=spoken)))
    frame = counts(kept, NOW)
    assert frame.to_numpy().sum() == len(QUESTIONS)
    assert frame.loc["02", "known"] == 1
    assert frame.loc["06", "weak or due"] == 1
    assert list(frame.loc["05", ["known", "weak or due"]]) == [1, 1]
    assert counts(kept, late).loc["05", "weak or due"] == 2


def test_four_of_five_points_are_weak_wherever_it_is_said() -> None:
    result = Result(question("a"), "", (True,) * 4 + (False,), 5)
    assert result.grade == "hard"
    frame = counts(Record(interview={"Q1": Spoken(4, 5, 9)}), NOW)
    assert frame.loc["02", "weak or due"] == 1


def test_the_chart_says_what_it_shows() -> None:
    record.change(lambda old: Record(interview={"Q1": Spoken(5, 5, 9)}))
    chart = known()
    assert chart.alt.startswith(f"You know 1 of {len(QUESTIONS)} questions: 1 known, 0 weak or due")
