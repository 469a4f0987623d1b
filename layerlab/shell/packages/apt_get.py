"""``apt-get`` and ``apt``: update, install, remove and their kin.

apt 2.6 (*ran*, without a terminal): ``cmdline/apt-get.cc``, ``apt-private/private-update.cc``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from layerlab.shell.packages import caching, indexes, marks
from layerlab.shell.packages.applying import exists
from layerlab.shell.packages.apt import (
    ARCHIVES,
    Apt,
    empty_cache,
    lock,
    prepare_cache,
)
from layerlab.shell.packages.caching import CLEAN
from layerlab.shell.packages.needing import unneeded, with_dependents
from layerlab.shell.packages.options import Unknown, booleans, parsed
from layerlab.shell.packages.planning import Known, Plan, Refused, plan
from layerlab.shell.packages.wording import size
from layerlab.shell.process import Process
from layerlab.shell.resting import collector_at_rest

UNSTABLE = "\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n"
ESSENTIAL = "Essential packages were removed and -y was used without --allow-remove-essential."


def main(process: Process) -> int:
    """Run ``apt-get`` or ``apt``."""
    friendly = process.name == "apt"
    try:
        words = parsed(process.args[1:])
    except Unknown as wrong:
        told = (
            f"Command line option {wrong} is not understood in combination with the other options"
        )
        process.stderr.write(f"E: {told}\n")
        return 100
    apt = Apt(process, words)
    if words.on("help") or words.on("version") or not words.command:
        process.stdout.write("apt 2.6.2 (amd64)\n")
        return 0
    if friendly:
        process.stderr.write(UNSTABLE)
        process.stderr.flush()
    command = _COMMANDS.get(words.command)
    if command is None:
        return apt.fail(f"Invalid operation {words.command}")
    locking = words.command not in _READING and not words.on("simulate")
    if locking and (problem := apt.lock()):
        return apt.fail(problem)
    try:
        return command(apt)
    except Refused as refused:
        apt.say(refused.printed)
        return apt.fail(*refused.errors)


def update(apt: Apt) -> int:
    """Fetch the lists that the sources name."""
    files, now = apt.files, apt.now
    path = f"{indexes.LISTS}/lock"
    indexes.settle(files)
    if problem := lock(files, path):
        return apt.fail(
            f"Could not open lock file {path} - open ({problem})",
            f"Unable to lock directory {indexes.LISTS}/",
        )
    sources = indexes.sources(files)
    unknown = [source for source in sources if not indexes.offered(source)]
    hits, fetched = _compared(apt, sources)
    for number, each in enumerate(hits, 1):
        apt.say(f"Hit:{number} {each.uri} {each.title}\n")
    for number, each in enumerate(fetched, len(hits) + 1):
        apt.say(f"Get:{number} {each.uri} {each.title} [{size(each.download)}B]\n")
    files.unpack({each.path: indexes.list_file(each, now) for each in fetched})
    caching.build(files, now)
    if exists(files, CLEAN):
        empty_cache(files)
    if total := sum(each.download for each in fetched):
        apt.say(f"Fetched {size(total)}B in 1s ({size(total)}B/s)\n")
    apt.say("Reading package lists...\n")
    if unknown:
        return _not_measured(apt, unknown)
    if apt.process.name == "apt":
        apt.say("Building dependency tree...\nReading state information...\n")
        apt.say("All packages are up to date.\n")
    return 0


def _compared(
    apt: Apt, sources: Iterable[indexes.Source]
) -> tuple[list[indexes.Fetched], list[indexes.Fetched]]:
    """The releases that haven't changed, and what has to be fetched: releases, then indexes."""
    hits: list[indexes.Fetched] = []
    releases: list[indexes.Fetched] = []
    rest: list[indexes.Fetched] = []
    for source in sources:
        for each in indexes.offered(source):
            there = exists(apt.files, each.path)
            if each.title.endswith("InRelease"):
                (hits if there else releases).append(each)
            elif not there:
                rest.append(each)
    return hits, releases + rest


def _not_measured(apt: Apt, unknown: Sequence[indexes.Source]) -> int:
    """An archive that isn't known here is one that can't be reached."""
    apt.process.stdout.flush()
    named = ", ".join(f"{source.uri} {source.suite}" for source in unknown)
    apt.process.stderr.write(f"layerlab: only Debian 12 was measured, not {named}\n")
    first = f"{unknown[0].uri} {unknown[0].suite}"
    return apt.fail(f"The repository '{first} Release' does not have a Release file.")


def install(apt: Apt) -> int:
    """Install packages with what they need; ``name-`` removes one."""
    local = [word for word in apt.words.rest if "/" in word and word.endswith(".deb")]
    if local:
        apt.say("Reading package lists...\n")
        return apt.fail(*(f"Unsupported file {word} given on commandline" for word in local))
    known = apt.known()
    recommends = apt.words.on("recommends", default=True)
    for key, value in booleans(apt.words):
        if key == "apt::install-recommends":
            recommends = value
    made = plan(apt.words.rest, known, recommends=recommends)
    for note in made.notes:
        apt.say(note)
    apt.process.stdout.flush()
    for note in made.layerlab:
        apt.process.stderr.write(note)
    if made.removed:
        _remove_with_dependents(made, known)
    return carry_out(apt, made, known)


def _remove_with_dependents(made: Plan, known: Known) -> None:
    for name in with_dependents(made.removed, known.installed):
        made.removed[name] = known.database[name]


def remove_packages(apt: Apt) -> int:
    """Remove packages, and those that need them; ``purge`` takes their configuration, too."""
    known = apt.known()
    made = plan([f"{word}-" for word in apt.words.rest], known, recommends=False)
    purging = apt.words.command == "purge" or apt.words.on("purge")
    if purging:
        left = {
            name
            for word in apt.words.rest
            if (name := word.partition(":")[0]) in known.database
            and known.database[name].state == "config-files"
        }
        made.notes = [n for n in made.notes if not any(f"'{name}'" in n for name in left)]
        made.removed |= {name: known.database[name] for name in left}
    for note in made.notes:
        apt.say(note)
    _remove_with_dependents(made, known)
    if apt.words.on("autoremove"):
        _remove_unneeded(apt, made, known)
    if purging:
        made.purged = set(made.removed)
    return carry_out(apt, made, known)


def autoremove(apt: Apt) -> int:
    """Remove what came along and nobody needs any more."""
    known = apt.known()
    made = plan([f"{word}-" for word in apt.words.rest], known, recommends=False)
    apt.words.flags["autoremove"] = 1
    _remove_with_dependents(made, known)
    _remove_unneeded(apt, made, known)
    if apt.words.on("purge") or apt.words.command == "autopurge":
        made.purged = set(made.removed)
    return carry_out(apt, made, known)


def _remove_unneeded(apt: Apt, made: Plan, known: Known) -> None:
    idle = unneeded(known.database, marks.read(apt.files), going=made.removed)
    made.removed |= {name: known.database[name] for name in idle}


def carry_out(apt: Apt, made: Plan, known: Known) -> int:
    """Tell the plan, ask, and do it."""
    automatic = marks.read(apt.files)
    apt.tell(made, known, automatic)
    essential = [s for s in made.removed.values() if s.control.get("Essential") == "yes"]
    if essential and apt.words.on("yes") and not apt.words.on("essential"):
        return apt.fail(ESSENTIAL)
    if apt.words.on("simulate"):
        for name in made.removed:
            apt.process.stdout.write(f"Remv {name} [{made.removed[name].version}]\n")
        for step in ("Inst", "Conf"):
            for name, package in made.new.items():
                apt.process.stdout.write(f"{step} {name} ({package.version} [amd64])\n")
        return 0
    if not made.new and not made.removed:
        marked = [name for name in made.manual if automatic.get(name)]
        if marked:
            there = [s.name for s in known.database.values() if s.installed]
            marks.write(apt.files, {**automatic, **dict.fromkeys(marked, False)}, there, apt.now)
        return 0
    apt.tell_sizes(made)
    if not apt.agrees(made, known):
        return 1
    with collector_at_rest():
        return apt.carry_out(made, known, " ".join([apt.process.name, *apt.process.args[1:]]))


def upgrade(apt: Apt) -> int:
    """Nothing to do: what was measured is the newest there is."""
    apt.known()
    apt.say("Calculating upgrade...\n")
    apt.say("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n")
    return 0


def clean(apt: Apt) -> int:
    """Empty the cache."""
    if exists(apt.files, ARCHIVES):
        prepare_cache(apt.files)
        indexes.settle(apt.files)
        lock(apt.files, f"{indexes.LISTS}/lock")
    empty_cache(apt.files)
    return 0


def autoclean(apt: Apt) -> int:
    """Remove archives that can't be fetched any more: every one here still can."""
    apt.known()
    return 0


def check(apt: Apt) -> int:
    """Look whether all dependencies are fulfilled: they always are."""
    apt.known()
    return 0


_COMMANDS: Mapping[str, Callable[[Apt], int]] = {
    "update": update, "install": install, "remove": remove_packages, "purge": remove_packages,
    "autoremove": autoremove, "auto-remove": autoremove, "autopurge": autoremove,
    "upgrade": upgrade, "dist-upgrade": upgrade, "full-upgrade": upgrade, "clean": clean,
    "distclean": clean, "autoclean": autoclean, "auto-clean": autoclean, "check": check,
}  # fmt: skip
_READING = frozenset(("update", "clean", "check"))
