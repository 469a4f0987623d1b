"""Runs a program: by what simulates it, or as the script that it is."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial

from layerlab.shell import packages, programs
from layerlab.shell.faults import ShellName
from layerlab.shell.lookup import DEFAULT_PATH, find_program, kind_of
from layerlab.shell.process import Process, Program, Shell, Usage, World, join
from layerlab.shell.streams import Output, Streams

SHELLS = frozenset(("sh", "ash", "bash", "dash"))
NOT_APPLETS = frozenset((
    "curl", "gpasswd", "groupadd", "groupdel", "groupmod", "runuser",
    "useradd", "userdel", "usermod", "unzstd", "zstd", "zstdcat",
))  # fmt: skip
"""What busybox doesn't have."""
_STANDALONE: Mapping[ShellName, AbstractSet[str]] = {
    "ash": programs.PROGRAMS.keys() - NOT_APPLETS - packages.PROGRAMS.keys() | {"sh", "ash"},
    "bash": programs.PROGRAMS.keys() - packages.PROGRAMS.keys() | {"sh", "bash"},
    "dash": frozenset(),
}
CANNOT_SIMULATE = 127


def text_of(world: World, path: str) -> str:
    """A script's text."""
    return world.files.read_bytes(path).decode("utf-8", "surrogateescape")


def run_program(
    world: World, args: list[str], environment: Mapping[str, str], cwd: str, streams: Streams,
    shell: Shell,
) -> int:  # fmt: skip
    """Run a program that a shell or another program names; its exit code.

    ``OSError`` as ``execvp`` has it if there is no such program. Busybox's shell runs its own
    applets without looking for a file (``FEATURE_SH_STANDALONE``, *ran*: 1.35), and those of
    the host are taken to be there.
    """
    name = args[0]
    if "/" not in name:
        given = world.commands.get(name)
        if given:
            return play(world, given, args, environment, cwd, streams, shell)
        if name in _STANDALONE[world.flavour.shell]:
            return run_named(world, name, args, environment, cwd, streams, shell)
    path = find_program(world.files, name, environment.get("PATH", DEFAULT_PATH), cwd)
    return run_file(world, path, args, environment, cwd, streams, shell)


def run_file(
    world: World, path: str, args: list[str], environment: Mapping[str, str], cwd: str,
    streams: Streams, shell: Shell,
) -> int:  # fmt: skip
    """Run the program in a file: a script by its interpreter, anything else by its name."""
    name = path.rpartition("/")[2]
    kind = kind_of(world.files, join(cwd, path))
    if kind.kind == "script":
        again = [*kind.interpreter, path, *args[1:]]
        inner = find_program(world.files, again[0], "", cwd)
        return run_file(world, inner, again, environment, cwd, streams, shell)
    if known(world, name):
        return run_named(world, name, args, environment, cwd, streams, shell)
    if kind.kind == "text":
        return shell(world, ["sh", path, *args[1:]], environment, cwd, streams)
    return refuse(world, path, streams)


def known(world: World, name: str) -> bool:
    """Whether there is something that simulates a program of this name."""
    return name in world.commands or name in programs.PROGRAMS or name in (*SHELLS, "busybox")


def run_named(
    world: World, name: str, args: list[str], environment: Mapping[str, str], cwd: str,
    streams: Streams, shell: Shell,
) -> int:  # fmt: skip
    """Run what simulates the program ``name``."""
    if name == "busybox" and len(args) > 1:
        name, args = args[1], args[1:]
        if not known(world, name):
            streams.stderr.write(f"{name}: applet not found\n".encode())
            return CANNOT_SIMULATE
    if name in SHELLS:
        return shell(world, args, environment, cwd, streams)
    program = world.commands.get(name) or programs.PROGRAMS.get(name)
    if program is None:
        return refuse(world, name, streams)
    return play(world, program, args, environment, cwd, streams, shell)


def play(
    world: World, program: Program, args: list[str], environment: Mapping[str, str], cwd: str,
    streams: Streams, shell: Shell,
) -> int:  # fmt: skip
    """Run a simulated program to its end; its exit code."""
    stdout, stderr = Output(streams.stdout), Output(streams.stderr)
    process = Process(
        world, args, streams.stdin, stdout, stderr, cwd, dict(environment), partial(start, shell)
    )
    return finish(process, lambda: program(process))


def finish(process: Process, action: Callable[[], int]) -> int:
    """Run to the end, with what was called wrongly told as it should be; the exit code."""
    try:
        return action()
    except Usage as wrong:
        if wrong.bare:
            process.stderr.line(wrong.text)
        else:
            process.say(wrong.text)
        return wrong.code
    except OSError as problem:
        shown = f"{problem.filename}: " if problem.filename else ""
        process.say(f"{shown}{problem.strerror}")
        return 1
    finally:
        process.stdout.flush()
        process.stderr.flush()


def start(shell: Shell, process: Process, args: list[str], stdin: bytes) -> int:
    """Start a program from one that runs (``xargs``, ``find -exec``)."""
    streams = Streams(io.BytesIO(stdin), process.stdout.sink, process.stderr.sink)
    return run_program(process.world, args, process.env, process.cwd, streams, shell)


def refuse(world: World, name: str, streams: Streams) -> int:
    """Say that a program is there and can't be simulated, and which ones can."""
    names = " ".join(sorted({*programs.PROGRAMS, *world.commands, *SHELLS}))
    told = f"layerlab: {name} can't be simulated. These programs can: {names}\n"
    streams.stderr.write(told.encode("utf-8", "surrogateescape"))
    return CANNOT_SIMULATE
