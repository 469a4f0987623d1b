"""How a shell runs what a command names: a function, a builtin, or a program."""

from __future__ import annotations

import errno
import stat
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from layerlab.shell import builtins
from layerlab.shell.process import Process, join
from layerlab.shell.running import finish, run_program, start
from layerlab.shell.state import Return
from layerlab.shell.streams import Output, Streams

if TYPE_CHECKING:
    from layerlab.shell.interpreter import Interpreter


def invoke(shell: Interpreter, args: list[str], values: Mapping[str, str], streams: Streams) -> int:
    """Run a function, a builtin or a program under ``values``; its exit code."""
    name = args[0]
    if name in shell.state.functions and name not in builtins.SPECIAL:
        return _under(shell, values, lambda: _call(shell, args, streams))
    if name in builtins.BUILTINS and not (name == "source" and shell.kind == "dash"):
        return _under(shell, values, lambda: _builtin(shell, args, streams))
    return execute(shell, args, {**shell.state.environment, **values}, streams)


def _under(shell: Interpreter, values: Mapping[str, str], action: Callable[[], int]) -> int:
    """Run with variables set for so long."""
    before = {name: shell.variables.get(name) for name in values}
    for name, value in values.items():
        shell.assign(name, value)
    try:
        return action()
    finally:
        _restore(shell, before)


def _restore(shell: Interpreter, values: Mapping[str, str | None]) -> None:
    for name, old in values.items():
        if old is None:
            shell.state.variables.pop(name, None)
        else:
            shell.state.variables[name] = old


def _call(shell: Interpreter, args: list[str], streams: Streams) -> int:
    state = shell.state
    before, loops = state.arguments, shell.loops
    state.arguments, shell.loops = args[1:], 0
    frame: dict[str, str | None] = {}
    shell.frames.append(frame)
    try:
        shell.command(state.functions[args[0]], streams)
    except Return as end:
        state.status = end.code
    finally:
        state.arguments, shell.loops = before, loops
        shell.frames.pop()
        _restore(shell, frame)
    return state.status


def _builtin(shell: Interpreter, args: list[str], streams: Streams) -> int:
    process = Process(
        shell.world, args, streams.stdin, Output(streams.stdout), Output(streams.stderr),
        shell.cwd, shell.state.environment, partial(start, shell.sh), _label(shell, args[0]),
        shell.kind,
    )  # fmt: skip
    return finish(process, lambda: builtins.BUILTINS[args[0]](shell, process))


def _label(shell: Interpreter, name: str) -> str:
    """What a builtin's messages begin with."""
    own = shell.state.name
    if shell.kind == "dash":
        return f"{own}: {shell.line}: {name}"
    if shell.kind == "bash":
        return f"{own}: {name}"
    return f"{own}: {name}: line {shell.line}" if name in builtins.LABELLED else own


def execute(
    shell: Interpreter, args: list[str], environment: Mapping[str, str], streams: Streams,
    label: str = "",
) -> int:  # fmt: skip
    """Run a program; what can't be run is told of in the shell's words, 126 or 127.

    ``label`` is what they begin with.
    """
    try:
        return run_program(shell.world, args, dict(environment), shell.cwd, streams, shell.sh)
    except OSError as problem:
        missing = problem.errno in (errno.ENOENT, errno.ENOTDIR)
        why = problem.strerror
        if missing and (not shell.bash or "/" not in args[0]):
            why = "command not found" if shell.bash else "not found"
        elif shell.bash and "/" in args[0] and _is_directory(shell, args[0]):
            why = "Is a directory"
        shell.complain(f"{label}{args[0]}: {why}", streams)
        return 127 if missing else 126


def _is_directory(shell: Interpreter, name: str) -> bool:
    try:
        return stat.S_ISDIR(shell.files.stat(join(shell.cwd, name)).st_mode)
    except OSError:
        return False
