"""One colour and one pattern a layer, the same in every picture, tree and chart.

The colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart.
A colour is never the only sign: a layer has a pattern and a number too. Both go by
position, the base being 0, unless a picture says otherwise: a layer that is moved keeps its
look. Vermillion is kept for a container's own layer.
"""

from dataclasses import dataclass

INK = "#1F2933"
DIM = "#4A5561"
PALE = "#8A94A0"
GROUND = "#FBFAF7"
SLAB = "#FFFFFF"
RULE = "#DEDACF"

PATTERNS = ("plain", "rising", "dots", "level", "falling")


@dataclass(frozen=True)
class Look:
    """How one layer looks: ``fill`` for areas, ``edge`` for lines, the name of a pattern.

    ``edge`` is the fill, darkened where needed to 3:1 against white (WCAG 2.2, 1.4.11).
    """

    fill: str
    edge: str
    pattern: str


_IMAGE = (
    ("#0072B2", "#0072B2"),  # blue
    ("#E69F00", "#A66F00"),  # orange
    ("#009E73", "#00805E"),  # bluish green
    ("#56B4E9", "#2B82B5"),  # sky blue
    ("#CC79A7", "#AD5487"),  # reddish purple
    ("#F0E442", "#857C00"),  # yellow
)
CONTAINER = Look("#D55E00", "#B84F00", "plain")


def look(index: int) -> Look:
    """The look of the layer at ``index``, the base being 0. It repeats after 30."""
    fill, edge = _IMAGE[index % len(_IMAGE)]
    return Look(fill, edge, PATTERNS[index % len(PATTERNS)])


def colours(count: int, *, container: bool = False) -> list[str]:
    """The fills of ``count`` layers, lowest first; the last is the container's if asked for."""
    fills = [look(index).fill for index in range(count)]
    return [*fills[:-1], CONTAINER.fill] if container else fills
