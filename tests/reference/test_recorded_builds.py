"""Debian's packages installed by a real engine, recorded, against the same Dockerfile built here.

``tools/record_builds.py`` made the recordings; to compare takes no engine. Each layer's size must
be the real one, and so must its paths, and of each path the type, mode, owner, size and target.
"""

import re
from functools import cache

import pytest
from reference.comparing import Difference, Loose, differences, entries_of
from reference.recordings import FOLDER, NAME, Recording

from layerlab import Engine, Layer

EVERY = sorted(path.parent.name for path in FOLDER.glob("*/Dockerfile"))
BEFORE_LAST = "usr/share/info/dir.old"
"""In the chapter's build it was written twice, since apt configures install-info early."""
LAYER_SIZE = 0.002
"""How far a layer's size may be off."""

LOOSE = (
    Loose(r"var/log/.*", 4096, 0.3, "times, progress, and what scripts say"),
    Loose(r"var/cache/(debconf|ldconfig)/.*", 4096, 0.1, "questions are counted, not asked"),
    Loose(r"var/lib/dpkg/status-old", 4096, 0.0, "the state before the last write"),
    Loose(r"var/lib/apt/lists/.*", 0, 0.01, "the archive moves"),
)
RANDOM = r"etc/ssl/certs/[0-9a-f]{8}\.0"
"""Names that are random: of a certificate that an installation makes for itself."""

_CONTENT = re.compile(r"\b(file|dir|multi):[0-9a-f]{64}")


@cache
def recorded(name: str) -> Recording:
    return Recording.read(FOLDER / name / NAME)


@cache
def built(name: str) -> list[tuple[str, Layer | None]]:
    """The steps of layerlab's build of the same Dockerfile, each with its layer if it has one."""
    engine = Engine()
    engine.pull("debian:12")
    image = engine.build(FOLDER / name, tags="built").image
    layers = iter(image.layers)
    steps = [
        (step.created_by, None if step.empty_layer else next(layers)) for step in image.history
    ]
    return steps[1:]


@pytest.mark.parametrize("name", EVERY)
def test_the_layers_are_the_real_ones(name: str) -> None:
    real, ours = recorded(name).steps, built(name)
    # What a copied file holds is zeros here, so its digest in the history differs.
    assert [_CONTENT.sub(r"\1:", text) for text, _ in ours] == [
        _CONTENT.sub(r"\1:", step.created_by) for step in real
    ]
    for step, (_, layer) in zip(real, ours, strict=True):
        if step.entries is None:
            assert layer is None, step.created_by
            continue
        assert layer is not None, step.created_by
        assert layer.size == pytest.approx(step.size, rel=LAYER_SIZE), step.created_by
        found = differences(step.entries, entries_of(layer.changes), LOOSE, RANDOM)
        if name == "chapter":
            found = [each for each in found if each.path != BEFORE_LAST]
        assert not found, f"{step.created_by}\n{_told(found)}"


def _told(found: list[Difference]) -> str:
    lines = [f"{each.path}: {each.real}, here {each.ours}" for each in found[:40]]
    return "\n".join([*lines, f"{len(found)} differences"])
