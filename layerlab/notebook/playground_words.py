"""The playground in words: what a move did, the log, and what the container's layer holds."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from layerlab.container import Event
from layerlab.layer import Layer
from layerlab.notebook import words
from layerlab.notebook.scene import what
from layerlab.units import human_size

if TYPE_CHECKING:
    from layerlab.notebook.playground_log import Entry
    from layerlab.notebook.playground_state import Box, Playground

_SHOWN, _STEPS = 12, 8
"""Lines of a list, and of one move in the log, before the rest is counted."""


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
    elif entry.move.op in ("delete", "rmdir", "rmtree"):
        told.append("No whiteout is needed: nothing of the image would show there.")
    if entry.opaque and entry.move.op == "mkdir":
        told.append("It is opaque: what the image has in a directory of that name stays hidden.")
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
    if play.path == "/":
        return "The root is a directory in every layer, and merged."
    scene = play.scene
    order = scene.searched.get(play.path, ())
    top = len(play.container.layers)
    names = ["the container" if index == top else scene.name(index) for index in order]
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
        lines.append(
            [str(entry.number), *[entry.box] * several, entry.move.call, *_did(entry), came]
        )
        for step in entry.steps[:_STEPS]:
            call = f"  {step.op} {words.path_word(step.path)}"
            lines.append(["", *[""] * several, call, *_did(step), ""])
        if more := len(entry.steps[_STEPS:]):
            lines.append(["", *[""] * several, f"  and {more:,} more"])
    return words.aligned(lines)


def _did(done: "Entry | Event") -> list[str]:
    """What was searched, what was copied up, and the bytes of that."""
    order = done.searched if isinstance(done, Event) else done.order
    size = human_size(done.bytes_copied) if done.copied_up else "–"
    return [", ".join(map(str, order)) or "–", _listed(done.copied_up) or "–", size]


def text(play: "Playground") -> str:
    """The stack as a table, what the container's layer holds, and the other containers."""
    blocks = [words.table(replace(play.scene, title="")), _holding(play.box)]
    blocks += [_holding(box) for box in play.boxes if box.name != play.at]
    return "\n\n".join(blocks)


def notes(play: "Playground") -> str:
    """The stage's question, and the move that comes next."""
    following = [f"Next: {coming(play)}."] if play.script else []
    return "\n".join([*[play.question] * bool(play.question), *following])


def coming(play: "Playground") -> str:
    """The next move of the stage; nothing if all are made."""
    if not play.script:
        return ""
    move = play.script[0]
    special = {"run": "run another container", "switch": f"go to container {move.path}"}
    return special.get(move.op, move.call)


def alt(play: "Playground") -> str:
    """What the picture shows."""
    told = words.alt(play.scene)
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


def _listed(paths: Sequence[str]) -> str:
    shown = [words.path_word(path) for path in paths[:4]]
    more = len(paths) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")
