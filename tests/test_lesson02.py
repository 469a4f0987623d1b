"""Lesson 02's exercises: each solution passes, each known mistake gets its own diagnosis."""

import json
from pathlib import Path

import pytest

from layerlab import chain_id
from layerlab.course import lesson02
from layerlab.course.exercise import Exercise
from layerlab.course.lesson02 import EXERCISES, ORIGINAL, chains, shared, twin, who_prints
from layerlab.course.plain import plain, run
from layerlab.digest import DiffID, chain_ids
from layerlab.layer import Layer
from layerlab.nodes import File, Meta
from layerlab.notebook.workbench_state import Bench


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


def test_names_in_any_case_and_order() -> None:
    answer = who_prints.solve()
    assert isinstance(answer, dict)
    shouted = {key: name.upper() for key, name in reversed(answer.items())}
    assert who_prints.check(shouted).state == "correct"
    assert "some are still dots" in who_prints.check({**answer, "docker images": ...}).text
    assert who_prints.check(dict.fromkeys(answer, ...)).state == "not attempted yet"
    assert "none of the five" in who_prints.check({**answer, "docker images": "layer"}).text
    assert lesson02.recompress.check({"Blob digest", "manifestdigest"}).state == "correct"
    assert "none of the five" in lesson02.recompress.check(["cache-id"]).text


def test_recompressing_is_what_the_workbench_shows() -> None:
    changed = {name.kind for name in Bench().compress("gzip -9").changed}
    assert lesson02.recompress.check(changed).state == "correct"


@pytest.mark.parametrize(
    "meta", [Meta(mode=0o600, mtime=1_600_000_000), Meta(uid=7, mtime=1_600_000_000), Meta()]
)
def test_a_twin_of_any_kind(meta: Meta) -> None:
    other = Layer.of({"/etc/motd": File(b"hello\n", meta)})
    assert other.diff_id != ORIGINAL.diff_id
    assert twin.check(other).state == "correct"
    assert twin.check({"/etc/motd": b"hello\n"}).text.startswith("The answer should be a layer")


def test_the_chains_are_the_models() -> None:
    for (ids,) in chains.kind.cases():  # type: ignore[attr-defined]
        wanted = [str(chain) for chain in chain_ids(map(DiffID, ids))]
        assert run(chains.solve(), ids) == plain(wanted)  # type: ignore[arg-type]


def test_what_is_shared_is_what_has_equal_chains() -> None:
    for first, second in shared.kind.cases():  # type: ignore[attr-defined]
        ids = [[DiffID.of(name.encode()) for name in names] for names in (first, second)]
        stacks = [{chain_id(each[: height + 1]) for height in range(len(each))} for each in ids]
        assert run(shared.solve(), first, second) == len(stacks[0] & stacks[1])  # type: ignore[arg-type]


NOTEBOOK = Path(__file__).parents[1] / "notebooks/02_images_and_layers.ipynb"
STATEMENTS = {*(f"1-{n:02d}" for n in range(1, 21)), *(f"3.1-{n:02d}" for n in range(1, 13))}
"""What the chapter says of images and layers, numbered: each is met by a cell or a sentence."""


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
    names = [name for name, value in vars(lesson02).items() if isinstance(value, Exercise)]
    assert len(names) == len(EXERCISES)
    for name in names:
        assert f"lesson02.{name}.check(answer)" in source
