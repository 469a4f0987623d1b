"""Lesson 01's exercises: their answers are the model's, and may come in any form."""

import pytest

from layerlab.course.lesson01 import (
    THREE,
    clean_up,
    look_down,
    merge_all,
    mount_order,
    read_through,
)
from layerlab.course.plain import plain, run
from layerlab.layer import Layer
from layerlab.nodes import Directory, Symlink, Whiteout
from layerlab.union import UnionFS


def test_the_first_solution_is_what_the_model_shows() -> None:
    assert look_down.solve() == UnionFS(THREE).listdir("/")


def test_reading_through_is_what_the_model_does() -> None:
    for layers, name in read_through.kind.cases():  # type: ignore[attr-defined]
        union = UnionFS(
            Layer.of({f"/{n}": Whiteout() if t is None else t for n, t in layer.items()})
            for layer in layers
        )
        wanted = union.read_text(f"/{name}") if union.exists(f"/{name}") else None
        assert run(read_through.solve(), layers, name) == wanted  # type: ignore[arg-type]


def test_merging_is_what_the_model_does() -> None:
    cases = merge_all.kind.cases()  # type: ignore[attr-defined]
    for (layers,) in cases:
        paths = [path for path, _, _ in UnionFS(layers).items()]
        assert run(merge_all.solve(), layers) == plain(sorted(paths))  # type: ignore[arg-type]
    assert len(cases) > 50


@pytest.mark.parametrize(
    "answer",
    ["fix:app:base", b"lowerdir=fix:app:base", " -o lowerdir=fix/:app/:base/ ", "fix:app:base,"],
)
def test_mount_options_in_any_form(answer: object) -> None:
    assert mount_order.check(answer).state == "correct"


@pytest.mark.parametrize("answer", [["/app", "/tmp/", "/motd"], {"tmp", "motd", "app"}])
def test_names_in_any_form(answer: object) -> None:
    assert look_down.check(answer).state == "correct"


def test_a_layer_in_any_form() -> None:
    keep = {"/cache": Directory(opaque=True), "/cache/.keep": "text", "/secret": Whiteout()}
    assert clean_up.check(Layer.of(keep)).state == "correct"
    extra = Layer.of({**keep, "/also": Symlink("x")})
    assert "/also" in clean_up.check(extra).example
    # Whiteouts that fit one base are no answer for another.
    one_by_one = Layer.of({"/cache/a": Whiteout(), "/cache/.keep": b"", "/secret": Whiteout()})
    assert "/cache/*" in clean_up.check(one_by_one).example
    assert clean_up.check({"/cache": None}).text.startswith("The answer should be a layer")


def test_merged_paths_may_come_as_a_list_with_repeats() -> None:
    solve = merge_all.solve()
    assert callable(solve)
    assert merge_all.check(lambda layers: [*solve(layers), *solve(layers)]).state == "correct"
    assert merge_all.check(lambda layers: None).example.endswith("got:    None")
