"""An interview question: what is asked, what a good answer says, and where that is proved.

The learner answers in their own words and marks the answer themselves. A matcher of terms
only suggests what was said: it knows words in English and Chinese, not what a sentence means.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, and the cell that proves it.

    ``08#q5-writes`` is the cell with the id ``q5-writes`` of lesson 08.
    """

    text: str
    cell: str


@dataclass(frozen=True, slots=True)
class Point:
    """Something that a good answer says.

    It counts as said where each of ``terms`` is found. A term is the beginning of a word in
    English, or any Chinese, with ``|`` between those that do as well: ``"whiteout|白障"``.
    """

    text: str
    terms: tuple[str, ...]

    def said_in(self, answer: str) -> bool:
        """Whether all terms are in ``answer``, wherever; case and width don't count."""
        text = _folded(answer)
        return all(any(_found(word, text) for word in term.split("|")) for term in self.terms)


@dataclass(frozen=True, slots=True)
class FalseAnswer:
    """What the chapter or the web says, and why it isn't so."""

    says: str
    why: str
    cell: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What an interviewer asks next, and the answer in a sentence or two."""

    asks: str
    answer: str


@dataclass(frozen=True)
class Question:
    """One question of the interview.

    ``stars`` is how often it is asked, one to five: of the chapter's questions as it says, of
    the others as we judge. ``short`` takes half a minute to say, ``full`` two. ``zh`` and
    ``short_zh`` are question and short answer in Chinese.
    """

    key: str
    lesson: str
    stars: int
    asks: str
    zh: str
    short: str
    short_zh: str
    full: Sequence[Sentence]
    points: Sequence[Point]
    false: Sequence[FalseAnswer] = ()
    follow_ups: Sequence[FollowUp] = ()

    def covered(self, answer: str) -> tuple[bool, ...]:
        """For each point whether the answer seems to say it."""
        return tuple(point.said_in(answer) for point in self.points)


def _found(word: str, text: str) -> bool:
    start = r"\b" if word.isascii() else ""
    return re.search(start + re.escape(_folded(word)), text, re.ASCII) is not None


def _folded(text: str) -> str:
    """Small letters, full-width forms narrowed, and one space for any run of them."""
    narrow = unicodedata.normalize("NFKC", text).replace("’", "'")
    return re.sub(r"\s+", " ", narrow).casefold()
