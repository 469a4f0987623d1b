"""``set -x``: each command as it is run, on standard error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from layerlab.shell.streams import Streams
from layerlab.shell.syntax import Simple

if TYPE_CHECKING:
    from layerlab.shell.interpreter import Interpreter


def trace(
    shell: Interpreter, command: Simple, values: Mapping[str, str], args: list[str],
    streams: Streams,
) -> None:  # fmt: skip
    """Show a simple command, expanded; dash quotes nothing in it (*ran*: 0.5.12)."""
    show = str if shell.kind == "dash" else quoted
    shown = [f"{name}={shell.variables.get(name, '')}" for name, _ in command.assignments
             if name not in values]  # fmt: skip
    shown += [f"{name}={show(value) if value else ''}" for name, value in values.items()]
    shown += [show(arg) for arg in args]
    streams.stderr.write(f"+ {' '.join(shown)}\n".encode("utf-8", "surrogateescape"))


def quoted(value: str, *, always: bool = False) -> str:
    """A value as it could be typed."""
    safe = value and all(char.isalnum() or char in "_-./:=,+@%^" for char in value)
    if safe and not always:
        return value
    return "'" + value.replace("'", "'\\''") + "'"
