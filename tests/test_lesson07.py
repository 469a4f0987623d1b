"""Lesson 07's exercises: each solution passes, each known mistake gets its own diagnosis."""

import json
from pathlib import Path

import pytest

from layerlab import chain_id
from layerlab.course import lesson07
from layerlab.course.exercise import Exercise
from layerlab.course.lesson07 import EXERCISES, lower_dirs, pair_up, which_directory
from layerlab.digest import DiffID


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.title)
def test_solution_mistakes_and_placeholder(exercise: Exercise) -> None:
    assert exercise.check(exercise.solve()).state == "correct"
    assert exercise.check(...).state == "not attempted yet"
    for mistake in exercise.mistakes:
        verdict = exercise.check(mistake.answer)
        assert (verdict.state, verdict.text) == ("not yet", mistake.says)
    assert "an error" not in repr(exercise.kind.observe(exercise.solve()))
    said = [mistake.says for mistake in exercise.mistakes]
    assert len(set(said)) == len(said) >= 4
    assert len(exercise.hints) >= 3


FLANNEL = (
    "777b2c648970480f50f5b4d0af8f9a8ea798eea43dbcf40ce4a8c7118736bdcf",
    "815dff9e0b5742e2a1b9c06fc748a4181a349d638bd4d66e5072df83f5fba336",
    "2e16188127c8c7ccc2d27f3ecb0c9de6ce109fbaeb3600d060a52b024dbabcc2",
    "eb738177d102ee90366379b7a67d6f8005b24d28a7049156f4c12da0c7321480",
)


def test_the_directory_is_the_fourth_chain() -> None:
    chain = chain_id(DiffID(f"sha256:{digits}") for digits in FLANNEL)
    assert which_directory.solve() == chain.hex


@pytest.mark.parametrize(
    "answer",
    [
        "162103836f64",
        "sha256:162103836f64…",
        "162103836F644705",
        "/var/lib/docker/image/overlay2/layerdb/sha256/162103836f644705e6a482165236d2d3/",
    ],
)
def test_digests_in_any_form(answer: str) -> None:
    assert which_directory.check(answer).state == "correct"
    assert "at least 12" in which_directory.check(answer[-3:]).text


def test_pairs_may_be_lists() -> None:
    solve = pair_up.solve()
    assert callable(solve)
    assert pair_up.check(lambda rows, ids: [list(p) for p in solve(rows, ids)]).state == "correct"


def test_the_paths_are_each_stacks_own() -> None:
    for files, top in lower_dirs.kind.cases():  # type: ignore[attr-defined]
        solve = lower_dirs.solve()
        assert callable(solve)
        paths = solve(files, top)
        assert len(paths) == len(set(paths)) == sum(n.endswith("/diff") for n in files) / 2


NOTEBOOK = Path(__file__).parents[1] / "notebooks/07_case_study_flannel.ipynb"
STATEMENTS = {f"4.5-{n:02d}" for n in range(1, 35)}
"""What the chapter's case study says and shows, numbered: each is met by a cell or a sentence."""


def test_every_statement_of_the_chapter_is_met() -> None:
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    met: dict[str, set[str]] = {}
    for cell in cells:
        for statement in cell["metadata"].get("layerlab", {}).get("statements", ()):
            met.setdefault(statement, set()).add(cell["cell_type"])
    assert met.keys() >= STATEMENTS
    assert {s for s in STATEMENTS if "code" not in met[s]} == set()


def test_every_exercise_is_in_the_lesson() -> None:
    source = NOTEBOOK.read_text("utf-8")
    names = [name for name, value in vars(lesson07).items() if isinstance(value, Exercise)]
    assert len(names) == len(EXERCISES)
    for name in names:
        assert f"lesson07.{name}.check(answer)" in source
