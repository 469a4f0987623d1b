"""Configure packages one at a time, as apt would, and see what each one's scripts make.

What a package's own archive explains is left out, and so is the state of dpkg, apt and debconf.
"""

import re
import subprocess
from pathlib import Path

from measure.archive import QUICK
from measure.base import inside

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
see() {
    find / -xdev -path /measure -prune -o -path /proc -prune -o -printf \
        '%y\\t%m\\t%U\\t%G\\t%s\\t%C@\\t%l\\t%p\\0' >/measure/listing.$1
    find /etc /var/lib /var/log/alternatives.log -xdev -path /var/lib/dpkg/info -prune -o \
        -path /var/lib/apt -prune -o -type f -cnewer /measure/last -size -48k -print0 2>/dev/null |
        tar --create --null --files-from - --file /measure/changed.$1 2>/dev/null
    touch /measure/last
}
has() { [ -e /var/lib/dpkg/info/$1.$2 ] || [ -e /var/lib/dpkg/info/$1:amd64.$2 ]; }
dpkg() { /usr/bin/dpkg --force-confdef --force-depends --no-triggers "$@" \\
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


def plan(root: Path, names: list[str], *, recommends: bool) -> list[tuple[str, str]]:
    """``Inst`` and ``Conf`` with the package, in the order in which apt has dpkg do it."""
    options = () if recommends else ("--no-install-recommends",)
    said = inside(root, "apt-get", *QUICK, "-s", "-y", "install", *options, *names)
    return re.findall(r"^(Inst|Conf) (\S+)", said, re.MULTILINE)


def observe(root: Path, debs: dict[str, Path], steps: list[tuple[str, str]], scratch: Path) -> None:
    """Install onto an overlay of ``root``; listings and the result are left in ``scratch``."""
    out = scratch / "measure"
    for each in ("upper", "work", "merged", "measure/debs"):
        (scratch / each).mkdir(parents=True)
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
    (out / "steps").write_text("".join(lines))
    layers = f"lowerdir={root},upperdir={scratch}/upper,workdir={scratch}/work"
    merged, archives = scratch / "merged", next(iter(debs.values())).parent
    script = f"mount -t overlay -o {layers} overlay {merged}\n{_MOUNT}"
    clean = ("env", "-i", "HOME=/root", f"PATH={_PATH}")
    namespaces = ("--mount", "--uts", "--pid", "--fork")
    subprocess.run(
        (*clean, "unshare", *namespaces, "sh", "-ec", script, merged, out, archives),
        check=True,
    )
