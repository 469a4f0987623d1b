"""When a card comes back: fsrs decides, and the record keeps it."""

from datetime import UTC, datetime, timedelta

import fsrs
import pytest

from layerlab.course import cards
from layerlab.course.record import Record

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_new_card_is_due_at_once_and_only_once() -> None:
    record = cards.learn("a", NOW)(Record())
    assert cards.due(record, NOW) == ("a",)
    assert cards.learn("a", NOW + timedelta(days=1))(record) == record


@pytest.mark.parametrize("grade", list(cards.GRADES))
def test_fsrs_says_when_a_card_comes_back(grade: cards.Grade) -> None:
    record = cards.review("a", grade, NOW)(Record())
    card = fsrs.Card(card_id=cards.number("a"), due=NOW)
    scheduler = fsrs.Scheduler(enable_fuzzing=False)
    expected, _ = scheduler.review_card(card, cards.GRADES[grade], NOW)
    assert record.cards["a"] == expected.to_dict()
    assert cards.next_due(record) == expected.due > NOW
    later = NOW + timedelta(days=3)
    again, _ = scheduler.review_card(expected, fsrs.Rating.Good, later)
    assert cards.review("a", "good", later)(record).cards["a"] == again.to_dict()


def test_what_is_known_better_comes_back_later() -> None:
    backs = [cards.next_due(cards.review("a", grade, NOW)(Record())) for grade in cards.GRADES]
    assert backs == sorted(set(backs))


def test_the_longest_overdue_comes_first() -> None:
    record = Record()
    for key, days in (("b", 1), ("c", 0), ("a", 1), ("later", 5)):
        record = cards.learn(key, NOW + timedelta(days=days))(record)
    assert cards.due(record, NOW + timedelta(days=2)) == ("c", "a", "b")
    assert cards.due(record, NOW - timedelta(days=2)) == ()
    assert cards.next_due(Record()) is None
