"""From the words of a command to its arguments: POSIX.1-2017, Shell Command Language, 2.6.

Tilde, parameters, command substitution and arithmetic come first, then splitting into fields,
then patterns; quotes go last. A field is kept as a pattern meanwhile: what was quoted is
escaped in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from layerlab.shell import arithmetic, patterns
from layerlab.shell.faults import ShellFailure, ShellName
from layerlab.shell.files import Files
from layerlab.shell.syntax import Arithmetic, Parameter, Part, Script, Substitution, Text, Word


class Scope(Protocol):
    """What expansion asks of the shell that it happens in."""

    @property
    def files(self) -> Files: ...
    @property
    def kind(self) -> ShellName: ...
    @property
    def cwd(self) -> str: ...
    @property
    def variables(self) -> Mapping[str, str]: ...
    @property
    def arguments(self) -> list[str]:
        """``$1``, ``$2`` and so on."""

    @property
    def nounset(self) -> bool:
        """``set -u``."""

    @property
    def noglob(self) -> bool:
        """``set -f``."""

    def special(self, name: str) -> str | None:
        """``$?``, ``$$``, ``$!``, ``$-``, ``$0``."""

    def assign(self, name: str, value: str) -> None: ...
    def output_of(self, script: Script) -> str:
        """What a command substitution printed."""


@dataclass
class _Fields:
    """Fields in the making: what they look like as patterns."""

    done: list[str] = field(default_factory=list)
    now: str | None = None

    def add(self, pattern: str) -> None:
        self.now = (self.now or "") + pattern

    def end(self) -> None:
        if self.now is not None:
            self.done.append(self.now)
            self.now = None


class Expansion:
    """Expands words in one shell."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def arguments(self, words: tuple[Word, ...]) -> list[str]:
        """All words of a command, split and with patterns expanded."""
        return [argument for word in words for argument in self._word(word)]

    def _word(self, word: Word) -> list[str]:
        found: list[str] = []
        for pattern in self._fields(word):
            names: list[str] = []
            if not self.scope.noglob and patterns.is_pattern(pattern):
                names = patterns.glob(self.scope.files, self.scope.cwd, pattern)
            found.extend(names or [patterns.unescape(pattern)])
        return found

    def _fields(self, word: Word) -> list[str]:
        fields = _Fields()
        for part in self._tilde(word):
            self._part(part, fields, split=True)
        fields.end()
        return fields.done

    def text(self, word: Word) -> str:
        """A word that stays one: an assignment's value, a redirection's file name."""
        return patterns.unescape(self.pattern(word))

    def pattern(self, word: Word) -> str:
        """The same as a pattern, in which what was quoted is escaped (``case``, ``${X%…}``)."""
        fields = _Fields()
        for part in self._tilde(word):
            self._part(part, fields, split=False)
        fields.end()
        return " ".join(fields.done)

    def _tilde(self, word: Word) -> Word:
        first = word[0] if word else None
        if not isinstance(first, Text) or first.quoted or not first.text.startswith("~"):
            return word
        head, slash, rest = first.text.partition("/")
        if head != "~" or (len(word) > 1 and not slash):
            return word
        home = self.scope.variables.get("HOME")
        if home is None:
            return word
        return Text(home, quoted=True), Text(slash + rest), *word[1:]

    def _part(self, part: Part, fields: _Fields, *, split: bool) -> None:
        if isinstance(part, Text):
            fields.add(patterns.escape(part.text) if part.quoted else _plain(part.text))
        elif isinstance(part, Parameter) and part.name in "@*" and part.op in ("", ":-", "-"):
            if self.scope.arguments or not part.word:
                self._all_arguments(part, fields, split)
            else:
                self._inserted(part.word, part.quoted, fields, split)
        elif isinstance(part, Parameter):
            self._parameter(part, fields, split)
        elif isinstance(part, Substitution):
            self._put(self.scope.output_of(part.script), part.quoted, fields, split)
        elif isinstance(part, Arithmetic):
            self._put(str(self.calculate(self.text(part.expression))), part.quoted, fields, split)

    def calculate(self, expression: str) -> int:
        """``$((…))``."""
        scope = self.scope
        dash = scope.kind == "dash"
        try:
            return arithmetic.calculate(expression, scope.variables, scope.assign, steps=not dash)
        except arithmetic.ArithmeticFault as fault:
            raise ShellFailure(
                fault.ash, f"{expression.strip()}: {_BASH_FAULTS.get(fault.ash, fault.ash)}",
                f'arithmetic expression: {fault.dash}: "{expression}"',
            ) from None  # fmt: skip

    def _put(self, value: str, quoted: bool, fields: _Fields, split: bool) -> None:
        """A value that was computed: quoted it stays whole, else it is split."""
        if quoted:
            fields.add(patterns.escape(value))
            return
        if not split:
            fields.add(value.replace("\\", "\\\\"))
            return
        separators = self.scope.variables.get("IFS", " \t\n")
        white = "".join(char for char in separators if char in " \t\n")
        other = "".join(char for char in separators if char not in " \t\n")
        pieces = _split(value, white, other)
        for index, piece in enumerate(pieces):
            if index:
                fields.end()
            if piece is not None:
                fields.add(piece.replace("\\", "\\\\"))

    def _all_arguments(self, part: Parameter, fields: _Fields, split: bool) -> None:
        values = self.scope.arguments
        if part.quoted and part.name == "*":
            separator = self.scope.variables.get("IFS", " ")[:1]
            fields.add(patterns.escape(separator.join(values)))
            return
        for index, value in enumerate(values):
            if index and split:
                fields.end()
            elif index:
                fields.add(" ")
            self._put(value, part.quoted, fields, split)

    def _value(self, name: str) -> str | None:
        if name.isdigit() and name != "0":
            index = int(name) - 1
            return self.scope.arguments[index] if index < len(self.scope.arguments) else None
        if name == "#":
            return str(len(self.scope.arguments))
        if name in "@*":
            return " ".join(self.scope.arguments) if self.scope.arguments else None
        special = self.scope.special(name)
        return special if special is not None else self.scope.variables.get(name)

    def _parameter(self, part: Parameter, fields: _Fields, split: bool) -> None:
        if part.op == "bad":
            raise ShellFailure("Bad substitution")
        value, op = self._value(part.name), part.op
        missing = value is None or (op.startswith(":") and value == "")
        kind = op[-1:] if op and op[0] in ":-=?+" else op
        word = part.word or ()
        if kind == "-" and missing:
            return self._inserted(word, part.quoted, fields, split)
        if kind == "+":
            if not missing:
                return self._inserted(word, part.quoted, fields, split)
            value = ""
        elif kind == "=" and missing:
            value = self.text(word)
            self.scope.assign(part.name, value)
        elif kind == "?" and missing:
            said = self.text(word) if word else ""
            null = " or null" if op.startswith(":") else ""
            dash = said or f"parameter not set{null}"
            raise ShellFailure(f"{part.name}: {said or _unset(op)}", dash=f"{part.name}: {dash}")
        if value is None and self.scope.nounset and kind not in ("-", "+", "=", "?"):
            raise ShellFailure(f"{part.name}: parameter not set", f"{part.name}: unbound variable")
        value = value or ""
        if op == "length":
            value = str(len(value))
        elif op[:1] in ("%", "#", "/"):
            value = self._trimmed(value, op, word)
        if value or part.quoted:
            self._put(value, part.quoted, fields, split)
        return None

    def _inserted(self, word: Word, quoted: bool, fields: _Fields, split: bool) -> None:
        """The word of ``${X:-word}``, which may have quotes and spaces of its own."""
        for part in word if quoted else self._tilde(word):
            if isinstance(part, Text) and not part.quoted and split:
                self._put(part.text, False, fields, split)
            else:
                self._part(part, fields, split=split)
        if quoted and not word:
            fields.add("")

    def _trimmed(self, value: str, op: str, word: Word) -> str:
        if op[0] == "/":
            return self._replaced(value, op, word)
        compiled = re.compile(patterns.expression(self.pattern(word)), re.DOTALL)
        cuts = range(len(value) + 1)
        if op[0] == "#":
            order = cuts if op == "#" else reversed(cuts)
            return next((value[cut:] for cut in order if compiled.fullmatch(value[:cut])), value)
        order = reversed(cuts) if op == "%" else cuts
        return next((value[:cut] for cut in order if compiled.fullmatch(value[cut:])), value)

    def _replaced(self, value: str, op: str, word: Word) -> str:
        """``${X/pattern/text}``, which ash and bash have beyond POSIX."""
        old, new = _halves(word)
        source = patterns.expression(self.pattern(old))
        if not source:
            return value
        text = self.text(new)
        return re.sub(source, lambda _: text, value, count=op == "/", flags=re.DOTALL)


_BASH_FAULTS = {"divide by zero": 'division by 0 (error token is "0")'}


def _unset(op: str) -> str:
    return "parameter null or not set" if op.startswith(":") else "parameter not set"


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\")


def _halves(word: Word) -> tuple[Word, Word]:
    for index, part in enumerate(word):
        if isinstance(part, Text) and not part.quoted and "/" in part.text:
            left, _, right = part.text.partition("/")
            return (*word[:index], Text(left)), (Text(right), *word[index + 1 :])
    return word, ()


def _split(value: str, white: str, other: str) -> list[str | None]:
    """Fields of a value; ``None`` first or last where a separator begins or ends it."""
    if not value:
        return [None]
    if not white and not other:
        return [value]
    spaces = f"[{re.escape(white)}]" if white else "(?!)"
    marks = f"[{re.escape(other)}]" if other else "(?!)"
    separator = re.compile(f"{spaces}*{marks}{spaces}*|{spaces}+")
    pieces: list[str | None] = []
    at = 0
    for found in separator.finditer(value):
        start = value[at : found.start()]
        blank = found[0].strip(white) == "" if white else False
        pieces.append(None if not start and at == 0 and blank else start)
        at = found.end()
    pieces.append(value[at:] or None)
    return pieces
