"""``sort``, ``uniq``, ``cut``, ``tr``, ``seq``: lines and characters."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cmp_to_key

from layerlab.shell.options import options
from layerlab.shell.process import Process, Program, Usage


def _lines(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


def sort(process: Process) -> int:
    """Sort lines, byte by byte; ``-n`` by number, ``-k 2,2`` by field, ``-u`` each once."""
    given = options(process, "nrubfhsVc", valued="kto", code=2, long={
        "numeric-sort": "n", "reverse": "r", "unique": "u", "key": "k", "output": "o",
    })  # fmt: skip
    lines: list[bytes] = []
    for name in given.rest or ["-"]:
        try:
            lines += _lines(process.read(name))
        except OSError as problem:
            process.say(f"{name}: {problem.strerror}",
                        gnu=f"cannot read: {name}: {problem.strerror}")  # fmt: skip
            return 2
    flags = "".join(name for name, _ in given.given if name in "nrbfhV")
    keys = [_key(process, text, flags) for text in given.values("k")] or [(0, None, flags)]
    separator = given.value("t")

    def compare(one: bytes, other: bytes) -> int:
        for start, stop, letters in keys:
            a, b = (_field(line, start, stop, separator) for line in (one, other))
            found = _ordered(a, b, letters)
            if found:
                return -found if "r" in letters else found
        if given.any("us"):
            return 0
        last = (one > other) - (one < other)
        return -last if "r" in flags else last

    lines.sort(key=cmp_to_key(compare))
    if "u" in given:
        lines = [line for index, line in enumerate(lines)
                 if not index or compare(lines[index - 1], line)]  # fmt: skip
    data = b"".join(line + b"\n" for line in lines)
    to = given.value("o")
    if to is None:
        process.stdout.write(data)
    else:
        with process.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
            if data:
                file.write(data)
    return 0


def _key(process: Process, text: str, flags: str) -> tuple[int, int | None, str]:
    found = re.fullmatch(r"(\d+)(?:\.\d+)?([a-zA-Z]*)(?:,(\d+)(?:\.\d+)?([a-zA-Z]*))?", text)
    if not found:
        raise Usage(f"bad field specification '{text}'", 2)
    letters = found[2] + (found[4] or "") or flags
    return int(found[1]), int(found[3]) if found[3] else None, letters


def _field(line: bytes, start: int, stop: int | None, separator: str | None) -> bytes:
    if not start:
        return line
    if separator is not None:
        fields = line.split(os.fsencode(separator))
        return os.fsencode(separator).join(fields[start - 1 : stop])
    fields = re.findall(rb"[ \t]*[^ \t]+", line)
    return b"".join(fields[start - 1 : stop])


def _ordered(a: bytes, b: bytes, letters: str) -> int:
    if "n" in letters or "h" in letters:
        first, second = (_number(text, "h" in letters) for text in (a, b))
        return (first > second) - (first < second)
    if "V" in letters:
        parts = [[int(p) if p.isdigit() else p for p in re.split(rb"(\d+)", text)]
                 for text in (a, b)]  # fmt: skip
        return (parts[0] > parts[1]) - (parts[0] < parts[1])
    if "b" in letters:
        a, b = a.lstrip(b" \t"), b.lstrip(b" \t")
    if "f" in letters:
        a, b = a.upper(), b.upper()
    return (a > b) - (a < b)


def _number(text: bytes, human: bool) -> float:
    found = re.match(rb"\s*(-?\d*\.?\d*)([KMGTPE]?)", text)
    assert found
    value = float(found[1]) if re.search(rb"\d", found[1]) else 0.0
    power = b"KMGTPE".find(found[2]) + 1 if human and found[2] else 0
    return float(value * 1024**power)


def uniq(process: Process) -> int:
    """Drop repeated neighbours; ``-c`` counts, ``-d`` only repeated, ``-u`` only single ones."""
    given = options(process, "cdui", valued="fsw", most=2,
                    long={"count": "c", "repeated": "d", "unique": "u"})  # fmt: skip
    name = given.rest[0] if given.rest else "-"
    data = process.read(name)
    runs: list[tuple[bytes, int]] = []
    for line in _lines(data):
        same = runs and (runs[-1][0].lower() == line.lower() if "i" in given else
                         runs[-1][0] == line)  # fmt: skip
        if same:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((line, 1))
    for line, count in runs:
        if ("d" in given and count == 1) or ("u" in given and count > 1):
            continue
        head = f"{count:7} ".encode() if "c" in given else b""
        process.stdout.write(head + line + b"\n")
    return 0


def _ranges(process: Process, text: str) -> list[tuple[int, int]]:
    found = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d*)(-?)(\d*)", part)
        if not match or part in ("", "-"):
            raise Usage(f"invalid number '{part}'" if not process.gnu else
                        f"invalid field value ‘{part}’")  # fmt: skip
        first = int(match[1] or 1)
        last = int(match[3]) if match[3] else (1 << 60 if match[2] else first)
        found.append((first, last))
    return found


def cut(process: Process) -> int:
    """Print fields (``-f``, split at ``-d``) or characters (``-c``) of each line."""
    given = options(process, "sn", valued="bcfdO",
                    long={"fields": "f", "delimiter": "d", "characters": "c"})  # fmt: skip
    letter = given.last("bcf")
    if letter is None:
        if process.gnu:
            raise Usage("you must specify a list of bytes, characters, or fields\n"
                        "Try 'cut --help' for more information.")  # fmt: skip
        raise Usage("expected a list of bytes, characters, or fields")
    ranges = _ranges(process, given.value(letter) or "")
    delimiter = os.fsencode(given.value("d") or "\t")
    code = 0

    def chosen(count: int) -> list[int]:
        return [n for n in range(1, count + 1) if any(a <= n <= b for a, b in ranges)]

    def complain(name: str, problem: OSError) -> None:
        nonlocal code
        code = 1
        process.say(f"{name}: {problem.strerror}")

    for _, data in process.inputs(given.rest, complain):
        for line in _lines(data):
            if letter != "f":
                process.stdout.write(bytes(line[n - 1] for n in chosen(len(line))) + b"\n")
                continue
            fields = line.split(delimiter)
            if len(fields) == 1:
                if "s" not in given:
                    process.stdout.write(line + b"\n")
                continue
            kept = delimiter.join(fields[n - 1] for n in chosen(len(fields)))
            process.stdout.write(kept + b"\n")
    return code


_SETS = {
    "alpha": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "digit": "0123456789",
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "lower": "abcdefghijklmnopqrstuvwxyz",
    "space": "\t\n\v\f\r ", "blank": "\t ",
    "alnum": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "punct": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
}  # fmt: skip
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "b": "\b", "f": "\f",
            "v": "\v"}  # fmt: skip


def _set(text: str) -> bytes:
    """The characters that an argument of ``tr`` stands for."""
    kept: list[str] = []
    at = 0
    while at < len(text):
        named = re.compile(r"\[:(\w+):\]").match(text, at)
        octal = re.compile(r"\\([0-7]{1,3})").match(text, at)
        if named and named[1] in _SETS:
            kept += _SETS[named[1]]
            at = named.end()
        elif octal:
            kept.append(chr(int(octal[1], 8)))
            at = octal.end()
        elif text[at] == "\\" and at + 1 < len(text):
            kept.append(_ESCAPES.get(text[at + 1], text[at + 1]))
            at += 2
        elif text[at] == "-" and kept and at + 1 < len(text) and at:
            first, last = ord(kept.pop()), ord(text[at + 1])
            kept += [chr(code) for code in range(first, last + 1)]
            at += 2
        else:
            kept.append(text[at])
            at += 1
    return (
        "".join(kept).encode("latin-1", "replace")
        if all(ord(c) < 256 for c in kept)
        else ("".join(kept).encode())
    )


def tr(process: Process) -> int:
    """Replace characters, or delete them (``-d``), or squeeze repeated ones (``-s``)."""
    given = options(process, "cdsC", least=1, most=2, permute=False)
    first = _set(given.rest[0])
    second = _set(given.rest[1]) if len(given.rest) > 1 else b""
    if given.any("cC"):
        first = bytes(code for code in range(256) if code not in first)
    data = process.stdin.read()
    squeezed = second or first
    if "d" in given:
        data = data.translate(None, first)
    elif second:
        padded = second + second[-1:] * (len(first) - len(second))
        table = bytearray(range(256))
        for old, new in zip(first, padded, strict=False):
            table[old] = new
        data = data.translate(bytes(table))
    if "s" in given:
        kept = bytearray()
        for code in data:
            if not (kept and kept[-1] == code and code in squeezed):
                kept.append(code)
        data = bytes(kept)
    process.stdout.write(data)
    return 0


def seq(process: Process) -> int:
    """Print whole numbers: ``seq LAST``, ``seq FIRST LAST``, ``seq FIRST STEP LAST``."""
    words = process.args[1:]
    if not 1 <= len(words) <= 3:
        raise Usage("missing operand" if process.gnu else "usage: seq [FIRST [INC]] LAST")
    for word in words:
        if not re.fullmatch(r"-?\d+", word):
            raise Usage(f"invalid floating point argument: ‘{word}’" if process.gnu else
                        f"invalid number '{word}'")  # fmt: skip
    numbers = [int(word) for word in words]
    first = numbers[0] if len(numbers) > 1 else 1
    step = numbers[1] if len(numbers) > 2 else 1
    last = numbers[-1]
    for number in range(first, last + (1 if step > 0 else -1), step or 1):
        process.stdout.line(str(number))
    return 0


PROGRAMS: Mapping[str, Program] = {"sort": sort, "uniq": uniq, "cut": cut, "tr": tr, "seq": seq}
