"""Tokens into a tree (Go's text/template/parse: parse.go)."""

import ast
import re
from typing import NoReturn

from layerlab.build.golang import quoted
from layerlab.docker.gotemplate.lexing import Token, tokens
from layerlab.docker.gotemplate.nodes import (
    Action,
    Branch,
    Command,
    Fields,
    Identifier,
    Jump,
    Literal,
    Node,
    Operand,
    Pipe,
    TemplateError,
    Text,
)

_ENDS = "end", "else"


class Parser:
    """Reads a template once; ``functions`` are the names that it may call."""

    def __init__(self, text: str, name: str, functions: frozenset[str]) -> None:
        self.name = name
        self.tokens = list(tokens(text))
        self.at = 0
        self.functions = functions
        self.variables = ["$"]
        self.ranges = 0
        self.action_line = 0

    def parse(self) -> tuple[Node, ...]:
        """The whole template; ``TemplateError`` if it isn't one."""
        nodes, end = self._list()
        if end != "EOF":
            self._fail(f"unexpected {{{{{end}}}}}")
        return nodes

    def _fail(self, message: str) -> NoReturn:
        line = self.tokens[max(self.at - 1, 0)].line
        raise TemplateError(f"template: {self.name}:{line}: {message}")

    def _unexpected(self, token: Token, context: str) -> NoReturn:
        if token.kind != "error":
            self._fail(f"unexpected {token} in {context}")
        extra = ""
        if self.action_line not in (0, token.line):
            extra = f" in action started at {self.name}:{self.action_line}"
            if token.text.endswith(" action"):
                extra = extra.removeprefix(" in action")
        self._fail(f"{token}{extra}")

    def _peek(self) -> Token:
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def _next(self) -> Token:
        token = self._peek()
        self.at += 1
        return token

    def _skip_space(self) -> Token:
        while self._peek().kind == "space":
            self.at += 1
        return self._peek()

    def _expect(self, kind: str, context: str) -> Token:
        self._skip_space()
        token = self._next()
        if token.kind != kind:
            self._unexpected(token, context)
        return token

    def _list(self) -> tuple[tuple[Node, ...], str]:
        """Nodes up to ``{{end}}``, ``{{else}}`` or the end of all."""
        nodes: list[Node] = []
        while True:
            token = self._next()
            if token.kind == "EOF":
                return tuple(nodes), "EOF"
            if token.kind == "text":
                nodes.append(Text(token.text))
            elif token.kind == "{{":
                self.action_line = token.line
                node = self._action()
                self.action_line = 0
                if isinstance(node, str):
                    return tuple(nodes), node
                nodes.append(node)
            else:
                self._unexpected(token, "input")

    def _action(self) -> Node | str:
        token = self._skip_space()
        if token.kind in ("if", "with", "range"):
            self.at += 1
            return self._branch(token)
        if token.kind in _ENDS:
            self.at += 1
            if token.kind == "else" and self._skip_space().kind in ("if", "with"):
                return "else"
            self._expect("}}", token.kind)
            return token.kind
        if token.kind in ("break", "continue"):
            self.at += 1
            self._expect("}}", f"{{{{{token.kind}}}}}")
            if not self.ranges:
                self._fail(f"{{{{{token.kind}}}}} outside {{{{range}}}}")
            return Jump(token.pos, token.kind)
        if token.kind in ("define", "block", "template"):
            self._fail(f"{{{{{token.kind}}}}} is not simulated by layerlab")
        return Action(token.pos, self._pipe("command", "}}"))

    def _branch(self, token: Token) -> Branch:
        known = len(self.variables)
        pipe = self._pipe(token.kind, "}}")
        self.ranges += token.kind == "range"
        body, end = self._list()
        self.ranges -= token.kind == "range"
        otherwise: tuple[Node, ...] = ()
        if end == "else":
            follows = self._peek()
            if token.kind == follows.kind and token.kind in ("if", "with"):
                self.at += 1
                otherwise, end = (self._branch(follows),), "end"
            else:
                if follows.kind in ("if", "with"):
                    self._unexpected(follows, "else" if token.kind == "range" else "input")
                otherwise, end = self._list()
                if end == "else":
                    self._fail("expected end; found {{else}}")
        if end == "EOF":
            self._fail("unexpected EOF")
        del self.variables[known:]
        return Branch(pipe.pos, token.kind, pipe, body, otherwise)

    def _pipe(self, context: str, end: str) -> Pipe:
        pos = self._skip_space().pos
        declared, assigns = self._declarations(context)
        commands: list[Command] = []
        while True:
            token = self._skip_space()
            if token.kind == end:
                self.at += 1
                break
            if token.kind not in _STARTS:
                self.at += 1
                self._unexpected(token, context)
            commands.append(self._command())
        if not commands:
            self._fail(f"missing value for {context}")
        for stage, command in enumerate(commands[1:], 2):
            if isinstance(command.args[0], Literal):
                self._fail(f"non executable command in pipeline stage {stage}")
        return Pipe(pos, tuple(declared), assigns, tuple(commands))

    def _declarations(self, context: str) -> tuple[list[str], bool]:
        declared: list[str] = []
        while self._skip_space().kind == "variable":
            start = self.at
            name = self._next().text
            sign = self._skip_space()
            if sign.kind in ("=", ":="):
                self.at += 1
                self.variables.append(name)
                return [*declared, name], sign.kind == "="
            if sign.text != ",":
                self.at = start
                return [], False
            self.at += 1
            declared.append(name)
            self.variables.append(name)
            if context != "range" or len(declared) > 1:
                self._fail(f"too many declarations in {context}")
            if self._skip_space().kind not in ("variable", "}}", ")"):
                self._fail("range can only initialize variables")
        return declared, False

    def _command(self) -> Command:
        pos = self._peek().pos
        args: list[Operand] = []
        while True:
            self._skip_space()
            operand = self._operand()
            if operand is not None:
                args.append(operand)
            token = self._next()
            if token.kind == "space":
                continue
            if token.kind in ("}}", ")"):
                self.at -= 1
            elif token.kind != "|":
                self._unexpected(token, "operand")
            break
        if not args:
            self._fail("empty command")
        return Command(pos, tuple(args))

    def _operand(self) -> Operand | None:
        term = self._term()
        token = self._peek()
        if term is None or token.kind != "field":
            return term
        names = []
        while self._peek().kind == "field":
            names.append(self._next().text[1:])
        if isinstance(term, Literal):
            self._fail(f"unexpected . after term {quoted(str(term))}")
        if isinstance(term, Fields) and term.base is None:
            return Fields(token.pos, None, term.variable, (*term.names, *names))
        assert not isinstance(term, Fields)
        return Fields(token.pos, term, "", tuple(names))

    def _term(self) -> Operand | None:
        token = self._peek()
        if token.kind not in _STARTS:
            return None
        self.at += 1
        match token.kind:
            case "identifier":
                if token.text not in self.functions:
                    self._fail(f"function {quoted(token.text)} not defined")
                return Identifier(token.pos, token.text)
            case "(":
                return self._pipe("parenthesized pipeline", ")")
            case "field":
                return Fields(token.pos, None, "", (token.text[1:],))
            case "variable":
                if token.text not in self.variables:
                    self._fail(f"undefined variable {quoted(token.text)}")
                return Fields(token.pos, None, token.text, ())
            case "bool":
                return Literal(token.pos, "bool", token.text, token.text == "true")
            case "string" | "character" | "number":
                return Literal(token.pos, token.kind, token.text, self._value(token))
        return Literal(token.pos, token.kind, token.text)

    def _value(self, token: Token) -> object:
        text = token.text
        if text.startswith("`"):
            return text[1:-1].replace("\r", "")
        try:
            if token.kind == "number":
                return number(text)
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            value = None
        if token.kind == "string" and isinstance(value, str):
            return value
        if isinstance(value, str) and len(value) == 1:
            return ord(value)
        if token.kind == "number":
            self._fail(f"illegal number syntax: {quoted(text)}")
        self._fail(
            "invalid syntax" if token.kind == "string" else f"malformed character constant: {text}"
        )


_STARTS = {"bool", "character", "dot", "field", "identifier", "number", "nil", "string",
           "variable", "("}  # fmt: skip


def number(text: str) -> int | float:
    """The value of a Go number; ``ValueError`` if it is none (complex ones aren't simulated)."""
    if re.fullmatch(r"[+-]?0[0-7_]+", text):
        text = re.sub(r"^([+-]?)0", r"\g<1>0o", text)
    try:
        return int(text, 0)
    except ValueError:
        value = float(text)
        return int(value) if value.is_integer() and "." not in text else value
