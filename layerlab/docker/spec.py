"""What a docker command is, as a value: its names, flags and arguments, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layerlab.errors import LayerlabError

if TYPE_CHECKING:
    from layerlab.engine import Engine

FORMAT_HELP = """Format output using a custom template:
'table':            Print output in table format with column headers (default)
'table TEMPLATE':   Print output in table format using the given Go template
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output \
with templates"""
INSPECT_FORMAT_HELP = """Format output using a custom template:
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output \
with templates"""

MANY = "list", "filter"
"""The kinds of flags that gather the values of all their uses."""


@dataclass(frozen=True)
class Flag:
    """One option. ``usage`` is its help; a name in backquotes there stands for the value."""

    name: str
    usage: str
    short: str = ""
    kind: str = "bool"
    """As ``--help`` shows the value: ``bool`` (not shown), ``string``, ``int``, ``list``…"""
    default: str = ""
    """As ``--help`` shows it: nothing when it is the kind's zero."""
    since: str = ""
    """The first version of the engine's API that knows it; older ones don't show it."""
    hidden: bool = False
    check: Callable[[str], None] | None = None
    """Raises ``ValueError`` for a value that the client refuses."""

    @property
    def shown(self) -> str:
        """How an error names it: ``-q, --quiet``."""
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"


@dataclass(frozen=True)
class Takes:
    """How many arguments a command takes; without ``most``, any number from ``least`` on."""

    least: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Parsed:
    """A command line, understood: arguments and flags, and where it was typed."""

    args: tuple[str, ...]
    flags: Mapping[str, tuple[str, ...]]
    """Every flag that was given, with its values in order."""
    defaults: Mapping[str, str]
    name: str
    """The command as it was called, ``image ls``."""
    cwd: str = "."
    stdin: str = ""

    def given(self, flag: str) -> bool:
        """Whether the flag stands in the line at all."""
        return flag in self.flags

    def text(self, flag: str) -> str:
        """The value of a flag, the last if there are several; else its default."""
        return self.flags.get(flag, (self.defaults[flag],))[-1]

    def texts(self, flag: str) -> tuple[str, ...]:
        """All values of a flag that may be repeated."""
        return self.flags.get(flag, ())

    def on(self, flag: str) -> bool:
        """Whether a switch is on."""
        return self.text(flag) == "true"

    def number(self, flag: str) -> int:
        """The value of an ``int``."""
        return int(self.text(flag) or "0")


@dataclass(frozen=True)
class Output:
    """What a command printed, and its exit code. Bytes that are no UTF-8 are surrogates."""

    stdout: str = ""
    stderr: str = ""
    code: int = 0


class ClientError(LayerlabError):
    """What the client itself refuses, without a word from the engine; ``code`` is its exit."""

    def __init__(self, text: str, code: int = 1) -> None:
        self.code = code
        super().__init__(text)


@dataclass(frozen=True)
class Command:
    """A docker command. It goes by several names; those of one group are aliases of the first."""

    names: tuple[str, ...]
    """``("image ls", "image list", "images")``, in the order of the help's "Aliases" line."""
    line: str
    """What follows the name in a usage line: ``[OPTIONS] [REPOSITORY[:TAG]]``."""
    short: str
    run: Callable[[Engine, Parsed], Output]
    flags: tuple[Flag, ...] = ()
    takes: Takes = field(default_factory=Takes)
    long: str = ""
    """The help's first paragraph, where it says more than ``short``."""
    interspersed: bool = True
    """Whether flags may follow arguments: not in ``run``, where they are the program's."""
    failure: int = 1
    """The exit code when the engine refuses: 125 for ``run``."""
    notice: str = ""
    """What the client prints on standard error first of all, where the builder is the old one."""

    def canonical(self, name: str) -> str:
        """The name that messages use when the command was called ``name``."""
        group = name.rpartition(" ")[0]
        return next(other for other in self.names if other.rpartition(" ")[0] == group)
