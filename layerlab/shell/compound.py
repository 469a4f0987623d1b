"""Commands made of commands: groups, ``if``, loops and ``case`` (POSIX.1-2017, 2.9.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from layerlab.shell import patterns
from layerlab.shell.process import Forever
from layerlab.shell.state import Leave
from layerlab.shell.streams import Streams
from layerlab.shell.syntax import Case, Command, For, Group, If, Script, While

if TYPE_CHECKING:
    from layerlab.shell.interpreter import Interpreter

SLEEPY_TURNS, BUSY_TURNS = 1_000, 20_000
"""After so many turns a ``while`` is taken not to end: one that sleeps, and one that doesn't."""


def run_compound(shell: Interpreter, command: Command, streams: Streams) -> None:
    """Run it in this shell; its exit code is the state's."""
    match command:
        case Group(body, subshell=True):
            shell.state.status = shell.subshell(body, streams)
        case Group(body):
            shell.script(body, streams)
        case If(branches, otherwise):
            for condition, body in branches:
                if _holds(shell, condition, streams):
                    return shell.script(body, streams)
            shell.state.status = 0
            if otherwise is not None:
                shell.script(otherwise, streams)
        case For(name, words, body):
            shell.streams = streams
            values = shell.arguments if words is None else shell.expansion.arguments(words)
            _for(shell, list(values), name, body, streams)
        case While():
            _while(shell, command, streams)
        case Case():
            _case(shell, command, streams)
    return None


def _holds(shell: Interpreter, condition: Script, streams: Streams) -> bool:
    before, shell.tested = shell.tested, True
    try:
        shell.script(condition, streams)
    finally:
        shell.tested = before
    return shell.state.status == 0


def _for(
    shell: Interpreter, values: Iterable[str], name: str, body: Script, streams: Streams
) -> None:
    shell.state.status = 0
    for value in values:
        shell.assign(name, value)
        if not _turn(shell, body, streams):
            return


def _while(shell: Interpreter, command: While, streams: Streams) -> None:
    status, turns, began = 0, 0, shell.world.ran
    while _holds(shell, command.condition, streams) is not command.until:
        turns += 1
        if turns > (SLEEPY_TURNS if shell.world.ran > began else BUSY_TURNS):
            raise Forever
        shell.state.status = 0
        if not _turn(shell, command.body, streams):
            return
        status = shell.state.status
    shell.state.status = status


def _turn(shell: Interpreter, body: Script, streams: Streams) -> bool:
    """One turn of a loop; whether there may be another."""
    shell.loops += 1
    try:
        shell.script(body, streams)
    except Leave as leave:
        if leave.loops > 1 and shell.loops > 1:
            raise Leave(leave.loops - 1, leave.again) from None
        return leave.again
    finally:
        shell.loops -= 1
    return True


def _case(shell: Interpreter, command: Case, streams: Streams) -> None:
    shell.streams = streams
    value = shell.expansion.text(command.word)
    shell.state.status = 0
    for alternatives, body in command.arms:
        for alternative in alternatives:
            if patterns.matches(shell.expansion.pattern(alternative), value):
                shell.script(body, streams)
                return
