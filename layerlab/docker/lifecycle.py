"""Commands that move a container through its life: start, stop, kill, pause, rename, wait, rm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerlab.docker.attaching import attached
from layerlab.docker.several import REFUSALS, each_container, for_each, from_daemon, named
from layerlab.docker.spec import ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.errors import DockerExit, EngineError

if TYPE_CHECKING:
    from layerlab.engine import Engine

SIGNAL = Flag("signal", "Signal to send to the container", "s", kind="string")
TIMEOUT = Flag("timeout", "Seconds to wait before killing the container", "t", kind="int")
TIME = Flag("time", "Seconds to wait (deprecated: use --timeout)", kind="int", hidden=True)
GRACE = 10
"""Seconds that a program gets to end by itself."""
SOME = "[OPTIONS] CONTAINER [CONTAINER...]"


def start(engine: Engine, args: Parsed) -> Output:
    """Start containers; with ``--attach`` one, whose output and exit code are the command's."""
    if args.on("attach") or args.on("interactive"):
        return _start_attached(engine, args)
    printed, refused, failed = "", "", []
    for name in args.args:
        try:
            engine.start(named(name))
        except (*REFUSALS, ClientError) as error:
            client = isinstance(error, ClientError)
            refused += f"{error.what}\n" if client else from_daemon(error)
            failed.append(name)
        else:
            printed += f"{name}\n"
    if failed:
        refused += f"Error: failed to start containers: {', '.join(failed)}\n"
    return Output(printed, refused, 1 if failed else 0)


def _start_attached(engine: Engine, args: Parsed) -> Output:
    if len(args.args) > 1:
        raise ClientError("you cannot start and attach multiple containers at once")
    before = engine.container(named(args.args[0]))
    stdin = args.stdin.encode("utf-8", "surrogateescape") if args.on("interactive") else None
    return attached(engine, engine.start(before.id, stdin=stdin), before)


def stop(engine: Engine, args: Parsed) -> Output:
    """Stop containers; one that stands still already is no error."""
    told, grace = _grace(args)
    done = each_container(args.args, lambda name: engine.stop(name, grace))
    return Output(told + done.stdout, done.stderr, done.code)


def _grace(args: Parsed) -> tuple[str, int]:
    """The seconds that a program gets, and what is told of an option that has a new name."""
    if not args.given("time"):
        return "", args.number("timeout") if args.given("timeout") else GRACE
    told = "Flag --time has been deprecated, use --timeout instead\n"
    if args.given("timeout"):
        refusal = "conflicting options: cannot specify both --timeout and --time\n"
        raise DockerExit(1, told, refusal)
    return told, args.number("time")


def restart(engine: Engine, args: Parsed) -> Output:
    """Stop and start again."""
    told, grace = _grace(args)
    done = each_container(args.args, lambda name: engine.restart(name, grace))
    return Output(told + done.stdout, done.stderr, done.code)


def kill(engine: Engine, args: Parsed) -> Output:
    """Send a signal, by default the one that can't be caught."""
    signal = args.text("signal") or "KILL"
    return each_container(args.args, lambda name: engine.kill(name, signal))


def pause(engine: Engine, args: Parsed) -> Output:
    """Freeze the processes."""
    return each_container(args.args, engine.pause)


def unpause(engine: Engine, args: Parsed) -> Output:
    """Let them go on."""
    return each_container(args.args, engine.unpause)


def rm(engine: Engine, args: Parsed) -> Output:
    """Remove containers; with ``--force`` one that isn't there is told, and no failure."""

    def act(name: str) -> str:
        bare = name.strip("/")
        if not bare:
            raise ClientError("container name cannot be empty")
        if args.on("link"):
            engine.container(bare)
            raise EngineError("Conflict, cannot remove the default link name of the container")
        engine.rm(bare, force=args.on("force"))
        return f"{name}\n"

    return for_each(args.args, act, forgiving=args.on("force"))


def wait(engine: Engine, args: Parsed) -> Output:
    """Exit codes, once the containers have ended."""
    return for_each(args.args, lambda name: f"{engine.wait(named(name))}\n")


def rename(engine: Engine, args: Parsed) -> Output:
    """Give a container another name."""
    old, new = (name.strip() for name in args.args)
    if not old or not new:
        raise ClientError("Error: Neither old nor new names may be empty")
    try:
        engine.rename(old, new)
    except REFUSALS as error:
        told = f"{from_daemon(error)}Error: failed to rename container named {old}\n"
        return Output(stderr=told, code=1)
    return Output()


COMMANDS = (
    Command(
        ("container start", "start"), SOME, "Start one or more stopped containers", start,
        (
            Flag("attach", "Attach STDOUT/STDERR and forward signals", "a"),
            Flag("detach-keys", "Override the key sequence for detaching a container",
                 kind="string"),
            Flag("interactive", "Attach container's STDIN", "i"),
        ),
        Takes(1),
    ),
    Command(
        ("container stop", "stop"), SOME, "Stop one or more running containers", stop,
        (SIGNAL, TIMEOUT, TIME), Takes(1),
    ),
    Command(
        ("container kill", "kill"), SOME, "Kill one or more running containers", kill,
        (SIGNAL,), Takes(1),
    ),
    Command(
        ("container restart", "restart"), SOME, "Restart one or more containers", restart,
        (SIGNAL, TIMEOUT, TIME), Takes(1),
    ),
    Command(
        ("container pause", "pause"), "CONTAINER [CONTAINER...]",
        "Pause all processes within one or more containers", pause, takes=Takes(1),
    ),
    Command(
        ("container unpause", "unpause"), "CONTAINER [CONTAINER...]",
        "Unpause all processes within one or more containers", unpause, takes=Takes(1),
    ),
    Command(
        ("container rm", "container remove", "rm"), SOME, "Remove one or more containers", rm,
        (
            Flag("force", "Force the removal of a running container (uses SIGKILL)", "f"),
            Flag("link", "Remove the specified link", "l"),
            Flag("volumes", "Remove anonymous volumes associated with the container", "v"),
        ),
        Takes(1),
    ),
    Command(
        ("container wait", "wait"), "CONTAINER [CONTAINER...]",
        "Block until one or more containers stop, then print their exit codes", wait,
        takes=Takes(1),
    ),
    Command(
        ("container rename", "rename"), "CONTAINER NEW_NAME", "Rename a container", rename,
        takes=Takes(2, 2),
    ),
)  # fmt: skip
