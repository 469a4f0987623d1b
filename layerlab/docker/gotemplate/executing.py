"""A template carried out on a value (Go's text/template: exec.go)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from layerlab.build.golang import quoted
from layerlab.docker.gotemplate.functions import VALUE, CallError, Function
from layerlab.docker.gotemplate.nodes import (
    Action,
    Branch,
    Command,
    Fields,
    Identifier,
    Jump,
    Node,
    Operand,
    Pipe,
    TemplateError,
    Text,
)
from layerlab.docker.gotemplate.values import MISSING, Missing, Nil, Record, show, truth, type_name


class _Jumped(Exception):
    """``break`` or ``continue`` on its way out to the loop."""


class _NoFinal:
    """No value comes from the stage before."""


_NO_FINAL = _NoFinal()


@dataclass
class Execution:
    """One run of a template."""

    text: str
    name: str
    functions: Mapping[str, Function]
    strict: bool = False
    """Whether a map's missing key is an error (``missingkey=error``): so for JSON as it came."""
    out: list[str] = field(default_factory=list)
    variables: list[tuple[str, Any]] = field(default_factory=list)
    at: Any = None

    def run(self, nodes: Iterable[Node], value: Any) -> str:
        """What the template prints for ``value``; ``TemplateError`` with Go's words."""
        self.variables = [("$", value)]
        self._walk(nodes, value)
        return "".join(self.out)

    def _fail(self, message: str) -> NoReturn:
        before = self.text[: self.at.pos]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n") - 1
        where = f'template: {self.name}:{line}:{column}: executing "{self.name}" at <{self.at}>'
        raise TemplateError(f"{where}: {message}")

    def _walk(self, nodes: Iterable[Node], dot: Any) -> None:
        for node in nodes:
            match node:
                case Text():
                    self.out.append(node.text)
                case Action():
                    self.at = node
                    value = self._pipe(dot, node.pipe)
                    if not node.pipe.declared:
                        self.out.append(show(value))
                case Branch():
                    known = len(self.variables)
                    self._loop(dot, node) if node.kind == "range" else self._branch(dot, node)
                    del self.variables[known:]
                case Jump():
                    raise _Jumped(node.kind)

    def _branch(self, dot: Any, node: Branch) -> None:
        value = self._pipe(dot, node.pipe)
        if truth(value):
            self._walk(node.body, value if node.kind == "with" else dot)
        else:
            self._walk(node.otherwise, dot)

    def _loop(self, dot: Any, node: Branch) -> None:
        value = self._pipe(dot, node.pipe)
        number = isinstance(value, int) and not isinstance(value, bool)
        if number and len(node.pipe.declared) > 1:
            self._fail(f"can't use {value} to iterate over more than one variable")
        items = self._items(value)
        known = len(self.variables)
        for key, item in items:
            del self.variables[known:]
            names = node.pipe.declared
            if len(names) == 1:
                self._set(names[0], item, node.pipe.assigns)
            elif names:
                self._set(names[0], key, node.pipe.assigns)
                self._set(names[1], item, node.pipe.assigns)
            try:
                self._walk(node.body, item)
            except _Jumped as jump:
                if jump.args[0] == "break":
                    break
        if not items:
            self._walk(node.otherwise, dot)

    def _items(self, value: Any) -> list[tuple[Any, Any]]:
        match value:
            case list() | tuple():
                return list(enumerate(value))
            case Mapping():
                return [(key, value[key]) for key in sorted(value)]
            case None | Missing() | Nil():
                return []
            case int() if not isinstance(value, bool):
                return [(number, number) for number in range(value)]
        self._fail(f"range can't iterate over {show(value)}")

    def _set(self, name: str, value: Any, assigns: bool) -> None:
        if assigns:
            for place in range(len(self.variables) - 1, -1, -1):
                if self.variables[place][0] == name:
                    self.variables[place] = name, value
                    return
        self.variables.append((name, value))

    def _pipe(self, dot: Any, pipe: Pipe) -> Any:
        self.at = pipe
        value: Any = _NO_FINAL
        for command in pipe.commands:
            value = self._command(dot, command, value)
        if len(pipe.declared) == 1:
            self._set(pipe.declared[0], value, pipe.assigns)
        return value

    def _command(self, dot: Any, command: Command, final: Any) -> Any:
        first = command.args[0]
        match first:
            case Fields():
                return self._fields(dot, first, command.args, final)
            case Identifier():
                return self._function(dot, first, command, command.args, final)
            case Pipe():
                self._no_function(command.args, final)
                return self._pipe(dot, first)
        self.at = first
        self._no_function(command.args, final)
        if first.kind == "nil":
            self._fail("nil is not a command")
        return dot if first.kind == "dot" else first.value

    def _no_function(self, args: tuple[Operand, ...], final: Any) -> None:
        if len(args) > 1 or final is not _NO_FINAL:
            self._fail(f"can't give argument to non-function {args[0]}")

    def _fields(self, dot: Any, node: Fields, args: tuple[Operand, ...], final: Any) -> Any:
        self.at = node
        if node.base is not None:
            value = self._argument(dot, "", node.base)
        elif node.variable:
            value = next(v for name, v in reversed(self.variables) if name == node.variable)
        else:
            value = dot
        if not node.names:
            self._no_function(args, final)
            return value
        kind = type_name(value)
        for name in node.names[:-1]:
            value = self._field(dot, name, node, (), _NO_FINAL, value, kind)
            kind = "interface {}" if self.strict else type_name(value)
        return self._field(dot, node.names[-1], node, args, final, value, kind)

    def _field(
        self, dot: Any, name: str, node: Fields, args: tuple[Operand, ...], final: Any,
        value: Any, kind: str,
    ) -> Any:  # fmt: skip
        if value is MISSING:
            if self.strict:
                self._fail(f"nil data; no entry for key {quoted(name)}")
            return MISSING
        if value is None:
            self._fail(f"nil pointer evaluating interface {{}}.{name}")
        if isinstance(value, Nil):
            if value.type.startswith("map"):
                return self._no_key(name)
            if value.type.startswith("*"):
                self._fail(f"nil pointer evaluating {value.type}.{name}")
        has_arguments = len(args) > 1 or final is not _NO_FINAL
        if isinstance(value, Record):
            if name in value.methods:
                method = Function(value.methods[name], ("string",))
                return self._call(dot, method, node, name, args, final)
            found = value.find(name)
            if found is not MISSING:
                if has_arguments and value.row:
                    given = max(len(args) - 1, 0) + (final is not _NO_FINAL)
                    self._fail(f"wrong number of args for {name}: want 0 got {given}")
                if has_arguments:
                    self._fail(f"{name} has arguments but cannot be invoked as function")
                return found
            if value.lenient:
                return MISSING
        elif isinstance(value, Mapping):
            if has_arguments:
                self._fail(f"{name} is not a method but has arguments")
            return value[name] if name in value else self._no_key(name)
        self._fail(f"can't evaluate field {name} in type {kind}")

    def _no_key(self, name: str) -> Any:
        if self.strict:
            self._fail(f"map has no entry for key {quoted(name)}")
        return MISSING

    def _function(
        self, dot: Any, node: Identifier, whole: Any, args: tuple[Operand, ...], final: Any
    ) -> Any:
        self.at = node
        return self._call(dot, self.functions[node.name], whole, node.name, args, final)

    def _call(
        self, dot: Any, function: Function, node: Any, name: str, args: tuple[Operand, ...],
        final: Any,
    ) -> Any:  # fmt: skip
        args = args[1:]
        given = len(args) + (final is not _NO_FINAL)
        if function.rest and given < len(function.takes):
            least = len(function.takes)
            self._fail(f"wrong number of args for {name}: want at least {least} got {len(args)}")
        if not function.rest and given != len(function.takes):
            self._fail(f"wrong number of args for {name}: want {len(function.takes)} got {given}")
        types = (*function.takes, *[function.rest] * (given - len(function.takes)))
        values = []
        for kind, arg in zip(types, args, strict=False):
            value = self._argument(dot, kind, arg)
            values.append(value)
            if name in ("and", "or") and truth(value) == (name == "or"):
                return value
        if final is not _NO_FINAL:
            values.append(self._checked(final, types[-1]))
        try:
            return function.call(*values)
        except CallError as error:
            self.at = node
            self._fail(f"error calling {name}: {error}")

    def _argument(self, dot: Any, kind: str, node: Operand) -> Any:
        """The value of an argument that must be of a Go type; any, if ``kind`` is empty."""
        self.at = node
        match node:
            case Fields():
                return self._checked(self._fields(dot, node, (node,), _NO_FINAL), kind)
            case Identifier():
                return self._checked(self._function(dot, node, node, (), _NO_FINAL), kind)
            case Pipe():
                return self._checked(self._pipe(dot, node), kind)
        if node.kind == "dot":
            return self._checked(dot, kind)
        if node.kind == "nil":
            if kind in ("string", "int"):
                self._fail(f"cannot assign nil to {kind}")
            return None
        words = {"string": ("string", str), "int": ("integer", int)}
        if kind in words:
            word, python = words[kind]
            if not isinstance(node.value, python) or isinstance(node.value, bool):
                self._fail(f"expected {word}; found {node}")
        elif kind == "[]string":
            self._fail(f"can't handle {node} for arg of type []string")
        return node.value

    def _checked(self, value: Any, kind: str) -> Any:
        if kind in ("", VALUE, "interface {}"):
            return None if value is MISSING else value
        if value is MISSING or value is None:
            if self.strict:
                self._fail(f"wrong type for value; expected {kind}; got interface {{}}")
            if kind == "[]string":
                return []
            self._fail(f"invalid value; expected {kind}")
        if isinstance(value, Nil) and kind == "[]string" and "map" not in value.type:
            return []
        name = "[]string" if value == [] else type_name(value)
        if name != kind:
            self._fail(f"wrong type for value; expected {kind}; got {type_name(value)}")
        return value
