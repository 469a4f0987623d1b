"""What a shell remembers from one command to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from layerlab.shell.faults import ShellName
from layerlab.shell.syntax import Command


class Exit(Exception):
    """``exit``, or an error that ends the shell."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


class Leave(Exception):
    """``break`` or ``continue``, so many loops up."""

    def __init__(self, loops: int, again: bool) -> None:
        self.loops, self.again = loops, again
        super().__init__(loops)


class Return(Exception):
    """``return`` from a function or a sourced file."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


@dataclass
class ShellState:
    """Variables, directory, options. A subshell works on a copy."""

    variables: dict[str, str] = field(default_factory=dict)
    exported: set[str] = field(default_factory=set)
    readonly: set[str] = field(default_factory=set)
    cwd: str = "/"
    arguments: list[str] = field(default_factory=list)
    name: str = "sh"
    """``$0``, and what messages begin with."""
    options: set[str] = field(default_factory=set)
    """The letters of ``set``: ``e u x f``; and ``pipefail``, which has none."""
    shell: ShellName = "ash"
    functions: dict[str, Command] = field(default_factory=dict)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    status: int = 0
    at_exit: str = ""
    """What ``trap … EXIT`` wants to be run."""

    def copy(self) -> ShellState:
        return replace(
            self, variables=dict(self.variables), exported=set(self.exported),
            readonly=set(self.readonly), at_exit="", arguments=list(self.arguments),
            options=set(self.options), functions=dict(self.functions),
            aliases=dict(self.aliases),
        )  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """What programs are given."""
        return {name: self.variables[name] for name in self.variables if name in self.exported}

    def take(self, environment: Mapping[str, str]) -> None:
        """Begin with these variables, all exported."""
        self.variables.update(environment)
        self.exported.update(environment)
