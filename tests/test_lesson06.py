"""Lesson 06's exercises: their answers are the model's, and may come in any form."""

from collections.abc import Sequence

import pytest

from layerlab import Engine, File, Image, ImageConfig, Layer, Registry, Zeros
from layerlab.course.exercise import Exercise
from layerlab.course.lesson06 import already_here, crossing, freed, in_memory, on_disk
from layerlab.course.lesson06_images import team_engine
from layerlab.course.plain import run
from layerlab.engine.memory import page_cache

HOST = "127.0.0.1:5000"
Sized = Sequence[tuple[str, int]]


def layer(name: str, size: int = 1) -> Layer:
    """A layer of its own for each name, of that size."""
    return Layer.of({f"/{name}": File(Zeros(size))})


def image(layers: Sized, number: int) -> Image:
    """An image of these layers, which is no other's."""
    return Image([layer(*pair) for pair in layers], ImageConfig(env=(f"N={number}",)))


def engine(images: Sequence[Sized]) -> Engine:
    made = Engine()
    for number, layers in enumerate(images):
        made.add(f"image{number}:1", image(layers, number))
    return made


def cases(exercise: Exercise) -> Sequence[tuple[object, ...]]:
    found: Sequence[tuple[object, ...]] = exercise.kind.cases()  # type: ignore[attr-defined]
    assert len(found) > 40
    return found


def test_the_disk_holds_what_an_engine_stores() -> None:
    for (images,) in cases(on_disk):
        stored = engine(images).df().layers_size  # type: ignore[arg-type]
        assert run(on_disk.solve(), images) == stored  # type: ignore[arg-type]


def test_a_removal_frees_what_an_engine_loses() -> None:
    for images, gone in cases(freed):
        made = engine(images)  # type: ignore[arg-type]
        before = made.df().layers_size
        made.rmi(f"image{gone}:1")
        lost = before - made.df().layers_size
        assert run(freed.solve(), images, gone) == lost  # type: ignore[arg-type]


def crossed(here: Sequence[Sequence[str]], wanted: Sequence[str]) -> list[str]:
    """What a pull of ``wanted`` downloads on an engine that pulled the others."""
    registry = Registry(HOST)
    made = Engine(registries=[registry])
    names: dict[str, str] = {}
    for number, layers in enumerate([*here, wanted]):
        registry.publish(f"image{number}", image([(name, 1) for name in layers], number))
        registry.traffic.clear()
        made.pull(f"{HOST}/image{number}")
        names.update({layer(name).diff_id: name for name in layers})
    known = made.state.diff_ids
    return [names[known[i.digest]] for i in registry.traffic if i.kind == "layer"]


def test_a_pull_moves_what_an_engine_downloads() -> None:
    for here, wanted in cases(crossing):
        assert run(crossing.solve(), here, wanted) == tuple(  # type: ignore[arg-type]
            sorted(crossed(here, wanted), key=wanted.index)  # type: ignore[arg-type, attr-defined]
        )


def test_the_pull_of_the_first_exercise_is_an_engines() -> None:
    wanted = ["os", "libs", "patch", "app"]
    came = crossed([["os", "libs", "app"], ["os", "web"]], wanted)
    assert already_here.solve() == [name for name in wanted if name not in came]


def test_the_pages_are_the_models() -> None:
    made = Engine()
    made.add("app", Image([Layer.of({"/data": File(Zeros(1_000_001)), "/run": b""})]))
    boxes = [made.create("app", ["/run"]).files for _ in range(3)]
    for files in boxes:
        files.read_bytes("/data")
    boxes[0].append_bytes("/data", b"!")
    boxes[0].read_bytes("/data")
    assert page_cache(made.state).pages == in_memory.solve()


@pytest.mark.parametrize("answer", [("os", "libs"), ["os:", " libs "]])
def test_layers_in_any_form(answer: object) -> None:
    assert already_here.check(answer).state == "correct"
    assert already_here.check("os").text.startswith("The answer should be a list of layers")


def test_the_images_have_the_same_digests_on_every_run() -> None:
    made = team_engine()
    assert made.pull("team/shop:1").diff_ids[1:] == made.pull("team/shop:3").diff_ids[1:]
    assert made.image("team/shop:1").image.image_id.short == "20abdd7686e4"
