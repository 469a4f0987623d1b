"""The playground in words: what a move did, the log, and what the container's layer holds."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from layerlab.layer import Layer
from layerlab.notebook import words
from layerlab.notebook.scene import what
from layerlab.units import human_size

if TYPE_CHECKING:
    from layerlab.notebook.playground_log import Entry
    from layerlab.notebook.playground_state import Box, Playground

_SHOWN = 12
"""Lines of a list, before the rest is counted."""


def said(entry: "Entry") -> str:
    """What a move did, in a sentence or two."""
    if entry.failure:
        return f"{entry.move.call}: {_sentence(entry.failure)} Nothing changed."
    told = [_sentence(": ".join(filter(None, (entry.move.call, entry.result))))]
    if entry.move.op == "read" and entry.order:
        found = entry.order[-1]
        told.append(f"Found in {'the container' if found == entry.top else f'layer {found}'}.")
    if entry.copied_up:
        size = f", {human_size(entry.bytes_copied)}" if entry.bytes_copied else ", no content"
        told.append(f"Copied up: {_listed(entry.copied_up)}{size}.")
    if entry.whiteouts:
        told.append(f"Whiteout: {_listed(entry.whiteouts)}. What it hides is still in the image.")
    if not entry.copied_up and entry.move.op != "commit":
        told.append("Nothing was copied up.")
    return " ".join(told)


def _sentence(text: str) -> str:
    return text if text.rstrip("”")[-1:] in (".", "!", "?") else f"{text}."


def committed(number: int, layer: Layer) -> str:
    """What a commit made."""
    paths = len(layer.changes)
    return (
        f"image layer {number} of {human_size(layer.size)}, {paths} path{'s' * (paths != 1)}; "
        "a new container runs on it"
    )


def looked_up(play: "Playground") -> str:
    """How the chosen path is searched for."""
    scene = play.scene()
    order = scene.searched.get(play.path, ())
    names = [scene.name(index) for index in order]
    column = next((each for each in scene.columns if each.path == play.path), None)
    seen = words.column(scene, column) if column else f"{words.path_word(play.path)}."
    searched = f"Looking it up searches {', then '.join(names)}. " if names else ""
    return f"{searched}{seen}"


def log(play: "Playground") -> str:
    """The log as a table."""
    if not play.log:
        return "Nothing was done yet."
    several = len({entry.box for entry in play.log} | {box.name for box in play.boxes}) > 1
    lines = [["", *["in"] * several, "move", "searched", "copied up", "bytes", "what came of it"]]
    for entry in play.log:
        came = entry.failure or entry.result
        if entry.whiteouts:
            came = "; ".join(filter(None, (came, f"whiteout {_listed(entry.whiteouts)}")))
        lines.append([
            str(entry.number),
            *[entry.box] * several,
            entry.move.call,
            ", ".join(map(str, entry.order)) or "–",
            _listed(entry.copied_up) or "–",
            human_size(entry.bytes_copied) if entry.copied_up else "–",
            came,
        ])  # fmt: skip
    return words.aligned(lines)


def text(play: "Playground") -> str:
    """The stack as a table, what the container's layer holds, and the other containers."""
    blocks = [words.table(replace(play.scene(), title="")), _holding(play.box)]
    blocks += [_other(box) for box in play.boxes if box.name != play.at]
    return "\n\n".join(blocks)


def notes(play: "Playground") -> str:
    """The stage's question, and the move that comes next."""
    lines = [play.question] if play.question else []
    if play.script:
        lines.append(f"Next: {_next(play)}.")
    return "\n".join(lines)


def _next(play: "Playground") -> str:
    move = play.script[0]
    return {"run": "run another container", "switch": f"go to container {move.path}"}.get(
        move.op, move.call
    )


def alt(play: "Playground") -> str:
    """What the picture shows."""
    told = words.alt(play.scene())
    if play.last and play.last.copied_up:
        told += f" Copied up: {_listed(play.last.copied_up)}."
    return told


def _holding(box: "Box") -> str:
    """Path by path, what the container's layer holds and what ``docker diff`` prints."""
    upper, diff = box.container.upper, {line.path: line.kind for line in box.container.diff()}
    head = f"Container layer of {box.name}: {human_size(box.container.size)}"
    paths = sorted({*upper, *diff})
    if not paths:
        return f"{head}, empty. docker diff prints nothing."
    lines = [["path", "the layer holds", "docker diff"]]
    for path in paths[:_SHOWN]:
        node = upper.get(path)
        lines.append([
            words.path_word(path), what(node) if node else "–", diff.get(path, "–")
        ])  # fmt: skip
    more = len(paths) - _SHOWN
    table = words.aligned(lines) + (f"\nand {more:,} more" if more > 0 else "")
    return f"{head}\n{table}"


def _other(box: "Box") -> str:
    return _holding(box)


def _listed(paths: Sequence[str]) -> str:
    shown = [words.path_word(path) for path in paths[:4]]
    more = len(paths) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")
