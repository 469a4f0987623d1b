"""``update-alternatives``: names that several packages can answer, and which of them does.

dpkg 1.21, utils/update-alternatives.c: an administrative file for each name lists links and
choices, sorted; in automatic mode the choice of the highest priority is the one that counts.
"""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

ADMIN = "/var/lib/dpkg/alternatives"
LINKS = "/etc/alternatives"
LOGGED = 2047
"""Bytes of a command for which its line in the log has room (``get_argv_string``)."""


class Choice(NamedTuple):
    """A path that can stand for the name; ``slaves`` has the paths of those that it brings."""

    path: str
    priority: int
    slaves: dict[str, str]


@dataclass(frozen=True)
class Group:
    """The administrative file of one name."""

    name: str
    link: str
    slaves: dict[str, str] = field(default_factory=dict)
    """Name of each slave, and its link."""
    choices: dict[str, Choice] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str, text: str) -> "Group":
        """What :attr:`text` wrote."""
        lines = iter(text.splitlines()[1:])
        link = next(lines)
        slaves = {slave: next(lines) for slave in iter(lambda: next(lines), "")}
        choices = {}
        for path in iter(lambda: next(lines, ""), ""):
            priority = int(next(lines))
            brought = {slave: next(lines) for slave in slaves}
            choices[path] = Choice(path, priority, {s: p for s, p in brought.items() if p})
        return cls(name, link, slaves, choices)

    @property
    def text(self) -> str:
        """The file: the mode, the links, and each choice with its priority."""
        lines = ["auto", self.link]
        for slave, link in sorted(self.slaves.items()):
            lines += [slave, link]
        lines.append("")
        for path, choice in sorted(self.choices.items()):
            lines += [path, str(choice.priority)]
            lines += [choice.slaves.get(slave, "") for slave in sorted(self.slaves)]
        return "\n".join([*lines, "", ""])

    @property
    def best(self) -> Choice | None:
        """The choice of the highest priority; of equal ones the first by its path."""
        ordered = sorted(self.choices.values(), key=lambda choice: choice.path)
        return max(ordered, key=lambda choice: choice.priority, default=None)

    def with_choice(self, link: str, choice: Choice, slaves: dict[str, str]) -> "Group":
        """The group with one more choice, or with another one at its path."""
        every = {**self.slaves, **slaves}
        choices = {**self.choices, choice.path: choice}
        return replace(self, link=link, slaves=dict(sorted(every.items())), choices=choices)

    def links(self, exists: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        """Each link and where it points. A slave whose path isn't there gets none."""
        best = self.best
        if best is None:
            return
        yield f"{LINKS}/{self.name}", best.path
        yield self.link, f"{LINKS}/{self.name}"
        for slave, path in best.slaves.items():
            if exists(path):
                yield f"{LINKS}/{slave}", path
                yield self.slaves[slave], f"{LINKS}/{slave}"


def logged(command: str) -> str:
    """What the log has of a command: as many of its words as there is room for."""
    if len(command) <= LOGGED:
        return command
    return command[: command.rindex(" ", 0, LOGGED + 1)]


def install(command: str, known: Callable[[str], Group | None]) -> Group | None:
    """The group after ``--install LINK NAME PATH PRIORITY [--slave LINK NAME PATH]…``.

    ``None`` for another action of ``update-alternatives``.
    """
    words = [word for word in shlex.split(command) if word not in ("--quiet", "--force")]
    if words[:1] != ["--install"]:
        return None
    link, name, path, priority = words[1:5]
    slaves, brought = {}, {}
    for at in range(5, len(words) - 3, 4):
        _, slave_link, slave, slave_path = words[at : at + 4]
        slaves[slave], brought[slave] = slave_link, slave_path
    group = known(name) or Group(name, link)
    return group.with_choice(link, Choice(path, int(priority), brought), slaves)
