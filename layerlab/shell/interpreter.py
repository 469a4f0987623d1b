"""Runs the commands of a script: POSIX.1-2017, Shell Command Language, 2.8 to 2.14.

Pipelines run one program after the other, each on all that the one before it printed.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from contextlib import ExitStack

from layerlab.shell import builtins
from layerlab.shell.calling import execute, invoke
from layerlab.shell.compound import run_compound
from layerlab.shell.expansion import Expansion
from layerlab.shell.faults import ShellFailure, ShellName, ShellSyntaxError
from layerlab.shell.files import Files
from layerlab.shell.parsing import complete_commands
from layerlab.shell.process import Shell, World
from layerlab.shell.redirecting import RedirectFailure, redirected
from layerlab.shell.state import Exit, Leave, Return, ShellState
from layerlab.shell.streams import Nothing, Streams
from layerlab.shell.syntax import (
    AndOr,
    Command,
    Function,
    Pipeline,
    Redirect,
    Script,
    Simple,
)
from layerlab.shell.tracing import trace


class Interpreter:
    """One shell, or a subshell of one. ``sh`` runs the shells that it starts."""

    def __init__(self, world: World, state: ShellState, sh: Shell) -> None:
        self.world, self.state, self.sh = world, state, sh
        self.loops = 0
        self.frames: list[dict[str, str | None]] = []
        """Of each function that is being called, the variables that were made ``local``."""
        self.line = 0
        """The number of the line that is being run."""
        self.substituted = 0
        """The exit code of the last command substitution."""
        self.streams = Streams(Nothing(), Nothing(), Nothing())
        self.tested = False
        """In a condition, where ``set -e`` doesn't count."""

    @property
    def expansion(self) -> Expansion:
        """What expands its words. Not kept, so that a shell that is done goes with its tree."""
        return Expansion(self)

    # What expansion asks of the shell.

    @property
    def files(self) -> Files:
        return self.world.files

    @property
    def cwd(self) -> str:
        return self.state.cwd

    @property
    def variables(self) -> Mapping[str, str]:
        return self.state.variables

    @property
    def arguments(self) -> list[str]:
        return self.state.arguments

    @property
    def nounset(self) -> bool:
        return "u" in self.state.options

    @property
    def noglob(self) -> bool:
        return "f" in self.state.options

    @property
    def kind(self) -> ShellName:
        return self.state.shell

    @property
    def bash(self) -> bool:
        return self.state.shell == "bash"

    def special(self, name: str) -> str | None:
        state = self.state
        options = "".join(sorted(option for option in state.options if len(option) == 1))
        return {"?": str(state.status), "$": "1", "!": "", "-": options, "0": state.name}.get(name)

    def assign(self, name: str, value: str) -> None:
        if name in self.state.readonly:
            raise ShellFailure(f"{name}: is read only", f"{name}: readonly variable")
        self.state.variables[name] = value

    def output_of(self, script: Script) -> str:
        sink = io.BytesIO()
        streams = Streams(self.streams.stdin, sink, self.streams.stderr, self.streams.others)
        self.state.status = self.subshell(script, streams)
        self.substituted = self.state.status
        return sink.getvalue().decode("utf-8", "surrogateescape").replace("\0", "").rstrip("\n")

    # Scripts and what they are made of.

    def run(self, text: str, streams: Streams, *, line: int = 0) -> int:
        """Run a script; its exit code. Errors of the shell itself go to standard error.

        ``line`` is the number of its first line.
        """
        code = self.contained(complete_commands(text, shell=self.kind, line=line), streams)
        last, self.state.at_exit = self.state.at_exit, ""
        if last:
            self.run(last, streams)
        return code

    def contained(self, scripts: Iterable[Script], streams: Streams) -> int:
        """Run to the end or to ``exit``; a fault ends the shell."""
        try:
            for script in scripts:
                self.script(script, streams)
        except Exit as end:
            self.state.status = end.code
        except Return as end:
            self.state.status = end.code
        except Leave:
            pass
        except ShellSyntaxError as fault:
            self.line = self.line if fault.line is None else fault.line
            self.complain(fault.told(self.kind), streams)
            self.state.status = 2
        except ShellFailure as fault:
            self.complain(fault.told(self.kind), streams)
            self.state.status = 1 if self.bash else 2
        return self.state.status

    def subshell(self, script: Script, streams: Streams) -> int:
        """Run in a copy of this shell; nothing that it sets comes back."""
        other = Interpreter(self.world, self.state.copy(), self.sh)
        other.tested, other.loops, other.line = self.tested, self.loops, self.line
        return other.contained((script,), streams)

    def complain(self, text: str, streams: Streams) -> None:
        """A line on standard error, after the shell's name."""
        where = f"{self.line}: " if self.kind == "dash" else ""
        told = f"{self.state.name}: {where}{text}\n"
        streams.stderr.write(told.encode("utf-8", "surrogateescape"))

    def script(self, script: Script, streams: Streams) -> None:
        for item in script.items:
            self.and_or(item, streams)

    def and_or(self, item: AndOr, streams: Streams) -> None:
        if item.background:
            self.subshell(Script((AndOr(item.pipelines),)), streams)
            self.state.status = 0
            return
        for index, (operator, pipeline) in enumerate(item.pipelines):
            if operator == "&&" and self.state.status != 0:
                continue
            if operator == "||" and self.state.status == 0:
                continue
            last = index == len(item.pipelines) - 1
            before, self.tested = self.tested, self.tested or not last or pipeline.negated
            try:
                self.pipeline(pipeline, streams)
            finally:
                self.tested = before
            if last and self.state.status and not pipeline.negated:
                self.check_errexit()

    def check_errexit(self) -> None:
        if "e" in self.state.options and not self.tested:
            raise Exit(self.state.status)

    def pipeline(self, pipeline: Pipeline, streams: Streams) -> None:
        commands = pipeline.commands
        if len(commands) == 1:
            self.command(commands[0], streams)
        else:
            stdin, failed = streams.stdin, 0
            for command in commands[:-1]:
                pipe = io.BytesIO()
                piped = Streams(stdin, pipe, streams.stderr, streams.others)
                failed = self._piped(command, piped) or failed
                stdin = io.BytesIO(pipe.getvalue())
            end = Streams(stdin, streams.stdout, streams.stderr, streams.others)
            self.state.status = self._piped(commands[-1], end)
            if "pipefail" in self.state.options:
                self.state.status = self.state.status or failed
        if pipeline.negated:
            self.state.status = int(self.state.status == 0)

    def _piped(self, command: Command, streams: Streams) -> int:
        whole = Script((AndOr((("", Pipeline((command,))),)),))
        return self.subshell(whole, streams)

    def command(self, command: Command, streams: Streams) -> None:
        if isinstance(command, Simple):
            self.simple(command, streams)
            return
        if isinstance(command, Function):
            self.state.functions[command.name] = command.body
            self.state.status = 0
            return
        with ExitStack() as opened:
            try:
                inner = self.redirected(command.redirects, streams, opened)
            except RedirectFailure as fault:
                self._redirect_failed(fault, streams)
                return
            run_compound(self, command, inner)

    def redirected(
        self, redirects: tuple[Redirect, ...], streams: Streams, opened: ExitStack
    ) -> Streams:
        """The streams that a command gets."""
        self.streams = streams
        return redirected(self.expansion, redirects, streams, opened, shell=self.kind)

    def _redirect_failed(self, fault: RedirectFailure, streams: Streams) -> None:
        self.complain(str(fault), streams)
        self.state.status = 2 if self.kind == "dash" else 1
        self.check_errexit()

    # Simple commands.

    def simple(self, command: Simple, streams: Streams) -> None:
        self.streams = streams
        self.substituted, self.line = 0, command.line
        args = self._aliased(command, self.expansion.arguments(command.words))
        if args == ["exec"] and command.redirects:
            raise ShellFailure("exec: layerlab can't redirect the shell itself")
        with ExitStack() as opened:
            try:
                inner = self.redirected(command.redirects, streams, opened)
            except RedirectFailure as fault:
                special = bool(args) and args[0] in builtins.SPECIAL
                self._redirect_failed(fault, streams)
                if special and not self.bash:
                    raise Exit(self.state.status) from None
                return
            values = {}
            for name, word in command.assignments:
                value = self.expansion.text(word)
                if args and args[0] not in builtins.SPECIAL:
                    values[name] = value
                else:
                    self.assign(name, value)
            if "x" in self.state.options:
                trace(self, command, values, args, streams)
            if args:
                self.state.status = self.invoke(args, values, inner)
            else:
                self.state.status = self.substituted

    def _aliased(self, command: Simple, args: list[str]) -> list[str]:
        first = command.words[0] if command.words else ()
        plain = len(first) == 1 and not getattr(first[0], "quoted", True)
        if args and plain and args[0] in self.state.aliases:
            return [*self.state.aliases[args[0]], *args[1:]]
        return args

    def invoke(self, args: list[str], values: Mapping[str, str], streams: Streams) -> int:
        """Run a function, a builtin or a program under ``values``; its exit code."""
        return invoke(self, args, values, streams)

    def execute(
        self, args: list[str], environment: Mapping[str, str], streams: Streams, label: str = ""
    ) -> int:
        """Run a program; its exit code."""
        return execute(self, args, environment, streams, label)
