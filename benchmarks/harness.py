"""How things are timed, and the table that comes out."""

import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
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
    low: float
    high: float
    """The smallest and the largest ratio of a round."""

    @property
    def met(self) -> bool:
        return self.ratio <= self.bar


def compared(
    work: str,
    ours: Sequence[float],
    peer: str,
    theirs: Sequence[float],
    bar: float,
    unit: Callable[[float], str],
) -> Row:
    """A row of what each took in every round; both were measured in turns.

    The ratio is the median of the rounds' own ratios, so that a busy moment, which hits both of a
    round, hardly counts.
    """
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    said = unit(median(ours)), peer, unit(median(theirs))
    return Row(work, *said, median(ratios), bar, min(ratios), max(ratios))


def absolute(work: str, ours: Sequence[float], limit: float, unit: Callable[[float], str]) -> Row:
    """A row whose bar is a number, not a peer."""
    return compared(work, ours, "at most", [limit] * len(ours), 1, unit)


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
) -> list[list[float]]:
    """The times of each in all rounds, taken in turns, so that a busy moment hits all alike.

    ``before`` is done ahead of each, off the clock.
    """
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            before()
            taken.append(seconds(work))
    return times


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


def plain(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"


def spread(row: Row) -> str:
    """From the smallest ratio of a round to the largest."""
    return f"{plain(row.low)}–{plain(row.high)}"


HEADINGS = ("work", "layerlab", "peer", "", "ratio", "spread", "bar", "")


def table(rows: Sequence[Row]) -> str:
    """The rows under headings; the last column says whether the bar is met."""
    cells = [HEADINGS] + [
        (
            row.work, row.ours, row.peer, row.theirs,
            plain(row.ratio), spread(row), f"{row.bar:g}", "ok" if row.met else "MISSED",
        )
        for row in rows
    ]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numbers = {1, 3, 4, 5, 6}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place in numbers else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )
