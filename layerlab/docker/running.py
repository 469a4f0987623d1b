"""``docker create`` and ``run``: the image is pulled where it is missing, then the program runs.

(docker/cli: cli/command/container/create.go, run.go and opts.go.)
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layerlab.docker.attaching import attached, check_terminal
from layerlab.docker.environment import environment, labels
from layerlab.docker.runflags import CONTAINER_FLAGS, SIMULATED
from layerlab.docker.several import REFUSALS, from_daemon, read_reference
from layerlab.docker.spec import ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.docker.transfer import pulled
from layerlab.errors import EngineError

if TYPE_CHECKING:
    from layerlab.engine import Engine

GENERIC, NOT_STARTABLE, NOT_FOUND = 125, 126, 127
"""Exit codes of ``docker run`` itself."""
PULLS = "always", "missing", "never"
PLATFORMS = "linux", "linux/amd64", "amd64"
"""The engine's own, by all its names; of others there are no images."""
RESTARTS = "always", "on-failure", "unless-stopped"
"""Policies that Docker has, and layerlab hasn't."""


class _NotMade(Exception):
    """There is no container; ``told`` is what stood on standard error before the reason."""

    def __init__(self, reason: str, told: str = "") -> None:
        self.reason, self.told = reason, told
        super().__init__(reason)


def create(engine: Engine, args: Parsed) -> Output:
    """Make a container; its ID is printed."""
    options = _understood(args, "create")
    try:
        told, container_id = _made(engine, args, options)
    except _NotMade as problem:
        return Output(stderr=f"{problem.told}{problem.reason}\n", code=1)
    return Output(f"{container_id}\n", told)


def run(engine: Engine, args: Parsed) -> Output:
    """Make a container and start it; unless ``--detach``, its output and exit code are ours."""
    options = _understood(args, "run")
    detached = args.on("detach")
    if not detached:
        check_terminal(args.on("interactive"), args.on("tty"))
    elif args.given("attach"):
        raise ClientError("conflicting options: cannot specify both --attach and --detach")
    told, shown = "", ""
    try:
        told, container_id = _made(engine, args, options | {"detach": detached})
        shown = f"{container_id}\n" if detached else ""
        container = engine.start(container_id, stdin=None if detached else _stdin(args))
    except _NotMade as problem:
        return _failed(shown, problem.told, problem.reason)
    except REFUSALS as error:
        return _failed(shown, told, from_daemon(error).rstrip("\n"))
    if detached:
        return Output(shown, told)
    done = attached(engine, container)
    streams = {stream.lower() for stream in args.texts("attach")} or {"stdout", "stderr"}
    return Output(
        done.stdout if "stdout" in streams else "",
        told + (done.stderr if "stderr" in streams else ""),
        done.code,
    )


def _failed(shown: str, told: str, reason: str) -> Output:
    return Output(shown, f"{told}{_helpful(reason, 'run')}\n", exit_code(reason))


def exit_code(refusal: str) -> int:
    """126 for a program that may not be started, 127 for one that isn't there, else 125."""
    if "executable file not found" in refusal or "no such file or directory" in refusal:
        return NOT_FOUND
    if "permission denied" in refusal or "is a directory" in refusal:
        return NOT_STARTABLE
    return GENERIC


def _helpful(text: str, name: str) -> str:
    return f"docker: {text}\n\nRun 'docker {name} --help' for more information"


def _stdin(args: Parsed) -> bytes:
    if not args.on("interactive"):
        return b""
    return args.stdin.encode("utf-8", "surrogateescape")


def _understood(args: Parsed, name: str) -> dict[str, Any]:
    """The options as :meth:`Engine.create` takes them; ``ClientError`` for what can't be."""
    try:
        _check(args)
        variables, tags = environment(args), labels(args)
    except ClientError as error:
        raise ClientError(_helpful(error.what, name), GENERIC) from None
    entrypoint = None
    if args.given("entrypoint"):
        entrypoint = (args.text("entrypoint"),) if args.text("entrypoint") else ()
    return {
        "name": args.text("name") or None,
        "entrypoint": entrypoint,
        "env": variables,
        "user": args.text("user"),
        "workdir": args.text("workdir"),
        "hostname": args.text("hostname"),
        "labels": tags,
        "remove": args.on("rm"),
        "tty": args.on("tty"),
        "interactive": args.on("interactive"),
        "read_only": args.on("read-only"),
        "network": (*args.texts("net"), args.text("network"))[-1] or "default",
    }


def _check(args: Parsed) -> None:
    """What the client refuses by itself, or layerlab: then nothing is done."""
    always, missing, never = PULLS
    if args.text("pull") not in ("", *PULLS):
        raise ClientError(
            f"invalid pull option: '{args.text('pull')}': must be one of \"{always}\", "
            f'"{missing}" or "{never}"'
        )
    for port in args.texts("publish"):
        _check_port(port)
    if args.on("rm") and args.text("restart") not in ("", "no"):
        raise ClientError("conflicting options: cannot specify both --restart and --rm")
    refused = next((flag for flag in args.flags if flag not in SIMULATED), None)
    if args.text("platform") not in ("", *PLATFORMS):
        refused = "platform"
    if args.text("restart") in RESTARTS:
        refused = "restart"
    if refused:
        known = ", ".join(f"--{flag}" for flag in sorted(SIMULATED - {"help", "net"}))
        raise ClientError(
            f"layerlab: --{refused} can't be simulated: a container here has its image's files "
            f"and its own, and no volumes, devices or limits. These can: {known}"
        )


def _check_port(text: str) -> None:
    """``[[ip:]host:]container[/protocol]``, each port a number or a range (go-connections)."""
    container = text.rpartition(":")[2].partition("/")[0]
    match = re.fullmatch(r"([0-9]+)(?:-([0-9]+))?", container)
    if not match or any(int(port) > 65535 for port in match.groups() if port):
        raise ClientError(f"invalid containerPort: {container}")


def _made(engine: Engine, args: Parsed, options: dict[str, Any]) -> tuple[str, str]:
    """What was told on the way, and the new container's ID; ``_NotMade``."""
    told, name = "", args.args[0]
    try:
        _check_cid_file(args)
        familiar = _familiar(name)
        if args.text("pull") == "always":
            told = _pulled(engine, args, name, told)
        if args.text("restart") not in ("", "no"):
            raise EngineError(f"invalid restart policy '{args.text('restart')}'")
        try:
            container = engine.create(name, args.args[1:], **options)
        except EngineError as error:
            missing = error.what.startswith("No such image")
            if not missing or not familiar or args.text("pull") not in ("", "missing"):
                raise
            if not args.on("quiet"):
                told = f"Unable to find image '{familiar}' locally\n"
            told = _pulled(engine, args, name, told)
            container = engine.create(name, args.args[1:], **options)
    except ClientError as error:
        raise _NotMade(error.what, told) from None
    except EngineError as error:
        raise _NotMade(from_daemon(error).rstrip("\n"), told) from None
    if args.given("cidfile"):
        Path(args.cwd, args.text("cidfile")).write_text(container.id)
    return told, container.id


def _pulled(engine: Engine, args: Parsed, name: str, told: str) -> str:
    """``told``, and what the pull of the image prints unless that is quiet; ``_NotMade``."""
    progress, refusal = pulled(engine, name)
    if not args.on("quiet"):
        told += progress
    if refusal:
        raise _NotMade(refusal, told)
    return told


def _check_cid_file(args: Parsed) -> None:
    name = args.text("cidfile")
    if name and Path(args.cwd, name).exists():
        raise ClientError(
            f"container ID file found, make sure the other container isn't running or delete {name}"
        )


def _familiar(name: str) -> str:
    """The image's name as messages have it; empty for an ID, which can't be pulled."""
    if re.fullmatch(r"[0-9a-f]{64}|sha256:[0-9a-f]{64}", name):
        return ""
    return str(read_reference(name).tagged())


_DETACH_KEYS = Flag(
    "detach-keys", "Override the key sequence for detaching a container", kind="string"
)


def _pull_flag(when: str) -> Flag:
    return Flag("pull", f"Pull image before {when}", kind="string", default="missing")


COMMANDS = (
    Command(
        ("container create", "create"), "[OPTIONS] IMAGE [COMMAND] [ARG...]",
        "Create a new container", create,
        (*CONTAINER_FLAGS, _pull_flag('creating ("always", "|missing", "never")')),
        Takes(1), interspersed=False,
    ),
    Command(
        ("container run", "run"), "[OPTIONS] IMAGE [COMMAND] [ARG...]",
        "Create and run a new container from an image", run,
        (
            *CONTAINER_FLAGS,
            Flag("detach", "Run container in background and print container ID", "d"),
            _DETACH_KEYS,
            _pull_flag('running ("always", "missing", "never")'),
            Flag("sig-proxy", "Proxy received signals to the process", default="true"),
        ),
        Takes(1), interspersed=False, failure=GENERIC,
    ),
)  # fmt: skip
