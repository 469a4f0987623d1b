"""Standard input and output: bytes, with C's buffering."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Protocol


class Sink(Protocol):
    """Where output goes: an open file, or memory."""

    def write(self, data: bytes, /) -> int: ...


class Source(Protocol):
    """Where input comes from."""

    def read(self, size: int = -1, /) -> bytes: ...
    def readline(self, size: int = -1, /) -> bytes: ...


class Nothing(io.RawIOBase):
    """``/dev/null``: swallows what is written, and has nothing to read."""

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return b""

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]

    def truncate(self, size: int | None = None) -> int:
        return 0


class Output:
    """A stream that a program writes to; a file gets it in one piece when the program is done.

    So ``echo`` into a file is one write, as it is with stdio's buffer.
    """

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self._kept = bytearray()

    def write(self, data: bytes | str) -> int:
        new = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        self._kept += new
        return len(new)

    def line(self, text: str) -> None:
        """Write a line of text."""
        self.write(text + "\n")

    def flush(self) -> None:
        if self._kept:
            data, self._kept = bytes(self._kept), bytearray()
            self.sink.write(data)


@dataclass(frozen=True)
class Streams:
    """The three that every program has, and whatever else was redirected."""

    stdin: Source
    stdout: Sink
    stderr: Sink
    others: dict[int, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """A program's or script's end: its exit code, what it printed, and how long it ran."""

    code: int
    stdout: bytes = b""
    stderr: bytes = b""
    runs_for: float | None = 0.0
    """Seconds of simulated time; ``None``: it doesn't end by itself."""
