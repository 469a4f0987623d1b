"""What the scripts of a package that goes take back.

Removal scripts aren't measured. What is modelled is what all of them do alike: choices of
``update-alternatives`` go before the files do, what was made at configuration goes with a purge.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from layerlab.catalog.packages import alternatives
from layerlab.catalog.packages.alternatives import Group
from layerlab.catalog.packages.configuring import LOG
from layerlab.catalog.packages.generated import RESTYLED, generated
from layerlab.nodes import Bytes, Directory, File, Meta, Symlink
from layerlab.shell.times import moment

Changes = dict[str, File | Directory | Symlink | None]
_KEPT = "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/sub", "/etc/alternatives"
"""Accounts stay, and links are alternatives' own."""


def unconfigured(name: str, tree: Any, now: int) -> Changes:
    """What the prerm changes: the package's choices are no choices any more."""
    changes: Changes = {}
    said: list[str] = []
    for command in generated(name).configured.commands:
        words = shlex.split(command)
        if "--install" in words:
            at = words.index("--install")
            # A prerm takes a choice back with the options that the postinst gave.
            options = " ".join([*words[:at], "--remove"])
            changes |= _without(words[at + 2], words[at + 3], tree, said, options)
    if said:
        stamp = f"update-alternatives {moment(now):%Y-%m-%d %H:%M:%S}"
        before = tree.read_bytes(LOG) if tree.exists(LOG) else b""
        new = "".join(f"{stamp}: {line}\n" for line in said)
        changes[LOG] = File(Bytes(before + new.encode()), Meta())
    return changes


def _without(name: str, path: str, tree: Any, said: list[str], options: str) -> Changes:
    admin = f"{alternatives.ADMIN}/{name}"
    try:
        before = Group.read(name, tree.read_bytes(admin).decode())
    except OSError:
        return {}
    said.append(f"run with {options} {name} {path}")
    choices = {key: choice for key, choice in before.choices.items() if key != path}
    after = Group(name, before.link, before.slaves, choices)
    old = dict(before.links(lambda _: True))
    if not choices:
        said.append(f"link group {name} fully removed")
        return {admin: None, **dict.fromkeys(old)}
    if after.best and before.best and after.best.path != before.best.path:
        said.append(f"link group {name} updated to point to {after.best.path}")
    new = dict(after.links(tree.lexists))
    made: Changes = {admin: File(Bytes(after.text.encode()), Meta())}
    made |= dict.fromkeys(old.keys() - new.keys())
    made |= {link: Symlink(target) for link, target in new.items() if old.get(link) != target}
    return made


def unmade(name: str) -> Mapping[str, None]:
    """What a purge takes away of what the postinst made."""
    paths = (path for path in generated(name).configured.paths if path.kind != RESTYLED)
    return {path.path: None for path in paths if not path.path.startswith(_KEPT)}
