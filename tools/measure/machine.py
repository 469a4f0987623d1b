"""What a disk that installs Debian holds and an image doesn't: kernel, firmware, installer."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from layerlab.catalog.packages.control import Control, paragraphs
from layerlab.catalog.packages.files import Entry
from measure.archive import Deb, download, read, simulate
from measure.base import inside, site

INSTALLER = "debian-installer-12-netboot-amd64"
LOADERS = ("grub-pc-bin", "grub-efi-amd64-bin", "shim-signed")
DESKTOP = "task-gnome-desktop"

Part = tuple[str, str, int, int, int]
"""Name, packages, number of files or of packages, bytes unpacked, bytes of the archives."""


def measure(root: Path, folder: Path) -> list[Part]:
    """All parts. ``root`` has apt's indexes; the archives are kept in ``folder``."""
    (kernel,) = [n for n in simulate(root, ["linux-image-amd64"]) if re.search(r"-\d+-amd64$", n)]
    paths = download(root, [kernel, INSTALLER, *LOADERS], folder)
    debs = {name: read(paths[name]) for name in (kernel, INSTALLER, *LOADERS)}
    image, installer = debs[kernel], debs[INSTALLER]
    loaders = [debs[name] for name in LOADERS]
    desktop = simulate(root, [DESKTOP])
    return [
        _part("kernel", kernel, [image], lambda path: path.startswith("/boot/vmlinuz")),
        _part("modules", kernel, [image], lambda path: path.endswith(".ko")),
        _part("boot loaders", " ".join(LOADERS), loaders, lambda path: True),
        _part("installer, text", INSTALLER, [installer], _initrd("text")),
        _part("installer, graphical", INSTALLER, [installer], _initrd("gtk")),
        _indexed("firmware", "firmware-*", _firmware(root)),
        _indexed("desktop", DESKTOP, _shown(root, desktop)),
    ]


def _initrd(kind: str) -> Callable[[str], bool]:
    return lambda path: path.endswith(f"/{kind}/debian-installer/amd64/initrd.gz")


def _part(name: str, packages: str, debs: list[Deb], chosen: Callable[[str], bool]) -> Part:
    """The chosen files of some archives."""
    found: list[Entry] = [e for deb in debs for e in deb.entries if e.size and chosen(e.path)]
    size = sum(entry.size for entry in found)
    return name, packages, len(found), size, sum(deb.size for deb in debs)


def _indexed(name: str, packages: str, known: Iterable[Control]) -> Part:
    """Packages that are too many to fetch: sizes as the archive's index has them."""
    listed = list(known)
    unpacked = sum(int(control.get("Installed-Size")) * 1024 for control in listed)
    return name, packages, len(listed), unpacked, sum(int(c.get("Size")) for c in listed)


def _shown(root: Path, names: list[str]) -> list[Control]:
    return paragraphs(inside(root, "apt-cache", "show", "--no-all-versions", *names))


def _firmware(root: Path) -> list[Control]:
    """The firmware that Debian's installation disks hold since 12; it isn't free or in main."""
    script = f"""
    echo "deb {site()}/debian bookworm non-free-firmware" >/firmware.list
    mkdir -p /firmware-lists
    set -- -o Dir::Etc::SourceList=/firmware.list -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists=/firmware-lists
    apt-get "$@" update -qq
    /usr/lib/apt/apt-helper cat-file $(apt-get "$@" indextargets --format '$(FILENAME)')
    """
    available = paragraphs(inside(root, "sh", "-ec", script))
    return [control for control in available if control.name.startswith("firmware-")]
