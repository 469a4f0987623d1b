"""``cat``, ``head``, ``tail``, ``wc``, ``tee``, ``tac``: what shows files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping

from layerlab.shell.options import options
from layerlab.shell.process import Forever, Process, Program, Usage


def _cannot_open(process: Process, name: str, problem: OSError) -> None:
    """Busybox's ``can't open``, GNU's plain words."""
    process.say(f"can't open '{name}': {problem.strerror}", gnu=f"{name}: {problem.strerror}")


def cat(process: Process) -> int:
    """Print files one after the other; ``-n`` numbers the lines, ``-A`` shows all."""
    given = options(process, "nbvetAsuE", long={"number": "n", "show-all": "A"})
    code, number = 0, 0
    for name in given.rest or ["-"]:
        try:
            data = process.read(name)
        except IsADirectoryError as problem:
            process.say(f"read error: {problem.strerror}", gnu=f"{name}: {problem.strerror}")
            code = 1
            continue
        except OSError as problem:
            _cannot_open(process, name, problem)
            code = 1
            continue
        if not given.given:
            process.stdout.write(data)
            process.stdout.flush()  # cat copies without a buffer of its own
            continue
        for line in data.splitlines(keepends=True):
            line = _shown(line, given.last("A") or ("e" if "e" in given or "E" in given else ""))
            if "n" in given or ("b" in given and line.strip(b"\n")):
                number += 1
                line = f"{number:6}\t".encode() + line
            process.stdout.write(line)
    return code


def _shown(line: bytes, style: str) -> bytes:
    if style == "A":
        line = line.replace(b"\t", b"^I")
    if style and line.endswith(b"\n"):
        line = line[:-1] + b"$\n"
    return line


def _count(process: Process, text: str, unit: str = "") -> int:
    found = re.fullmatch(r"([-+]?)(\d+)([kKmMb]?)", text)
    if not found:
        problem = f"invalid number '{text}'"
        raise Usage(problem if not process.gnu else f"invalid number of {unit}: ‘{text}’")
    factor = {"k": 1024, "m": 1 << 20, "b": 512, "": 1}[found[3].lower()]
    return int(found[2]) * factor


def _old_style(process: Process) -> None:
    """``head -5`` for ``head -n 5``."""
    if len(process.args) > 1 and re.fullmatch(r"-\d+", process.args[1]):
        process.args[1] = f"-n{process.args[1][1:]}"


def head(process: Process) -> int:
    """Print the first lines (``-n``) or bytes (``-c``); ``-n -2`` all but the last two."""
    _old_style(process)
    given = options(process, "qv", valued="nc", long={"lines": "n", "bytes": "c", "quiet": "q"})
    text = given.value("c") or given.value("n") or "10"
    count = _count(process, text, "bytes" if "c" in given else "lines")

    def cut(data: bytes) -> bytes:
        if "c" in given:
            return data[: len(data) - count if text.startswith("-") else count]
        lines = data.splitlines(keepends=True)
        return b"".join(lines[: max(len(lines) - count, 0) if text.startswith("-") else count])

    limit = count if "c" in given and not text.startswith("-") else -1
    return _parts(process, given.rest, cut, given.last("qv"), limit)


def tail(process: Process) -> int:
    """Print the last lines or bytes; ``-n +2`` from the second on. ``-f`` waits for more."""
    _old_style(process)
    given = options(process, "qvfF", valued="ncs", long={"lines": "n", "bytes": "c",
                                                         "follow": "f", "quiet": "q"})  # fmt: skip
    text = given.value("c") or given.value("n") or "10"
    count = _count(process, text, "bytes" if "c" in given else "lines")

    def cut(data: bytes) -> bytes:
        pieces = data if "c" in given else data.splitlines(keepends=True)
        if text.startswith("+"):
            kept = pieces[max(count - 1, 0) :]
        else:
            kept = pieces[len(pieces) - min(count, len(pieces)) :]
        return kept if isinstance(kept, bytes) else b"".join(kept)

    code = _parts(process, given.rest, cut, given.last("qv"), -1)
    if given.any("fF"):
        process.stdout.flush()
        raise Forever
    return code


def _parts(
    process: Process,
    names: list[str],
    cut: Callable[[bytes], bytes],
    loud: str | None,
    limit: int,
) -> int:
    """Print a part of each file, each under a heading if there are several."""
    code, first = 0, True
    parts: list[tuple[str, bytes | None]] = []
    for name in names or ["-"]:
        try:
            if name == "-":
                parts.append((name, process.stdin.read(limit)))
            else:
                with process.open(name) as file:
                    parts.append((name, file.read(limit)))
        except OSError as problem:
            parts.append((name, None))
            code = 1
            _no_part(process, name, problem)
    busybox_tail = process.name == "tail" and not process.gnu
    read = sum(data is not None for _, data in parts)
    headings = loud == "v" or ((read if busybox_tail else len(parts)) > 1 and loud != "q")
    for name, data in parts:
        if data is None:
            # busybox's head leaves the empty line that would have stood before it
            first = first and (process.gnu or busybox_tail)
            continue
        if headings:
            shown = "standard input" if name == "-" else name
            process.stdout.write(("" if first else "\n") + f"==> {shown} <==\n")
        first = False
        process.stdout.write(cut(data))
    return code


def _no_part(process: Process, name: str, problem: OSError) -> None:
    if process.gnu and isinstance(problem, IsADirectoryError):
        process.say("", gnu=f"error reading '{name}': {problem.strerror}")
    elif process.gnu:
        process.say("", gnu=f"cannot open '{name}' for reading: {problem.strerror}")
    elif process.name == "tail":
        _cannot_open(process, name, problem)
    else:
        process.say(f"{name}: {problem.strerror}")


def wc(process: Process) -> int:
    """Count lines, words and bytes; busybox pads to nine columns, GNU to the widest number."""
    given = options(process, "lwcmL", long={"lines": "l", "words": "w", "bytes": "c", "chars": "m"})
    shown = [letter for letter in "lwmcL" if letter in given] or ["l", "w", "c"]
    code = 0
    rows: list[tuple[dict[str, int], str]] = []
    total = dict.fromkeys("lwmcL", 0)
    for name in given.rest or ["-"]:
        try:
            data = process.read(name)
        except OSError as problem:
            process.say(f"{name}: {problem.strerror}")
            code = 1
            continue
        counts = {
            "l": data.count(b"\n"), "w": len(data.split()), "c": len(data),
            "m": len(data.decode("utf-8", "ignore")),
            "L": max((len(line) for line in data.splitlines()), default=0),
        }  # fmt: skip
        total = {key: max(total[key], counts[key]) if key == "L" else total[key] + counts[key]
                 for key in total}  # fmt: skip
        rows.append((counts, "" if not given.rest else name))
    if len(given.rest) > 1:
        rows.append((total, "total"))
    width = _wc_width(process, given.rest, shown, total)
    for counts, name in rows:
        cells = [f"{counts[letter]:{width}}" for letter in shown]
        process.stdout.line(" ".join(cells) + (f" {name}" if name else ""))
    return code


def _wc_width(process: Process, names: list[str], shown: list[str], total: dict[str, int]) -> int:
    if len(shown) == 1 and len(names) < 2:
        return 0
    if not process.gnu:
        return 9 if len(shown) > 1 or len(names) > 1 else 0
    return len(str(total["c"])) if names else 7


def tee(process: Process) -> int:
    """Print the input and write it to files; ``-a`` appends."""
    given = options(process, "ai", long={"append": "a"})
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if "a" in given else os.O_TRUNC)
    code, files = 0, []
    for name in given.rest:
        try:
            files.append(process.open(name, flags))
        except OSError as problem:
            process.say(f"{name}: {problem.strerror}")
            code = 1
    data = process.stdin.read()
    process.stdout.write(data)
    for file in files:
        if data:
            file.write(data)
        file.close()
    return code


def tac(process: Process) -> int:
    """Print the lines in reverse order."""
    given = options(process, "")
    code = [0]

    def complain(name: str, problem: OSError) -> None:
        code[0] = 1
        process.say(f"{name}: {problem.strerror}",
                    gnu=f"failed to open '{name}' for reading: {problem.strerror}")  # fmt: skip

    for _, data in process.inputs(given.rest, complain):
        process.stdout.write(b"".join(reversed(data.splitlines(keepends=True))))
    return code[0]


PROGRAMS: Mapping[str, Program] = {
    "cat": cat, "head": head, "tail": tail, "wc": wc, "tee": tee, "tac": tac,
}  # fmt: skip
