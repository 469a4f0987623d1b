"""Lesson 04's exercises: their answers are the model's, and any Dockerfile may be handed in."""

import re

import pytest

from layerlab import BuildError, Engine, File, Image, Layer, Whiteout, Zeros
from layerlab.catalog import images
from layerlab.course.exercise import Exercise
from layerlab.course.lesson04 import EXERCISES, LINES, carried, layer_lines, runs_again
from layerlab.course.lesson04_builds import Dockerfile
from layerlab.course.lesson04_cases import CONTEXT, Changes
from layerlab.course.lesson04_dockerfiles import clean_install, order, small_result
from layerlab.course.plain import Pairs, run
from layerlab.nodes import Change, Meta

INSTALL = "apt-get update && apt-get install -y --no-install-recommends"
CLEAN = "rm -rf /var/lib/apt/lists/*"
OF_DOCKERFILES = [exercise for exercise in EXERCISES if isinstance(exercise.kind, Dockerfile)]


def cases(exercise: Exercise) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = exercise.kind.cases()  # type: ignore[attr-defined]
    assert len(found) > 40
    return found


def test_the_lines_that_make_a_layer_are_the_builders() -> None:
    engine = Engine()
    done = engine.build({"main.sh": File(b"", Meta(0o644))}, LINES)  # type: ignore[arg-type]
    assert layer_lines.solve() == [step.line for step in done.steps if step.layer]
    assert layer_lines.check((9, 7, 5, 3, 3)).state == "correct"
    assert layer_lines.check("3").text.startswith("The answer should be a list of line numbers")


def built(engine: Engine, files: dict[str, bytes], instructions: list[str]) -> list[str]:
    """The instructions that aren't found in the cache; a RUN does nothing."""
    lines = [line.replace("RUN ", "RUN : ") for line in instructions]
    steps = engine.build(files, "\n".join(["FROM base", *lines, ""])).steps
    return [line for line, step in zip(instructions, steps, strict=True) if not step.cached]


def test_what_runs_again_is_what_misses() -> None:
    files = {path: path.encode() for path in CONTEXT}
    for instructions, changed in cases(runs_again):
        assert isinstance(instructions, list)
        assert isinstance(changed, list)
        engine = Engine()
        engine.add("base", Image([Layer.of({"/bin/sh": File(Zeros(9), Meta(0o755))})]))
        built(engine, files, instructions)
        missed = built(engine, {**files, **dict.fromkeys(changed, b"new")}, instructions)
        assert run(runs_again.solve(), instructions, changed) == tuple(missed)  # type: ignore[arg-type]


def layer(changes: Changes) -> Layer:
    nodes: dict[str, Change] = {
        path: Whiteout() if size is None else File(Zeros(size)) for path, size in changes.items()
    }
    return Layer.of(nodes)


def test_what_is_carried_is_what_a_union_does_not_show() -> None:
    for (layers,) in cases(carried):
        assert isinstance(layers, list)
        image = Image([layer(changes) for changes in layers])
        seen = sum(node.size for _, node, _ in image.rootfs.items())
        assert run(carried.solve(), layers) == image.size - seen  # type: ignore[arg-type]


@pytest.mark.parametrize("exercise", OF_DOCKERFILES, ids=lambda exercise: exercise.title)
def test_a_solution_builds(exercise: Exercise) -> None:
    facts = exercise.kind.observe(exercise.solve())
    assert isinstance(facts, Pairs)
    assert "it builds" not in dict(facts.items)


@pytest.mark.parametrize(
    ("exercise", "text"),
    [
        (clean_install, f"FROM debian:12\nRUN {INSTALL} curl && {CLEAN}"),
        (clean_install, f"FROM debian\nRUN {INSTALL} less && {CLEAN}\nRUN {INSTALL} curl; {CLEAN}"),
        (
            order,
            (
                "FROM debian\nWORKDIR /srv\nCOPY packages.txt .\n"
                f"RUN {INSTALL} $(cat packages.txt) && {CLEAN}\nCOPY shop shop\nUSER nobody\n"
            ),
        ),
        (
            small_result,
            (
                f"FROM debian:12 AS tools\nRUN {INSTALL} gcc\nFROM tools AS build\nWORKDIR /w\n"
                "COPY . .\nRUN sh compile\nFROM debian:12\nCOPY --from=1 /w/shop /usr/local/bin/\n"
            ),
        ),
    ],
)
def test_other_dockerfiles_that_do_what_was_asked(exercise: Exercise, text: str) -> None:
    assert exercise.check(text) == exercise.check(exercise.solve())


@pytest.mark.parametrize("exercise", OF_DOCKERFILES, ids=lambda exercise: exercise.title)
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("", "The Dockerfile is empty."),
        ("  \n", "The Dockerfile is empty."),
        (7, "The answer should be a Dockerfile as text, and this is `7`."),
        (["FROM debian"], "The answer should be a Dockerfile as text"),
        (object(), "The answer should be a Dockerfile as text, and this is a object."),
        ("FORM debian", "That isn't it."),
        ("FROM nowhere", "That isn't it."),
        ("FROM debian\nRUN emacs", "That isn't it."),
        ("FROM debian\nRUN sleep infinity", "That isn't it."),
        ("FROM debian\nCOPY none /", "That isn't it."),
        ("FROM debian\nRUN x() { x; }; x", ""),
        ("FROM debian\0\n", ""),
        ("\udcff", ""),
    ],
)
def test_no_answer_raises(exercise: Exercise, answer: object, says: str) -> None:
    verdict = exercise.check(answer)
    assert verdict.state == "not yet"
    assert verdict.text.startswith(says)


@pytest.mark.parametrize("exercise", OF_DOCKERFILES, ids=lambda exercise: exercise.title)
def test_the_dots_are_no_answer(exercise: Exercise) -> None:
    assert exercise.check("\n...\n").state == "not attempted yet"


def test_why_a_dockerfile_does_not_build() -> None:
    assert "line 2, RUN emacs" in clean_install.check("FROM debian\nRUN emacs").example
    unknown = f"FROM debian\nRUN {INSTALL} nosuchthing\n"
    assert clean_install.check(unknown).example == "no: Unable to locate package nosuchthing"


def test_the_measured_debian_is_what_the_exercises_build_on() -> None:
    engine = Engine()
    assert engine.pull("debian") == images()["debian:12"]


@pytest.mark.parametrize(
    ("word", "kinds"),
    [
        ("2.install", ["glob", "regex"]),
        ("no?such", ["glob", "regex"]),
        ("no+such", ["regex"]),
        ("no]such", ["glob"]),
        ("nosuch", []),
    ],
)
def test_a_remark_is_taken_for_a_package_or_a_pattern(word: str, kinds: list[str]) -> None:
    """What apt 2.6 says, *ran* on a real Debian."""
    with pytest.raises(BuildError) as caught:
        Engine().build({}, f"FROM debian\nRUN apt-get update && apt-get install -y '{word}'\n")
    assert re.findall("E: (.*)", caught.value.output) == [
        f"Unable to locate package {word}",
        *(f"Couldn't find any package by {kind} '{word}'" for kind in kinds),
    ]
