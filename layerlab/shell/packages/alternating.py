"""``update-alternatives``: look at the choices of a name, add one, take one away, settle for one.

dpkg 1.21 (*ran*): ``utils/update-alternatives.c``.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from layerlab.catalog.packages import alternatives
from layerlab.catalog.packages.alternatives import ADMIN, LINKS, Choice, Group
from layerlab.catalog.packages.configuring import LOG
from layerlab.nodes import Bytes, Directory, File, Meta, Symlink
from layerlab.shell.packages.applying import appended, apply
from layerlab.shell.process import Process
from layerlab.shell.times import moment

_NEED = (
    "need --display, --query, --list, --get-selections, --config, --set, --set-selections, "
    "--install, --remove, --all, --remove-all or --auto"
)


class Wrong(Exception):
    """What ``update-alternatives`` can't do, and its exit code is 2."""


@dataclass(frozen=True)
class Held:
    """A group and how it is held: the best choice counts, or the one that somebody set."""

    group: Group
    chosen: Choice | None
    manual: bool = False

    @property
    def text(self) -> str:
        """Its administrative file."""
        text = self.group.text
        return text.replace("auto", "manual", 1) if self.manual else text


def main(process: Process) -> int:
    """Run ``update-alternatives``."""
    words = [word for word in process.args[1:] if word not in ("--quiet", "--force", "--verbose")]
    action, rest = (words[0], words[1:]) if words else ("", [])
    command = _COMMANDS.get(action)
    try:
        if command is None:
            raise Wrong(f"unknown argument '{action}'" if action else _NEED)
        command(process, rest)
    except Wrong as wrong:
        sign = "" if not action else "error: "
        process.stderr.write(f"update-alternatives: {sign}{wrong}\n")
        if not action:
            told = "\nUse 'update-alternatives --help' for program usage information.\n"
            process.stderr.write(told)
        return 2
    return 0


def _read(process: Process, name: str) -> Held | None:
    try:
        text = process.files.read_bytes(f"{ADMIN}/{name}").decode()
    except OSError:
        return None
    group = Group.read(name, text)
    if not text.startswith("manual"):
        return Held(group, group.best)
    try:
        path = process.files.readlink(f"{LINKS}/{name}")
    except OSError:
        path = ""
    return Held(group, group.choices.get(path), manual=True)


def _known(process: Process, name: str) -> Held:
    held = _read(process, name)
    if held is None:
        raise Wrong(f"no alternatives for {name}")
    return held


def display(process: Process, words: Sequence[str]) -> None:
    """``--display``: the links and the choices."""
    held = _known(process, words[0])
    group = held.group
    process.stdout.line(f"{group.name} - {'manual' if held.manual else 'auto'} mode")
    if group.best:
        process.stdout.line(f"  link best version is {group.best.path}")
    if held.chosen:
        process.stdout.line(f"  link currently points to {held.chosen.path}")
    process.stdout.line(f"  link {group.name} is {group.link}")
    for slave, link in sorted(group.slaves.items()):
        process.stdout.line(f"  slave {slave} is {link}")
    for path, choice in sorted(group.choices.items()):
        process.stdout.line(f"{path} - priority {choice.priority}")
        for slave, target in sorted(choice.slaves.items()):
            process.stdout.line(f"  slave {slave}: {target}")


def query(process: Process, words: Sequence[str]) -> None:
    """``--query``: the same for programs."""
    held = _known(process, words[0])
    group = held.group

    def slaves(of: Mapping[str, str]) -> str:
        return "Slaves:\n" + "".join(f" {s} {p}\n" for s, p in sorted(of.items())) if of else ""

    process.stdout.write(f"Name: {group.name}\nLink: {group.link}\n{slaves(group.slaves)}")
    process.stdout.write(f"Status: {'manual' if held.manual else 'auto'}\n")
    process.stdout.write(f"Best: {group.best.path}\n" if group.best else "")
    process.stdout.write(f"Value: {held.chosen.path if held.chosen else 'none'}\n")
    for path, choice in sorted(group.choices.items()):
        process.stdout.write(f"\nAlternative: {path}\nPriority: {choice.priority}\n")
        process.stdout.write(slaves(choice.slaves))


def listing(process: Process, words: Sequence[str]) -> None:
    """``--list``: the choices."""
    for path in sorted(_known(process, words[0]).group.choices):
        process.stdout.line(path)


def install(process: Process, words: Sequence[str]) -> None:
    """``--install LINK NAME PATH PRIORITY``: one more choice."""
    if len(words) < 4:
        raise Wrong("--install needs <link> <name> <path> <priority>")
    if not process.files.lexists(words[2]):
        raise Wrong(f"alternative path {words[2]} doesn't exist")
    before = _read(process, words[1])
    command = shlex.join(["--install", *words])
    group = alternatives.install(command, lambda _: before.group if before else None)
    if group is None:
        raise Wrong("--install needs <link> <name> <path> <priority>")
    manual = before is not None and before.manual
    chosen = before.chosen if before is not None and manual else group.best
    _settle(process, before, Held(group, chosen, manual), ["--install", *words])


def remove(process: Process, words: Sequence[str]) -> None:
    """``--remove NAME PATH``: one choice less; a group without choices goes."""
    name, path = (*words, "", "")[:2]
    before = _read(process, name)
    if before is None or path not in before.group.choices:
        return
    rest = {key: choice for key, choice in before.group.choices.items() if key != path}
    group = replace(before.group, choices=rest)
    lost = before.chosen is None or before.chosen.path == path
    chosen = group.best if lost or not before.manual else before.chosen
    _settle(process, before, Held(group, chosen, before.manual and not lost), ["--remove", *words])


def choose(process: Process, words: Sequence[str]) -> None:
    """``--set NAME PATH``: this choice counts, whatever its priority."""
    before = _known(process, words[0])
    choice = before.group.choices.get(words[1] if len(words) > 1 else "")
    if choice is None:
        raise Wrong(f"alternative {words[1]} for {words[0]} not registered; not setting")
    _settle(process, before, Held(before.group, choice, manual=True), ["--set", *words])


def automatic(process: Process, words: Sequence[str]) -> None:
    """``--auto NAME``: the best choice counts again."""
    before = _known(process, words[0])
    _settle(process, before, Held(before.group, before.group.best), ["--auto", *words])


def _settle(process: Process, before: Held | None, after: Held, command: Sequence[str]) -> None:
    """Write the group, its links and the log, and tell which choice counts now."""
    group, name = after.group, after.group.name
    said = [f"run with {' '.join(command)}"]
    old, new = _links(process, before), _links(process, after)
    changes: dict[str, File | Directory | Symlink | None] = dict.fromkeys(old.keys() - new.keys())
    changes |= {link: Symlink(target) for link, target in new.items() if old.get(link) != target}
    admin = f"{ADMIN}/{name}"
    changes[admin] = File(Bytes(after.text.encode()), Meta()) if group.choices else None
    mode = "manual" if after.manual else "auto"
    if before is not None and before.manual != after.manual:
        said.append(f"status of link group {group.link} set to {mode}")
    was = before.chosen if before else None
    if not group.choices:
        said.append(f"link group {name} fully removed")
    elif after.chosen and (was is None or was.path != after.chosen.path):
        said.append(f"link group {name} updated to point to {after.chosen.path}")
        using = f"using {after.chosen.path} to provide {group.link} ({name}) in {mode} mode"
        process.stdout.line(f"update-alternatives: {using}")
    apply(process.files, changes, process.now)
    stamp = f"update-alternatives {moment(process.now):%Y-%m-%d %H:%M:%S}"
    log = "".join(f"{stamp}: {line}\n" for line in said)
    appended(process.files, LOG, log.encode())


def _links(process: Process, held: Held | None) -> dict[str, str]:
    if held is None or held.chosen is None:
        return {}
    alone = replace(held.group, choices={held.chosen.path: held.chosen})
    return dict(alone.links(process.files.lexists))


_COMMANDS: Mapping[str, Callable[[Process, Sequence[str]], None]] = {
    "--display": display, "--query": query, "--list": listing, "--install": install,
    "--remove": remove, "--set": choose, "--auto": automatic,
}  # fmt: skip
