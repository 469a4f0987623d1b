"""The playground: what it says of each move is what the container did."""

import pytest

from layerlab.notebook import playground
from layerlab.notebook.playground_presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_every_stage_can_be_played_to_its_end(name: str) -> None:
    play = playground(name)
    while play.state.script:
        play.next()
    assert len(play.state.log) >= 3
    play.reset()
    assert play.state.log == ()
