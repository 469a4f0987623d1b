"""What a widget needs to answer a click, in Python: the state, the picture and the text."""

from benchmarks.harness import Row, absolute, duration, side_by_side
from layerlab.notebook.explorer import UnionExplorer


def measure(rounds: int) -> list[Row]:
    """A click in the explorer of lesson 01."""
    explorer = UnionExplorer()
    top = list(explorer.state.layers)[-1]

    def whiteout() -> None:
        explorer.whiteout(top, "/foo")

    [taken] = side_by_side(whiteout, rounds=rounds * 3, before=explorer.reset)
    return [absolute("a click in the union explorer", taken, 0.1, duration)]
