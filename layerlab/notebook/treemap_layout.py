"""Boxes whose areas are in proportion to sizes, as near to squares as they can be.

Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000): fill a row along the shorter side,
largest first, for as long as that makes its worst box squarer; then go on with the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, its upper left corner at ``x``, ``y``."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def shorter(self) -> float:
        """The shorter side."""
        return min(self.width, self.height)


def squarify(sizes: Sequence[float], box: Box) -> list[Box]:
    """A box for each size; together they fill ``box``. Sizes are positive, largest first."""
    boxes: list[Box] = []
    rest, left = box, float(sum(sizes))
    start = 0
    while start < len(sizes):
        scale = rest.area / left
        row = sizes[start] * scale
        end = start + 1
        while end < len(sizes):
            longer = row + sizes[end] * scale
            largest, smallest, new = (sizes[at] * scale for at in (start, end - 1, end))
            if _worst(row, largest, smallest, rest.shorter) < _worst(
                longer, largest, new, rest.shorter
            ):
                break
            row, end = longer, end + 1
        taken = sum(sizes[start:end])
        part = 1.0 if end == len(sizes) else taken / left
        across = rest.width < rest.height  # a row lies along the shorter side
        strip, rest = _cut(rest, part, across)
        boxes += _share(sizes[start:end], strip, across)
        left -= taken
        start = end
    return boxes


def _worst(row: float, largest: float, smallest: float, side: float) -> float:
    """How far from a square the worst box of a row along ``side`` is; areas in px²."""
    return max(side * side * largest / (row * row), row * row / (side * side * smallest))


def _cut(box: Box, part: float, across: bool) -> tuple[Box, Box]:
    """A strip that takes ``part`` of the box, its upper or left end, and what is left."""
    if across:
        height = box.height * part
        rest = Box(box.x, box.y + height, box.width, box.height - height)
        return Box(box.x, box.y, box.width, height), rest
    width = box.width * part
    rest = Box(box.x + width, box.y, box.width - width, box.height)
    return Box(box.x, box.y, width, box.height), rest


def _share(sizes: Sequence[float], strip: Box, across: bool) -> list[Box]:
    """The strip, divided among a row's sizes."""
    whole, before = sum(sizes), 0.0
    boxes = []
    for size in sizes:
        start, part = before / whole, size / whole
        if across:
            boxes.append(
                Box(strip.x + strip.width * start, strip.y, strip.width * part, strip.height)
            )
        else:
            boxes.append(
                Box(strip.x, strip.y + strip.height * start, strip.width, strip.height * part)
            )
        before += size
    return boxes
