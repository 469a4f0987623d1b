"""apt's columns and its way of writing sizes.

apt 2.6: ``apt-private/private-output.cc`` (ShowList), ``apt-pkg/contrib/strutl.cc`` (SizeToStr).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

WIDTH = 80


def size(count: float) -> str:
    """``6132 kB``: three digits where there are that many."""
    for unit in ("", "k", "M", "G", "T"):
        if count < 100 and unit:
            return f"{count:.1f} {unit}"
        if count < 10000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.0f} P"


def listing(title: str, names: Iterable[str]) -> str:
    """A title, and below it words in lines; nothing without words."""
    lines, used = [title], 0
    words = [word for name in names for word in re.split(r" (?=\| )", name)]
    for word in words:
        if used and used + len(word) + 1 < WIDTH - 3:
            lines[-1] += f" {word}"
            used += len(word) + 1
        else:
            lines.append(f"  {word}")
            used = len(word)
    return "\n".join(lines) + "\n" if words else ""
