"""JSON: written byte for byte as Go's ``encoding/json`` does, read without trusting it."""

import re
from typing import Any, NoReturn, TypeVar

from layerlab.errors import InvalidImage
from layerlab.source import Meter

T = TypeVar("T")

_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_BACKSLASHED = re.compile(r"\\(.)")
_SHORT = {"b": r"\u0008", "f": r"\u000c"}  # Python's short forms; Go 1.19 has none of these two
_LONE = re.compile("[\ud800-\udfff]")


def dump(value: Any) -> bytes:
    """Compact JSON with Go's escapes: ``<``, ``>``, ``&`` and the two line separators.

    The order of keys is the caller's. What isn't UTF-8 becomes U+FFFD, as in Go.
    """
    import json  # slow to import, and a layer alone does without

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # These characters only occur inside strings, so replacing them in the text is safe.
    for plain, escaped in _ESCAPES.items():
        text = text.replace(plain, escaped)
    text = _BACKSLASHED.sub(lambda match: _SHORT.get(match[1], match[0]), text)
    return _LONE.sub("\ufffd", text).encode()


def load(data: bytes, where: str, meter: Meter | None = None) -> Any:
    """The value of a JSON document, or ``InvalidImage``."""
    import json

    meter = meter or Meter()
    try:
        meter.fits(len(data), where)
        text = data.decode("utf-8")
        meter.parse(text, where)
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        fault = "it is nested too deeply"
    except (ValueError, MemoryError) as error:  # bad UTF-8, bad JSON, a number of 5,000 digits
        fault = str(error)[:200] or "out of memory"
    raise InvalidImage(f"this is not the JSON it should be: {fault}", where=where)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def as_type(value: Any, kind: type[T], where: str) -> T:
    """``value`` itself if it is of ``kind``; ``InvalidImage`` otherwise."""
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise InvalidImage(f"{_NAMES[kind]} is needed, not {value!r:.60}", where=where)


def field(document: dict[str, Any], key: str, kind: type[T], where: str, default: Any = ...) -> T:
    """``document[key]``, checked; ``default`` where it is missing or null."""
    value = document.get(key)
    if value is None and default is not ...:
        return default  # type: ignore[no-any-return]
    if key not in document:
        raise InvalidImage(f"{key!r} is missing", where=where)
    return as_type(value, kind, f"{where}: {key}")


def strings(value: Any, where: str) -> tuple[str, ...]:
    """A list of strings, as a tuple."""
    return tuple(as_type(item, str, where) for item in as_type(value, list, where))


_NAMES: dict[type, str] = {
    bool: "true or false",
    dict: "an object",
    int: "a whole number",
    list: "a list",
    str: "a text",
}
