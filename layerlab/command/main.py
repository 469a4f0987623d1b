"""Run a command: its words understood, what went wrong in words, an exit code in the end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NoReturn

from layerlab.command.parsing import Usage, parse
from layerlab.command.screen import Screen
from layerlab.errors import LayerlabError
from layerlab.wording import printable

TROUBLE, INTERRUPTED = 2, 130

_HOMES = {
    "cat": "taking.cat",
    "compare": "judging.compare",
    "extract": "taking.take",
    "lab": "lab.lab",
    "layers": "looking.layers",
    "tree": "looking.tree",
    "waste": "judging.waste",
}


def run() -> NoReturn:
    """The command ``layerlab``: what the shell calls."""
    # A reader that has seen enough (| head) ends us as it ends every tool: without a word.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError:  # a full disk: main has said so, and Python would try once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def main(argv: Sequence[str]) -> int:
    """Run the command in ``argv``, the words behind ``layerlab``; returns its exit code.

    0 all is well, 1 a check failed, 2 wrong usage or bad input, 130 interrupted.
    """
    try:
        args = parse(argv)
        code = _command(args.command)(args, Screen.of(sys.stdout))
        sys.stdout.flush()
        return code
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Usage as error:
        return _trouble(str(error), f"Try '{error.command} --help'.")
    except (LayerlabError, OSError) as error:
        return _trouble(_words(error))
    except RecursionError:
        return _trouble("the tree is nested too deeply for JSON")


def _command(name: str) -> Callable[..., int]:
    module, _, function = _HOMES[name].partition(".")
    found: Callable[..., int] = getattr(import_module(f"layerlab.command.{module}"), function)
    return found


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        place = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        return f"{place}{error.strerror}"
    return str(error)


def _trouble(*lines: str) -> int:
    print("layerlab:", "\n".join(map(printable, lines)), file=sys.stderr)
    return TROUBLE
