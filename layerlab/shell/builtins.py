"""The commands that are the shell's own: they change the shell itself."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import TYPE_CHECKING

from layerlab.paths import error
from layerlab.shell import programs
from layerlab.shell.assigning import VARIABLE_BUILTINS, Builtin
from layerlab.shell.faults import ShellFailure, ShellSyntaxError
from layerlab.shell.lookup import DEFAULT_PATH, find_program
from layerlab.shell.parsing import complete_commands
from layerlab.shell.process import Process, join
from layerlab.shell.redirecting import told
from layerlab.shell.state import Exit, Leave, Return
from layerlab.shell.tracing import quoted

if TYPE_CHECKING:
    from layerlab.shell.interpreter import Interpreter


def _colon(shell: Interpreter, process: Process) -> int:
    return 0


def _cd(shell: Interpreter, process: Process) -> int:
    """Go to a directory; ``cd -`` to the last one. The name is kept as it was typed (``-L``)."""
    state = shell.state
    arguments = [arg for arg in process.args[1:] if arg not in ("-L", "-P", "--")]
    target = arguments[0] if arguments else state.variables.get("HOME", "")
    if not arguments and not target:
        if shell.bash:
            process.say("HOME not set")
        return int(shell.bash)
    back = target == "-"
    if back:
        target = state.variables.get("OLDPWD", state.cwd)
    path = os.path.normpath(join(state.cwd, target)) if target else state.cwd
    path = "/" + path.lstrip("/")
    try:
        if not stat.S_ISDIR(shell.files.stat(join(state.cwd, target) or ".").st_mode):
            raise error(20, target)
    except OSError as problem:
        process.say(f"can't cd to {target}: {problem.strerror}",
                    gnu=f"{target}: {problem.strerror}",
                    dash=f"can't cd to {target}")  # fmt: skip
        return 1 if shell.bash else 2
    state.take({"OLDPWD": state.cwd, "PWD": path})
    state.cwd = path
    if back:
        process.stdout.line(path)
    return 0


def _exit(shell: Interpreter, process: Process) -> int:
    raise Exit(_code(shell, process))


def _return(shell: Interpreter, process: Process) -> int:
    raise Return(_code(shell, process))


def _code(shell: Interpreter, process: Process) -> int:
    if len(process.args) < 2:
        return shell.state.status
    if not process.args[1].isdigit():
        process.say(f"Illegal number: {process.args[1]}",
                    gnu=f"{process.args[1]}: numeric argument required")  # fmt: skip
        process.stderr.flush()
        raise Exit(2)
    return int(process.args[1]) & 255


def _leave(shell: Interpreter, process: Process) -> int:
    if not shell.loops:
        return 0
    count = int(process.args[1]) if process.args[1:] and process.args[1].isdigit() else 1
    shell.state.status = 0
    raise Leave(count, again=process.args[0] == "continue")


def _shift(shell: Interpreter, process: Process) -> int:
    count = int(process.args[1]) if process.args[1:] and process.args[1].isdigit() else 1
    if count > len(shell.arguments):
        if shell.kind == "dash":
            raise ShellFailure("shift: can't shift that many")
        return 1
    shell.state.arguments = shell.arguments[count:]
    return 0


def _eval(shell: Interpreter, process: Process) -> int:
    streams = shell.streams
    shell.state.status = 0
    try:
        for script in complete_commands(" ".join(process.args[1:]), shell=shell.kind, line=1):
            shell.script(script, streams)
    except ShellSyntaxError as fault:
        process.say(fault.told(shell.kind))
        process.stderr.flush()
        raise Exit(2) from None
    return shell.state.status


def _source(shell: Interpreter, process: Process) -> int:
    if len(process.args) < 2:
        return 2
    name = process.args[1]
    try:
        text = shell.files.read_bytes(process.path(name)).decode("utf-8", "surrogateescape")
    except OSError as problem:
        process.say(f"can't open '{name}': {problem.strerror}",
                    gnu=f"{name}: {problem.strerror}",
                    dash=f"cannot open {name}: {told(problem, 'open')}")  # fmt: skip
        process.stderr.flush()
        if shell.bash:
            return 1
        raise Exit(2) from None
    streams = shell.streams
    try:
        for script in complete_commands(text, shell=shell.kind, line=1):
            shell.script(script, streams)
    except Return as end:
        return end.code
    return shell.state.status


def _exec(shell: Interpreter, process: Process) -> int:
    """Become another program: nothing of the script follows."""
    if len(process.args) < 2:
        return 0
    label = "" if shell.kind == "ash" else "exec: "
    raise Exit(shell.execute(process.args[1:], shell.state.environment, shell.streams, label))


def _command(shell: Interpreter, process: Process) -> int:
    arguments = process.args[1:]
    if arguments[:1] in (["-v"], ["-V"]):
        found = _where(shell, arguments[1]) if arguments[1:] else None
        if found:
            process.stdout.line(found)
        return 0 if found else 1 if shell.bash else 127
    if not arguments:
        return 0
    if arguments[0] in BUILTINS:
        return shell.invoke(arguments, {}, shell.streams)
    return shell.execute(arguments, shell.state.environment, shell.streams)


def _where(shell: Interpreter, name: str) -> str | None:
    """What ``command -v`` prints."""
    if name in shell.state.functions or name in BUILTINS:
        return name
    if shell.kind == "ash" and "/" not in name and name in programs.PROGRAMS:
        return name
    path = shell.variables.get("PATH", DEFAULT_PATH)
    try:
        return find_program(shell.files, name, path, shell.cwd)
    except OSError:
        return None


def _type(shell: Interpreter, process: Process) -> int:
    code = 0
    for name in process.args[1:]:
        found = _where(shell, name)
        if found is None and shell.bash:
            process.say(f"{name}: not found")
            code = 1
        elif found is None:
            process.stdout.line(f"{name}: not found")
            code = 127
        elif name in BUILTINS:
            process.stdout.line(f"{name} is a shell builtin")
        elif name in shell.state.functions:
            process.stdout.line(f"{name} is a function")
        else:
            process.stdout.line(f"{name} is {found}")
    return code


def _alias(shell: Interpreter, process: Process) -> int:
    for argument in process.args[1:]:
        name, equals, value = argument.partition("=")
        if equals:
            shell.state.aliases[name] = tuple(value.split())
    return 0


def _unalias(shell: Interpreter, process: Process) -> int:
    for name in process.args[1:]:
        shell.state.aliases.pop(name, None)
    return 0


def _umask(shell: Interpreter, process: Process) -> int:
    """A container's processes start with 022; another one can't be set here."""
    if process.args[1:] and process.args[1] not in ("022", "0022"):
        process.say("layerlab keeps the umask at 022")
        return 1
    if not process.args[1:]:
        process.stdout.line("0022")
    return 0


def _trap(shell: Interpreter, process: Process) -> int:
    """Remember what to do at the end; no signal ever comes here."""
    state = shell.state
    if len(process.args) > 2 and {"EXIT", "0"} & set(process.args[2:]):
        state.at_exit = "" if process.args[1] == "-" else process.args[1]
    elif len(process.args) == 1 and state.at_exit:
        process.stdout.line(f"trap -- {quoted(state.at_exit, always=True)} EXIT")
    return 0


def _pwd(shell: Interpreter, process: Process) -> int:
    process.stdout.line(shell.cwd)
    return 0


def _program(shell: Interpreter, process: Process) -> int:
    """A program that the shell has built in: the same, without a process of its own."""
    return programs.PROGRAMS[process.args[0]](process)


BUILTINS: Mapping[str, Builtin] = {
    **VARIABLE_BUILTINS,
    ":": _colon, "true": _colon, "cd": _cd, "exit": _exit, "return": _return, "break": _leave,
    "continue": _leave, "shift": _shift, "eval": _eval, ".": _source,
    "source": _source, "exec": _exec, "command": _command, "type": _type, "alias": _alias,
    "unalias": _unalias, "umask": _umask, "pwd": _pwd, "trap": _trap, "wait": _colon,
    "hash": _colon, "echo": _program, "printf": _program, "test": _program, "[": _program,
    "false": _program,
}  # fmt: skip
SPECIAL = frozenset(
    (":", "exit", "return", "break", "continue", "export", "readonly", "unset", "set", "shift",
     "eval", ".", "exec", "trap")
)  # fmt: skip
"""POSIX's special builtins: assignments before them last, and their failures end the shell."""
LABELLED = frozenset(("cd", "exit", "return", "export", "readonly", "unset", ".", "read", "local"))
"""Those whose messages ash begins with their name, too."""
