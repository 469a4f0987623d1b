"""Runs the commands of a script: POSIX.1-2017, Shell Command Language, 2.8 to 2.14.

Pipelines run one program after the other, each on all that the one before it printed.
"""

from __future__ import annotations

import errno
import io
import stat
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any

from layerlab.shell import builtins
from layerlab.shell.compound import run_compound
from layerlab.shell.expansion import Expansion, ShellFailure
from layerlab.shell.files import Files
from layerlab.shell.lexing import ShellSyntaxError
from layerlab.shell.parsing import parse
from layerlab.shell.process import Process, World, join
from layerlab.shell.redirecting import RedirectFailure, redirected
from layerlab.shell.running import execute, finish, start, text_of
from layerlab.shell.state import Exit, Leave, Return, ShellState
from layerlab.shell.streams import Nothing, Output, Streams
from layerlab.shell.syntax import (
    AndOr,
    Command,
    Function,
    Pipeline,
    Redirect,
    Script,
    Simple,
)


class Interpreter:
    """One shell, or a subshell of one."""

    def __init__(self, world: World, state: ShellState) -> None:
        self.world, self.state = world, state
        self.expansion = Expansion(self)
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
    def bash(self) -> bool:
        return self.world.flavour.shell == "bash"

    def special(self, name: str) -> str | None:
        state = self.state
        options = "".join(sorted(state.options))
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
        try:
            script = parse(text, bash=self.bash, line=line)
        except ShellSyntaxError as fault:
            self.complain(fault.bash if self.bash else fault.text, streams)
            self.state.status = 2
            return 2
        code = self.contained(script, streams)
        last, self.state.at_exit = self.state.at_exit, ""
        if last:
            self.run(last, streams)
        return code

    def contained(self, script: Script, streams: Streams) -> int:
        """Run to the end or to ``exit``."""
        try:
            self.script(script, streams)
        except Exit as end:
            self.state.status = end.code
        except Return as end:
            self.state.status = end.code
        except Leave:
            pass
        except ShellFailure as fault:
            self.complain(fault.bash if self.bash else fault.text, streams)
            self.state.status = 1 if self.bash else 2
        return self.state.status

    def subshell(self, script: Script, streams: Streams) -> int:
        """Run in a copy of this shell; nothing that it sets comes back."""
        other = Interpreter(self.world, self.state.copy())
        other.tested, other.loops = self.tested, self.loops
        return other.contained(script, streams)

    def complain(self, text: str, streams: Streams) -> None:
        """A line on standard error, after the shell's name."""
        where = f"{self.line}: " if self.world.flavour.shell == "dash" else ""
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
            stdin = streams.stdin
            for command in commands[:-1]:
                pipe = io.BytesIO()
                self._piped(command, Streams(stdin, pipe, streams.stderr, streams.others))
                stdin = io.BytesIO(pipe.getvalue())
            end = Streams(stdin, streams.stdout, streams.stderr, streams.others)
            self.state.status = self._piped(commands[-1], end)
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
        return redirected(self.expansion, redirects, streams, opened, bash=self.bash)

    def _redirect_failed(self, fault: RedirectFailure, streams: Streams) -> None:
        self.complain(str(fault), streams)
        self.state.status = 1
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
                if special and self.world.flavour.shell != "bash":
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
                self._trace(command, values, args, streams)
            if args:
                self.state.status = self.invoke(args, values, inner)
            else:
                self.state.status = self.substituted

    def _trace(
        self, command: Simple, values: Mapping[str, str], args: list[str], streams: Streams
    ) -> None:
        shown = [f"{name}={self.variables.get(name, '')}" for name, _ in command.assignments
                 if name not in values]  # fmt: skip
        shown += [f"{name}={value}" for name, value in values.items()]
        shown += [builtins.quoted(arg) for arg in args]
        streams.stderr.write(f"+ {' '.join(shown)}\n".encode("utf-8", "surrogateescape"))

    def _aliased(self, command: Simple, args: list[str]) -> list[str]:
        first = command.words[0] if command.words else ()
        plain = len(first) == 1 and not getattr(first[0], "quoted", True)
        if args and plain and args[0] in self.state.aliases:
            return [*self.state.aliases[args[0]], *args[1:]]
        return args

    def invoke(self, args: list[str], values: Mapping[str, str], streams: Streams) -> int:
        """Run a function, a builtin or a program under ``values``; its exit code."""
        name = args[0]
        if name in self.state.functions and name not in builtins.SPECIAL:
            return self._with(values, lambda: self._call(args, streams))
        if name in builtins.BUILTINS:
            return self._with(values, lambda: self._builtin(args, streams))
        environment = {**self.state.environment, **values}
        return self.execute(args, environment, streams)

    def _with(self, values: Mapping[str, str], action: Any) -> int:
        """Run with variables set for so long."""
        before = {name: self.variables.get(name) for name in values}
        for name, value in values.items():
            self.assign(name, value)
        try:
            found: int = action()
            return found
        finally:
            for name, old in before.items():
                if old is None:
                    self.state.variables.pop(name, None)
                else:
                    self.state.variables[name] = old

    def _call(self, args: list[str], streams: Streams) -> int:
        state = self.state
        before, loops = state.arguments, self.loops
        state.arguments, self.loops = args[1:], 0
        frame: dict[str, str | None] = {}
        self.frames.append(frame)
        try:
            self.command(state.functions[args[0]], streams)
        except Return as end:
            state.status = end.code
        finally:
            state.arguments, self.loops = before, loops
            self.frames.pop()
            for name, old in frame.items():
                if old is None:
                    state.variables.pop(name, None)
                else:
                    state.variables[name] = old
        return state.status

    def _builtin(self, args: list[str], streams: Streams) -> int:
        stdout, stderr = Output(streams.stdout), Output(streams.stderr)
        process = self._process(args, streams, stdout, stderr, self.state.environment)
        process.label = self._label(args[0])
        return finish(process, lambda: builtins.BUILTINS[args[0]](self, process))

    def _label(self, name: str) -> str:
        shell = self.state.name
        if self.world.flavour.shell == "dash":
            return f"{shell}: {self.line}: {name}"
        if self.world.flavour.shell == "bash":
            return f"{shell}: {name}"
        return f"{shell}: {name}: line {self.line}" if name in builtins.LABELLED else shell

    def _process(
        self, args: list[str], streams: Streams, stdout: Output, stderr: Output,
        environment: dict[str, str],
    ) -> Process:  # fmt: skip
        return Process(
            self.world,
            args,
            streams.stdin,
            stdout,
            stderr,
            self.state.cwd,
            environment,
            partial(start, sh),
        )

    def execute(self, args: list[str], environment: dict[str, str], streams: Streams) -> int:
        """Run a program; what can't be run is told of in the shell's words, 126 or 127."""
        try:
            return execute(self.world, args, environment, self.state.cwd, streams, sh)
        except OSError as problem:
            missing = problem.errno in (errno.ENOENT, errno.ENOTDIR)
            bash = self.world.flavour.shell == "bash"
            why = problem.strerror
            if missing and (not bash or "/" not in args[0]):
                why = "command not found" if bash else "not found"
            elif bash and "/" in args[0] and self._is_directory(args[0]):
                why = "Is a directory"
            self.complain(f"{args[0]}: {why}", streams)
            return 127 if missing else 126

    def _is_directory(self, name: str) -> bool:
        try:
            return stat.S_ISDIR(self.files.stat(join(self.cwd, name)).st_mode)
        except OSError:
            return False


def sh(
    world: World, args: list[str], environment: Mapping[str, str], cwd: str, streams: Streams
) -> int:
    """The program ``sh``: ``sh -c script name args``, ``sh file args``, ``sh`` on its input."""
    state = ShellState(cwd=cwd, name=args[0])
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
            letters += builtins.LONG_OPTIONS.get(rest.pop(0), "")
    state.options.update(letter for letter in letters if letter in "euxf")
    shell = Interpreter(world, state)
    dash = world.flavour.shell == "dash"
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
            shell.complain(f"can't open '{name}': {problem.strerror}", streams)
            return 2
        state.name = name
    else:
        script = streams.stdin.read().decode("utf-8", "surrogateescape")
    state.arguments = rest
    return shell.run(script, streams, line=int("c" not in letters or dash))
