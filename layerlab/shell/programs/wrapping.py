"""Programs that run another one, as somebody else or in another way: ``su``, ``timeout``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layerlab.shell.accounts import find_account
from layerlab.shell.options import options
from layerlab.shell.process import Process, Program, Usage
from layerlab.shell.programs.starting import run
from layerlab.shell.shadow import PASSWD, AccountFiles


def su(process: Process) -> int:
    """``su USER -c COMMAND`` as root, who is asked for no password; ``-`` in the user's home."""
    login = any(word in ("-", "-l", "--login") for word in process.args[1:])
    words = [word for word in process.args if word not in ("-", "-l", "--login")]
    asked = replace(process, args=words)
    given = options(asked, "mpf", valued="cs", long={"command": "c", "shell": "s"})
    name, rest = (given.rest or ["root"])[0], given.rest[1:]
    inner, shell, home = _as_user(process, name)
    shell = given.value("s") or shell
    inner.env.update({"HOME": home, "SHELL": shell})
    if name != "root":
        inner.env.update({"USER": name, "LOGNAME": name})
    if login:
        inner = replace(inner, cwd=home)
    command = given.value("c")
    if command is None:
        raise Usage("layerlab's su runs a command: give -c")
    return run(inner, [shell, "-c", command, *rest], process.stdin.read())


def runuser(process: Process) -> int:
    """``runuser -u USER COMMAND``, or as ``su`` has it."""
    given = options(process, "l", valued="ucsgG", permute=False,
                    long={"user": "u", "command": "c", "shell": "s", "login": "l"})  # fmt: skip
    user = given.value("u")
    if user is None:
        return su(process)
    inner, _, _ = _as_user(process, user)
    return run(inner, given.rest, process.stdin.read())


def _as_user(process: Process, name: str) -> tuple[Process, str, str]:
    """The process as that user's, the user's shell and home."""
    row = AccountFiles(process.files).find(PASSWD, name)
    if row is None:
        busybox = f"unknown user {name}"
        told = f"user {name} does not exist or the user entry does not contain all the required "
        raise Usage(f"{told}fields" if process.gnu else busybox)
    account = find_account(process.files, name)
    files: Any = process.files
    if account.uid and hasattr(files, "as_user"):
        files = files.as_user(account.uid, account.gids)
    world = replace(process.world, account=account, files=files)
    inner = replace(process, world=world, env=dict(process.env), label="")
    return inner, row[6] or "/bin/sh", row[5]


def passes(process: Process) -> int:
    """``nohup``, ``nice``, ``setsid``, ``ionice``: the program itself, as if by itself."""
    given = options(process, "cw", valued="n", permute=False)
    return run(process, given.rest, process.stdin.read())


def timeout(process: Process) -> int:
    """Run a program; it is ended with 124 if it takes longer in simulated seconds."""
    given = options(process, "fpv", valued="ks", permute=False, least=2,
                    long={"kill-after": "k", "signal": "s", "preserve-status": "p"})  # fmt: skip
    limit = float(given.rest[0].rstrip("smhd") or 0)
    limit *= {"m": 60, "h": 3600, "d": 86400}.get(given.rest[0][-1], 1)
    began = process.world.ran
    code = run(process, given.rest[1:], process.stdin.read())
    if limit and process.world.ran - began > limit:
        process.world.ran = began + limit
        return 124
    return code


PROGRAMS: Mapping[str, Program] = {
    "su": su, "runuser": runuser, "timeout": timeout,
    **dict.fromkeys(("nohup", "nice", "setsid", "ionice"), passes),
}  # fmt: skip
