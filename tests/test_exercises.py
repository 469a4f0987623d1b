"""What holds for the exercises of every lesson, and for what its notebook tells of the chapter."""

import json
import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from layerlab.course.exercise import Exercise
from layerlab.course.lesson04_builds import Dockerfile

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


@dataclass(frozen=True)
class Lesson:
    """The statements of the chapter that a lesson meets; ``in_words`` with no cell that runs."""

    number: str
    statements: frozenset[str]
    in_words: frozenset[str] = frozenset()

    @property
    def module(self) -> ModuleType:
        return import_module(f"layerlab.course.lesson{self.number}")

    @property
    def notebook(self) -> Path:
        [path] = NOTEBOOKS.glob(f"{self.number}_*.ipynb")
        return path

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        return tuple(self.module.EXERCISES)


def numbered(section: str, first: int, last: int) -> frozenset[str]:
    return frozenset(f"{section}-{number:02d}" for number in range(first, last + 1))


LESSONS = (
    Lesson("00", frozenset()),  # how to use the course
    Lesson(
        "01",
        numbered("2", 1, 25) | numbered("Q3", 0, 2),
        # Mounts are in the boxes that tests/reference/ replays; Q3-00 is a question.
        frozenset({"2-05", "2-18", "2-19", "Q3-00"}),
    ),
    Lesson("02", numbered("1", 1, 20) | numbered("3.1", 1, 12)),
    Lesson(
        "03",
        numbered("3.2", 1, 9)
        | numbered("3.3", 1, 7)
        | numbered("3.4", 1, 7)
        | numbered("Q6", 0, 5)
        | numbered("Q8", 0, 4)
        | {"4.1-08"},
        frozenset({"Q6-00"}),  # a question
    ),
    Lesson(
        "04",
        numbered("4.1", 1, 10)
        | (numbered("4.2", 1, 8) - {"4.2-03"})  # lesson 06 measures what images share
        | numbered("Q4", 0, 13)
        | {"Q2-07", "Q2-08"},
    ),
    Lesson("05", numbered("4.3", 1, 9) | numbered("4.4", 1, 8) | {"4.2-02", "Q10-00"}),
    Lesson(
        "06",
        numbered("4.2", 1, 8)
        | numbered("Q2", 0, 8)
        | numbered("Q9", 0, 6)
        | {"3.1-04", "3.1-05", "3.1-08", "3.2-08", "4.1-09", "4.4-06", "Q1-03", "Q1-04", "Q1-06"},
        # 3.2-08: a base makes no image smaller, lesson 03 measures it. Q1-06: opinions.
        # Q2-07, Q2-08: the build cache and stages, lesson 04 measures them.
        # Q9-00: a question. Q9-02: a misprint.
        frozenset({"3.2-08", "Q1-06", "Q2-07", "Q2-08", "Q9-00", "Q9-02"}),
    ),
    Lesson("07", numbered("4.5", 1, 34)),
    Lesson("09", frozenset()),  # beyond the chapter
    Lesson(
        "08",
        numbered("Q1", 0, 6)
        | numbered("Q2", 0, 8)
        | numbered("Q3", 0, 2)
        | (numbered("Q4", 0, 13) - {"Q4-01", "Q4-07", "Q4-08", "Q4-09", "Q4-10"})  # lesson 04
        | numbered("Q5", 0, 8)
        | numbered("Q6", 0, 5)
        | numbered("Q7", 0, 3)
        | numbered("Q8", 0, 4)
        | (numbered("Q9", 0, 6) - {"Q9-04"})  # an opinion
        | {"Q10-00"},
    ),
)


EACH_LESSON = [pytest.param(lesson, id=lesson.number) for lesson in LESSONS]
EACH_EXERCISE = [
    pytest.param(exercise, id=f"{lesson.number}-{exercise.title}")
    for lesson in LESSONS
    for exercise in lesson.exercises
]


def test_every_lesson_is_tested() -> None:
    there = {path.name[:2] for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")}
    assert {lesson.number for lesson in LESSONS} == there


def test_the_course_has_enough_to_do() -> None:
    exercises = [exercise for lesson in LESSONS for exercise in lesson.exercises]
    assert len(exercises) >= 45
    doing = [each for each in exercises if _is_built_or_done(each)]
    assert len(doing) >= 10, [each.title for each in doing]
    assert all(3 <= len(lesson.exercises) <= 6 for lesson in LESSONS)


def _is_built_or_done(exercise: Exercise) -> bool:
    """Whether a Dockerfile is built, or an image, a layer or a container made."""
    if isinstance(exercise.kind, Dockerfile):
        return True
    return re.search(r"\b(Layer|Image)(\.of)?\(|\bbox\b", exercise.solution_code) is not None


@pytest.mark.parametrize("exercise", EACH_EXERCISE)
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
    assert exercise.asks.endswith((".", "?")), "the front of its card"


@pytest.mark.parametrize("lesson", EACH_LESSON)
def test_every_exercise_is_in_the_lesson(lesson: Lesson) -> None:
    source = lesson.notebook.read_text("utf-8")
    names = [name for name, value in vars(lesson.module).items() if isinstance(value, Exercise)]
    assert len(names) == len(lesson.exercises)
    for name in names:
        assert f"lesson{lesson.number}.{name}.check(answer)" in source


@pytest.mark.parametrize("lesson", EACH_LESSON)
def test_every_statement_of_the_chapter_is_met(lesson: Lesson) -> None:
    met: dict[str, set[str]] = {}
    for cell in json.loads(lesson.notebook.read_text("utf-8"))["cells"]:
        for statement in cell["metadata"].get("layerlab", {}).get("statements", ()):
            met.setdefault(statement, set()).add(cell["cell_type"])
    assert met.keys() >= lesson.statements
    assert {s for s in lesson.statements if "code" not in met[s]} == lesson.in_words
