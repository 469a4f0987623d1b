"""What a command prints to: a terminal with its width and colours, or a file or pipe without."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from layerlab.docker.table import display_width, ellipsis
from layerlab.wording import printable

_GAP = "  "
_LEAST = 20
"""Columns that a table's last cell keeps on a terminal however narrow."""

_COLOURS = {"bold": "1", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


@dataclass(frozen=True)
class Screen:
    """A stream, and what it can do. All text is escaped before it gets there."""

    stream: TextIO
    width: int | None = None
    """Columns of the terminal; ``None`` where nothing needs to be cut."""
    colour: bool = False

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str] = os.environ) -> Screen:
        """The screen behind a stream. Colour is for terminals, unless ``NO_COLOR`` is set."""
        if not stream.isatty():
            return cls(stream)
        import shutil  # slow to import, and a pipe has no width

        plain = environ.get("NO_COLOR") or environ.get("TERM") == "dumb"
        return cls(stream, shutil.get_terminal_size().columns, not plain)

    def line(self, text: str = "") -> None:
        """One line. Control characters in ``text`` other than ``paint``'s must be escaped."""
        self.stream.write(f"{text}\n")

    def paint(self, text: str, colour: str) -> str:
        """``text`` in a colour, escaped; without a colour where there is none to be had."""
        text = printable(text)
        if not colour or not self.colour or not text:
            return text
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"

    def fit(self, text: str) -> str:
        """``text`` cut where the terminal ends."""
        return text if self.width is None else ellipsis(text, self.width)

    def table(self, rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> None:
        """Rows of cells in columns, the first row the headings; ``right`` are numbers.

        The last column is cut where the terminal ends.
        """
        cells = [[printable(cell) for cell in row] for row in rows]
        widths = [max(map(display_width, column)) for column in zip(*cells, strict=True)]
        if self.width is not None:
            room = self.width - sum(widths[:-1]) - len(_GAP) * (len(widths) - 1)
            cells = [[*row[:-1], ellipsis(row[-1], max(room, _LEAST))] for row in cells]
        numbers = set(right)
        for row, line in enumerate(cells):
            padded = []
            for column, cell in enumerate(line):
                space = " " * (widths[column] - display_width(cell))
                last = column == len(line) - 1
                padded.append(space + cell if column in numbers else cell + space * (not last))
            text = _GAP.join(padded).rstrip()
            self.line(self.paint(text, "" if row else "bold"))

    def json(self, value: Mapping[str, Any]) -> None:
        """A document of sorted keys, in ASCII: what isn't is escaped."""
        self.line(json.dumps(value, indent=2, sort_keys=True, allow_nan=False))
