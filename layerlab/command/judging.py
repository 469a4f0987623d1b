"""``waste`` and ``compare``: what an image stores for nothing, and where two images differ."""

from __future__ import annotations

import sys
from argparse import Namespace

from layerlab.analysis import Comparison, Difference, Finding, Waste, to_json
from layerlab.analysis import compare as compared
from layerlab.analysis import waste as wasted
from layerlab.command.images import opened
from layerlab.command.progress import progress
from layerlab.command.screen import Screen
from layerlab.units import human_size
from layerlab.wording import brief, instruction

_TOLD = 5
"""Paths that are shown of a finding; all of them are in the JSON."""

_SIGNS = {
    "added": ("+", "green"), "removed": ("-", "red"), "kind": ("~", "yellow"),
    "content": ("~", "yellow"), "metadata": ("m", "cyan"),
}  # fmt: skip


def waste(args: Namespace, screen: Screen) -> int:
    """The figures and the findings; exit code 1 if the efficiency is too low."""
    image = opened(args.image, sys.stderr)
    with progress(sys.stderr, f"looking for waste in {args.image}", image.size):
        found = wasted(image)
    if args.json:
        screen.json(to_json(found))
    else:
        _tell_waste(screen, found, len(image.layers))
    lowest = args.lowest_efficiency
    if lowest is None or found.efficiency >= lowest:
        return 0
    print(f"layerlab: the efficiency {found.efficiency} is lower than {lowest}", file=sys.stderr)
    return 1


def compare(args: Namespace, screen: Screen) -> int:
    """Layers and sizes side by side, then a line for each path that differs."""
    a, b = opened(args.a, sys.stderr), opened(args.b, sys.stderr)
    with progress(sys.stderr, "comparing", a.size + b.size):
        found = compared(a, b)
    if args.json:
        screen.json(to_json(found))
    else:
        _tell_comparison(screen, found)
    return 0


def _tell_waste(screen: Screen, found: Waste, layers: int) -> None:
    count = f"{layers} layer{'' if layers == 1 else 's'}"
    base = " above the lowest layer" if layers > 1 else ""
    part = f"{found.wasted_percent:.1f}% of the {human_size(found.user_bytes)}{base}"
    screen.line(f"size        {human_size(found.size)} in {count}")
    screen.line(f"wasted      {human_size(found.wasted_bytes)}, {part}")
    screen.line(f"efficiency  {found.efficiency:.4f}")
    sizes = {row.path: dict(row.sizes) for row in found.paths}
    for finding in found.findings:
        screen.line()
        _tell_finding(screen, finding, sizes)


def _tell_finding(screen: Screen, finding: Finding, sizes: dict[str, dict[int, int]]) -> None:
    title = f"{human_size(finding.saves)} {finding.why}"
    screen.line(screen.paint(title, "bold"))
    screen.line(screen.fit(f"  made in layer {finding.layer}{_by(finding.made_by)}"))
    if finding.by is not None:
        screen.line(screen.fit(f"  hidden by layer {finding.by}{_by(finding.hidden_by)}"))
    screen.line(screen.paint(f"  to save it, {finding.advice}", "green"))
    bytes_of = {path: sizes[path][finding.layer] for path in finding.paths}
    largest = sorted(finding.paths, key=lambda path: (-bytes_of[path], path))
    for path in largest[:_TOLD]:
        screen.line(f"  {human_size(bytes_of[path]):>9}  {screen.paint(path, '')}")
    if len(largest) > _TOLD:
        rest = sum(bytes_of[path] for path in largest[_TOLD:])
        screen.line(f"  {human_size(rest):>9}  in {len(largest) - _TOLD:,} more")


def _by(created_by: str) -> str:
    return f": {brief(instruction(created_by))}" if created_by else ""


def _tell_comparison(screen: Screen, found: Comparison) -> None:
    only_a = found.size_a - found.shared_bytes
    only_b = found.size_b - found.shared_bytes
    screen.table(
        [
            ("", "LAYERS", "SIZE"),
            ("shared", str(len(found.shared_layers)), human_size(found.shared_bytes)),
            ("only in A", str(len(found.only_a)), human_size(only_a)),
            ("only in B", str(len(found.only_b)), human_size(only_b)),
        ],
        right=(1, 2),
    )
    if found.differences:
        screen.line()
    for row in found.differences:
        sign, colour = _SIGNS[row.how]
        screen.line(screen.paint(f"{sign} {_sizes(row):>19}  {row.path}", colour))


def _sizes(row: Difference) -> str:
    """One size, or two if they aren't the same."""
    a, b = (None if size is None else human_size(size) for size in (row.size_a, row.size_b))
    if a is None or b is None or row.size_a == row.size_b:
        return a or b or ""
    return f"{a} -> {b}"
