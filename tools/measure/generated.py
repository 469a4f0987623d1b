"""Configure packages one at a time, as apt would, and see what each one's scripts make.

What a package's own archive explains is left out, and so is the state of dpkg, apt and debconf.
"""

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from layerlab.catalog.packages import generated
from measure import members
from measure.merged import Merged
from measure.reduced import Steps

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# A container's own devices and process numbers: scripts ask them where they are (ischroot).
_MOUNT = """
mount -t proc proc "$0/proc"
mount -t sysfs -o ro sysfs "$0/sys"
mount -t tmpfs -o mode=755 dev "$0/dev"
mknod -m 666 "$0/dev/null" c 1 3; mknod -m 666 "$0/dev/zero" c 1 5
mknod -m 666 "$0/dev/full" c 1 7; mknod -m 666 "$0/dev/random" c 1 8
mknod -m 666 "$0/dev/urandom" c 1 9; mknod -m 666 "$0/dev/tty" c 5 0
ln -s /proc/self/fd "$0/dev/fd"
mkdir "$0/dev/pts" "$0/dev/shm"
mount -t tmpfs -o mode=1777 shm "$0/dev/shm"
mkdir -p "$0/measure"
mount --bind "$1" "$0/measure"
mount --bind "$2" "$0/measure/debs"
hostname 0123456789ab
exec chroot "$0" /bin/sh /measure/steps </dev/null
"""

_STEPS = """
log=/var/log/alternatives.log
see() {
    find / -xdev -path /measure -prune -o -path /proc -prune -o -printf \
        '%y\\t%m\\t%U\\t%G\\t%s\\t%C@\\t%l\\t%p\\0' >/measure/listing.$1
    find /etc /var/lib -xdev -path /var/lib/dpkg/info -prune -o \
        -path /var/lib/apt -prune -o -type f -cnewer /measure/last -size -48k -print0 2>/dev/null |
        { cat; [ ! -e $log ] || printf '%s\\0' $log; } |
        tar --create --null --files-from - --file /measure/changed.$1 2>/dev/null
    touch /measure/last
}
has() { [ -e /var/lib/dpkg/info/$1.$2 ] || [ -e /var/lib/dpkg/info/$1:amd64.$2 ]; }
dpkg() { /usr/bin/dpkg --force-unsafe-io --force-confdef --force-depends --no-triggers "$@" \\
    >>/measure/log 2>&1 || true; }
"""
_END = """
dpkg --configure --pending
see %s.
for each in /var/lib/dpkg/info/*.triggers; do
    name=$(basename $each .triggers)
    /usr/bin/dpkg --triggers-only $name >>/measure/log 2>&1 && see %s.$name
done
/usr/bin/dpkg --configure --pending >>/measure/log 2>&1
see %s.
dpkg-query -W -f '${Package} ${db:Status-Status}\\n' >/measure/states
"""


def plan(root: Path, debs: Path, names: list[str], scratch: Path) -> Steps:
    """``Inst`` and ``Conf`` with the package, in the order in which dpkg came to them.

    ``root`` has apt's indexes. apt installs for real; what that leaves isn't looked at.
    """
    archives = "-o Dir::Cache::Archives=/measure/debs -o Debug::NoLocking=1"
    quick = "-o DPkg::Options::=--force-unsafe-io"
    clean = "-o DPkg::Post-Invoke::= -o APT::Update::Post-Invoke::="
    script = f"""
    rm -f /etc/apt/apt.conf.d/docker-clean
    apt-get {archives} {clean} {quick} --no-download -y install {" ".join(names)} >/measure/log 2>&1
    cp /var/log/dpkg.log /measure/order
    """
    run(root, debs, script, scratch)
    order = (scratch / "measure/order").read_text()
    acts = {"install": "Inst", "configure": "Conf"}
    steps = re.findall(r"^\S+ \S+ (install|configure) ([^:\s]+)", order, re.MULTILINE)
    return [(acts[act], name) for act, name in steps]


def observe(root: Path, debs: dict[str, Path], steps: Steps, scratch: Path) -> None:
    """Install onto an overlay of ``root``; what was seen is left in ``scratch``."""
    lines = [_STEPS, "touch /measure/last; see 0000.\n"]
    for at, (act, name) in enumerate(steps, 1):
        if act == "Inst":
            lines.append(f"dpkg --unpack --auto-deconfigure /measure/debs/{debs[name].name}\n")
        else:
            lines.append(f"dpkg --configure {name}\n")
        script = {"Inst": "preinst", "Conf": "postinst"}[act]
        lines.append(f"has {name} {script} && see {at:04}.{name}\n")
    end = len(steps) + 1
    lines.append(_END % tuple(f"{number:04}" for number in (end, end + 1, end + 2)))
    run(root, next(iter(debs.values())).parent, "".join(lines), scratch)


def run(root: Path, debs: Path, script: str, scratch: Path) -> None:
    """Run a script as a build does, on an overlay; ``scratch/measure`` is its ``/measure``."""
    out, merged = scratch / "measure", scratch / "merged"
    for each in ("upper", "work", "merged", "measure/debs"):
        (scratch / each).mkdir(parents=True)
    (out / "steps").write_text(script)
    layers = f"lowerdir={root},upperdir={scratch}/upper,workdir={scratch}/work"
    mounting = f"mount -t overlay -o {layers} overlay {merged}\n{_MOUNT}"
    clean = ("env", "-i", "HOME=/root", f"PATH={_PATH}")
    namespaces = ("--mount", "--uts", "--pid", "--fork")
    subprocess.run(
        (*clean, "unshare", *namespaces, "sh", "-ec", mounting, merged, out, debs), check=True
    )


LINES = Path(__file__).with_name("configured.txt")
"""Installs that together have every package of ``wanted.txt``, and what each recommends."""


Growths = dict[str, tuple[int, int]]
"""By package, what its questions add to debconf's database."""


def measure(root: Path, updated: Path, debs: Path) -> tuple[bytes, Growths]:
    """What all scripts make, as the catalog keeps it, and what all questions add."""
    archives = {path.name.partition("_")[0]: path for path in debs.glob("*.deb")}
    merged, growths = Merged(), Growths()
    for line in LINES.read_text().splitlines():
        with TemporaryDirectory(dir=debs.parent) as folder:
            scratch = Path(folder)
            steps = plan(updated, debs, line.split(), scratch / "planned")
            observe(root, archives, steps, scratch / "seen")
            merged.add(scratch / "seen", root, steps)
            growths = dict(members.growths(scratch / "seen/measure")) | growths
    return generated.pack(merged.listed, merged.figures), growths
