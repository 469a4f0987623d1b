"""The builtins that set variables and options: ``export``, ``set``, ``local``, ``read``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from layerlab.shell.faults import ShellFailure
from layerlab.shell.lexing import NAME
from layerlab.shell.process import Process
from layerlab.shell.state import Exit
from layerlab.shell.tracing import quoted

if TYPE_CHECKING:
    from layerlab.shell.interpreter import Interpreter

Builtin = Callable[["Interpreter", Process], int]
LONG_OPTIONS = {"errexit": "e", "nounset": "u", "xtrace": "x", "noglob": "f",
                "pipefail": "pipefail"}  # fmt: skip
OPTIONS = frozenset(LONG_OPTIONS.values())
DASH_OPTIONS = frozenset((
    *(LONG_OPTIONS.keys() - {"pipefail"}), "allexport", "debug", "emacs", "ignoreeof",
    "interactive", "monitor",
    "noclobber", "noexec", "nolog", "notify", "stdin", "verbose", "vi",
))  # fmt: skip


def _export(shell: Interpreter, process: Process) -> int:
    state = shell.state
    marks = state.readonly if process.args[0] == "readonly" else state.exported
    arguments = [arg for arg in process.args[1:] if arg != "-p"]
    if not arguments:
        for name in sorted(marks):
            value = state.variables.get(name)
            told = "" if value is None else f"={quoted(value, always=True)}"
            process.stdout.line(f"{process.args[0]} {name}{told}")
        return 0
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not NAME.fullmatch(name):
            process.say(f"{name}: bad variable name",
                        gnu=f"`{argument}': not a valid identifier")  # fmt: skip
            if shell.bash:
                return 1
            process.stderr.flush()
            raise Exit(2)
        if equals:
            shell.assign(name, value)
        marks.add(name)
    return 0


def _unset(shell: Interpreter, process: Process) -> int:
    for name in process.args[1:]:
        if name == "-f":
            continue
        if "-f" in process.args:
            shell.state.functions.pop(name, None)
            continue
        if name in shell.state.readonly:
            raise ShellFailure(f"unset: {name}: is read only",
                               f"unset: {name}: cannot unset: readonly variable")  # fmt: skip
        shell.state.variables.pop(name, None)
        shell.state.exported.discard(name)
    return 0


def _set(shell: Interpreter, process: Process) -> int:
    state = shell.state
    arguments = process.args[1:]
    if not arguments:
        for name, value in sorted(state.variables.items()):
            process.stdout.line(f"{name}={quoted(value, always=True)}")
    while arguments and arguments[0][:1] in ("-", "+") and arguments[0] not in ("-", "+"):
        word = arguments.pop(0)
        if word == "--":
            state.arguments = arguments
            return 0
        letters = [letter for letter in word[1:] if letter != "o"]
        if "o" in word[1:] and arguments:
            name = arguments.pop(0)
            if shell.kind == "dash" and name not in DASH_OPTIONS:
                raise ShellFailure(f"set: Illegal option {word[0]}o {name}")
            letters.append(LONG_OPTIONS.get(name, ""))
        change = state.options.update if word[0] == "-" else state.options.difference_update
        change(letter for letter in letters if letter in OPTIONS)
    if arguments:
        state.arguments = arguments
    return 0


def _local(shell: Interpreter, process: Process) -> int:
    if not shell.frames:
        if shell.kind == "dash":
            raise ShellFailure("local: not in a function")
        process.say("not in a function", gnu="can only be used in a function")
        return 1
    for argument in process.args[1:]:
        name, equals, value = argument.partition("=")
        shell.frames[-1].setdefault(name, shell.variables.get(name))
        if equals:
            shell.assign(name, value)
        elif shell.bash:
            shell.state.variables.pop(name, None)
    return 0


def _read(shell: Interpreter, process: Process) -> int:
    """A line of standard input, split over the names; 1 at the end of the input."""
    names = [arg for arg in process.args[1:] if not arg.startswith("-")] or ["REPLY"]
    raw = any(arg.startswith("-") and "r" in arg for arg in process.args[1:])
    line = ""
    while True:
        piece = process.stdin.readline().decode("utf-8", "surrogateescape")
        line += piece
        ended = not piece.endswith("\n")
        if raw or ended or not line.endswith("\\\n"):
            break
        line = line[:-2]
    ended = not line.endswith("\n")
    line = line.removesuffix("\n")
    if not raw:
        line = "".join(_unescaped(line))
    separators = shell.variables.get("IFS", " \t\n")
    for index, name in enumerate(names):
        line = line.lstrip("".join(c for c in separators if c in " \t\n"))
        if index == len(names) - 1:
            shell.assign(name, line.rstrip("".join(c for c in separators if c in " \t\n")))
            break
        stop = next((at for at, c in enumerate(line) if c in separators), len(line))
        shell.assign(name, line[:stop])
        line = line[stop + 1 :] if line[stop : stop + 1] not in ("", *" \t\n") else line[stop:]
    return int(ended)


def _unescaped(line: str) -> list[str]:
    kept, at = [], 0
    while at < len(line):
        if line[at] == "\\":
            at += 1
        kept.append(line[at : at + 1])
        at += 1
    return kept


VARIABLE_BUILTINS: Mapping[str, Builtin] = {
    "export": _export, "readonly": _export, "unset": _unset, "set": _set, "local": _local,
    "read": _read,
}  # fmt: skip
