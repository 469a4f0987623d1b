"""Prune: what it asks, what it removes, and what it says that this gave back.

A question that isn't answered with ``y`` ends the command without an error
(docker/cli: ``prune.go`` below cli/command/image, container, system, volume and network).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from layerlab.docker.engines import api
from layerlab.docker.several import REFUSALS, from_daemon
from layerlab.docker.spec import ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.units import human_size

if TYPE_CHECKING:
    from layerlab.engine import Engine

SHOWN = "label", "label!", "until"
"""The filters that the question of ``system prune`` names."""
NOTICE = """\
DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            Install the buildx component to build images with BuildKit:
            https://docs.docker.com/go/buildx/

"""
"""What the client says first where it has no BuildKit."""
NAMED_VOLUMES_STAY = 1, 42
"""The API from which on ``volume prune`` leaves named volumes alone unless told ``--all``."""


def prune_images(engine: Engine, args: Parsed) -> Output:
    """Remove images that have no name, or with ``--all`` those that no container uses."""
    what = "dangling images"
    if args.on("all"):
        what = "images without at least one container associated to them"
    return _after_asking(args, _warning(what), lambda: _told(_images(engine, args)))


def prune_containers(engine: Engine, args: Parsed) -> Output:
    """Remove containers that don't run."""
    warning = _warning("stopped containers")
    return _after_asking(args, warning, lambda: _told(_containers(engine, args)))


def prune_volumes(engine: Engine, args: Parsed) -> Output:
    """There are none to remove: layerlab has no volumes."""
    named = api(engine) < NAMED_VOLUMES_STAY or args.on("all")
    what = "local volumes not used by at least one container"
    warning = _warning(what) if named else f"WARNING! This will remove anonymous {what}."
    return _after_asking(args, warning, lambda: _told(("", 0)))


def prune_networks(_: Engine, args: Parsed) -> Output:
    """There are none to remove: layerlab has Docker's own networks alone."""
    warning = _warning("custom networks not used by at least one container")
    return _after_asking(args, warning, str)


def prune_system(engine: Engine, args: Parsed) -> Output:
    """Remove all that isn't used: containers first, so that their images may go too."""
    if args.on("volumes") and any(text.startswith("until=") for text in args.texts("filter")):
        raise ClientError('ERROR: The "until" filter is not supported with "--volumes"')
    return _after_asking(
        args,
        _system_warning(args),
        lambda: _told(_containers(engine, args), _images(engine, args), _cache(engine, args)),
    )


def prune_cache(engine: Engine, args: Parsed) -> Output:
    """Remove what BuildKit keeps; without ``--all`` only what no image has, too."""
    if args.given("keep-storage"):
        raise ClientError("layerlab: docker builder prune --keep-storage is not simulated")
    what = "all build cache" if args.on("all") else "all dangling build cache"
    asked = "" if args.on("force") else f"{_asking(what)} [y/N] "
    if asked and not _agreed(args):
        return Output(asked)
    try:
        return Output(asked + _told(_cache(engine, args)))
    except REFUSALS as error:
        return Output(asked, from_daemon(error), 1)


def _asking(what: str) -> str:
    return f"WARNING! This will remove {what}. Are you sure you want to continue?"


def _agreed(args: Parsed) -> bool:
    return args.stdin.partition("\n")[0].strip().lower() == "y"


def _warning(what: str) -> str:
    return f"WARNING! This will remove all {what}."


def _system_warning(args: Parsed) -> str:
    unused = "not used by at least one container"
    listed = ["all stopped containers", f"all networks {unused}"]
    if args.on("volumes"):
        listed.append(f"all anonymous volumes {unused}")
    if args.on("all"):
        listed += ["all images without at least one container associated to them"]
        listed += ["all build cache"]
    else:
        listed += ["all dangling images", "unused build cache"]
    lines = ["WARNING! This will remove:", *(f"  - {each}" for each in listed), ""]
    filters = sorted(text for text in args.texts("filter") if text.partition("=")[0] in SHOWN)
    if filters:
        lines += ["  Items to be pruned will be filtered with:"]
        lines += [*(f"  - {text}" for text in filters), ""]
    return "\n".join(lines)


def _after_asking(args: Parsed, warning: str, prune: Callable[[], str]) -> Output:
    asked = ""
    if not args.on("force"):
        asked = f"{warning}\nAre you sure you want to continue? [y/N] "
        if not _agreed(args):
            return Output(asked)
    try:
        return Output(asked + prune())
    except REFUSALS as error:
        return Output(asked, from_daemon(error), 1)


def _told(*pruned: tuple[str, int]) -> str:
    """What was removed, by kind, and what that freed in all."""
    removed = "".join(f"{text}\n" for text, _ in pruned if text)
    freed = sum(size for _, size in pruned)
    return f"{removed}Total reclaimed space: {human_size(freed, 4)}\n"


def _containers(engine: Engine, args: Parsed) -> tuple[str, int]:
    pruned = engine.prune("containers", filters=args.texts("filter"))
    if not pruned.deleted:
        return "", 0
    return "\n".join(("Deleted Containers:", *pruned.deleted, "")), pruned.reclaimed


def _images(engine: Engine, args: Parsed) -> tuple[str, int]:
    pruned = engine.prune("images", all=args.on("all"), filters=args.texts("filter"))
    if not pruned.deleted:
        return "", 0
    return "\n".join(("Deleted Images:", *pruned.deleted, "")), pruned.reclaimed


def _cache(engine: Engine, args: Parsed) -> tuple[str, int]:
    filters = [text for text in args.texts("filter") if not text.startswith("label")]
    pruned = engine.prune("cache", all=args.on("all"), filters=filters)
    if not pruned.deleted:
        return "", 0
    return "\n".join(("Deleted build cache objects:", *pruned.deleted, "")), pruned.reclaimed


def _flags(example: str, *more: Flag) -> tuple[Flag, ...]:
    usage = f'Provide filter values (e.g. "{example}")'
    force = Flag("force", "Do not prompt for confirmation", "f")
    return (*more, Flag("filter", usage, kind="filter"), force)


NONE = Takes(0, 0)
COMMANDS = (
    Command(
        ("image prune",), "[OPTIONS]", "Remove unused images", prune_images,
        _flags("until=<timestamp>",
               Flag("all", "Remove all unused images, not just dangling ones", "a")),
        NONE,
    ),
    Command(
        ("container prune",), "[OPTIONS]", "Remove all stopped containers", prune_containers,
        _flags("until=<timestamp>"), NONE,
    ),
    Command(
        ("builder prune",), "[OPTIONS]", "Remove build cache", prune_cache,
        (
            Flag("all", "Remove all unused build cache, not just dangling ones", "a"),
            Flag("filter", 'Provide filter values (e.g. "until=24h")', kind="filter"),
            Flag("force", "Do not prompt for confirmation", "f"),
            Flag("keep-storage", "Amount of disk space to keep for cache", kind="bytes"),
        ),
        NONE,
        notice=NOTICE,
    ),
    Command(
        ("volume prune",), "[OPTIONS]", "Remove unused local volumes", prune_volumes,
        _flags("label=<label>",
               Flag("all", "Remove all unused volumes, not just anonymous ones", "a",
                    since="1.42")),
        NONE,
    ),
    Command(
        ("network prune",), "[OPTIONS]", "Remove all unused networks", prune_networks,
        _flags("until=<timestamp>"), NONE,
    ),
    Command(
        ("system prune",), "[OPTIONS]", "Remove unused data", prune_system,
        _flags("label=<key>=<value>",
               Flag("all", "Remove all unused images not just dangling ones", "a"),
               Flag("volumes", "Prune anonymous volumes")),
        NONE,
    ),
)  # fmt: skip
