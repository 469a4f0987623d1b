"""What a widget needs to answer a click, in Python: the state, the picture and the text."""

from itertools import count

from benchmarks.harness import Row, absolute, duration, side_by_side
from layerlab import Image, Layer
from layerlab.notebook.browse_desk import ImageBrowser, browse
from layerlab.notebook.explorer import UnionExplorer

FILES = 17_000


def measure(rounds: int) -> list[Row]:
    """A click in the explorer of lesson 01, and in the image browser on a large image."""
    explorer = UnionExplorer()
    top = list(explorer.state.layers)[-1]

    def whiteout() -> None:
        explorer.whiteout(top, "/foo")

    [taken] = side_by_side(whiteout, rounds=rounds * 3, before=explorer.reset)
    return [absolute("a click in the union explorer", taken, 0.1, duration), *_browser(rounds)]


def _browser(rounds: int) -> list[Row]:
    browser = _on_a_large_image()
    number = count(100)

    def filter_anew() -> None:  # the dearest move: every path is looked at
        browser.filter(f"file{next(number)}")

    def open_folder() -> None:
        browser.expand("/usr/share/7/7")

    [filtered] = side_by_side(filter_anew, rounds=rounds)
    [opened] = side_by_side(open_folder, rounds=rounds, before=browser.reset)
    what = f"in the image browser, {FILES:,} files"
    return [
        absolute(f"a filter {what}", filtered, 0.1, duration),
        absolute(f"a click {what}", opened, 0.1, duration),
    ]


def _on_a_large_image() -> ImageBrowser:
    names = (
        f"/usr/share/{number % 20}/{number // 20 % 20}/file{number}" for number in range(FILES)
    )
    base = {name: "x" * (place % 50) for place, name in enumerate(names)}
    top = dict.fromkeys(list(base)[::10], "y")
    return browse(Image([Layer.of(base), Layer.of(top)]))
