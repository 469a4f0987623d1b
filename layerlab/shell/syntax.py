"""What a script is made of, as values: words and their parts, commands and how they combine.

Source: POSIX.1-2017, Shell Command Language, sections 2.2 to 2.10.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that stand for themselves; quoted ones are no pattern and no separator."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """``$name``, ``${name}``, ``${name:-word}`` and its kin; ``op`` is what follows the name."""

    name: str
    op: str = ""
    word: Word | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Substitution:
    """``$(script)`` or ``` `script` ```: what it prints, without newlines at the end."""

    script: Script
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``$((expression))``."""

    expression: Word
    quoted: bool = False


Part = Text | Parameter | Substitution | Arithmetic
Word = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Redirect:
    """``2>file``: the file descriptor, the operator, and the file's name or the here-document."""

    fd: int
    op: Literal["<", ">", ">>", ">|", "<>", "<&", ">&", "&>", "&>>", "<<", "<<<"]
    word: Word


@dataclass(frozen=True, slots=True)
class Simple:
    """``A=1 program argument >file``."""

    assignments: tuple[tuple[str, Word], ...] = ()
    words: tuple[Word, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    line: int = 0
    """Where it begins in the script."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """``! a | b``."""

    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AndOr:
    """``a && b || c``: pipelines, each with the operator before it; the first has none."""

    pipelines: tuple[tuple[str, Pipeline], ...]
    background: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """``a; b``: one after the other."""

    items: tuple[AndOr, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """``{ a; b; }``, or ``( a; b )`` in a shell of its own."""

    body: Script
    subshell: bool
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class If:
    """``if a; then b; elif c; then d; else e; fi``."""

    branches: tuple[tuple[Script, Script], ...]
    otherwise: Script | None = None
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class For:
    """``for x in words; do a; done``; without ``in`` the arguments are gone through."""

    name: str
    words: tuple[Word, ...] | None
    body: Script
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class While:
    """``while a; do b; done``, or ``until``."""

    condition: Script
    body: Script
    until: bool = False
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """``case word in pattern|pattern) a;; esac``."""

    word: Word
    arms: tuple[tuple[tuple[Word, ...], Script], ...] = ()
    redirects: tuple[Redirect, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Function:
    """``name() command``."""

    name: str
    body: Command


Command = Simple | Group | If | For | While | Case | Function
