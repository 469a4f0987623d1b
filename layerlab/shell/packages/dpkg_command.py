"""``dpkg`` as it is typed: queries, selections, and removing by hand.

dpkg 1.21 (*ran*): ``src/main/main.c``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from layerlab.shell.packages import dpkg_query, needing, status
from layerlab.shell.packages.apt import lock
from layerlab.shell.packages.conffiles import Conffiles
from layerlab.shell.packages.dpkg import LOCK, Dpkg
from layerlab.shell.process import Process

HELP = """
Type dpkg --help for help about installing and deinstalling packages [*];
Use 'apt' or 'aptitude' for user-friendly package management;
Type dpkg -Dhelp for a list of dpkg debug flag values;
Type dpkg --force-help for a list of forcing options;
Type dpkg-deb --help for help about manipulating *.deb files;

Options marked [*] produce a lot of output - pipe it through 'less' or 'more' !
"""
VERSION = """\
Debian 'dpkg' package management program version 1.21.23 (amd64).
This is free software; see the GNU General Public License version 2 or
later for copying conditions. There is NO warranty.
"""
_QUERIES = frozenset(("-l", "--list", "-L", "--listfiles", "-s", "--status", "-S", "--search"))


def main(process: Process) -> int:
    """Run ``dpkg``."""
    options = [word for word in process.args[1:] if word.startswith("--force")]
    words = [word for word in process.args[1:] if word not in options]
    if not words:
        return _wrong(process, "need an action option")
    action, rest = words[0], words[1:]
    if action in _QUERIES:
        process.args[0] = "dpkg"
        return dpkg_query.ACTIONS[action](process, rest)
    if action in ("-r", "--remove", "-P", "--purge"):
        return remove(process, rest, purge=action in ("-P", "--purge"))
    if action in ("-i", "--install", "--unpack"):
        return install(process, rest)
    if action == "--configure":
        return 0
    if action == "--get-selections":
        return selections(process)
    told = {"--print-architecture": "amd64\n", "--print-foreign-architectures": "",
            "--version": VERSION, "--audit": "", "-C": ""}.get(action)  # fmt: skip
    if told is None:
        return _wrong(process, f"unknown option {action}")
    process.stdout.write(told)
    return 0


def _wrong(process: Process, text: str) -> int:
    process.stderr.write(f"dpkg: error: {text}\n{HELP}")
    return 2


def install(process: Process, names: Sequence[str]) -> int:
    """Archives that nobody measured can't be unpacked."""
    for name in names:
        try:
            process.files.stat(process.path(name))
        except OSError as problem:
            told = f"cannot access archive '{name}': {problem.strerror}"
        else:
            process.stderr.write(
                "layerlab: only packages of the catalog can be installed, by apt-get\n"
            )
            told = f"'{name}' is not a Debian format archive"
        process.stderr.write(f"dpkg: error: {told}\n")
        return 2
    return _wrong(process, "--install needs at least one package archive file argument")


def selections(process: Process) -> int:
    """Each package, and what is wanted of it."""
    database = status.read(process.files)
    for name in sorted(database):
        stanza = database[name]
        tabs = "\t" * (6 - min(len(stanza.binary) // 8, 5))
        process.stdout.line(f"{stanza.binary}{tabs}{stanza.want}")
    return 0


def remove(process: Process, names: Sequence[str], *, purge: bool) -> int:
    """Remove packages by hand: refused where another one needs them."""
    if problem := lock(process.files, LOCK):
        process.stderr.write(f"dpkg: error: unable to access dpkg database: {problem}\n")
        return 2

    def say(text: str) -> None:
        process.stdout.write(text)

    dpkg = Dpkg(process.files, process.now, process.env, say, Conffiles())
    going = {}
    for name in names:
        stanza = dpkg.database.get(name)
        left = stanza is not None and purge and stanza.state == "config-files"
        if stanza is None or not (stanza.installed or left):
            told = f"ignoring request to remove {name} which isn't installed"
            process.stderr.write(f"dpkg: warning: {told}\n")
            continue
        going[name] = stanza
    installed = [s.control for s in dpkg.database.values() if s.installed]
    broken = sorted(needing.with_dependents(going, installed) - going.keys())
    if broken:
        return _refuse(process, going, broken)
    if going:
        dpkg.begin("packages purge" if purge else "packages remove")
        for name in needing.removal({n: s for n, s in going.items() if s.installed}):
            dpkg.remove(name)
        for name in going if purge else ():
            if dpkg.has_configuration(name):
                dpkg.purge(name)
        dpkg.process_triggers()
        dpkg.finish()
    return 0


def _refuse(process: Process, going: Iterable[str], broken: Sequence[str]) -> int:
    for name in going:
        process.stderr.write(
            f"dpkg: dependency problems prevent removal of {name}:\n"
            + "".join(f" {other} depends on {name}.\n" for other in broken)
            + f"\ndpkg: error processing package {name} (--remove):\n"
            " dependency problems - not removing\n"
        )
    process.stderr.write("Errors were encountered while processing:\n")
    process.stderr.write("".join(f" {name}\n" for name in going))
    return 1
