"""What a build prints without a terminal: its vertices one after the other.

BuildKit: ``util/progress/progressui/printer.go``, as the client of docker 20.10 has it. There,
which vertex comes first is a race of what runs side by side; here inputs come first.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass
class Entry:
    """One vertex as the progress tells of it."""

    name: str
    digest: str
    lines: list[str] = field(default_factory=list)
    output: str = ""
    """What its process printed. A last line that doesn't end runs into ``DONE``, as there."""
    ending: str = "DONE 0.0s"

    def fail(self, error: str) -> None:
        """What it ended with."""
        self.ending = f"ERROR: {error}"


class Progress:
    """The entries of one build."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def begin(self, name: str, digest: str = "") -> Entry:
        """One more vertex; without a digest it has that of its name."""
        entry = Entry(name, digest or digest_of(name))
        self._entries.append(entry)
        return entry

    def once(self, name: str, digest: str) -> Entry:
        """The vertex of this digest, begun if it isn't there yet."""
        known = next((each for each in self._entries if each.digest == digest), None)
        return known or self.begin(name, digest)

    def add(self, entry: Entry) -> None:
        """A vertex that was prepared before."""
        self._entries.append(entry)

    def text(self) -> str:
        """All of it."""
        shown = []
        for number, entry in enumerate(self._entries, 1):
            lines = (entry.name, entry.digest, *entry.lines)
            text = "".join(f"#{number} {line}\n" for line in lines) + _printed(number, entry)
            shown.append(f"{text}#{number} {entry.ending}\n")
        return "\n".join(shown)

    def failure(self, error: str) -> str:
        """All of it, and what ended the build."""
        last = self._entries[-1] if self._entries else None
        told = ""
        if last is not None and last.ending.startswith("ERROR"):
            told = f"------\n > {last.name}:\n------\n"
        return f"{self.text()}{told}{error}\n"


def _printed(number: int, entry: Entry) -> str:
    """What a process printed, each line with the seconds since its start."""
    *lines, last = entry.output.split("\n")
    text = "".join(f"#{number} 0.000 {line}\n" for line in lines)
    if not last:
        return text
    return f"{text}#{number} 0.000 {last}" + "\n" * entry.ending.startswith("ERROR")


def digest_of(text: str) -> str:
    """The digest of a vertex that is known by a text alone."""
    return f"sha256:{hashlib.sha256(text.encode(errors='surrogateescape')).hexdigest()}"


def size_told(size: int) -> str:
    """Bytes as the progress writes them: two decimals at most (tonistiigi/units)."""
    units, number = ("B", "kB", "MB", "GB", "TB"), float(size)
    at = 0
    while number >= 1000 and at < len(units) - 1:
        number, at = number / 1000, at + 1
    return f"{size}B" if not at else f"{number:.2f}{units[at]}"
