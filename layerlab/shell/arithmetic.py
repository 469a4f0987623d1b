"""``$((…))``: C's integer expressions on the shell's variables (POSIX.1-2017, 2.6.4)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

_TOKEN = re.compile(
    r"\s*(0[xX][0-9a-fA-F]+|[0-9]+|[A-Za-z_]\w*|<<=|>>=|\*\*|[-+*/%&|^]=|&&|\|\||[<>=!]=|<<|>>"
    r"|\+\+|--|[-+*/%<>=!~&|^?:(),])"
)
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", "<=", ">", ">="),
    ("<<", ">>"), ("+", "-"), ("*", "/", "%"),
)  # fmt: skip
_WIDTH = 64


class ArithmeticFault(Exception):
    """An expression without a value, in busybox's words and in dash's."""

    def __init__(self, ash: str = "arithmetic syntax error", dash: str = "expecting EOF") -> None:
        self.ash, self.dash = ash, dash
        super().__init__(ash)


def _divide(a: int, b: int) -> int:
    if b == 0:
        raise ArithmeticFault("divide by zero", "division by zero")
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


_BINARY: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": _divide,
    "%": lambda a, b: a - b * _divide(a, b), "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": lambda a, b: a << (b % _WIDTH), ">>": lambda a, b: a >> (b % _WIDTH),
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def calculate(
    expression: str, variables: Mapping[str, str], assign: Callable[[str, str], None],
    *, steps: bool = True,
) -> int:  # fmt: skip
    """The value of an expression; 0 for an empty one. ``steps``: there are ``++`` and ``--``."""
    tokens: list[str] = []
    at = 0
    text = expression.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise ArithmeticFault(dash="expecting primary")
        tokens += found[1] if found[1] in ("++", "--", "**") and not steps else (found[1],)
        at = found.end()
    if not tokens:
        return 0
    parser = _Parser(tokens, variables, assign)
    value = parser.comma()
    if parser.tokens:
        raise ArithmeticFault
    return value


class _Parser:
    """Computes while it parses; ``live`` is false in the branch that isn't taken."""

    def __init__(
        self, tokens: list[str], variables: Mapping[str, str], assign: Callable[[str, str], None]
    ) -> None:
        self.tokens, self.variables, self.assign = tokens, variables, assign
        self.live = True

    def _peek(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def comma(self) -> int:
        value = self._assignment()
        while self._peek() == ",":
            self.tokens.pop(0)
            value = self._assignment()
        return value

    def _assignment(self) -> int:
        ahead = self.tokens[1] if len(self.tokens) > 1 else ""
        if re.match(r"[A-Za-z_]", self._peek()) and re.fullmatch(r"(<<|>>|[-+*/%&|^])?=", ahead):
            name = self.tokens.pop(0)
            op = self.tokens.pop(0)[:-1]
            value = self._assignment()
            if op and self.live:
                value = _wrap(_BINARY[op](self._variable(name), value))
            self._set(name, value)
            return value
        return self._conditional()

    def _conditional(self) -> int:
        condition = self._binary(0)
        if self._peek() != "?":
            return condition
        self.tokens.pop(0)
        yes = self._branch(bool(condition), self._assignment)
        if self._peek() != ":":
            raise ArithmeticFault("malformed ?: operator", "expecting ':'")
        self.tokens.pop(0)
        no = self._branch(not condition, self._assignment)
        return yes if condition else no

    def _branch(self, taken: bool, parse: Callable[[], int]) -> int:
        before, self.live = self.live, self.live and taken
        try:
            return parse()
        finally:
            self.live = before

    def _binary(self, level: int) -> int:
        if level == len(_LEVELS):
            return self._unary()
        value = self._binary(level + 1)
        while self._peek() in _LEVELS[level]:
            op = self.tokens.pop(0)
            if op in ("&&", "||"):
                known = bool(value) is (op == "||")
                right = self._branch(not known, lambda: self._binary(level + 1))
                value = int(bool(value or right) if op == "||" else bool(value and right))
                continue
            right = self._binary(level + 1)
            value = _wrap(_BINARY[op](value, right)) if self.live else 0
        return value

    def _unary(self) -> int:
        token = self._peek()
        if not token:
            raise ArithmeticFault(dash="expecting primary")
        self.tokens.pop(0)
        if token in ("++", "--"):
            name = self.tokens.pop(0) if self.tokens else ""
            value = self._variable(name) + (1 if token == "++" else -1)
            self._set(name, value)
            return value
        if token in "+-!~":
            value = self._unary()
            return {"+": value, "-": -value, "!": int(not value), "~": ~value}[token]
        if token == "(":
            value = self.comma()
            if self._peek() != ")":
                raise ArithmeticFault(dash="expecting ')'")
            self.tokens.pop(0)
            return value
        if re.match(r"[A-Za-z_]", token):
            value = self._variable(token)
            if self._peek() in ("++", "--"):
                self._set(token, value + (1 if self.tokens.pop(0) == "++" else -1))
            return value
        return _number(token)

    def _variable(self, name: str) -> int:
        text = self.variables.get(name, "").strip()
        return calculate(text, self.variables, self.assign) if text else 0

    def _set(self, name: str, value: int) -> None:
        if self.live:
            self.assign(name, str(value))


def _number(token: str) -> int:
    try:
        if token[:2] in ("0x", "0X"):
            return int(token, 16)
        return int(token, 8) if token.startswith("0") else int(token)
    except ValueError:
        raise ArithmeticFault from None


def _wrap(value: int) -> int:
    """To 64 bits with a sign."""
    value &= (1 << _WIDTH) - 1
    return value - (1 << _WIDTH) if value >> (_WIDTH - 1) else value
