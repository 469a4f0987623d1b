"""``docker exec`` and ``logs``: one more program in a container, and what its own one printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerlab.docker.attaching import check_terminal, streams
from layerlab.docker.environment import check_env, environment
from layerlab.docker.several import named
from layerlab.docker.spec import ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.engine.lifecycle import EXEC_CODE, EXEC_FAILED
from layerlab.errors import EngineError

if TYPE_CHECKING:
    from layerlab.engine import Engine


def execute(engine: Engine, args: Parsed) -> Output:
    """Run a program in a container that runs; its exit code is ours."""
    name, *command = args.args
    variables = environment(args)
    engine.container(named(name))
    if not args.on("detach"):
        check_terminal(args.on("interactive"), args.on("tty"))
    done = engine.exec(
        name,
        command,
        user=args.text("user"),
        workdir=args.text("workdir"),
        env=variables,
        stdin=args.stdin.encode("utf-8", "surrogateescape") if args.on("interactive") else b"",
    )
    if args.on("detach"):
        if done.code == EXEC_CODE and done.stdout.startswith(EXEC_FAILED.encode()):
            raise EngineError(done.stdout.decode().strip())
        return Output()
    printed, told = streams(done.stdout, done.stderr, tty=args.on("tty"))
    return Output(printed, told, done.code)


def logs(engine: Engine, args: Parsed) -> Output:
    """What a container's own program printed, in all its runs."""
    for flag in ("details", "since", "timestamps", "until"):
        if args.given(flag):
            raise ClientError(f"layerlab: docker logs --{flag} can't be simulated: when a line "
                              "was printed isn't kept")  # fmt: skip
    container = engine.container(named(args.args[0]))
    out, errors = container.output, container.errors
    if args.text("tail").isdecimal():
        wanted = int(args.text("tail"))
        kept = errors.splitlines(keepends=True)[max(0, len(errors.splitlines()) - wanted) :]
        rest = wanted - len(kept)
        lines = out.splitlines(keepends=True)
        out, errors = b"".join(lines[max(0, len(lines) - rest) :]), b"".join(kept)
    return Output(*streams(out, errors, tty=bool(container.options["tty"])))


COMMANDS = (
    Command(
        ("container exec", "exec"), "[OPTIONS] CONTAINER COMMAND [ARG...]",
        "Execute a command in a running container", execute,
        (
            Flag("detach", "Detached mode: run command in the background", "d"),
            Flag("detach-keys", "Override the key sequence for detaching a container",
                 kind="string"),
            Flag("env", "Set environment variables", "e", kind="list", check=check_env),
            Flag("env-file", "Read in a file of environment variables", kind="list"),
            Flag("interactive", "Keep STDIN open even if not attached", "i"),
            Flag("privileged", "Give extended privileges to the command"),
            Flag("tty", "Allocate a pseudo-TTY", "t"),
            Flag("user", 'Username or UID (format: "<name|uid>[:<group|gid>]")', "u",
                 kind="string"),
            Flag("workdir", "Working directory inside the container", "w", kind="string"),
        ),
        Takes(2), interspersed=False,
    ),
    Command(
        ("container logs", "logs"), "[OPTIONS] CONTAINER", "Fetch the logs of a container", logs,
        (
            Flag("details", "Show extra details provided to logs"),
            Flag("follow", "Follow log output", "f"),
            Flag("since", 'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative '
                 '(e.g. "42m" for 42 minutes)', kind="string"),
            Flag("tail", "Number of lines to show from the end of the logs", "n", kind="string",
                 default="all"),
            Flag("timestamps", "Show timestamps", "t"),
            Flag("until", 'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or '
                 'relative (e.g. "42m" for 42 minutes)', kind="string"),
        ),
        Takes(1, 1),
    ),
)  # fmt: skip
