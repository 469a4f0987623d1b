"""The Dockerfile bench in words: the table, the sums, and what an instruction did."""

from typing import TYPE_CHECKING

from layerlab.notebook.svg import printable
from layerlab.notebook.words import short
from layerlab.units import human_size

if TYPE_CHECKING:
    from layerlab.notebook.dockerfile_rows import Row, Totals
    from layerlab.notebook.dockerfile_state import Bench

_WIDE, _SHOWN = 44, 8
KINDS = {"base": "base", "hit": "hit", "run": "run", "wait": "…", "none": "–"}
"""How the verdict of a row is written."""


def table(bench: "Bench") -> str:
    """A line for each instruction: hit or run, the layer's size, and why."""
    lines = [f"{'':3}{'instruction':{_WIDE}}  {'cache':6}{'layer':>8}  why"]
    for number, (line, row) in enumerate(zip(bench.lines, bench.rows, strict=True), 1):
        first = short(printable(line.shown), _WIDE)
        kind, size, why = (KINDS[row.kind], layer(row), row.reason) if row else ("", "", "")
        if bench.failure and bench.failure.key == line.key:
            kind, size, why = "failed", "", bench.failure.words
        lines.append(f"{number:<3}{first:{_WIDE}}  {kind:6}{size:>8}  {why}".rstrip())
    return "\n".join(lines)


def layer(row: "Row") -> str:
    """The size of a row's layer; ``empty`` where it has none."""
    if row.layers:
        sure = row.guess is None or row.kind in ("base", "hit")
        return human_size(row.size) if sure else f"~{human_size(row.size)}"
    if row.kind not in ("hit", "run"):
        return ""
    return "empty" if row.steps or row.guess else "…"


def did(row: "Row") -> str:
    """What an instruction did to the tree, in numbers."""
    counts = {
        "added": len(row.paths("added")),
        "copied up": len(row.paths("copied_up")),
        "hidden": len(row.paths("hidden")),
    }
    return ", ".join(f"{number:,} {what}" for what, number in counts.items() if number)


def summary(bench: "Bench") -> str:
    """The last build in a sentence."""
    now = bench.totals
    assert now is not None
    if not now.again:
        return f"All {now.steps} steps came from the cache."
    return (
        f"{now.again} of {now.steps} steps ran: {human_size(now.rebuilt)} built, "
        f"{human_size(now.reused)} reused."
    )


def notes(bench: "Bench") -> str:
    """The build beside the one before it; and why there is none, if it failed."""
    if bench.under_way is not None:
        return f"Last build: image {_image(bench.totals)}." if bench.totals else ""
    lines = []
    if bench.failure:
        number = [line.key for line in bench.lines].index(bench.failure.key) + 1
        lines.append(f"Instruction {number} failed: {bench.failure.words}")
        lines.append("The sums are those of the last build that came to its end.")
    if bench.totals:
        if bench.earlier:
            lines.append(f"Last build: image {_image(bench.earlier)}.")
        lines.append(
            f"{'This edit' if bench.earlier else 'This build'}: image {_image(bench.totals)}; "
            f"{human_size(bench.totals.rebuilt)} built, {human_size(bench.totals.reused)} reused; "
            f"a push sends {human_size(bench.pushed)} before compression."
        )
    if bench.advice:
        lines.append(f"Try: {bench.advice}")
    return "\n".join(lines)


def _image(totals: "Totals") -> str:
    count = len(totals.pieces)
    return f"{human_size(totals.size)} in {count} layer{'s' * (count != 1)}"


def detail(bench: "Bench") -> tuple[str, str]:
    """What the selected instruction added, copied up and hid, by path."""
    for number, (line, row) in enumerate(zip(bench.lines, bench.rows, strict=True), 1):
        if line.key == bench.selected and row is not None and bench.under_way is None:
            head = f"Instruction {number}: {row.reason}"
            return head, "\n".join(_paths(row)) or _nothing(row)
    return "", ""


def _nothing(row: "Row") -> str:
    if row.kind == "base" and row.base is not None:
        count = row.layers
        return f"{count} layer{'s' * (count != 1)}, {human_size(row.size)}."
    if row.kind == "none":
        return "Not carried out."
    return "It changed no file, so the image got no layer of it." if not row.layers else "Empty."


def _paths(row: "Row") -> list[str]:
    lines = []
    for head, paths in (
        ("Added", row.paths("added")),
        ("Copied up", row.paths("copied_up")),
        ("Hidden, and still in the layer below", row.paths("hidden")),
    ):
        if paths:
            shown = [f"  {short(printable(path), 100)}" for path in paths[:_SHOWN]]
            more = len(paths) - len(shown)
            lines += [f"{head}: {len(paths):,}", *shown, *[f"  and {more:,} more"] * bool(more)]
    return lines


def alt(bench: "Bench") -> str:
    """What the picture shows."""
    parts = [f"A Dockerfile of {len(bench.lines)} instructions."]
    if bench.failure:
        parts.append("Its build failed.")
    if bench.totals:
        told = [
            f"{number}: {KINDS[row.kind]} {layer(row)}".strip()
            for number, row in enumerate(bench.rows, 1)
            if row
        ]
        parts.append(f"{', '.join(told)}. The image has {_image(bench.totals)}.")
    return " ".join(parts)
