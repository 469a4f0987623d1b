"""dpkg at work: packages unpacked and configured, and what it writes of that.

dpkg 1.21 (*ran*, strace): ``src/main/unpack.c``, ``configure.c``, ``trigproc.c``; the database as
in ``lib/dpkg/dbmodify.c``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from layerlab.catalog.packages import Package, configuring
from layerlab.catalog.packages.members import activated, triggering
from layerlab.nodes import Bytes, File, Meta, Visible
from layerlab.shell.files import Files
from layerlab.shell.packages import debconf, removing, status, unpacking
from layerlab.shell.packages.applying import appended, apply, exists, remove, touched
from layerlab.shell.packages.conffiles import QUESTION, Conffiles
from layerlab.shell.packages.queueing import bin_of, configuration_order
from layerlab.shell.packages.status import STATUS, Stanza
from layerlab.shell.packages.triggering import FOLDER, Interests, merged
from layerlab.shell.packages.undoing import unconfigured, unmade
from layerlab.shell.times import moment

LOCK = "/var/lib/dpkg/lock"
LOG = "/var/log/dpkg.log"
UNINCORPORATED = f"{FOLDER}/Unincorp"
TRIGGER_LOCK = f"{FOLDER}/Lock"
UPDATES = "/var/lib/dpkg/updates"
KEPT = 251
"""So many changes are kept one by one before the whole database is written (``MAXUPDATES``)."""


class Failed(Exception):
    """A package that dpkg couldn't configure, and why."""

    def __init__(self, package: str, why: str) -> None:
        self.package, self.why = package, why
        super().__init__(package, why)


class Dpkg:
    """dpkg, as apt calls it several times in a row. ``say`` gets what it prints."""

    def __init__(
        self, files: Files, now: int, environment: Mapping[str, str], say: Callable[[str], None],
        conffiles: Conffiles,
    ) -> None:  # fmt: skip
        self.files, self.now, self.say, self.environment = files, now, say, environment
        self.database = status.read(files)
        self.interests = Interests.read(files)
        self.packages: dict[str, Package] = {}
        self._rules = unpacking.rules(files)
        self._conffiles = conffiles
        self._log: list[str] = []
        self._stamp = f"{moment(now):%Y-%m-%d %H:%M:%S}"
        self._changes = 0
        self._before: dict[str, Stanza] = {}
        self._reads = False
        self._activated: dict[str, None] = {}
        """The packages that have to hear of a trigger, in the order of its being activated."""

    def begin(self, what: str) -> None:
        """A new call of dpkg: ``archives unpack``, ``packages configure``."""
        touched(self.files, LOCK, 0o640)
        touched(self.files, TRIGGER_LOCK, 0o600)
        self._write(f"startup {what}")
        self._reads = True
        self._before, self._changes = dict(self.database), 0

    def finish(self) -> None:
        """The end of the last call: database, triggers and log are as dpkg leaves them."""
        made: dict[str, Visible] = {
            f"{STATUS}-old": self._file(status.written(self._before)),
            STATUS: self._file(status.written(self.database)),
        }
        self.files.unpack(made)
        # Its files come and go; what stays of that is the directory's time.
        touched(self.files, f"{UPDATES}/tmp.i", 0o644)
        remove(self.files, f"{UPDATES}/tmp.i")
        apply(self.files, self.interests.changes(self.now), self.now)
        appended(self.files, LOG, "".join(self._log).encode())

    def _file(self, data: bytes) -> File:
        return File(Bytes(data), Meta(mtime=self.now))

    def _write(self, line: str) -> None:
        self._log.append(f"{self._stamp} {line}\n")

    def note(self, stanza: Stanza, *, times: int = 1, quiet: bool = False) -> None:
        """A package's state has changed, in the database and in the log."""
        self.database[stanza.name] = stanza
        if not quiet:
            self._write(f"status {stanza.state} {self._named(stanza)} {stanza.version}")
        for _ in range(times):
            self._changes += 1
            if self._changes % KEPT == 0:
                self._before = dict(self.database)

    def _named(self, stanza: Stanza) -> str:
        return f"{stanza.name}:{stanza.architecture}"

    def _read(self) -> None:
        """What dpkg prints while it reads the lists of files, once a call, without a terminal."""
        if not self._reads:
            return
        self._reads = False
        diverted = (path for to, (away, _) in self._rules.diversions.items() for path in (to, away))
        found = {path.encode("utf-8", "surrogateescape") for path in diverted}
        for data in self._lists():
            found.update(data.removesuffix(b"\n").split(b"\n") if data else ())
        count = len(found)
        steps = "".join(f"(Reading database ... {percent}%\r" for percent in range(5, 101, 5))
        told = f"(Reading database ... {count} files and directories currently installed.)\n"
        self.say(f"(Reading database ... \r{steps}{told}")

    def _lists(self) -> Iterator[bytes]:
        """What packages have: a path in each line."""
        for stanza in self.database.values():
            if stanza.state != "not-installed":
                try:
                    data = self.files.read_bytes(f"{unpacking.INFO}/{stanza.binary}.list")
                except OSError:
                    continue
                yield data

    def unpack(self, package: Package, archive: str) -> None:
        """``Preparing to unpack`` and ``Unpacking``: the files, and what dpkg notes of them."""
        name, before = package.name, self.database.get(package.name)
        selected = before is None or before.state == "not-installed"
        stanza = status.unpacked(package, before)
        if selected:
            self.say(f"Selecting previously unselected package {stanza.binary}.\n")
        self._read()
        self.say(f"Preparing to unpack {archive} ...\n")
        known = f"{self._named(stanza)} <none> {stanza.version}"
        if before is not None and before.state == "config-files":
            version = before.control.get("Config-Version") or before.version
            known = f"{self._named(stanza)} {version} {stanza.version}"
        self.say(f"Unpacking {stanza.binary} ({stanza.version}) ...\n")
        self._write(f"install {known}")
        self._activate(self.interests.of(package))
        self.note(stanza.stated("half-installed"))
        self._prepare(configuring.unpacked(name, self.files, self.now))
        placed = self._rules.placed(package)
        kept = self._conffiles.kept(self.files, package, before)
        if kept:
            placed = {path: node for path, node in placed.items() if path not in kept}
        self.files.unpack({**placed, **unpacking.info(package, self.now)})
        self.interests.enter(package)
        self.packages[name] = package
        self.note(stanza, times=2)

    def _prepare(self, changes: configuring.Changes) -> None:
        """What a preinst does. A path that it diverts moves, if it is there."""
        before = self._rules.diversions
        if unpacking.DIVERSIONS not in changes:
            apply(self.files, changes, self.now)
            return
        diverting = {path: changes[path] for path in [unpacking.DIVERSIONS]}
        apply(self.files, diverting, self.now)
        self._rules = unpacking.rules(self.files)
        new = {p: to for p, (to, _) in self._rules.diversions.items() if p not in before}
        for path, to in new.items():
            if self.files.lexists(path):
                self.files.rename(path, to)
        others = {p: node for p, node in changes.items() if p not in new.values()}
        apply(self.files, {p: n for p, n in others.items() if p not in diverting}, self.now)

    def _activate(self, names: Iterable[str]) -> None:
        for trigger in names:
            for listener in self.interests.listening(trigger):
                stanza = self.database.get(listener)
                if stanza is None or not stanza.installed or trigger in stanza.triggers:
                    continue
                was = stanza.state
                pending = stanza.pending(merged(stanza.triggers, trigger))
                self._activated[listener] = None
                self.note(pending, quiet=was == pending.state)

    def configure(self, names: Iterable[str]) -> None:
        """Run the scripts of these packages, and of no other."""
        named = (self.database[name] for name in names if name in self.database)
        self._work_through([stanza for stanza in named if stanza.state == "unpacked"])

    def _work_through(self, queue: Iterable[Stanza], triggered: int = 0) -> None:
        waiting = [stanza.control for stanza in queue]
        ready = [stanza.control for stanza in self.database.values() if stanza.installed]
        for name in configuration_order(waiting, ready, self._has_script, triggered):
            self._configure(self.database[name])

    def _configure(self, stanza: Stanza) -> None:
        package, name = self.packages[stanza.name], stanza.name
        self.say(f"Setting up {stanza.binary} ({stanza.version}) ...\n")
        self._write(f"configure {self._named(stanza)} {stanza.version} <none>")
        asking = self._conffiles.asking.get(name)
        if asking:
            self.say(QUESTION.format(path=asking, name=asking.rpartition("/")[2]))
            raise Failed(stanza.binary, "end of file on stdin at conffile prompt")
        self.note(stanza, times=1 + len(package.conffiles))
        self.note(stanza.stated("half-configured"))
        debconf.asked(self.files, name, self.now)
        self.say(debconf.complaint(self.files, name, self.environment))
        self._run(configuring.configured(name, self.files, self.now))
        self.note(stanza.configured(status.digests(package)))
        own = triggering(name)
        if own:
            touched(self.files, UNINCORPORATED, 0o644)
            self._activate(own)

    def _run(self, changes: configuring.Changes) -> None:
        self.say(_alternatives(self.files, changes))
        apply(self.files, changes, self.now)

    def remove(self, name: str) -> None:
        """Take a package's files away; what it was configured with stays."""
        stanza = self.database[name]
        self._read()
        self.say(f"Removing {stanza.binary} ({stanza.version}) ...\n")
        self.note(stanza)
        self._write(f"remove {self._named(stanza)} {stanza.version} <none>")
        self.note(stanza.stated("half-configured"))
        self._run(unconfigured(name, self.files, self.now))
        listed = removing.listed(self.files, stanza.binary)
        self._activate([*activated(name), *self.interests.of_paths(dict.fromkeys(listed))])
        self.note(stanza.stated("half-installed"))
        rest = removing.take_away(self.files, listed, stanza, self._others(name))
        self._warn(stanza, rest)
        self.interests.leave(stanza.binary)
        self.note(stanza.left(), times=2)
        script = f"{unpacking.INFO}/{stanza.binary}.postrm"
        if stanza.conffiles or exists(self.files, script):
            removing.forget(self.files, stanza.binary, keep=("list", "postrm"))
            data = "".join(f"{path}\n" for path in rest).encode("utf-8", "surrogateescape")
            self.files.unpack({f"{unpacking.INFO}/{stanza.binary}.list": self._file(data)})
        else:
            self._forget(stanza)

    def _warn(self, stanza: Stanza, rest: Iterable[str]) -> None:
        """Tell of the directories that something else lies in."""
        for path in rest:
            if not any(kept == path or kept.startswith(f"{path}/") for kept in stanza.conffiles):
                told = f"while removing {stanza.name}, directory '{path}' not empty so not removed"
                self.say(f"dpkg: warning: {told}\n")

    def _others(self, name: str) -> set[str]:
        """All paths that other packages have."""
        return {
            path
            for other in self.database.values()
            if other.name != name and other.state != "not-installed"
            for path in removing.listed(self.files, other.binary)
        }

    def has_configuration(self, name: str) -> bool:
        """Whether there is anything of a package to purge."""
        return name in self.database and self.database[name].state == "config-files"

    def purge(self, name: str) -> None:
        """Take away what is left of a removed package."""
        stanza = self.database[name]
        self._read()
        self.say(f"Purging configuration files for {stanza.binary} ({stanza.version}) ...\n")
        self._write(f"purge {self._named(stanza)} {stanza.version} <none>")
        self.note(stanza)
        for path in stanza.conffiles:
            for ending in ("", ".dpkg-old", ".dpkg-new", ".dpkg-dist", "~"):
                remove(self.files, path + ending)
        apply(self.files, unmade(name), self.now)
        listed = removing.listed(self.files, stanza.binary)
        self._warn(stanza, removing.take_away(self.files, listed, stanza, self._others(name)))
        self._forget(stanza)

    def _forget(self, stanza: Stanza) -> None:
        removing.forget(self.files, stanza.binary)
        self._write(f"status not-installed {self._named(stanza)} <none>")
        self.note(stanza.stated("not-installed"), quiet=True)
        del self.database[stanza.name]

    def configure_pending(self) -> None:
        """``dpkg --configure --pending``: all that is unpacked, then the triggers."""
        stanzas = sorted(self.database.values(), key=lambda stanza: bin_of(stanza.name))
        triggered = [stanza.name for stanza in stanzas if stanza.state == "triggers-pending"]
        self._work_through((s for s in stanzas if s.state == "unpacked"), len(triggered))
        self.process_triggers(triggered)

    def _has_script(self, name: str) -> bool:
        """Whether a package has a ``postinst``."""
        return exists(self.files, f"{unpacking.INFO}/{self.database[name].binary}.postinst")

    def process_triggers(self, queued: Iterable[str] = ()) -> None:
        """Let all that listen hear of what was activated: those in the queue come first."""
        names = dict.fromkeys((*sorted(queued, key=bin_of), *self._activated))
        pending = [self.database[n] for n in names if self.database[n].state == "triggers-pending"]
        self._activated.clear()
        for stanza in pending:
            self.say(f"Processing triggers for {stanza.binary} ({stanza.version}) ...\n")
            self._write(f"trigproc {self._named(stanza)} {stanza.version} <none>")
            self.note(stanza.stated("half-configured"))
            self.note(stanza.pending(()))
        if pending:
            self._run(configuring.triggered([s.name for s in pending], self.files, self.now))


def _alternatives(files: Files, changes: configuring.Changes) -> str:
    """What update-alternatives prints of the links that it sets."""
    node = changes.get(configuring.LOG)
    if not isinstance(node, File):
        return ""
    try:
        before = files.stat(configuring.LOG).st_size
    except OSError:
        before = 0
    said, quiet = [], False
    for line in node.content.read(before).decode().splitlines():
        if ": run with " in line:
            quiet = "--quiet" in line.split()
        found = re.search(r": link group (\S+) updated to point to (\S+)$", line)
        admin = changes.get(f"/var/lib/dpkg/alternatives/{found[1]}") if found else None
        if found and not quiet and isinstance(admin, File):
            link = admin.content.read().decode().splitlines()[1]
            provided = f"using {found[2]} to provide {link} ({found[1]}) in auto mode"
            said.append(f"update-alternatives: {provided}\n")
    return "".join(said)
