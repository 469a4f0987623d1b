"""A template as a tree (Go's text/template/parse: node.go)."""

from dataclasses import dataclass
from typing import Union

from layerlab.errors import LayerlabError


class TemplateError(LayerlabError):
    """A template that can't be read or carried out, in Go's words."""


@dataclass(frozen=True)
class Text:
    """What is printed as it stands."""

    text: str


@dataclass(frozen=True)
class Literal:
    """A number, a text, ``true``, ``nil`` or the dot; ``source`` is how it was written."""

    pos: int
    kind: str
    source: str
    value: object = None

    def __str__(self) -> str:
        return self.source


@dataclass(frozen=True)
class Fields:
    """``.A.B``, ``$x.A`` or ``(…).A``: names looked up one in the other, from ``base`` on."""

    pos: int
    base: Union["Pipe", "Identifier", None]
    variable: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        base = self.variable if self.base is None else str(self.base)
        if isinstance(self.base, Pipe):
            base = f"({base})"
        return base + "".join(f".{name}" for name in self.names)


@dataclass(frozen=True)
class Identifier:
    """A function's name."""

    pos: int
    name: str

    def __str__(self) -> str:
        return self.name


Operand = Union[Literal, Fields, Identifier, "Pipe"]


@dataclass(frozen=True)
class Command:
    """A value, or a function with its arguments."""

    pos: int
    args: tuple[Operand, ...]

    def __str__(self) -> str:
        return " ".join(f"({arg})" if isinstance(arg, Pipe) else str(arg) for arg in self.args)


@dataclass(frozen=True)
class Pipe:
    """Commands, each of which gets the one before it as last argument."""

    pos: int
    declared: tuple[str, ...]
    assigns: bool
    commands: tuple[Command, ...]

    def __str__(self) -> str:
        sign = " = " if self.assigns else " := "
        head = ", ".join(self.declared) + sign if self.declared else ""
        return head + " | ".join(map(str, self.commands))


@dataclass(frozen=True)
class Action:
    """``{{…}}``: prints the value of a pipe, unless it declares a variable."""

    pos: int
    pipe: Pipe

    def __str__(self) -> str:
        return f"{{{{{self.pipe}}}}}"


@dataclass(frozen=True)
class Branch:
    """``if``, ``with`` or ``range``, and what to do otherwise."""

    pos: int
    kind: str
    pipe: Pipe
    body: tuple["Node", ...]
    otherwise: tuple["Node", ...]


@dataclass(frozen=True)
class Jump:
    """``break`` or ``continue``."""

    pos: int
    kind: str


Node = Text | Action | Branch | Jump
