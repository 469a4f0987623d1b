"""``env``, ``printenv``, ``xargs``, ``which``: programs that have to do with programs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from layerlab.shell.lookup import DEFAULT_PATH, find_program
from layerlab.shell.options import options
from layerlab.shell.process import Process, Program


def run(process: Process, args: list[str], stdin: bytes = b"") -> int:
    """Run a program for ``env`` and its kin: 127 if there is none, 126 if it can't be run."""
    try:
        return process.start(args, stdin)
    except OSError as problem:
        shown = args[0] if process.name == "xargs" else f"can't execute '{args[0]}'"
        process.say(f"{shown}: {problem.strerror}",
                    gnu=f"{_quoted(process, args[0])}: {problem.strerror}")  # fmt: skip
        return 127 if isinstance(problem, FileNotFoundError) else 126


def _quoted(process: Process, name: str) -> str:
    return f"‘{name}’" if process.name == "env" else name


def env(process: Process) -> int:
    """Print the environment, or run a program in a changed one; ``-i`` begins with an empty one."""
    given = options(process, "i0", valued="u", long={"ignore-environment": "i", "unset": "u"},
                    permute=False, code=125 if process.gnu else 1)  # fmt: skip
    if "i" in given or given.rest[:1] == ["-"]:
        process.env.clear()
    for name in given.values("u"):
        process.env.pop(name, None)
    rest = given.rest[1:] if given.rest[:1] == ["-"] else given.rest
    while rest and "=" in rest[0]:
        name, _, value = rest.pop(0).partition("=")
        process.env[name] = value
    if rest:
        return run(process, rest, process.stdin.read())
    end = "\0" if "0" in given else "\n"
    for name, value in process.env.items():
        process.stdout.write(f"{name}={value}{end}")
    return 0


def printenv(process: Process) -> int:
    """Print the values of variables, or all of the environment."""
    names = process.args[1:]
    if not names:
        return env(process)
    found = [process.env[name] for name in names if name in process.env]
    for value in found:
        process.stdout.line(value)
    return int(len(found) < len(names))


def xargs(process: Process) -> int:
    """Run a program with the words of the input as arguments; ``-n 2`` two at a time."""
    given = options(process, "0rtpx", valued="nILPsdE", permute=False,
                    long={"null": "0", "no-run-if-empty": "r", "max-args": "n"})  # fmt: skip
    data = process.stdin.read().decode("utf-8", "surrogateescape")
    command = given.rest or ["echo"]
    mark = given.value("I")
    if "0" in given:
        words = [word for word in data.split("\0") if word]
    elif mark is not None:
        words = [line.lstrip() for line in data.split("\n") if line.strip()]
    else:
        words = _words(data)
    if mark is not None:
        calls = [[arg.replace(mark, word) for arg in command] for word in words]
    else:
        size = int(given.value("n") or 0) or max(len(words), 1)
        groups = [words[at : at + size] for at in range(0, len(words), size)]
        if not groups and "r" not in given:
            groups = [[]]
        calls = [[*command, *group] for group in groups]
    code = 0
    for args in calls:
        result = run(process, args)
        if result in (126, 127):
            return result
        if result:
            code = 123
    return code


def _words(data: str) -> list[str]:
    """Words with the quotes that ``xargs`` knows."""
    found = []
    for match in re.finditer(r"""(?:\\.|'[^'\n]*'|"[^"\n]*"|[^\s'"\\])+""", data, re.DOTALL):
        pieces = re.findall(r"""\\(.)|'([^'\n]*)'|"([^"\n]*)"|([^\s'"\\]+)""", match[0], re.DOTALL)
        found.append("".join("".join(piece) for piece in pieces))
    return found


def which(process: Process) -> int:
    """Print the files that names run, by ``PATH``."""
    given = options(process, "a")
    code = 0
    for name in given.rest:
        path = process.env.get("PATH", DEFAULT_PATH)
        try:
            process.stdout.line(find_program(process.files, name, path, process.cwd))
        except OSError:
            code = 1
            if process.world.flavour.shell == "bash":  # CentOS has a which that says so
                process.stderr.line(f"/usr/bin/which: no {name} in ({path})")
    return code


PROGRAMS: Mapping[str, Program] = {
    "env": env, "printenv": printenv, "xargs": xargs, "which": which,
}  # fmt: skip
