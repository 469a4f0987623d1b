"""The functions that a template may call: Go's own (text/template: funcs.go) and Docker's."""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from urllib.parse import quote_plus

from layerlab.docker.gotemplate.values import (
    MISSING,
    Missing,
    Nil,
    Record,
    format_go,
    show,
    to_json,
    truth,
    type_name,
)


class CallError(Exception):
    """What a function refuses, in Go's words."""


@dataclass(frozen=True)
class Function:
    """A function and the Go types of its parameters; ``rest`` is that of all further ones."""

    call: Callable[..., Any]
    takes: tuple[str, ...] = ()
    rest: str = ""


def _length(value: Any) -> int:
    if value is None or isinstance(value, Missing):
        raise CallError("reflect: call of reflect.Value.Type on zero Value")
    if isinstance(value, Nil) and value.type.startswith("*"):
        raise CallError("len of nil pointer")
    if isinstance(value, Nil):
        return 0
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogateescape"))
    if isinstance(value, list | tuple | Mapping):
        return len(value)
    raise CallError(f"len of type {type_name(value)}")


def _index(value: Any, *keys: Any) -> Any:
    if value is None or isinstance(value, Missing):
        raise CallError("index of untyped nil")
    for key in keys:
        value = _one(value, key)
    return value


def _one(value: Any, key: Any) -> Any:
    kind = type_name(value)
    if isinstance(value, Nil):
        value = {} if kind.startswith("map") else []
    if isinstance(value, list | tuple | str):
        if key is None or isinstance(key, Missing):
            raise CallError("cannot index slice/array with nil")
        if not _is_int(key):
            raise CallError(f"cannot index slice/array with type {type_name(key)}")
        data = value.encode() if isinstance(value, str) else value
        if not 0 <= key <= len(data):
            raise CallError(f"index out of range: {key}")
        if key == len(data):
            kind = "string" if isinstance(value, str) else "slice"
            raise CallError(f"reflect: {kind} index out of range")
        return data[key]
    if isinstance(value, Mapping):
        if key is None or isinstance(key, Missing):
            raise CallError("value is nil; should be of type string")
        if type_name(key) != "string":
            raise CallError(f"value has type {type_name(key)}; should be string")
        zero = "" if kind == "map[string]string" else MISSING
        return value.get(key, zero)
    raise CallError(f"can't index item of type {type_name(value)}")


def _slice(value: Any, *ends: Any) -> Any:
    if len(ends) > 3:
        raise CallError(f"too many slice indexes: {len(ends)}")
    if isinstance(value, str) and len(ends) == 3:
        raise CallError("cannot 3-index slice a string")
    if value is None or isinstance(value, Missing):
        raise CallError("slice of untyped nil")
    if not isinstance(value, str | list | tuple | Nil):
        raise CallError(f"can't slice item of type {type_name(value)}")
    data: Any = [] if isinstance(value, Nil) else value
    if isinstance(value, str):
        data = value.encode("utf-8", "surrogateescape")
    places = [0, len(data), len(data)]
    for number, end in enumerate(ends):
        if not _is_int(end):
            raise CallError(f"cannot index slice/array with type {type_name(end)}")
        if not 0 <= end <= len(data):
            raise CallError(f"index out of range: {end}")
        places[number] = end
    if places[0] > places[1]:
        raise CallError(f"invalid slice index: {places[0]} > {places[1]}")
    part = data[places[0] : places[1]]
    return part.decode("utf-8", "surrogateescape") if isinstance(part, bytes) else part


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _kind(value: Any) -> str:
    """Go's basic kinds, of which only equal ones can be compared; nothing for all others."""
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind.__name__
    return ""


def _equal(first: Any, *others: Any) -> bool:
    if not others:
        raise CallError("missing argument for comparison")
    return any(_same(first, other) for other in others)


def _same(first: Any, other: Any) -> bool:
    nothing = [value is None or isinstance(value, Missing) for value in (first, other)]
    kinds = _kind(first), _kind(other)
    if kinds[0] != kinds[1]:
        if any(nothing):
            return False
        raise CallError("incompatible types for comparison")
    if kinds[0]:
        return bool(first == other)
    if not any(nothing) and _shape(first) != _shape(other):
        types = type_name(first), type_name(other)
        raise CallError(
            f"non-comparable types {show(first)}: {types[0]}, {types[1]}: {show(other)}"
        )
    nils = [
        gone or isinstance(value, Nil) for gone, value in zip(nothing, (first, other), strict=True)
    ]
    if any(nils):
        return all(nils)
    if isinstance(other, Record) and other.pointer:
        return first is other
    raise CallError(f"non-comparable type {show(other)}: {type_name(other)}")


def _shape(value: Any) -> str:
    """Go's kind of what isn't basic: ``[`` for a slice, ``m`` map, ``*`` pointer, ``s`` struct."""
    if isinstance(value, Record):
        return "*" if value.pointer else "s"
    return type_name(value)[0]


def _less(first: Any, other: Any) -> bool:
    one, two = _kind(first), _kind(other)
    if not one or not two:
        raise CallError("invalid type for comparison")
    if one != two:
        raise CallError("incompatible types for comparison")
    if one == "bool":
        raise CallError("invalid type for comparison")
    return bool(first < other)


def _print(*values: Any) -> str:
    """``fmt.Sprint``: a space between two operands if neither is a text."""
    text = show(values[0], inside=True) if values else ""
    for before, value in pairwise(values):
        apart = not isinstance(before, str) and not isinstance(value, str)
        text += " " * apart + show(value, inside=True)
    return text


def _println(*values: Any) -> str:
    return " ".join(show(value, inside=True) for value in values) + "\n"


def _title(text: str) -> str:
    """``strings.Title``: every letter that follows no letter, digit or underscore upper."""
    return "".join(
        char if before == "_" or before.isalnum() else char.title()
        for before, char in pairwise(f" {text}")
    )


def _pad(text: str, before: int, after: int) -> str:
    if text and min(before, after) < 0:
        raise CallError("strings: negative Repeat count")
    return f"{' ' * before}{text}{' ' * after}" if text else ""


def _truncate(text: str, length: int) -> str:
    if length < 0:
        raise CallError(f"runtime error: slice bounds out of range [:{length}]")
    return text.encode()[:length].decode(errors="surrogateescape")


def _split(text: str, separator: str) -> list[str]:
    return text.split(separator) if separator else list(text)


def _escape_html(*values: Any) -> str:
    text = html.escape(_arguments(values), quote=False)
    return text.replace('"', "&#34;").replace("'", "&#39;").replace("\0", "�")


def _escape_js(*values: Any) -> str:
    marks = {"\\": "\\\\", "'": "\\'", '"': '\\"'}
    return "".join(
        marks.get(char)
        or (f"\\u{ord(char):04X}" if char in "<>&=" or not char.isprintable() else char)
        for char in _arguments(values)
    )


def _arguments(values: tuple[Any, ...]) -> str:
    """What ``html`` and its like escape: pointers are followed, nothing is ``<no value>``."""
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return _print(*map(_printable, values))


def _printable(value: Any) -> Any:
    if isinstance(value, Record):
        return replace(value, pointer=False)
    return show(value) if value is None or isinstance(value, Missing) else value


def _or(*values: Any) -> Any:
    return next((value for value in values if truth(value)), values[-1])


def _and(*values: Any) -> Any:
    return next((value for value in values if not truth(value)), values[-1])


def _no_function(value: Any, *_: Any) -> Any:
    if value is None:
        raise CallError("call of nil")
    raise CallError(f"non-function of type {type_name(value)}")


VALUE = "reflect.Value"
ANY = "interface {}"
FUNCTIONS: Mapping[str, Function] = {
    "and": Function(_and, (VALUE,), VALUE),
    "or": Function(_or, (VALUE,), VALUE),
    "not": Function(lambda value: not truth(value), (VALUE,)),
    "len": Function(_length, (VALUE,)),
    "index": Function(_index, (VALUE,), VALUE),
    "slice": Function(_slice, (VALUE,), VALUE),
    "print": Function(_print, (), ANY),
    "println": Function(_println, (), ANY),
    "printf": Function(lambda layout, *args: format_go(layout, list(args)), ("string",), ANY),
    "html": Function(_escape_html, (), ANY),
    "js": Function(_escape_js, (), ANY),
    "urlquery": Function(lambda *values: quote_plus(_arguments(values)), (), ANY),
    "eq": Function(_equal, (VALUE,), VALUE),
    "ne": Function(lambda first, other: not _same(first, other), (VALUE, VALUE)),
    "lt": Function(_less, (VALUE, VALUE)),
    "le": Function(lambda a, b: _less(a, b) or _same(a, b), (VALUE, VALUE)),
    "gt": Function(lambda a, b: not (_less(a, b) or _same(a, b)), (VALUE, VALUE)),
    "ge": Function(lambda a, b: not _less(a, b), (VALUE, VALUE)),
    "call": Function(_no_function, (VALUE,), VALUE),
    "json": Function(to_json, (ANY,)),
    "split": Function(_split, ("string", "string")),
    "join": Function(lambda parts, mark: mark.join(parts), ("[]string", "string")),
    "title": Function(_title, ("string",)),
    "lower": Function(str.lower, ("string",)),
    "upper": Function(str.upper, ("string",)),
    "pad": Function(_pad, ("string", "int", "int")),
    "truncate": Function(_truncate, ("string", "int")),
}

HEADERS: Mapping[str, Function] = {
    **FUNCTIONS,
    "json": Function(str, ("string",)),
    "split": Function(lambda text, _: text, ("string", "string")),
    "join": Function(lambda text, _: text, ("string", "string")),
    "title": Function(str, ("string",)),
    "lower": Function(str, ("string",)),
    "upper": Function(str, ("string",)),
    "truncate": Function(lambda text, _: text, ("string", "int")),
}
"""The same, for a table's headings, which stay as they are (templates.HeaderFunctions)."""
