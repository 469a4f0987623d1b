"""Python values as the Go values that a template sees: their types, and how ``fmt`` prints them."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from layerlab.build.golang import quoted


class Missing:
    """No value at all: a key that a map doesn't have."""


MISSING = Missing()


@dataclass(frozen=True)
class Record:
    """A Go struct, with the name of its type; its fields in order.

    ``row`` says that it is a line of a table: all its fields are methods, and as JSON they
    are sorted by name (cli/command/formatter: MarshalJSON).
    """

    type: str
    fields: Mapping[str, Any]
    methods: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """Those that take arguments: ``{{.Label "a"}}``."""
    row: bool = False
    lenient: bool = False
    """A map that has methods: a name that it doesn't have is no error."""
    embedded: tuple[str, ...] = ()
    """Fields whose own fields count as this struct's."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """What fields are called in JSON, where that isn't their name."""
    omitted: frozenset[str] = frozenset()
    """Fields that JSON leaves out when they are empty."""
    pointer: bool = False

    def find(self, name: str) -> Any:
        """The field of this name, also of an embedded struct; ``MISSING`` if there is none."""
        if name in self.fields:
            return self.fields[name]
        inner = (self.fields[each].find(name) for each in self.embedded)
        return next((value for value in inner if value is not MISSING), MISSING)


@dataclass(frozen=True)
class Time:
    """A ``time.Time``, as RFC 3339 has it."""

    text: str

    def __str__(self) -> str:
        date, _, rest = self.text.removesuffix("Z").partition("T")
        return f"{date} {rest} +0000 UTC"


class Duration(int):
    """A ``time.Duration`` in nanoseconds."""

    def __str__(self) -> str:
        if abs(self) < 1_000_000_000:
            units = ((1, "ns"), (1_000, "µs"), (1_000_000, "ms"))
            size, unit = next(
                pair for pair in reversed(units) if abs(self) >= pair[0] or pair[0] == 1
            )
            return f"{self / size:g}{unit}" if self else "0s"
        minutes, seconds = divmod(self / 1_000_000_000, 60)
        hours, minutes = divmod(int(minutes), 60)
        text = f"{hours}h" if hours else ""
        return text + (f"{minutes}m" if hours or minutes else "") + f"{seconds:g}s"


class RawNumber(str):
    """A number of JSON that no struct was read from (``json.Number``)."""

    __slots__ = ()


class RawList(list[Any]):
    """A list of such JSON: of anything, for Go, even if all are texts."""


class RawMap(dict[str, Any]):
    """An object of such JSON."""


def raw(value: Any) -> Any:
    """JSON as the client sees it where it has no struct for it."""
    match value:
        case dict():
            return RawMap({key: raw(item) for key, item in value.items()})
        case list():
            return RawList(map(raw, value))
        case int() | float() if not isinstance(value, bool):
            return RawNumber(value)
    return value


ADDRESS = "0xc000100000"
"""What Go prints for a pointer within a value; there it is another one each time."""


@dataclass(frozen=True)
class Nil:
    """A slice, map or pointer that is nil, of a known type."""

    type: str


def type_name(value: Any) -> str:
    """The Go type of ``value``, as ``%T`` and error messages have it."""
    match value:
        case Record() | Nil():
            return value.type
        case Time():
            return "time.Time"
        case Duration():
            return "time.Duration"
        case RawNumber():
            return "json.Number"
        case RawList():
            return "[]interface {}"
        case RawMap():
            return "map[string]interface {}"
        case bool():
            return "bool"
        case str():
            return "string"
        case int():
            return "int"
        case float():
            return "float64"
        case list() | tuple():
            return "[]string" if all(isinstance(item, str) for item in value) else "[]interface {}"
        case Mapping():
            texts = bool(value) and all(isinstance(item, str) for item in value.values())
            return "map[string]string" if texts else "map[string]interface {}"
    return "<nil>"


def truth(value: Any) -> bool:
    """Whether ``if`` takes it for true: a struct always is, an empty or zero value isn't."""
    if isinstance(value, Record):
        return True
    return bool(value) and not isinstance(value, Nil | Missing)


def show(value: Any, *, inside: bool = False) -> str:
    """``%v``."""
    match value:
        case None:
            return "<nil>" if inside else "<no value>"
        case Missing():
            return "<no value>"
        case Nil():
            return {"m": "map[]", "[": "[]"}.get(value.type[0], "<nil>")
        case bool():
            return "true" if value else "false"
        case float():
            return show_float(value)
        case list() | tuple():
            return f"[{' '.join(show(item, inside=True) for item in value)}]"
        case Record():
            if inside and value.pointer:
                return ADDRESS
            return f"{{{' '.join(show(item, inside=True) for item in value.fields.values())}}}"
        case Mapping():
            pairs = (f"{key}:{show(value[key], inside=True)}" for key in sorted(value))
            return f"map[{' '.join(pairs)}]"
    return str(value)


def show_float(value: float) -> str:
    """A float64 in its shortest form; as ``%v`` has it, with an exponent from 1e21 on."""
    text = repr(value)
    mantissa, _, exponent = f"{value:e}".partition("e")
    if value and not -5 < int(exponent) < 21:
        digits = repr(float(mantissa)).removesuffix(".0") if "e" not in text else text.split("e")[0]
        return f"{digits}e{int(exponent):+03d}"
    return format(value, ".0f") if value.is_integer() else text


def to_json(value: Any) -> str:
    """``{{json .}}``: compact; in a table's row ``<``, ``>`` and ``&`` are escaped."""
    match value:
        case Record():
            text = f"{{{','.join(_members(value))}}}"
            return escape_html(text) if value.row else text
        case Nil() | Missing():
            return "null"
        case Time():
            return _text(value.text)
        case RawNumber():
            return str(value)
        case list() | tuple():
            return f"[{','.join(map(to_json, value))}]"
        case Mapping():
            return f"{{{','.join(f'{_text(key)}:{to_json(value[key])}' for key in sorted(value))}}}"
        case Duration():
            return str(int(value))
    return _text(value)


def _members(record: Record) -> Iterator[str]:
    for name in sorted(record.fields) if record.row else record.fields:
        value = record.fields[name]
        if name in record.embedded:
            yield from _members(value)
        elif name not in record.omitted or truth(value):
            yield f"{_text(record.keys.get(name, name))}:{to_json(value)}"


def _text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def escape_html(text: str) -> str:
    """JSON with the characters escaped that HTML minds."""
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def format_go(layout: str, args: list[Any]) -> str:
    """``printf``: Go's verbs, with its complaints in place of what doesn't fit."""
    import re

    queue = list(args)

    def one(match: "re.Match[str]") -> str:
        flags, width, precision, verb = match[1], match[2], match[3], match[4]
        if verb == "%":
            return "%"
        if not verb:
            return "%!(NOVERB)"
        if not queue:
            return f"%!{verb}(MISSING)"
        text = _verb(queue.pop(0), verb, flags, precision)
        size = int(width or 0)
        if "-" in flags:
            return text.ljust(size)
        if "0" in flags and verb in "dxXobfeEgG":
            sign = text[:1] if text[:1] in "+-" else ""
            return sign + text[len(sign) :].rjust(size - len(sign), "0")
        return text.rjust(size)

    text = re.sub(r"%([-+# 0]*)(\d*)(?:\.(\d*))?(.?)", one, layout, flags=re.DOTALL)
    if queue:
        extra = ", ".join(f"{type_name(arg)}={show(arg, inside=True)}" for arg in queue)
        text += f"%!(EXTRA {extra})"
    return text


def _verb(value: Any, verb: str, flags: str, precision: str | None) -> str:
    is_int = isinstance(value, int) and not isinstance(value, bool)
    if verb == "T":
        return type_name(value)
    if verb == "v" or (verb == "t" and isinstance(value, bool)):
        return show(value, inside=True)
    if value is None or isinstance(value, Missing):
        return f"%!{verb}(<nil>)"
    if isinstance(value, Nil):
        return show(value, inside=True)
    if isinstance(value, Mapping) and verb in "sqd":
        pairs = ([_verb(part, verb, flags, None) for part in pair] for pair in value.items())
        return f"map[{' '.join(f'{key}:{item}' for key, item in sorted(pairs))}]"
    if isinstance(value, list | tuple) and verb in "sqd":
        return f"[{' '.join(_verb(item, verb, flags, precision) for item in value)}]"
    if isinstance(value, str):
        cut = value if precision is None else value[: int(precision or 0)]
        if verb == "s":
            return cut
        if verb == "q":
            return quoted(cut)
        if verb in "xX":
            return format(int.from_bytes(cut.encode(), "big"), verb).rjust(2 * len(cut), "0")
    elif is_int and verb in "dxXob":
        return format(value, ("+" if "+" in flags else "") + ("#" if "#" in flags else "") + verb)
    elif is_int and verb in "cqU":
        return {"c": chr(value), "q": f"'{chr(value)}'", "U": f"U+{value:04X}"}[verb]
    elif isinstance(value, float) and verb in "feEgG":
        digits = precision if precision is not None else "" if verb in "gG" else "6"
        return show_float(value) if digits == "" else format(value, f".{digits}{verb}")
    return f"%!{verb}({type_name(value)}={show(value, inside=True)})"
