"""What a check, a hint and a look at the solution leave in the record.

A learner whose disk is full or read-only still gets an answer: then nothing is kept, and the
progress board says so.
"""

from collections.abc import Callable
from contextlib import suppress

from layerlab.course import cards, record
from layerlab.course.record import Outcome, Record


def kept() -> Record:
    """The record so far; an empty one where it can't be read."""
    with suppress(OSError):
        return record.read()
    return Record()


def checked(key: str, passed: bool) -> None:
    """An answer was checked. A wrong one becomes a card, even after a right one."""

    def step(old: Record) -> Record:
        before = old.exercises.get(key, Outcome())
        if not before.passed:
            old = old.with_exercise(key, passed=passed, tries=before.tries + 1)
        return old if passed else cards.learn(key, cards.now())(old)

    _keep(step)


def hinted(key: str, hints: int) -> None:
    """So many hints of an exercise were read."""
    _keep(
        lambda old: old.with_exercise(
            key, hints=max(hints, old.exercises.get(key, Outcome()).hints)
        )
    )


def shown(key: str) -> None:
    """The solution was looked at. Before a right answer that makes a card, too."""

    def step(old: Record) -> Record:
        if old.exercises.get(key, Outcome()).passed:
            return old
        return cards.learn(key, cards.now())(old.with_exercise(key, shown=True))

    _keep(step)


def _keep(step: Callable[[Record], Record]) -> None:
    with suppress(OSError):
        record.change(step)
