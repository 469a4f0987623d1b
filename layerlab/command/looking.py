"""``layers`` and ``tree``: what is in an image."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from layerlab.command.images import opened
from layerlab.command.screen import Screen
from layerlab.command.trees import Line, change_json, changes, merged, prune
from layerlab.digest import chain_ids
from layerlab.errors import LayerlabError
from layerlab.image import Image
from layerlab.paths import find
from layerlab.units import human_size
from layerlab.wording import brief, instruction

_CHANGES = {"added": ("A", "green"), "changed": ("C", "yellow"), "deleted": ("D", "red")}
"""The letters of ``docker diff``."""


def layers(args: Namespace, screen: Screen) -> int:
    """A line a layer, the lowest first, as the instructions stand in the Dockerfile."""
    image = opened(args.image, sys.stderr)
    made = instructions(image)
    if args.json:
        screen.json(_layers_json(image, made))
        return 0
    rows = [("LAYER", "DIFF ID", "SIZE", "MADE BY")]
    rows += [
        (str(number), layer.diff_id.short, human_size(layer.size), brief(instruction(text)))
        for number, (layer, text) in enumerate(zip(image.layers, made, strict=True))
    ]
    screen.table(rows, right=(0, 2))
    count = len(image.layers)
    screen.line(f"{count} layer{'' if count == 1 else 's'}, {human_size(image.size)}")
    return 0


def tree(args: Namespace, screen: Screen) -> int:
    """The merged tree below a path, or what one layer says of it."""
    image = opened(args.image, sys.stderr)
    if args.layer is not None and args.layer >= len(image.layers):
        raise LayerlabError(
            f"there is no layer {args.layer}", where=args.image, hint=_numbers(image)
        )
    if args.json:
        screen.json(_tree_json(image, args))
    elif args.layer is None:
        screen.line(screen.paint("MODE           SIZE  LAYER  PATH", "bold"))
        for line in merged(image.rootfs, args.path, args.depth):
            layer = "" if line.layer < 0 else str(line.layer)
            screen.line(f"{line.mode:10}  {_size(line)}  {layer:>5}  {_name(screen, line)}")
    else:
        screen.line(screen.paint("   MODE           SIZE  PATH", "bold"))
        for line in changes(image, args.layer, args.path, args.depth):
            letter, colour = _CHANGES.get(line.change, (" ", ""))
            mark = screen.paint(letter, colour)
            screen.line(f"{mark}  {line.mode:10}  {_size(line)}  {_name(screen, line)}")
    return 0


def instructions(image: Image) -> list[str]:
    """What made each layer, lowest first, as the history has it; empty where it doesn't tell."""
    made = [step.created_by for step in image.history if not step.empty_layer]
    return made or [""] * len(image.layers)


def _layers_json(image: Image, made: list[str]) -> dict[str, Any]:
    return {
        "image_id": image.image_id,
        "layers": [
            {
                "chain_id": chain_id,
                "created_by": text,
                "diff_id": layer.diff_id,
                "layer": number,
                "size": layer.size,
            }
            for number, (layer, chain_id, text) in enumerate(
                zip(image.layers, chain_ids(image.diff_ids), made, strict=True)
            )
        ],
        "platform": image.config.platform,
        "size": image.size,
    }


def _tree_json(image: Image, args: Namespace) -> dict[str, Any]:
    from layerlab.analysis import tree  # the others do without it

    if args.layer is None:
        found = tree(image)
        for name in find(image.rootfs.root, args.path).path.split("/"):
            found = found["entries"][name] if name else found
    else:
        found = change_json(image, args.layer, args.path)
    return found if args.depth is None else prune(found, args.depth)


def _numbers(image: Image) -> str:
    last = len(image.layers) - 1
    return f"they are numbered 0 to {last}, the lowest first" if last >= 0 else "it has none"


def _size(line: Line) -> str:
    return f"{'' if line.size is None else human_size(line.size):>7}"


def _name(screen: Screen, line: Line) -> str:
    """The name in its place in the tree, coloured and marked as ``ls -F`` does it."""
    return line.branch + screen.paint(line.name, line.colour) + screen.paint(line.note, "")
