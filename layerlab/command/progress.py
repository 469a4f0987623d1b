"""Progress: one line on a terminal that says how far a long reading is, gone when it is done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from layerlab.docker.table import ellipsis
from layerlab.source import Watch
from layerlab.units import human_size
from layerlab.wording import printable

LARGE = 32_000_000
"""Bytes from which on anybody waits: less is read in the blink of an eye."""

STEP = 8_000_000
"""Bytes from one drawing of the line to the next."""

_ERASE = "\r\x1b[K"


@contextmanager
def progress(stream: TextIO, doing: str, total: int | None = None) -> Iterator[Watch]:
    """Tell on ``stream``, if it is a terminal, what is being done while the block lasts.

    What the block gets is told of each run of bytes as it passes. Nothing is drawn for less
    than ``LARGE``, be it known beforehand (``total``) or only by counting.
    """
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda count: None
        return
    line = _Line(stream, printable(doing), total)
    try:
        yield line.add
    finally:
        line.erase()


class _Line:
    """The line, and the number of bytes that it stands for."""

    def __init__(self, stream: TextIO, doing: str, total: int | None) -> None:
        import shutil  # slow to import, and only terminals need it

        self._stream, self._doing, self._total = stream, doing, total
        self._width = shutil.get_terminal_size().columns - 1  # a full line would wrap
        self._done, self._shown = 0, False
        self._next = LARGE if total is None else 0
        if total is not None and total >= LARGE:
            self._draw(doing)

    def add(self, count: int) -> None:
        """So many more bytes are done."""
        self._done += count
        if self._done >= self._next and (self._total is None or self._total >= LARGE):
            self._next = self._done + STEP
            self._draw(f"{self._doing}: {self._words()}")

    def _words(self) -> str:
        done = human_size(self._done)
        if not self._total:
            return done
        percent = min(100 * self._done // self._total, 100)
        return f"{done} of {human_size(self._total)}, {percent}%"

    def _draw(self, text: str) -> None:
        self._stream.write(_ERASE + ellipsis(text, self._width))
        self._stream.flush()
        self._shown = True

    def erase(self) -> None:
        """Leave the terminal as it was."""
        if self._shown:
            self._stream.write(_ERASE)
            self._stream.flush()
