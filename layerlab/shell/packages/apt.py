"""One run of apt: what it says of its plan, what it fetches, and dpkg's part.

apt 2.6 (*ran*, without a terminal): ``apt-private/private-install.cc``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from layerlab.catalog.packages import Control, Package
from layerlab.catalog.packages.index import providers_of
from layerlab.nodes import File, Meta, Zeros
from layerlab.shell.files import Files
from layerlab.shell.packages import caching, debconf, indexes, journal, marks, ordering, status
from layerlab.shell.packages.applying import directory, exists, remove, touched
from layerlab.shell.packages.caching import CLEAN
from layerlab.shell.packages.conffiles import Conffiles
from layerlab.shell.packages.dpkg import LOCK, Dpkg, Failed
from layerlab.shell.packages.needing import removal, unneeded
from layerlab.shell.packages.options import Words
from layerlab.shell.packages.planning import Known, Plan
from layerlab.shell.packages.wording import listing, size
from layerlab.shell.process import Process

FRONTEND_LOCK = "/var/lib/dpkg/lock-frontend"
ARCHIVES = f"{caching.FOLDER}/archives"
READING = "Reading package lists...\n"
BUILDING = "Building dependency tree...\nReading state information...\n"
_RECURSIVE = 5
"""From so many archives on apt hands dpkg a folder of them, numbered."""


@dataclass
class Apt:
    """apt on a container's files."""

    process: Process
    words: Words

    @property
    def files(self) -> Files:
        return self.process.files

    @property
    def now(self) -> int:
        return self.process.now

    @property
    def quiet(self) -> int:
        return self.words.flags.get("quiet", 0)

    def say(self, text: str, *, below: int = 2) -> None:
        """Print, unless so many ``-q`` were given."""
        if self.quiet < below:
            self.process.stdout.write(text)

    def fail(self, *errors: str) -> int:
        """``E:`` and what is wrong; apt's exit code."""
        self.process.stdout.flush()
        for error in errors:
            self.process.stderr.write(f"E: {error}\n")
        self.process.stderr.flush()
        return 100

    def lock(self) -> str | None:
        """Take dpkg's locks; what is wrong if that can't be done."""
        for path in (FRONTEND_LOCK, LOCK):
            if error := lock(self.files, path):
                reason = f"Could not open lock file {path} - open ({error})"
                self.fail(reason)
                return f"Unable to acquire the dpkg frontend lock ({FRONTEND_LOCK}), are you root?"
        return None

    def known(self) -> Known:
        """What there is, and what can be had."""
        self.say(READING)
        caching.opened(self.files, self.now)
        known = Known(status.read(self.files), indexes.available(self.files))
        self.say(BUILDING)
        return known

    # What apt says before it does anything.

    def tell(self, plan: Plan, known: Known, automatic: Mapping[str, bool]) -> None:
        """The lists of packages, and how many there are."""
        for name in plan.manual:
            if automatic.get(name) and known.is_installed(name):
                self.say(f"{name} set to manually installed.\n")
        idle = unneeded(
            known.database, {**automatic, **dict.fromkeys(plan.manual, False)},
            going=plan.removed, coming=[package.control for package in plan.new.values()],
        )  # fmt: skip
        if idle and not self.words.on("autoremove"):
            many = len(idle) > 1
            said = (
                "packages were automatically installed and are"
                if many
                else ("package was automatically installed and is")
            )
            self.say(listing(f"The following {said} no longer required:", idle))
            self.say(f"Use 'apt autoremove' to remove {'them' if many else 'it'}.\n")
        extra = sorted(plan.new.keys() - set(plan.manual))
        self.say(listing("The following additional packages will be installed:", extra))
        self._tell_options(plan, known)
        gone = [f"{name}*" if name in plan.purged else name for name in sorted(plan.removed)]
        self.say(listing("The following packages will be REMOVED:", gone))
        self.say(listing("The following NEW packages will be installed:", sorted(plan.new)))
        essential = [n for n in sorted(plan.removed) if _is_essential(plan.removed[n].control)]
        if essential:
            warning = (
                "WARNING: The following essential packages will be removed.\n"
                "This should NOT be done unless you know exactly what you are doing!"
            )
            self.say(listing(warning, essential))
        counts = f"{len(plan.new)} newly installed, {len(plan.removed)} to remove"
        self.say(f"0 upgraded, {counts} and 0 not upgraded.\n")

    def _tell_options(self, plan: Plan, known: Known) -> None:
        """What new packages suggest or recommend, and nobody will have."""
        controls = [package.control for package in plan.new.values()]
        there = {n for c in (*known.installed, *controls) for n, _, _ in c.provided}
        for title, field in (("Suggested", "Suggests"), ("Recommended", "Recommends")):
            texts: dict[str, None] = {}
            for control in sorted(controls, key=lambda control: control.name):
                for group in control.relations(field):
                    names = [w.name for w in group if _can_be_had(w.name, known)]
                    if names and there.isdisjoint(w.name for w in group):
                        texts[" | ".join(names)] = None
            self.say(listing(f"{title} packages:", texts))

    def agrees(self, plan: Plan, known: Known) -> bool:
        """Ask whether to go on, where more happens than was asked for by name."""
        if self.words.on("yes"):
            return True
        named = plan.new.keys() | plan.removed.keys()
        if not named:
            return True
        if not plan.removed and not plan.new.keys() - set(plan.manual):
            return True
        self.process.stdout.write("Do you want to continue? [Y/n] ")
        answer = self.process.stdin.readline().decode().strip().lower()
        if answer in ("y", "yes") or (self.words.on("no") is False and answer == "y"):
            return True
        self.process.stdout.write("Abort.\n")
        return False

    def tell_sizes(self, plan: Plan) -> None:
        """How much is fetched, and how much more the disk will hold."""
        if plan.new:
            total = sum(package.archive_size for package in plan.new.values())
            here = sum(p.archive_size for p in plan.new.values() if self._is_here(p))
            told = f"{size(total - here)}B/{size(total)}B" if here else f"{size(total)}B"
            self.say(f"Need to get {told} of archives.\n")
        grown = sum(package.installed_size for package in plan.new.values())
        grown -= (
            sum(int(s.control.get("Installed-Size") or 0) for s in plan.removed.values()) * 1024
        )
        if grown >= 0:
            self.say(
                f"After this operation, {size(grown)}B of additional disk space will be used.\n"
            )
        else:
            self.say(f"After this operation, {size(-grown)}B disk space will be freed.\n")

    def _is_here(self, package: Package) -> bool:
        return exists(self.files, f"{ARCHIVES}/{package.filename}")

    # What apt does.

    def carry_out(self, plan: Plan, known: Known, command: str) -> int:
        """Fetch, let dpkg install and remove, and write down what was done."""
        files, now = self.files, self.now
        automatic = marks.read(files)
        needs = ordering.Needs((p.control for p in plan.new.values()), known.installed)
        order = ordering.unpacking(plan.new, needs)
        prepare_cache(files)
        if plan.new:
            self._fetch([plan.new[name] for name in order], known)
        if self.words.on("download"):
            self.process.stdout.write("Download complete and in download only mode\n")
            return 0
        if exists(files, debconf.PRECONFIGURE):
            debconf.opened(files)
            if plan.new:
                self.process.stdout.flush()
                self.process.stderr.write(debconf.DELAYED)
                self.process.stderr.flush()
        marked = {**automatic, **dict.fromkeys(plan.manual, False)}
        marked |= {name: name not in plan.manual for name in order}
        there = {s.name for s in known.database.values() if s.installed} | plan.new.keys()
        new_first = {n: marked[n] for n in marked if n in automatic or marked[n]}
        marks.write(files, new_first, there - plan.removed.keys(), now)
        journal.planned(files, now, len(known.installed) + len(plan.new))
        printed: list[str] = []

        def say(text: str) -> None:
            printed.append(text)
            self.process.stdout.write(text)

        dpkg = Dpkg(files, now, self.process.env, say, Conffiles(self._dpkg_options()))
        code = 0
        try:
            self._remove(dpkg, plan)
            self._install(dpkg, plan, order, needs)
        except Failed as problem:
            say(
                f"dpkg: error processing package {problem.package} (--configure):\n"
                f" {problem.why}\n"
                f"Errors were encountered while processing:\n {problem.package}\n"
            )
            code = self.fail("Sub-process /usr/bin/dpkg returned an error code (1)")
        dpkg.finish()
        self._write_down(plan, order, known, command, "".join(printed))
        if exists(files, CLEAN):
            empty_cache(files)
        caching.refresh(files, now)
        return code

    def _remove(self, dpkg: Dpkg, plan: Plan) -> None:
        if not plan.removed:
            return
        dpkg.begin("packages remove")
        for name in removal(plan.removed):
            dpkg.remove(name)
        dpkg.begin("packages configure")
        if not plan.new:
            dpkg.configure_pending()
        purged = [name for name in sorted(plan.purged) if dpkg.has_configuration(name)]
        if purged:
            dpkg.begin("packages purge")
            for name in purged:
                dpkg.purge(name)
            dpkg.begin("packages configure")
            if not plan.new:
                dpkg.configure_pending()

    def _install(self, dpkg: Dpkg, plan: Plan, order: Sequence[str], needs: ordering.Needs) -> None:
        if not order:
            return
        for call in ordering.calls(order, needs):
            if call.action == "unpack":
                dpkg.begin("archives unpack")
                width = len(str(len(call.names) - 1))
                numbered = len(call.names) >= _RECURSIVE
                for at, name in enumerate(call.names):
                    prefix = f"{at:0{width}}-" if numbered else ""
                    dpkg.unpack(plan.new[name], f".../{prefix}{plan.new[name].filename}")
                continue
            dpkg.begin("packages configure")
            if call.names:
                dpkg.configure(call.names)
            else:
                dpkg.configure_pending()

    def _dpkg_options(self) -> list[str]:
        keys = "dpkg::options", "dpkg::options::"
        return [value for key, value in self.words.settings if key.lower() in keys]

    def _fetch(self, packages: Iterable[Package], known: Known) -> None:
        total, number = 0, 0
        for package in packages:
            if self._is_here(package):
                continue
            number += 1
            source = known.available[package.name][1]
            size_told = f"[{size(package.archive_size)}B]"
            what = f"{package.name} {package.architecture} {package.version} {size_told}"
            self.say(f"Get:{number} {source.uri} {package.suite} amd64 {what}\n")
            total += package.archive_size
            archive = File(Zeros(package.archive_size), Meta(mtime=self.now))
            if not exists(self.files, CLEAN):
                self.files.unpack({f"{ARCHIVES}/{package.filename}": archive})
        if total:
            self.say(f"Fetched {size(total)}B in 1s ({size(total)}B/s)\n")

    def _write_down(
        self, plan: Plan, order: Sequence[str], known: Known, command: str, printed: str
    ) -> None:
        def named(name: str, version: str, *more: str) -> str:
            return f"{name}:amd64 ({', '.join((version, *more))})"

        purged = plan.purged & plan.removed.keys()
        actions = {
            "Install": [
                named(n, plan.new[n].version, *(("automatic",) if n not in plan.manual else ()))
                for n in order
            ],
            "Remove": [named(n, s.version) for n, s in plan.removed.items() if n not in purged],
            "Purge": [named(n, plan.removed[n].version) for n in sorted(purged)],
        }
        journal.write(self.files, self.now, command, actions, printed)


def lock(files: Files, path: str) -> str | None:
    """Open a lock, made if need be; the error's number and words if that fails."""
    try:
        touched(files, path, 0o640)
    except OSError as problem:
        return f"{problem.errno}: {problem.strerror}"
    return None


def prepare_cache(files: Files) -> None:
    """Apt's cache with its lock, and the directory of its lists, as any fetch leaves them."""
    directory(files, ARCHIVES, 0o755)
    directory(files, f"{ARCHIVES}/partial", 0o700, indexes.APT_USER)
    files.chown(f"{ARCHIVES}/partial", indexes.APT_USER, 0)
    touched(files, f"{ARCHIVES}/lock", 0o640)
    indexes.settle_lists(files)


def empty_cache(files: Files) -> None:
    """What ``apt-get clean`` and the official image's settings remove."""
    for folder in (ARCHIVES, f"{ARCHIVES}/partial"):
        if exists(files, folder):
            for name in files.listdir(folder):
                if name.endswith(".deb"):
                    remove(files, f"{folder}/{name}")
    caching.drop(files)


def _is_essential(control: Control) -> bool:
    return control.get("Essential") == "yes" or control.get("Protected") == "yes"


def _can_be_had(name: str, known: Known) -> bool:
    return name in known.available or bool(providers_of(name))
