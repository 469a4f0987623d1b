"""The machine around the engine: a small CentOS 7.9, without the engine's own files."""

from layerlab.layer import Layer
from layerlab.nodes import Directory, File, Meta, Node, Symlink, Zeros

INSTALLED = 1_605_139_200
"""2020-11-12, when CentOS 7.9.2009 came out: the age of whatever nobody touched since."""
HOSTNAME = "node1"
KERNEL = "3.10.0-1160.el7.x86_64"
"""What ``uname -r`` prints: a container sees it too, since it has no kernel of its own."""
_RELEASE = "CentOS Linux release 7.9.2009 (Core)\n"

_OS_RELEASE = """\
NAME="CentOS Linux"
VERSION="7 (Core)"
ID="centos"
ID_LIKE="rhel fedora"
VERSION_ID="7"
PRETTY_NAME="CentOS Linux 7 (Core)"
ANSI_COLOR="0;31"
CPE_NAME="cpe:/o:centos:centos:7"
HOME_URL="https://www.centos.org/"
BUG_REPORT_URL="https://bugs.centos.org/"

CENTOS_MANTISBT_PROJECT="CentOS-7"
CENTOS_MANTISBT_PROJECT_VERSION="7"
REDHAT_SUPPORT_PRODUCT="centos"
REDHAT_SUPPORT_PRODUCT_VERSION="7"

"""
_PASSWD = """\
root:x:0:0:root:/root:/bin/bash
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
nobody:x:99:99:Nobody:/:/sbin/nologin
mtuser:x:1000:1000::/home/mtuser:/bin/bash
"""
_GROUP = """\
root:x:0:
bin:x:1:
daemon:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
disk:x:6:
wheel:x:10:
nobody:x:99:
docker:x:994:
mtuser:x:1000:
"""
_HOSTS = """\
127.0.0.1   localhost localhost.localdomain localhost4 localhost4.localdomain4
::1         localhost localhost.localdomain localhost6 localhost6.localdomain6
"""
_FILES = {
    "/etc/centos-release": _RELEASE,
    "/etc/group": _GROUP,
    "/etc/hostname": HOSTNAME + "\n",
    "/etc/hosts": _HOSTS,
    "/etc/passwd": _PASSWD,
    "/etc/resolv.conf": "nameserver 10.255.255.53\n",
    "/usr/lib/os-release": _OS_RELEASE,
}
_LINKS = {
    "/bin": "usr/bin",
    "/etc/os-release": "../usr/lib/os-release",
    "/etc/redhat-release": "centos-release",
    "/etc/system-release": "centos-release",
    "/lib": "usr/lib",
    "/lib64": "usr/lib64",
    "/sbin": "usr/sbin",
    "/usr/bin/sh": "bash",
    "/var/run": "../run",
}
_DIRECTORIES = (
    "/boot", "/dev", "/etc", "/home", "/media", "/mnt", "/opt", "/run", "/srv",
    "/usr", "/usr/bin", "/usr/lib", "/usr/lib/modules", f"/usr/lib/modules/{KERNEL}",
    "/usr/lib64", "/usr/local", "/usr/local/bin", "/usr/sbin", "/usr/share",
    "/var", "/var/cache", "/var/lib", "/var/log",
)  # fmt: skip
_OTHERS = {
    "/": Meta(0o555, mtime=INSTALLED),
    "/home/mtuser": Meta(0o700, 1000, 1000, INSTALLED),
    "/root": Meta(0o550, mtime=INSTALLED),
    "/tmp": Meta(0o1777, mtime=INSTALLED),
    "/var/tmp": Meta(0o1777, mtime=INSTALLED),
}
_BOOT = {
    f"/boot/vmlinuz-{KERNEL}": File(Zeros(6_769_256), Meta(0o755, mtime=INSTALLED)),
    f"/boot/initramfs-{KERNEL}.img": File(Zeros(21_475_322), Meta(0o600, mtime=INSTALLED)),
}
"""What the machine starts with: `ls -l /boot` on such hosts. The second is made by each host."""
_PROGRAM = b"layerlab plays this program; its bytes are not here.\n"


def centos(programs: frozenset[str]) -> Layer:
    """The root file system, with these programs in ``/usr/bin``."""
    plain = Meta(0o644, mtime=INSTALLED)
    runs = Meta(0o755, mtime=INSTALLED)
    nodes: dict[str, Node] = {path: Directory(runs) for path in _DIRECTORIES}
    nodes |= {path: Directory(meta) for path, meta in _OTHERS.items()}
    nodes |= _BOOT
    nodes |= {f"/usr/bin/{name}": File(_PROGRAM, runs) for name in programs}  # type: ignore[arg-type]
    nodes |= {path: File(text, plain) for path, text in _FILES.items()}  # type: ignore[arg-type]
    nodes |= {path: Symlink(to, Meta(0o777, mtime=INSTALLED)) for path, to in _LINKS.items()}
    return Layer.of(nodes)
