"""The commands that are the shell's own: they change the shell itself."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from layerlab.paths import error
from layerlab.shell import programs
from layerlab.shell.lexing import NAME, ShellSyntaxError
from layerlab.shell.lookup import DEFAULT_PATH, find_program
from layerlab.shell.parsing import parse
from layerlab.shell.process import Process, join
from layerlab.shell.state import Exit, Leave, Return

if TYPE_CHECKING:
    from layerlab.shell.interpreter import Interpreter

Builtin = Callable[["Interpreter", Process], int]
LONG_OPTIONS = {"errexit": "e", "nounset": "u", "xtrace": "x", "noglob": "f"}


def _colon(shell: Interpreter, process: Process) -> int:
    return 0


def _cd(shell: Interpreter, process: Process) -> int:
    """Go to a directory; ``cd -`` to the last one. The name is kept as it was typed (``-L``)."""
    state = shell.state
    arguments = [arg for arg in process.args[1:] if arg not in ("-L", "-P", "--")]
    target = arguments[0] if arguments else state.variables.get("HOME", "")
    if not arguments and not target:
        if process.gnu:
            process.say("HOME not set")
        return int(process.gnu)
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
                    gnu=f"{target}: {problem.strerror}")  # fmt: skip
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
            letters.append(LONG_OPTIONS.get(arguments.pop(0), ""))
        change = state.options.update if word[0] == "-" else state.options.difference_update
        change(letter for letter in letters if letter in ("e", "u", "x", "f"))
    if arguments:
        state.arguments = arguments
    return 0


def _shift(shell: Interpreter, process: Process) -> int:
    count = int(process.args[1]) if process.args[1:] and process.args[1].isdigit() else 1
    if count > len(shell.arguments):
        return 1
    shell.state.arguments = shell.arguments[count:]
    return 0


def _local(shell: Interpreter, process: Process) -> int:
    if not shell.frames:
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


def _eval(shell: Interpreter, process: Process) -> int:
    try:
        script = parse(" ".join(process.args[1:]), bash=shell.bash)
    except ShellSyntaxError as fault:
        process.say(fault.bash if shell.bash else fault.text)
        process.stderr.flush()
        raise Exit(2) from None
    shell.state.status = 0
    shell.script(script, shell.streams)
    return shell.state.status


def _source(shell: Interpreter, process: Process) -> int:
    if len(process.args) < 2:
        return 2
    name = process.args[1]
    try:
        text = shell.files.read_bytes(process.path(name)).decode("utf-8", "surrogateescape")
    except OSError as problem:
        process.say(f"can't open '{name}': {problem.strerror}",
                    gnu=f"{name}: {problem.strerror}")  # fmt: skip
        process.stderr.flush()
        if shell.bash:
            return 1
        raise Exit(2) from None
    try:
        shell.script(parse(text, line=1), shell.streams)
    except Return as end:
        return end.code
    return shell.state.status


def _exec(shell: Interpreter, process: Process) -> int:
    """Become another program: nothing of the script follows."""
    if len(process.args) < 2:
        return 0
    code = shell.execute(process.args[1:], shell.state.environment, shell.streams)
    raise Exit(code)


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
    ash = shell.world.flavour.shell == "ash"
    if ash and "/" not in name and name in programs.PROGRAMS:
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
    if len(process.args) > 2 and {"EXIT", "0"} & set(process.args[2:]):
        shell.state.at_exit = "" if process.args[1] == "-" else process.args[1]
    return 0


def _pwd(shell: Interpreter, process: Process) -> int:
    process.stdout.line(shell.cwd)
    return 0


def _program(shell: Interpreter, process: Process) -> int:
    """A program that the shell has built in: the same, without a process of its own."""
    return programs.PROGRAMS[process.args[0]](process)


def quoted(value: str, *, always: bool = False) -> str:
    """A value as it could be typed."""
    safe = value and all(char.isalnum() or char in "_-./:=,+@%^" for char in value)
    if safe and not always:
        return value
    return "'" + value.replace("'", "'\\''") + "'"


BUILTINS: Mapping[str, Builtin] = {
    ":": _colon, "true": _colon, "cd": _cd, "exit": _exit, "return": _return, "break": _leave,
    "continue": _leave, "export": _export, "readonly": _export, "unset": _unset, "set": _set,
    "shift": _shift, "local": _local, "read": _read, "eval": _eval, ".": _source,
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
