"""Spaced repetition: what was wrong comes back when it is about to be forgotten.

``fsrs`` decides when; this module keeps what it knows of each card in the record.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal, cast

import fsrs

from layerlab.course.record import Record

Grade = Literal["again", "hard", "good", "easy"]
GRADES: Mapping[Grade, fsrs.Rating] = {
    "again": fsrs.Rating.Again,
    "hard": fsrs.Rating.Hard,
    "good": fsrs.Rating.Good,
    "easy": fsrs.Rating.Easy,
}
# Without fuzzing the same answers at the same times give the same dates.
_SCHEDULER = fsrs.Scheduler(enable_fuzzing=False)


def now() -> datetime:
    """The time by which cards are due."""
    return datetime.now(UTC)


def number(key: str) -> int:
    """A card's number: of its key alone, so that it is the same everywhere."""
    return int.from_bytes(sha256(key.encode()).digest()[:6], "big")


def learn(key: str, when: datetime) -> Callable[[Record], Record]:
    """The change that makes a card of ``key``, due at once; one that is there stays."""
    return lambda record: record if key in record.cards else _put(record, key, _new(key, when))


def review(key: str, grade: Grade, when: datetime) -> Callable[[Record], Record]:
    """The change that an answer makes to when a card comes back. A new key becomes a card."""

    def step(record: Record) -> Record:
        known = record.cards.get(key)
        card = fsrs.Card.from_dict(cast(Any, known)) if known else _new(key, when)
        card, _ = _SCHEDULER.review_card(card, GRADES[grade], when)
        return _put(record, key, card)

    return step


def due(record: Record, when: datetime) -> tuple[str, ...]:
    """The cards to be answered by ``when``, the longest overdue first."""
    waiting = [(_due(card), key) for key, card in record.cards.items()]
    return tuple(key for at, key in sorted(waiting) if at <= when)


def next_due(record: Record) -> datetime | None:
    """When the next card is due, even if it is overdue; ``None`` without cards."""
    return min(map(_due, record.cards.values()), default=None)


def _due(card: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(card["due"])


def _new(key: str, when: datetime) -> fsrs.Card:
    return fsrs.Card(card_id=number(key), due=when)


def _put(record: Record, key: str, card: fsrs.Card) -> Record:
    return replace(record, cards={**record.cards, key: card.to_dict()})
