"""Make the root file system of debian:12 as the official image's is made, but for the bootstrapper.

mmdebstrap stands in for debootstrap; the rest is debuerreotype's, in the order of its
``examples/debian.sh``, which is what the official image is built with.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

MIRRORS = {
    "debian": ("bookworm", "bookworm-updates"),
    "debian-security": ("bookworm-security",),
}
_SCRIPTS = Path("/usr/share/debuerreotype/scripts")
HOSTNAME = "debuerreotype\n"
RESOLV_CONF = """\
# https://1.1.1.1 (privacy-focused, highly-available DNS service)
nameserver 1.1.1.1
nameserver 1.0.0.1
"""
MERGED_USR = "/usr/share/mmdebstrap/hooks/merged-usr"
"""Links ``/bin`` and its kin first, as debootstrap does. Otherwise usrmerge comes, with perl."""

_ENVIRONMENT = {
    "DEBIAN_FRONTEND": "noninteractive",
    "LC_ALL": "C",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "TZ": "UTC",
}


def site() -> str:
    """The archive that the official image is made from and names: debuerreotype knows it."""
    text = (_SCRIPTS / ".debian-mirror.sh").read_text()
    found = re.search(r"standardMirrors=\( '(\S+)/debian' \)", text)
    assert found, "debuerreotype names its mirror otherwise now"
    return found[1]


def make(folder: Path) -> Path:
    """``folder/root``, the image's root file system unpacked, and ``folder/root.tar``."""
    raw, root, tar = folder / "raw", folder / "root", folder / "root.tar"
    if root.exists():
        return root
    lines = [
        f"deb {site()}/{mirror} {suite} main"
        for mirror, suites in MIRRORS.items()
        for suite in suites
    ]
    options = "--variant=minbase", "--include=usr-is-merged", f"--hook-dir={MERGED_USR}"
    run("mmdebstrap", *options, "bookworm", str(raw), "-", stdin="\n".join(lines) + "\n")
    (raw / "etc/apt/sources.list").unlink()
    _settle(raw)
    run("debuerreotype-tar", "--exclude", "./etc/machine-id", str(raw), str(tar))
    partial = folder / "root.partial"
    partial.mkdir()
    run("tar", "--extract", "--numeric-owner", "-f", str(tar), "-C", str(partial))
    partial.rename(root)
    return root


_READ = re.compile(
    r"/(etc|root)/.*|/usr/lib/os-release|/usr/sbin/policy-rc\.d|/var/lib/apt/extended_states"
    r"|/var/lib/dpkg/(arch|status(-old)?|diversions|available|(triggers|alternatives)/.*)"
    r"|/var/lib/dpkg/info/.*\.(list|conffiles)"
)


def is_configuration(path: str) -> bool:
    """Whether a file of the base is one that people or dpkg read, so that its bytes are kept."""
    return _READ.fullmatch(path) is not None


def _settle(raw: Path) -> None:
    """What debuerreotype does between the bootstrap and the tar."""
    _write_sources(raw, datetime.now(UTC))
    (raw / "debuerreotype-epoch").write_text(f"{int(datetime.now(UTC).timestamp())}\n")
    run("debuerreotype-minimizing-config", str(raw))
    (raw / "etc/resolv.conf").touch()
    inside(raw, "apt-get", "update", "-qq")
    run("debuerreotype-recalculate-epoch", str(raw))
    epoch = int((raw / "debuerreotype-epoch").read_text())
    _write_sources(raw, datetime.fromtimestamp(epoch, UTC))
    inside(raw, "apt-mark", "auto", ".*")
    (raw / "etc/hostname").write_text(HOSTNAME)
    (raw / "etc/resolv.conf").write_text(RESOLV_CONF)
    for shadow in (raw / "etc/shadow", raw / "etc/shadow-"):
        if shadow.exists():
            fields = [line.split(":") for line in shadow.read_text().splitlines()]
            changed = [[*f[:2], str(min(int(f[2] or 0), epoch // 86400)), *f[3:]] for f in fields]
            shadow.write_text("".join(":".join(line) + "\n" for line in changed))
    raw.chmod(0o755)


def _write_sources(raw: Path, moment: datetime) -> None:
    """``debian.sources`` as ``debuerreotype-debian-sources-list --deb822`` writes it."""
    day = f"{moment:%Y-%m-%dT00:00:00Z}"
    stanzas = [
        "Types: deb\n"
        f"# {run(str(_SCRIPTS / '.snapshot-url.sh'), day, mirror)}"
        f"URIs: {site()}/{mirror}\n"
        f"Suites: {' '.join(suites)}\n"
        "Components: main\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
        for mirror, suites in MIRRORS.items()
    ]
    path = raw / "etc/apt/sources.list.d/debian.sources"
    path.write_text("\n".join(stanzas))
    path.chmod(0o644)


def run(*command: str, stdin: str = "") -> str:
    """The command's output; ``CalledProcessError`` if it fails."""
    return _run(command, stdin)


# Devices of its own, each a mount: no script in there can replace this machine's.
_MOUNT = """
for each in proc sys etc/resolv.conf; do mount --rbind "/$each" "$0/$each"; done
mount -t tmpfs -o mode=755 dev "$0/dev"
for each in null zero full random urandom tty; do
    touch "$0/dev/$each"
    mount --bind "/dev/$each" "$0/dev/$each"
done
exec chroot "$0" "$@"
"""


def inside(root: Path, *command: str) -> str:
    """The output of a command that runs in ``root``, with the devices that a container has."""
    return _run(("unshare", "--mount", "sh", "-ec", _MOUNT, str(root), *command), "")


def _run(command: Sequence[str], stdin: str) -> str:
    environment = {**os.environ, **_ENVIRONMENT}
    done = subprocess.run(command, input=stdin, text=True, capture_output=True, env=environment)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, f"{done.stderr}")
    return done.stdout
