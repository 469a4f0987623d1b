"""Matching in time that goes with a pattern's length times a path's, as Go's RE2 does.

A regular expression of Python's tries every way in which its parts can share a text. A
pattern like ``*a*a*a*a*b``, which anybody may put into a ``.dockerignore``, takes it years.
"""

import re
from collections.abc import Callable
from functools import partial

FEW = 2
"""Parts of any length with which the expression is as good, and faster: its time is squared."""

Gap = str
WITHIN, ANY, FOLDERS = "[^/]*", ".*", "(.*/)?"
"""What stands between fixed pieces, as regular expressions."""


def matcher(pieces: list[str], gaps: list[Gap]) -> Callable[[str], bool]:
    """Whether a whole path is ``pieces``, with ``gaps`` between them.

    A piece is a regular expression whose matches all have one length. ``re.error`` if one, or the
    whole, is none.
    """
    whole = pieces[0] + "".join(gap + piece for gap, piece in zip(gaps, pieces[1:], strict=True))
    simple = re.compile(whole)
    if len(gaps) <= FEW:
        return lambda path: simple.fullmatch(path) is not None
    return partial(_walk, [re.compile(piece) for piece in pieces], gaps)


def _walk(pieces: list[re.Pattern[str]], gaps: list[Gap], path: str) -> bool:
    """All places at once where the next piece may begin, from piece to piece."""
    starts = [0]
    for piece, gap in zip(pieces, [*gaps, None], strict=True):
        ends = [found.end() for at in starts if (found := piece.match(path, at))]
        if gap is None:
            return len(path) in ends
        starts = _beyond(path, ends, gap)
    return False


def _beyond(path: str, ends: list[int], gap: Gap) -> list[int]:
    """Where a gap that begins at one of ``ends`` may lead, ascending."""
    if gap == WITHIN:
        return _until(path, ends, "/")
    starts = _until(path, ends, "\n")
    if gap == FOLDERS:
        begun = set(ends)
        return [at for at in starts if at in begun or path[at - 1] == "/"]
    return starts


def _until(path: str, ends: list[int], stop: str) -> list[int]:
    """All places from one of ``ends`` up to the next ``stop``."""
    found: list[int] = []
    for at in ends:
        if not found or at > found[-1]:  # else it was walked over already
            last = path.find(stop, at)
            found += range(at, (len(path) if last < 0 else last) + 1)
    return found
