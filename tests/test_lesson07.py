"""Lesson 07's exercises: their answers are the model's, and may come in any form."""

import pytest

from layerlab import chain_id
from layerlab.course.lesson07 import lower_dirs, pair_up, which_directory
from layerlab.digest import DiffID

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
