"""Exercises in general: a check never raises, and the right answer is right in any form."""

import itertools
import pathlib
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from layerlab.course.exercise import Exercise, Mistake, Trial, Value, is_number, is_texts
from layerlab.course.plain import DOTS, Pairs, Plain, Strange, plain, run, show


class Evil:
    """Raises whatever it is asked."""

    def _no(self, *_: object) -> bool:
        raise RuntimeError("no")

    __eq__ = __repr__ = __str__ = __bool__ = __len__ = __iter__ = __getattr__ = _no  # type: ignore[assignment]
    __hash__ = __call__ = __float__ = __index__ = __lt__ = __class_getitem__ = _no  # type: ignore[assignment]

    @property
    def __class__(self) -> type:  # type: ignore[override]
        raise RuntimeError("no class")


class EvilText(str):
    """Equal to everything."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = str.__hash__

    def __str__(self) -> str:
        raise RuntimeError("no")


class EvilList(list[object]):
    def __iter__(self) -> "itertools.count[int]":  # type: ignore[override]
        return itertools.count()

    def __len__(self) -> int:
        raise SystemExit


class EvilMeta(type):
    def __getattribute__(cls, name: str) -> object:
        raise RuntimeError(name)


class EvilKind(metaclass=EvilMeta):
    pass


def cyclic() -> list[object]:
    loop: list[object] = []
    loop.extend([loop] * 50)
    return loop


def deep() -> list[object]:
    nest: list[object] = []
    for _ in range(100_000):
        nest = [nest]
    return nest


def quits() -> None:
    raise SystemExit(0)


def never_ends() -> int:
    n = 0
    while True:
        try:
            n += 1
        except Exception:
            continue


def recurses(*args: object) -> object:
    return recurses(*args)


STRANGERS: dict[str, Callable[[], object]] = {
    "evil": Evil,
    "evil class": lambda: Evil,
    "evil metaclass": EvilKind,
    "evil text": lambda: EvilText("b"),
    "evil list": lambda: EvilList(["b"]),
    "list of evil": lambda: [Evil(), EvilText("b")],
    "nan": lambda: float("nan"),
    "infinity": lambda: float("inf"),
    "complex": lambda: 1j,
    "huge number": lambda: 10**50_000,
    "huge list": lambda: [0] * 10**6,
    "huge text": lambda: "x" * 10**7,
    "cyclic": cyclic,
    "deep": deep,
    "generator": lambda: (i for i in itertools.count()),
    "lone surrogate": lambda: "\udc80",
    "bytes": lambda: b"\x80\xff",
    "array": lambda: np.zeros((3, 3)),
    "huge array": lambda: np.zeros(10**7),
    "array of objects": lambda: np.array([EvilText("b"), None], dtype=object),
    "frame": lambda: pd.DataFrame({"a": [1, None]}),
    "missing value": lambda: pd.NA,
    "not a time": lambda: pd.NaT,
    "function": lambda: quits,
    "endless function": lambda: never_ends,
    "recursive function": lambda: recurses,
    "wrong arguments": lambda: lambda: 1,
    "builtin": lambda: print,
    "type": lambda: int,
    "module": lambda: pathlib,
    "none": lambda: None,
    "not implemented": lambda: NotImplemented,
    "mapping": lambda: {1: Evil()},
}

NAMES = Exercise(
    title="Names",
    kind=Value("a list of names", is_texts),
    solution_code='answer = ["a", "b"]',
    why="So it is.",
    hints=("First.", "Second."),
    mistakes=(Mistake(["b", "a"], "The wrong way round."),),
)
DOUBLE = Exercise(
    title="Double",
    kind=Trial(
        wants="a function of a number",
        fits=callable,
        cases=lambda: [(0,), (1,), (2,), (3,)],
        describe=lambda n: f"n = {n}",
    ),
    solution_code="def answer(n):\n    return 2 * n",
    why="Twice.",
    hints=("Multiply.",),
    mistakes=(Mistake(lambda n: n * n, "That is the square."),),
)


@pytest.mark.parametrize("name", STRANGERS)
@pytest.mark.parametrize("exercise", [NAMES, DOUBLE], ids=["value", "trial"])
def test_a_check_never_raises(exercise: Exercise, name: str) -> None:
    verdict = exercise.check(STRANGERS[name]())
    assert verdict.state == "not yet"
    for text in (repr(verdict), verdict._repr_html_()):
        text.encode()  # a notebook file is UTF-8
        assert len(text) < 1000


@pytest.mark.parametrize(
    "answer",
    [
        ["a", "b"], ("a", "b"), [b"a", "b"], np.array(["a", "b"]), pd.Series(["a", "b"]),
        pd.Index(["a", "b"]), {"a": 1, "b": 2}.keys(), {"a", "b"},
    ],
    ids=lambda answer: type(answer).__name__,
)  # fmt: skip
def test_right_in_any_form(answer: object) -> None:
    assert NAMES.check(answer).state == "correct"


@pytest.mark.parametrize("answer", [4, 4.0, np.int64(4), np.float32(4), np.array(4), [4][0]])
def test_numbers_in_any_form(answer: object) -> None:
    four = Exercise("Four", Value("a number", is_number), "answer = 4", "It is.", ("Count.",))
    assert four.check(answer).state == "correct"
    assert four.check(5).text == "That isn't it."
    assert four.check("4").text == "The answer should be a number, and this is `'4'`."


def test_the_placeholder_is_neither_right_nor_wrong() -> None:
    def stub(n: int) -> object:
        return ...

    for verdict in (NAMES.check(...), NAMES.check(), DOUBLE.check(...), DOUBLE.check(stub)):
        assert verdict.state == "not attempted yet"
        assert repr(verdict).startswith("Not attempted yet.")


def test_a_mistake_is_known_by_what_it_does() -> None:
    verdict = DOUBLE.check(lambda n: n**2)  # not written like the known mistake
    assert verdict.text == "That is the square."
    assert verdict.example == "n = 1\nwanted: 2\ngot:    1"
    assert NAMES.check(("b", "a")).text == "The wrong way round."


def test_a_counterexample_is_the_simplest() -> None:
    assert DOUBLE.check(lambda n: 2 * n if n < 2 else 9).example.startswith("n = 2\nwanted: 4")
    assert "ZeroDivisionError" in DOUBLE.check(lambda n: 1 / n).example
    assert "doesn't end" in DOUBLE.check(lambda n: never_ends()).example
    assert "doesn't end" not in DOUBLE.check(recurses).example


def test_interrupting_a_check_works() -> None:
    def interrupted(n: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        DOUBLE.check(interrupted)


def test_an_answer_prints_nothing_while_it_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    DOUBLE.check(print)
    assert capsys.readouterr().out == ""


def test_hints_come_one_by_one_and_the_last_stays() -> None:
    exercise = Exercise("H", NAMES.kind, NAMES.solution_code, "So.", ("First.", "Second."))
    told = [repr(exercise.hint()) for _ in range(3)]
    assert told == ["Hint 1 of 2. First.", *["Hint 2 of 2. Second."] * 2]


def test_the_solution_is_shown_as_it_would_be_typed() -> None:
    assert repr(NAMES.solution()) == 'One solution. So it is.\n    answer = ["a", "b"]'
    assert "<pre" in NAMES.solution()._repr_html_()


def test_a_box_escapes_what_the_learner_typed() -> None:
    verdict = NAMES.check("<script>`alert`</script>")
    assert "<script>" not in verdict._repr_html_()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, 1),
        ([1, (2.5, b"x")], (1, (2.5, "x"))),
        ({"b", "a"}, ("a", "b")),
        ({"b": [1], "a": None}, Pairs((("a", None), ("b", (1,))))),
        (pathlib.PurePosixPath("/a/b"), "/a/b"),
        (float("nan"), Strange("NaN")),
        (..., DOTS),
        ([...], (DOTS,)),
        (np.arange(3), (0, 1, 2)),
        (pd.DataFrame({"a": [1], "b": [2]}), ((1, 2),)),
    ],
)
def test_plain_values(value: object, expected: Plain) -> None:
    assert plain(value) == expected


def test_values_are_shown_short() -> None:
    assert show(plain([1, ["a"]])) == "[1, ['a']]"
    assert show(plain({"a": [1]})) == "{'a': [1]}"
    assert len(show(plain("x" * 1000))) == 72


def test_a_run_leaves_the_tracer_alone() -> None:
    before = sys.gettrace()
    assert run(never_ends, steps=100) == Strange("a call that doesn't end")
    assert sys.gettrace() is before
