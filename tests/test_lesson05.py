"""Lesson 05's exercises: their answers are the model's, and any way that does it is right."""

from typing import Any

import pytest

from layerlab import Container, Engine, Image, Layer
from layerlab.course.exercise import Exercise
from layerlab.course.lesson05 import SCRIPT, account, anew, move, no_copy, what_diff_says
from layerlab.course.lesson05_cases import Step, days, moves
from layerlab.course.lesson05_image import DATABASE, LOGO, shop
from layerlab.course.lesson05_states import Acting
from layerlab.course.plain import Pairs

ACTING = [no_copy, anew, move]
acting = pytest.mark.parametrize("exercise", ACTING, ids=lambda exercise: exercise.title)


def test_the_image_is_as_the_lesson_says() -> None:
    image = shop()
    assert [layer.size for layer in image.layers][1:] == [DATABASE, LOGO + 27]
    assert image.rootfs.stat("/srv/shop/logo").st_nlink == 2
    assert image.image_id == shop().image_id


def test_what_diff_says_is_what_the_engine_says() -> None:
    engine = Engine()
    engine.add("shop:1", shop())
    engine.docker(["run", "--name", "box", "shop:1", "sh", "-c", SCRIPT])
    answer: Any = what_diff_says.solve()
    assert sorted(engine.docker("diff box").split("\n")[:-1]) == sorted(answer)
    assert engine.container("box").files.size == DATABASE + len("new\n")


@pytest.mark.parametrize("form", [set, tuple, lambda lines: [f" {line}  " for line in lines]])
def test_the_lines_of_a_diff_in_any_form(form: Any) -> None:
    lines: Any = what_diff_says.solve()
    assert what_diff_says.check(form(lines)).state == "correct"
    assert what_diff_says.check(form([*lines, "C /"])).state == "not yet"


def do(box: Container, step: Step) -> None:
    """A step of the account, on a container."""
    what, path, count = step
    match what:
        case "read":
            box.read_bytes(path)
        case "append":
            box.append_bytes(path, b"x" * count)
        case "chmod":
            box.chmod(path, 0o600)
        case "replace":
            box.write_bytes(path, b"x" * count)
        case "delete":
            box.unlink(path)


def test_the_account_is_a_containers() -> None:
    answer: Any = account.solve()
    cases = days()
    assert len(cases) > 50
    assert {what for _, steps in cases for what, _, _ in steps} == {
        "read", "append", "chmod", "replace", "delete",
    }  # fmt: skip
    for image, steps in cases:
        layer = Layer.of({path: b"x" * size for path, size in image.items()})
        box = Container(Image([layer]))
        for step in steps:
            do(box, step)
        assert answer(image, steps) == box.size


def chmod_back(box: Container) -> None:
    mode = box.stat("/srv/books.db").st_mode & 0o7777
    box.unlink("/srv/books.db")
    box.write_bytes("/srv/books.db", b"new\n")
    box.chmod("/srv/books.db", mode)


def one_call(box: Container) -> None:
    box.write_bytes("/srv/books.db", b"new\n")


def empty_first(box: Container) -> None:
    for name in box.listdir("/srv/cache"):
        path = f"/srv/cache/{name}"
        box.unlink(path) if box.islink(path) or box.isfile(path) else box.rmtree(path)
    box.rmdir("/srv/cache")
    box.makedirs("/srv/cache")
    box.open("/srv/cache/.keep", "x").close()


def from_elsewhere(box: Container) -> None:
    box.makedirs("/srv/new")
    box.write_bytes("/srv/new/.keep", b"")
    box.rmtree("/srv/cache")
    box.rename("/srv/new", "/srv/cache")


def by_walking(box: Container, old: str, new: str) -> None:
    """Directories first, then what is in them, then the old ones, the deepest first."""
    tops = list(box.walk(old))
    for top, folders, files in tops:
        target = new + top[len(old) :]
        box.mkdir(target)
        box.chmod(target, box.stat(top).st_mode & 0o7777)
        for name in [*files, *(n for n in folders if box.islink(f"{top}/{n}"))]:
            box.rename(f"{top}/{name}", f"{target}/{name}")
    box.rmtree(old)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (no_copy, chmod_back),
        (no_copy, one_call),
        (anew, empty_first),
        (anew, from_elsewhere),
        (move, by_walking),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_other_ways_that_do_it(exercise: Exercise, answer: object) -> None:
    verdict = exercise.check(answer)
    assert verdict.state == "correct", verdict


@acting
def test_a_solution_runs_everywhere(exercise: Exercise) -> None:
    assert isinstance(exercise.kind, Acting)
    outcomes = exercise.kind.observe(exercise.solve())
    assert isinstance(outcomes, tuple)
    assert len(outcomes) == len(exercise.kind.cases()) > 6
    for facts in outcomes:
        assert isinstance(facts, Pairs)
        assert "it runs" not in dict(facts.items)


@acting
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (7, "The answer should be a function of"),
        (object(), "and this is a object."),
        (lambda *args: 1 / 0, "That isn't it."),
        (lambda: None, "That isn't it."),
        (lambda box, *more: box.rmtree("/"), ""),
        (exit, "That isn't it."),
        (int, "That isn't it."),
    ],
)
def test_no_answer_raises(exercise: Exercise, answer: object, says: str) -> None:
    verdict = exercise.check(answer)
    assert verdict.state == "not yet"
    assert says in verdict.text


@acting
def test_the_placeholder_is_known_by_its_dots(exercise: Exercise) -> None:
    assert exercise.check(lambda *args: ...).state == "not attempted yet"
    assert exercise.check(lambda *args: None).text.startswith("Your function ")


def test_an_endless_answer_is_ended() -> None:
    def answer(box: Container) -> None:
        while box:
            pass

    assert "a call that doesn't end" in no_copy.check(answer).example


def test_the_example_says_where_it_went_wrong() -> None:
    def top_only(box: Container, old: str, new: str) -> None:
        box.mkdir(new)

    assert move.check(top_only).example.splitlines() == [
        "image: /srv/, /srv/shop/, /srv/shop/page",
        "arguments: '/srv/shop', '/srv/store'",
        "at the new place: /srv/store/page is missing",
        "at the old place: something",
    ]
    assert all(old != new for _, old, new in moves())
