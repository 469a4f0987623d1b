"""Apache's switches: ``a2enmod``, ``a2dismod``, and the same for sites and pieces of configuration.

*ran*: apache2 2.4.62 of Debian 12. What is enabled is a link from ``…-enabled`` to
``…-available``; a marker below ``/var/lib/apache2`` says who wanted it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from layerlab.shell.files import Files
from layerlab.shell.options import Options, options
from layerlab.shell.packages.applying import directory_there, exists, remove, touched
from layerlab.shell.patterns import matches
from layerlab.shell.process import Process

CONFIG, STATE = "/etc/apache2", "/var/lib/apache2"
_LONG = {"quiet": "q", "force": "f", "maintmode": "m", "purge": "p"}
_CALLED = re.compile(r"a2(en|dis)(mod|site|conf)")
_ESSENTIAL = frozenset((
    "alias", "auth_basic", "authn_file", "authz_host", "authz_user", "autoindex", "deflate",
    "dir", "env", "filter", "logio", "mime", "negotiation", "setenvif", "unixd", "version",
    "watchdog",
))  # fmt: skip
_ASKED = """\
WARNING: The following essential module will be disabled.
This might result in unexpected behavior and should NOT be done
unless you know exactly what you are doing!
 {}

To continue type in the phrase 'Yes, do as I say!' or retry by passing '-f': """
_SSL = (
    "See /usr/share/doc/apache2/README.Debian.gz on how to configure SSL and create self-signed "
    "certificates.\n"
)
_YES = "Yes, do as I say!"


@dataclass(frozen=True)
class Kind:
    """What is switched: its name, its directories, and what Apache has to do afterwards."""

    name: str
    folder: str
    suffix: str
    afterwards: str

    def place(self, state: str, name: str, suffix: str | None = None) -> str:
        """The path of a file that is ``available`` or ``enabled``."""
        return f"{CONFIG}/{self.folder}-{state}/{name}{suffix or self.suffix}"


_KINDS = {
    "mod": Kind("module", "mods", ".load", "restart"),
    "site": Kind("site", "sites", ".conf", "reload"),
    "conf": Kind("conf", "conf", ".conf", "reload"),
}


class Aborted(Exception):
    """Somebody didn't say yes."""


def main(process: Process) -> int:
    """Run the switch that the program's name says."""
    called = _CALLED.fullmatch(process.name)
    assert called, "one of the names in the table of programs"
    given = options(process, "qfmp", long=_LONG, code=2)
    return _Switch(process, given, _KINDS[called[2]], on=called[1] == "en").run()


class _Switch:
    def __init__(self, process: Process, given: Options, kind: Kind, *, on: bool) -> None:
        self.process, self.files, self.given = process, process.files, given
        self.kind, self.on = kind, on
        self.changed = False

    def run(self) -> int:
        act = "enable" if self.on else "disable"
        named = self.given.rest
        if not named:
            self._print(f"Your choices are: {' '.join(self._choices('*'))}\n")
            self._print(f"Which {self.kind.name}(s) do you want to {act} (wildcards ok)?\n")
            named = self._answer("split at {} line 102").split()
        code, chosen = 0, []
        for word in named:
            word = word.removesuffix(self.kind.suffix)
            found = self._choices(word) if re.search(r"[*?\[]", word) else [word]
            if not found:
                self._error(f"No {self.kind.name} found matching {word}!\n")
                code = 1
            chosen += found
        try:
            for name in chosen:
                if not self._switch(name):
                    code = 1
        except Aborted:
            return 1
        if self.changed:
            self._info("To activate the new configuration, you need to run:\n")
            self._info(f"  service apache2 {self.kind.afterwards}\n")
        return code

    def _choices(self, pattern: str) -> list[str]:
        folder = f"{CONFIG}/{self.kind.folder}-{'available' if self.on else 'enabled'}"
        try:
            names = self.files.listdir(folder)
        except OSError:
            return []
        stems = [n.removesuffix(self.kind.suffix) for n in names if n.endswith(self.kind.suffix)]
        return [stem for stem in sorted(stems) if matches(pattern, stem)]

    def _switch(self, name: str) -> bool:
        """Enable or disable one; whether that went well."""
        module = self.kind.name == "module"
        if module and self.on and name == "cgi" and self._is_threaded():
            self._print("Your MPM seems to be threaded. Selecting cgid instead of cgi.\n")
            name = "cgid"
        if not exists(self.files, self.kind.place("available", name)):
            if "p" in self.given:
                self._mark(name)
                return True
            self._error(f"{self.kind.name.capitalize()} {name} does not exist!\n")
            return False
        if not (self._may_go_on(name) if self.on else not module or self._is_free(name)):
            return False
        return self._enable(name) if self.on else self._disable(name)

    def _is_threaded(self) -> bool:
        enabled = [
            self.kind.place("enabled", f"mpm_{name}") for name in ("prefork", "worker", "event")
        ]
        prefork, *threaded = (exists(self.files, path) for path in enabled)
        return not prefork and any(threaded)

    def _may_go_on(self, name: str) -> bool:
        """What it needs is enabled, and nothing that it can't live with."""
        path, module = self.kind.place("available", name), self.kind.name == "module"
        for needed in self._named_in(path, "Depends"):
            if module:
                self._info(f"Considering dependency {needed} for {name}:\n")
                if not self._switch(needed):
                    told = f"Could not enable dependency {needed} for {name}, aborting\n"
                    self._error(told)
                    return False
                continue
            self._info(f"Checking dependency {needed} for {name}:\n")
            if not exists(self.files, _KINDS["mod"].place("enabled", needed)):
                told = f"Module {needed} is not enabled, but {name} depends on it, aborting\n"
                self.process.stderr.write(f"WARNING: {told}")
                return False
        if not module:
            return True
        fine = True
        for other in self._named_in(path, "Conflicts"):
            self._info(f"Considering conflict {other} for {name}:\n")
            if exists(self.files, self.kind.place("enabled", other)):
                self._error(
                    f"Module {other} is enabled - cannot proceed due to conflicts. "
                    "It needs to be disabled first!\n"
                )
                fine = False
        return fine

    def _is_free(self, name: str) -> bool:
        """No module that is enabled needs it; with ``-f`` those go first."""
        needing = [
            other
            for other in self._choices("*")
            if name in self._named_in(self.kind.place("enabled", other), "Depends")
        ]
        if needing and "f" not in self.given:
            self._error(
                f"The following modules depend on {name} and need to be disabled first: "
                f"{' '.join(needing)}\n"
            )
            return False
        for other in needing:
            self._info(f"Considering dependency {other} for {name}:\n")
            if not self._switch(other):
                self._error(f"Could not disable dependency {other} for {name}, aborting\n")
                return False
        return True

    def _named_in(self, path: str, what: str) -> list[str]:
        """What a comment at the head of a file ``Depends`` on, or ``Conflicts`` with."""
        try:
            text = self.files.read_bytes(path).decode("utf-8", "replace")
        except OSError:
            return []
        for line in text.splitlines():
            if found := re.match(rf"# {what}:\s+(.*?)\s*$", line):
                return found[1].split()
            if not re.fullmatch(r"\s*(#.*)?", line):
                break
        return []

    def _links(self, name: str) -> list[tuple[str, str]]:
        """Where links go, and what they lead to: a module's configuration comes first."""
        suffixes = [self.kind.suffix]
        if self.kind.name == "module" and exists(
            self.files, self.kind.place("available", name, ".conf")
        ):
            suffixes.insert(0, ".conf")
        return [
            (self.kind.place("enabled", name, suffix),
             f"../{self.kind.folder}-available/{name}{suffix}")
            for suffix in suffixes
        ]  # fmt: skip

    def _enable(self, name: str) -> bool:
        title, links = self.kind.name.capitalize(), self._links(name)
        for link, target in links:
            if exists(self.files, link) and _target(self.files, link) != target:
                self._error(f"{title} {name} not properly enabled: {link} is a real file, "
                            "not touching it\n")  # fmt: skip
                return False
        missing = [(link, target) for link, target in links if not exists(self.files, link)]
        if not missing:
            self._info(f"{title} {name} already enabled\n")
            return True
        if links[-1] not in missing:
            self._print(f"Enabling config file {name}.conf.\n")
        else:
            self._print(f"Enabling {self.kind.name} {name}.\n")
            if name == "ssl":
                self._info(_SSL)
        for link, target in missing:
            self.files.symlink(target, link)
            self.changed = True
        if links[-1] in missing:
            self._mark(name)
        return True

    def _disable(self, name: str) -> bool:
        title, links = self.kind.name.capitalize(), self._links(name)
        there = [link for link, _ in links if exists(self.files, link)]
        if links[-1][0] not in there:
            if there:
                self._print(f"Disabling stale config file {name}.conf.\n")
                self._take_away(there)
                return True
            self._info(f"{title} {name} already disabled\n")
            if "p" in self.given:
                self._mark(name)
            return True
        if self.kind.name == "module" and name in _ESSENTIAL and "f" not in self.given:
            self._ask(name)
        self._take_away(there)
        self._mark(name)
        self._print(f"{title} {name} disabled.\n")
        return True

    def _take_away(self, links: list[str]) -> None:
        for link in links:
            remove(self.files, link)
            self.changed = True

    def _ask(self, name: str) -> None:
        self._print(_ASKED.format(name))
        if self._answer("scalar chomp at {} line 563", "string ne at {} line 564") != _YES:
            self._print("Aborting\n")
            raise Aborted

    def _answer(self, *uses: str) -> str:
        """The next line of standard input. Perl complains of each use of one that isn't there."""
        line, newline, _ = self.process.stdin.read().decode("utf-8", "replace").partition("\n")
        if not line and not newline:
            for use in uses:
                told = use.format(f"/usr/sbin/{self.process.name}")
                self.process.stderr.write(f"Use of uninitialized value $input in {told}.\n")
        return line

    def _mark(self, name: str) -> None:
        """Note who wants it, in place of what was noted before."""
        state = f"{STATE}/{self.kind.name}"
        who = "maint" if "m" in self.given else "admin"
        folder = f"{state}/{'enabled' if self.on else 'disabled'}_by_{who}"
        directory_there(self.files, folder)
        for other in self.files.listdir(state):
            remove(self.files, f"{state}/{other}/{name}")
        if "p" not in self.given:
            touched(self.files, f"{folder}/{name}", 0o666)

    def _print(self, text: str) -> None:
        self.process.stdout.write(text)

    def _info(self, text: str) -> None:
        if "q" not in self.given:
            self._print(text)

    def _error(self, text: str) -> None:
        self.process.stderr.write(f"ERROR: {text}")


def _target(files: Files, path: str) -> str | None:
    try:
        return str(files.readlink(path))
    except OSError:
        return None
