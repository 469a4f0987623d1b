"""How things are timed, and the table that comes out."""

import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One comparison: what layerlab took, what the peer took, and the bar for the ratio."""

    work: str
    ours: str
    peer: str
    theirs: str
    ratio: float
    """Ours over theirs in time or memory: below 1, layerlab needs less."""
    bar: float
    """The ratio that must not be passed."""

    @property
    def met(self) -> bool:
        return self.ratio <= self.bar


def absolute(work: str, ours: float, limit: float, unit: Callable[[float], str]) -> Row:
    """A row whose bar is a number, not a peer."""
    return Row(work, unit(ours), "at most", unit(limit), ours / limit, 1)


@contextmanager
def quiet_gc() -> Iterator[None]:
    """No garbage collection while the clock runs, for us and for the peer."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    with quiet_gc():
        start = time.perf_counter()
        work()
        return time.perf_counter() - start


def side_by_side(
    *works: Callable[[], object], rounds: int, before: Callable[[], object] = lambda: None
) -> list[float]:
    """The best time of each, taken in turns, so that a busy moment hits all alike.

    ``before`` is done ahead of each, off the clock.
    """
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            before()
            taken.append(seconds(work))
    return [min(taken) for taken in times]


def memory(make: Callable[[], T]) -> tuple[int, T]:
    """The bytes that Python holds for what ``make`` returns, and that."""
    gc.collect()
    tracemalloc.start()
    try:
        made = make()
        gc.collect()
        return tracemalloc.get_traced_memory()[0], made
    finally:
        tracemalloc.stop()


def rate(count: int, taken: float) -> str:
    return f"{count / taken / 1000:,.0f} k/s"


def duration(taken: float) -> str:
    """A time in the unit that reads best."""
    for unit, scale in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if taken * scale >= 1 or unit == "µs":
            return f"{taken * scale:.3g} {unit}"
    raise AssertionError


def volume(count: float) -> str:
    """Bytes in decimal units."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.3g} {unit}"
        count /= 1000
    raise AssertionError


HEADINGS = ("work", "layerlab", "peer", "", "ratio", "bar", "")


def table(rows: Sequence[Row]) -> str:
    """The rows under headings; the last column says whether the bar is met."""
    cells = [HEADINGS] + [
        (
            row.work, row.ours, row.peer, row.theirs,
            f"{row.ratio:.2f}" if row.ratio >= 0.1 else f"{row.ratio:.3f}",
            f"{row.bar:g}", "ok" if row.met else "MISSED",
        )
        for row in rows
    ]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numbers = {1, 3, 4, 5}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place in numbers else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )
