"""Lesson 02's exercises: their answers are the model's, and may come in any form."""

import pytest

from layerlab import chain_id
from layerlab.course import lesson02
from layerlab.course.lesson02 import ORIGINAL, chains, shared, twin, who_prints
from layerlab.course.plain import plain, run
from layerlab.digest import DiffID, chain_ids
from layerlab.layer import Layer
from layerlab.nodes import File, Meta
from layerlab.notebook.workbench_state import Bench


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
