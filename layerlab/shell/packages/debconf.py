"""debconf's database, which every install opens, and its words where nobody can be asked.

debconf 1.5.82 (*ran*): ``Debconf/DbDriver/File.pm`` keeps the state before the last change as
``-old``; ``Debconf/FrontEnd.pm`` says why a frontend can't be used.
"""

from __future__ import annotations

from collections.abc import Mapping

from layerlab.catalog.packages.members import debconf_growth
from layerlab.nodes import File, Meta, Visible, Zeros
from layerlab.shell.files import Files
from layerlab.shell.packages.applying import exists, touched

PRECONFIGURE = "/usr/sbin/dpkg-preconfigure"
FOLDER = "/var/cache/debconf"
DELAYED = "debconf: delaying package configuration, since apt-utils is not installed\n"
_MODES = {"config.dat": 0o644, "passwords.dat": 0o600, "templates.dat": 0o644}
_NO_PERL = (
    "(Can't locate Term/ReadLine.pm in @INC (you may need to install the Term::ReadLine module) "
    "(@INC contains: /etc/perl /usr/local/lib/x86_64-linux-gnu/perl/5.36.0 "
    "/usr/local/share/perl/5.36.0 /usr/lib/x86_64-linux-gnu/perl5/5.36 /usr/share/perl5 "
    "/usr/lib/x86_64-linux-gnu/perl-base /usr/lib/x86_64-linux-gnu/perl/5.36 "
    "/usr/share/perl/5.36 /usr/local/lib/site_perl) "
    "at /usr/share/perl5/Debconf/FrontEnd/Readline.pm line 7.)"
)
_NO_TERMINAL = "(This frontend requires a controlling tty.)"
_READLINE = "/usr/share/perl/5.36.0/Term/ReadLine.pm"


def opened(files: Files) -> None:
    """``dpkg-preconfigure`` opens the database to write, and changes nothing."""
    for name, mode in _MODES.items():
        touched(files, f"{FOLDER}/{name}", mode)


def asked(files: Files, package: str, now: int) -> None:
    """A package's questions are registered: the database grows by what was measured."""
    growth = debconf_growth(package)
    if growth is None:
        return
    made: dict[str, Visible] = {}
    for name, bytes_added in (("templates.dat", growth.templates), ("config.dat", growth.config)):
        path = f"{FOLDER}/{name}"
        size = files.stat(path).st_size if exists(files, path) else 0
        made[f"{path}-old"] = File(Zeros(size), Meta(mtime=now))
        made[path] = File(Zeros(size + bytes_added), Meta(mtime=now))
    files.unpack(made)


def complaint(files: Files, package: str, environment: Mapping[str, str]) -> str:
    """What a postinst with questions says first when there is no terminal."""
    if environment.get("DEBIAN_FRONTEND", "").lower() == "noninteractive":
        return ""
    if debconf_growth(package) is None:
        return ""
    why = _NO_TERMINAL if exists(files, _READLINE) else _NO_PERL
    return (
        "debconf: unable to initialize frontend: Dialog\n"
        "debconf: (TERM is not set, so the dialog frontend is not usable.)\n"
        "debconf: falling back to frontend: Readline\n"
        "debconf: unable to initialize frontend: Readline\n"
        f"debconf: {why}\n"
        "debconf: falling back to frontend: Teletype\n"
    )
