"""The program ``sh``, under its names."""

from __future__ import annotations

from collections.abc import Mapping

from layerlab.shell.assigning import LONG_OPTIONS, OPTIONS
from layerlab.shell.faults import ShellName
from layerlab.shell.interpreter import Interpreter
from layerlab.shell.process import World, join
from layerlab.shell.redirecting import told
from layerlab.shell.running import text_of
from layerlab.shell.state import ShellState
from layerlab.shell.streams import Streams


def which_shell(world: World, name: str) -> ShellName:
    """The shell that a program's name stands for; ``sh`` is what the image has made of it."""
    known: Mapping[str, ShellName] = {"bash": "bash", "dash": "dash", "ash": "ash"}
    return known.get(name.rpartition("/")[2].lstrip("-"), world.flavour.shell)


def sh(
    world: World, args: list[str], environment: Mapping[str, str], cwd: str, streams: Streams
) -> int:
    """The program ``sh``: ``sh -c script name args``, ``sh file args``, ``sh`` on its input."""
    state = ShellState(cwd=cwd, name=args[0], shell=which_shell(world, args[0]))
    state.take(environment)
    state.take({"PWD": cwd})
    rest = args[1:]
    letters: list[str] = []
    while rest and rest[0][:1] == "-" and len(rest[0]) > 1:
        word = rest.pop(0)
        if word == "--":
            break
        letters += word[1:]
        if "o" in word[1:] and rest:
            letters.append(LONG_OPTIONS.get(rest.pop(0), ""))
    state.options.update(letter for letter in letters if letter in OPTIONS)
    shell = Interpreter(world, state, sh)
    dash = state.shell == "dash"
    if "c" in letters:
        if not rest:
            shell.complain("-c requires an argument", streams)
            return 2
        script = rest.pop(0)
        state.name = rest.pop(0) if rest else state.name
    elif rest and "s" not in letters:
        name = rest.pop(0)
        try:
            script = text_of(world, join(cwd, name))
        except OSError as problem:
            why = f"can't open '{name}': {problem.strerror}"
            if dash:
                why = f"cannot open {name}: {told(problem, 'open')}"
            elif shell.bash:
                why = f"{name}: {problem.strerror}"
            shell.complain(why, streams)
            return 127 if shell.bash else 2
        state.name = name
    else:
        script = streams.stdin.read().decode("utf-8", "surrogateescape")
    state.arguments = rest
    return shell.run(script, streams, line=int("c" not in letters or dash))
