"""``docker pull`` and ``push``: images that cross to and from a registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from layerlab.docker.several import REFUSALS, from_daemon, read_reference
from layerlab.docker.spec import ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.engine.transfer import TransferFailed, all_tags

if TYPE_CHECKING:
    from layerlab.engine import Engine

QUIET = Flag("quiet", "Suppress verbose output", "q")


def pull(engine: Engine, args: Parsed) -> Output:
    """Fetch an image, or with ``--all-tags`` all of a repository."""
    name, printed = _named(args)
    progress, refusal = (_all_pulled if args.on("all-tags") else pulled)(engine, name)
    if not args.on("quiet"):
        printed += progress
    if refusal:
        return Output(printed, f"{refusal}\n", 1)
    return Output(f"{printed}{read_reference(name).full}\n")


def pulled(engine: Engine, name: str) -> tuple[str, str]:
    """What a pull prints, and why it failed, if it did."""
    return _crossed(lambda: engine.pull(name, steps=True))


def push(engine: Engine, args: Parsed) -> Output:
    """Send an image to its registry."""
    name, printed = _named(args)
    progress, refusal = (_all_pushed if args.on("all-tags") else _pushed)(engine, name)
    if args.on("quiet"):
        progress = "" if refusal else f"{read_reference(name).full}\n"
    return Output(printed + progress, f"{refusal}\n" if refusal else "", 1 if refusal else 0)


def _pushed(engine: Engine, name: str) -> tuple[str, str]:
    return _crossed(lambda: engine.push(name, steps=True))


def _all_pulled(engine: Engine, name: str) -> tuple[str, str]:
    """Every tag of a repository, one after the other, and one status in the end (*ran*)."""
    printed, newer = "", False
    try:
        names = all_tags(engine.registries, read_reference(name))
    except REFUSALS as error:
        return "", from_daemon(error).rstrip("\n")
    for each in names:
        told, refusal = pulled(engine, str(each))
        if refusal:
            return printed + told, refusal
        *lines, status = told.splitlines(keepends=True)
        printed += "".join(lines)
        newer |= "Downloaded newer image" in status
    what = "Downloaded newer image" if newer else "Image is up to date"
    return f"{printed}Status: {what} for {name}\n", ""


def _all_pushed(engine: Engine, name: str) -> tuple[str, str]:
    """Every tag that there is here of a repository; where they go is said once (*ran*)."""
    wanted = read_reference(name).name
    known = {each for each in engine.state.references if each.name == wanted and each.tag}
    printed = ""
    for each in sorted(map(str, known)) or [name]:
        told, refusal = _pushed(engine, each)
        printed += told.partition("\n")[2] if printed else told
        if refusal:
            return printed, refusal
    return printed, ""


def _crossed(begin: Callable[[], Any]) -> tuple[str, str]:
    try:
        transfer = begin()
        transfer.finish()
        lines = transfer.lines()
    except TransferFailed as error:
        return "".join(f"{line}\n" for line in error.lines), error.what
    except REFUSALS as error:
        return "", from_daemon(error).rstrip("\n")
    return "".join(f"{line}\n" for line in lines), ""


def _named(args: Parsed) -> tuple[str, str]:
    """The reference with the tag that is meant, and the line that says so."""
    reference = read_reference(args.args[0])
    bare = not reference.tag and not reference.digest
    if args.on("all-tags"):
        if not bare:
            raise ClientError("tag can't be used with --all-tags/-a")
        return str(reference), ""
    told = "Using default tag: latest\n" if bare and not args.on("quiet") else ""
    return str(reference.tagged()), told


COMMANDS = (
    Command(
        ("image pull", "pull"), "[OPTIONS] NAME[:TAG|@DIGEST]",
        "Download an image from a registry", pull,
        (
            Flag("all-tags", "Download all tagged images in the repository", "a"),
            Flag("disable-content-trust", "Skip image verification", default="true"),
            Flag("platform", "Set platform if server is multi-platform capable", kind="string"),
            QUIET,
        ),
        Takes(1, 1),
    ),
    Command(
        ("image push", "push"), "[OPTIONS] NAME[:TAG]", "Upload an image to a registry", push,
        (
            Flag("all-tags", "Push all tags of an image to the repository", "a"),
            Flag("disable-content-trust", "Skip image signing", default="true"),
            Flag("platform", "Push a platform-specific manifest as a single-platform image to "
                 "the registry.\nImage index won't be pushed, meaning that other manifests, "
                 "including attestations won't be preserved.\n"
                 "'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)", kind="string",
                 since="1.46"),
            QUIET,
        ),
        Takes(1, 1),
    ),
)  # fmt: skip
