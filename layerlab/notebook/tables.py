"""Tables: the model's values as pandas frames, with the same numbers as the pictures.

Bytes are integers, so that a frame can be sorted and summed. A layer is its place in the
stack, 0 the lowest; a container's own layer comes after the image's last.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import pandas as pd

from layerlab.analysis import (
    ComparedLayer,
    Comparison,
    Difference,
    Dive,
    Finding,
    Repeated,
    Waste,
    WastedPath,
)
from layerlab.build import Build
from layerlab.build import Step as BuildStep
from layerlab.container import Container, Event
from layerlab.errors import LayerlabError
from layerlab.image import Image
from layerlab.layer import Layer, RecordedLayer
from layerlab.nodes import Change, Directory
from layerlab.notebook.subject import instructions
from layerlab.union import Hit, Step, UnionFS


class CannotTable(LayerlabError):
    """A value that no table can be made of."""


def table(value: object) -> pd.DataFrame:
    """A frame for a value of the model, one row for each of its parts.

    - a ``Layer``: its changes
    - a ``UnionFS`` or a ``Container``: the merged tree, with the layer of each path
    - an ``Image`` or a sequence of layers: the layers, lowest first
    - a lookup's ``Hit`` or trail: the layers searched, in order
    - one event or a container's events: what each operation searched, copied and hid
    - a ``Build``: its steps, by their line in the Dockerfile
    - a ``Waste``: its findings; ``table(waste.paths)`` for the paths
    - a ``Comparison``: the paths that differ; ``table(comparison.layers)`` for the layers
    - a ``Dive``: the paths that dive calls inefficient
    """
    match value:
        case Layer():
            rows = [(path, kind(node), node.size) for path, node in value.changes.items()]
            return _frame(["path", "kind", "bytes"], rows)
        case UnionFS() | Container():
            tree = [(p, kind(node), node.size, index) for p, node, index in value.items()]
            return _frame(["path", "kind", "bytes", "layer"], tree)
        case Hit():
            return _trail(value.trail)
        case Image():
            return _layers(value.layers, instructions(value))
        case Event():
            return _events([value])
        case Build():
            return _steps(value.steps)
        case Waste():
            return _findings(value.findings)
        case Comparison():
            return _differences(value.differences)
        case Dive():
            return _repeated(value.paths)
    return _sequence(value)


def _sequence(value: Any) -> pd.DataFrame:
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, dict)):
        items = tuple(value)
        for kinds, make in _OF_MANY:
            if all(isinstance(item, kinds) for item in items):
                return make(items)
    raise CannotTable(
        f"a {type(value).__name__} has no table",
        hint="pass a Layer, UnionFS, Image, Container, Build, a lookup, a trail, events, "
        "or what an analysis found",
    )


def kind(node: Change) -> str:
    """What a node is, in a word or two."""
    return "opaque directory" if isinstance(node, Directory) and node.opaque else node.kind


def _trail(steps: Sequence[Step]) -> pd.DataFrame:
    rows = [
        (order, step.index, kind(step.found) if step.found else "nothing")
        for order, step in enumerate(steps, 1)
    ]
    return _frame(["searched", "layer", "found"], rows)


def _layers(layers: Sequence[Layer | RecordedLayer], made_by: Sequence[str] = ()) -> pd.DataFrame:
    rows = [
        (index, made_by[index] if made_by else "", layer.diff_id.short, layer.size)
        for index, layer in enumerate(layers)
    ]
    frame = _frame(["layer", "made by", "DiffID", "bytes"], rows)
    return frame if made_by else frame.drop(columns="made by")


def _steps(steps: Sequence[BuildStep]) -> pd.DataFrame:
    rows = [
        (
            step.line,
            step.instruction.source,
            "hit" if step.cached else "miss",
            "none" if step.layer is None else step.layer.diff_id.short,
            step.size,
        )
        for step in steps
    ]
    return _frame(["line", "instruction", "cache", "layer", "bytes"], rows)


class _Row(NamedTuple):
    op: str
    path: str
    searched: str
    copied_up: str
    bytes_copied: int
    whiteout: str


def _events(events: Iterable[Any]) -> pd.DataFrame:
    rows = [
        _Row(
            event.op,
            event.path,
            " → ".join(map(str, event.searched)),
            ", ".join(event.copied_up),
            event.bytes_copied,
            event.whiteout or "",
        )
        for event in events
    ]
    names = ["operation", "path", "layers searched", "copied up", "bytes copied", "whiteout"]
    return _frame(names, rows)


def _findings(findings: Iterable[Finding]) -> pd.DataFrame:
    rows = [
        (row.why, row.saves, len(row.paths), row.layer, row.made_by, row.hidden_by, row.advice)
        for row in findings
    ]
    names = ["waste", "bytes saved", "paths", "layer", "made by", "hidden by", "advice"]
    return _frame(names, rows)


def _wasted(paths: Iterable[WastedPath]) -> pd.DataFrame:
    rows = [
        (row.path, row.wasted, sum(size for _, size in row.sizes),
         ", ".join(str(layer) for layer, _ in row.sizes), row.why)
        for row in paths
    ]  # fmt: skip
    return _frame(["path", "bytes wasted", "bytes", "layers", "why"], rows)


def _differences(differences: Iterable[Difference]) -> pd.DataFrame:
    rows = [
        (row.path, row.how, row.size_a, row.size_b, (row.size_b or 0) - (row.size_a or 0))
        for row in differences
    ]
    frame = _frame(["path", "what differs", "bytes in a", "bytes in b", "more"], rows)
    return frame.astype({"bytes in a": "Int64", "bytes in b": "Int64"})  # <NA>: not there


def _compared(layers: Iterable[ComparedLayer]) -> pd.DataFrame:
    rows = [(row.diff_id.short, row.size, row.a, row.b) for row in layers]
    frame = _frame(["DiffID", "bytes", "in a", "in b"], rows)
    return frame.astype({"in a": "Int64", "in b": "Int64"})


def _repeated(paths: Iterable[Repeated]) -> pd.DataFrame:
    return _frame(["path", "layers", "bytes"], [(row.path, row.layers, row.size) for row in paths])


_OF_MANY: tuple[tuple[Any, Callable[..., pd.DataFrame]], ...] = (
    (Event, _events),
    (Step, _trail),
    ((Layer, RecordedLayer), _layers),
    (Finding, _findings),
    (WastedPath, _wasted),
    (Difference, _differences),
    (ComparedLayer, _compared),
    (Repeated, _repeated),
)
"""What a sequence may hold. An empty one is taken for a container that did nothing yet."""


def _frame(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(columns)).set_index(columns[0])
    # The name above the index, not below it: one row of headings, none of them empty.
    return frame.rename_axis(index=None, columns=columns[0])
