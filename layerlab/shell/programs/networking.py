"""``curl`` and ``wget``: a simulated container has no network, and they say what they say then.

*ran*: curl 7.88, wget 1.21 and busybox 1.35 with ``--network none``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from layerlab.shell import times
from layerlab.shell.process import Process, Program


def _targets(process: Process) -> list[str]:
    """What looks like an address among the arguments."""
    words = process.args[1:]
    named = [word for word in words if "://" in word]
    return named or [word for word in words[-1:] if not word.startswith("-")]


def _host(address: str) -> str:
    return re.split(r"[/:?#]", address.partition("://")[2] or address)[0]


def curl(process: Process) -> int:
    """No host's name can be found: 6. ``-s`` says nothing, unless with ``-S``."""
    targets = _targets(process)
    if not targets:
        process.stderr.line("curl: try 'curl --help' or 'curl --manual' for more information")
        return 2
    letters = "".join(word[1:] for word in process.args[1:] if re.fullmatch(r"-[a-zA-Z]+", word))
    quiet = ("s" in letters or "--silent" in process.args) and not (
        "S" in letters or "--show-error" in process.args
    )
    if not quiet:
        process.stderr.line(f"curl: (6) Could not resolve host: {_host(targets[0])}")
    return 6


def wget(process: Process) -> int:
    """No host's name can be found: GNU's ends with 4, busybox's with 1."""
    targets = _targets(process)
    host = _host(targets[0]) if targets else ""
    if not process.gnu:
        process.say(f"bad address '{host}'")
        return 1
    quiet = any(re.fullmatch(r"-[a-zA-Z]*q[a-zA-Z]*|--quiet", word) for word in process.args[1:])
    if not targets:
        process.say("missing URL\nUsage: wget [OPTION]... [URL]...\n\n"
                    "Try `wget --help' for more options.")  # fmt: skip
        return 1
    if not quiet:
        address = targets[0] if "://" in targets[0] else f"http://{targets[0]}"
        address += "" if "/" in address.partition("://")[2] else "/"
        when = times.moment(process.now)
        process.stderr.line(f"--{when:%Y-%m-%d %H:%M:%S}--  {address}")
        process.stderr.line(f"Resolving {host} ({host})... failed: Temporary failure in name "
                            "resolution.")  # fmt: skip
        process.say(f"unable to resolve host address ‘{host}’")
    return 4


PROGRAMS: Mapping[str, Program] = {"curl": curl, "wget": wget}
