"""Any object a learner may hand in, turned into plain values that are safe to compare.

A check must not raise, whatever it is given: an object whose ``__eq__`` raises, a list that
contains itself, a generator that never ends. So nothing here calls a method that the object's
own class could have written; what is not a plain value becomes a ``Strange``.
"""

import math
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import PurePath
from types import FrameType
from typing import Any

MAX_ITEMS = 10_000
MAX_DEPTH = 12
MAX_BITS = 4_096
MAX_STEPS = 100_000
_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()))


@dataclass(frozen=True)
class Strange:
    """Something that is no plain value, known by a description only."""

    what: str

    def __repr__(self) -> str:
        return f"<{self.what}>"


@dataclass(frozen=True)
class Pairs:
    """A mapping: its pairs, sorted."""

    items: tuple[tuple["Plain", "Plain"], ...]

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{_text(k)}: {_text(v)}" for k, v in self.items) + "}"


Plain = None | int | float | str | tuple["Plain", ...] | Pairs | Strange
DOTS = Strange("the dots")
"""The placeholder that the learner is to replace."""


def plain(value: object) -> Plain:
    """``value`` as nested tuples, numbers and text.

    Lists are tuples, bytes are text, sets are sorted tuples, mappings are sorted pairs.
    """
    return _plain(value, MAX_DEPTH, [MAX_ITEMS])


def _plain(value: Any, depth: int, budget: list[int]) -> Plain:
    kind = type(value)
    budget[0] -= 1
    if depth < 0 or budget[0] < 0:
        return Strange("something too big or too deep")
    if value is None or value is ...:
        return value if value is None else DOTS
    if issubclass(kind, int):
        number = int.__int__(value)
        return number if number.bit_length() <= MAX_BITS else Strange("a huge number")
    if issubclass(kind, float):
        real = float.__float__(value)
        return Strange("NaN") if math.isnan(real) else real
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, (bytes, bytearray)):
        return bytes(memoryview(value)).decode("utf-8", "surrogateescape")
    if issubclass(kind, PurePath):
        return str(os.fspath(value))
    if kind.__module__.partition(".")[0] in ("numpy", "pandas"):
        return _from_numpy(value, depth, budget)
    return _plain_items(value, kind, depth - 1, budget)


def _plain_items(value: Any, kind: type, depth: int, budget: list[int]) -> Plain:
    base = next((b for b in (list, tuple, set, frozenset, dict) if issubclass(kind, b)), None)
    if base is None:
        if kind in _VIEWS:
            return _plain(list(value), depth, budget)
        return Strange(f"a {kind.__name__}")
    if base.__len__(value) > budget[0]:
        return Strange(f"a {base.__name__} of {base.__len__(value)} things")
    if base is dict:
        pairs = ((_plain(k, depth, budget), _plain(v, depth, budget)) for k, v in dict.items(value))
        return Pairs(tuple(sorted(pairs, key=repr)))
    items = tuple(_plain(item, depth, budget) for item in base.__iter__(value))
    return tuple(sorted(items, key=repr)) if base in (set, frozenset) else items


def _from_numpy(value: Any, depth: int, budget: list[int]) -> Plain:
    """An array, a scalar, a Series or an Index as Python has it; a frame as its rows."""
    if getattr(value, "size", MAX_ITEMS) > budget[0]:
        return Strange(f"a very big {type(value).__name__}")
    rows = getattr(value, "values", value)
    return _plain(rows.tolist(), depth - 1, budget)


def show(value: Plain, width: int = 72) -> str:
    """``value`` for people: lists in brackets, and never longer than ``width`` characters."""
    text = _text(value)
    return text if len(text) <= width else text[: width - 1] + "…"


def _text(value: Plain) -> str:
    return "[" + ", ".join(map(_text, value)) + "]" if isinstance(value, tuple) else repr(value)


class EndlessError(BaseException):
    """The learner's code ran for too many steps.

    No ``Exception``, so that an ``except Exception`` in that code can't stop it.
    """


def run(function: Callable[..., object], *args: object, steps: int = MAX_STEPS) -> Plain:
    """What ``function`` returns, or the error it ends in. A call that doesn't end is ended.

    What it prints is dropped: it runs on a hundred cases, which nobody wants to read.
    """
    left = steps

    def count(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        left -= event == "line"
        if left < 0:
            raise EndlessError
        # The model's own lines are not the learner's; they aren't counted.
        return None if str(frame.f_globals.get("__name__")).startswith("layerlab.") else count

    before = sys.gettrace()
    try:
        with redirect_stdout(StringIO()):
            sys.settrace(count)
            try:
                result = function(*args)
            finally:
                sys.settrace(before)
        return plain(result)
    except EndlessError:
        return Strange("a call that doesn't end")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: `exit()` in an answer is only a wrong answer
        return Strange(f"an error: {_error_text(error)}")


def _error_text(error: BaseException) -> str:
    """``KeyError: 'x'``, or the bare name where the error can't say what it is."""
    name = type(error).__name__
    try:
        text = str(error)
    except Exception:
        return name
    return f"{name}: {text:.100}" if type(text) is str and text else name
