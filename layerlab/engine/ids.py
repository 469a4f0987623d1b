"""Random names, from a seed: container IDs, cache-ids, links and two-word names."""

from __future__ import annotations

import random
import string
from collections.abc import Container

_LINK = string.ascii_uppercase + "234567"
_BASE36 = string.digits + string.ascii_lowercase

ADJECTIVES = (
    "admiring", "amazing", "bold", "brave", "busy", "clever", "cool", "dazzling", "eager",
    "elegant", "epic", "festive", "focused", "friendly", "gallant", "happy", "hopeful", "jolly",
    "keen", "kind", "loving", "modest", "nifty", "optimistic", "peaceful", "pensive", "quirky",
    "relaxed", "serene", "sharp", "stoic", "sweet", "trusting", "upbeat", "vibrant", "vigilant",
    "wizardly", "wonderful", "youthful", "zealous",
)  # fmt: skip
SURNAMES = (
    "babbage", "banach", "bell", "bohr", "boole", "brown", "cerf", "curie", "darwin", "dijkstra",
    "einstein", "euclid", "euler", "faraday", "fermat", "feynman", "franklin", "gauss", "goldberg",
    "goodall", "hamilton", "hopper", "hypatia", "johnson", "keller", "kepler", "knuth", "lamport",
    "liskov", "lovelace", "maxwell", "meitner", "newton", "noether", "pascal", "perlman", "ritchie",
    "shannon", "thompson", "turing",
)  # fmt: skip


class Ids:
    """A source of random names. The same seed gives the same names in the same order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def hex64(self) -> str:
        """64 hex digits: a container's ID or a cache-id.

        Never 12 decimal digits at the start: cut short it would be a number, and moby's
        ``stringid`` tries again, too.
        """
        while (text := f"{self._random.getrandbits(256):064x}")[:12].isdecimal():
            pass
        return text

    def link(self) -> str:
        """26 characters of base 32: a layer's short name under ``overlay2/l/``."""
        return "".join(self._random.choice(_LINK) for _ in range(26))

    def base36(self) -> str:
        """25 digits and letters: a record of BuildKit's cache (``identity.NewID``)."""
        return "".join(self._random.choice(_BASE36) for _ in range(25))

    def name(self, taken: Container[str]) -> str:
        """Two words, ``brave_turing``; with a digit when they are taken (moby, namesgenerator)."""
        for attempt in range(6):
            name = f"{self._random.choice(ADJECTIVES)}_{self._random.choice(SURNAMES)}"
            if attempt:
                name += str(self._random.randrange(10))
            if name not in taken:
                return name
        return self.hex64()[:12]

    def getstate(self) -> object:
        """Where the source stands, for :meth:`setstate`."""
        return self._random.getstate()

    def setstate(self, state: object) -> None:
        """Go back, as after an operation that failed."""
        self._random.setstate(state)  # type: ignore[arg-type]
