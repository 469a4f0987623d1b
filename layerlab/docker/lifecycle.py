"""Commands that move a container through its life: start, stop, kill, rm, rename, wait …"""

from __future__ import annotations

import signal
from functools import partial
from typing import TYPE_CHECKING

from layerlab.docker.several import REFUSALS, for_each, from_daemon
from layerlab.docker.spec import ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.errors import EngineError

if TYPE_CHECKING:
    from layerlab.engine import Engine

SIGNAL = Flag("signal", "Signal to send to the container", "s", kind="string")
TIMEOUT = Flag("timeout", "Seconds to wait before killing the container", "t", kind="int")
SOME = "[OPTIONS] CONTAINER [CONTAINER...]"


def start(engine: Engine, args: Parsed) -> Output:
    """Start containers; with ``--attach`` one, whose output and exit code are the command's."""
    if args.on("attach") or args.on("interactive"):
        return _start_attached(engine, args)
    printed, refused, failed = "", "", []
    for name in args.args:
        try:
            engine.start(name)
        except REFUSALS as error:
            refused += from_daemon(error)
            failed.append(name)
        else:
            printed += f"{name}\n"
    if failed:
        refused += f"Error: failed to start containers: {', '.join(failed)}\n"
    return Output(printed, refused, 1 if failed else 0)


def _start_attached(engine: Engine, args: Parsed) -> Output:
    if len(args.args) > 1:
        raise ClientError("you cannot start and attach multiple containers at once")
    before = engine.container(args.args[0])
    return attached(engine.start(before.id, stdin=_stdin(args)))
