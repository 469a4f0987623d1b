"""Ask apt, in the measured base, what it would install, and read the packages it would take."""

import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from layerlab.catalog.packages.control import paragraphs
from layerlab.catalog.packages.files import (
    DIRECTORY,
    FILE,
    HARD_LINK,
    REAL,
    SYMLINK,
    Entry,
    Style,
)
from measure.base import inside

# docker-clean turns apt's cache off, which is right in an image and slow here.
QUICK = ("-o", "Dir::Cache::pkgcache=/pkgcache.bin", "-o", "Dir::Cache::srcpkgcache=/src.bin")
LARGEST_REAL = 1 << 17
"""Bytes of the largest file whose contents are kept: dpkg's ``status`` of the base has 80,000."""

_KINDS = {
    tarfile.REGTYPE: FILE,
    tarfile.AREGTYPE: FILE,
    tarfile.DIRTYPE: DIRECTORY,
    tarfile.SYMTYPE: SYMLINK,
    tarfile.LNKTYPE: HARD_LINK,
}


@dataclass(frozen=True)
class Deb:
    """What one ``.deb`` holds."""

    control: str
    size: int
    members: list[tuple[str, int, int]]
    conffiles: list[str]
    entries: list[Entry]


def updated(root: Path, folder: Path) -> Path:
    """A copy of the base in which ``apt-get update`` ran."""
    copy = folder / "updated"
    if not copy.exists():
        partial = folder / "updated.partial"
        shutil.rmtree(partial, ignore_errors=True)
        subprocess.run(["cp", "-a", root, partial], check=True)
        inside(partial, "apt-get", "update", "-qq")
        partial.rename(copy)
    return copy


def simulate(root: Path, names: Iterable[str], *, recommends: bool = True) -> list[str]:
    """The packages that ``apt-get install`` would add, in the order it would unpack them."""
    options = () if recommends else ("--no-install-recommends",)
    said = inside(root, "apt-get", *QUICK, "-s", "-y", "install", *options, *names)
    return re.findall(r"^Inst (\S+)", said, re.MULTILINE)


def suites(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Where each package's candidate comes from: ``bookworm/main``."""
    found: dict[str, str] = {}
    name = candidate = version = ""
    for line in inside(root, "apt-cache", *QUICK, "policy", *names).splitlines():
        if re.match(r"\S+:$", line):
            name = line[:-1]
        elif line.startswith("  Candidate: "):
            candidate = line.split()[1]
        elif match := re.match(r" (?:\*\*\*|   ) (\S+) -?\d+$", line):
            version = match[1]
        elif version == candidate and (match := re.match(r" +\d+ http\S+ (\S+) ", line)):
            found.setdefault(name, match[1])
    return found


def providers(root: Path, measured: set[str]) -> dict[str, list[str]]:
    """All packages that provide a name which one of the measured ones provides, it included."""
    targets = "$(apt-get indextargets --format '$(FILENAME)' 'Created-By: Packages')"
    available = inside(root, "sh", "-c", f"/usr/lib/apt/apt-helper cat-file {targets}")
    found: dict[str, set[str]] = {}
    names = set()
    for control in paragraphs(available):
        names.add(control.name)
        for wanted in control.provided[1:]:
            found.setdefault(wanted.name, set()).add(control.name)
    return {
        name: sorted(owners | ({name} & names))
        for name, owners in sorted(found.items())
        if owners & measured
    }


def download(root: Path, names: list[str], folder: Path) -> dict[str, Path]:
    """The archives of the candidates, by package."""
    inner = root / "debs"
    inner.mkdir(exist_ok=True)
    folder.mkdir(exist_ok=True)
    have = {_package_of(path) for path in folder.glob("*.deb")}
    missing = [name for name in names if name not in have]
    if missing:
        script = 'cd /debs && exec apt-get -o APT::Sandbox::User=root -qq download "$@"'
        inside(root, "sh", "-ec", script, "sh", *missing)
        for path in inner.glob("*.deb"):
            shutil.move(path, folder / path.name)
    return {_package_of(path): path for path in folder.glob("*.deb")}


def _package_of(path: Path) -> str:
    return path.name.partition("_")[0]


def read_all(paths: list[Path]) -> list[Deb]:
    """The archives' contents, two at a time, in the order given."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(read, paths))


def read(path: Path) -> Deb:
    """One archive's contents."""
    control, members, conffiles = "", [], []
    with _tar(path, "--ctrl-tarfile") as tar:
        for member in tar:
            name = member.name.removeprefix("./")
            if not member.isreg():
                continue
            members.append((name, member.size, member.mode))
            if name in ("control", "conffiles"):
                text = _bytes(tar, member).decode()
                if name == "control":
                    control = text
                else:  # "remove-on-upgrade /path" is a conffile to be dropped, and not shipped
                    conffiles = [line for line in text.splitlines() if line.startswith("/")]
    with _tar(path, "--fsys-tarfile") as tar:
        entries = list(entries_of(tar, conffiles.__contains__))
    return Deb(control, path.stat().st_size, sorted(members), conffiles, entries)


def control_texts(path: Path, *names: str) -> dict[str, str]:
    """Those of the named members that the control archive has."""
    with _tar(path, "--ctrl-tarfile") as tar:
        return {
            name: _bytes(tar, member).decode("utf-8", "replace")
            for member in tar
            if (name := member.name.removeprefix("./")) in names
        }


def entries_of(tar: tarfile.TarFile, is_real: Callable[[str], bool]) -> Iterator[Entry]:
    """The entries of a tar; those that ``is_real`` chooses by path and size keep their bytes."""
    for member in tar:
        path = "/" + member.name.removeprefix(".").strip("/")
        kind = _KINDS[member.type]
        target, content = member.linkname, b""
        if kind == HARD_LINK:
            target = "/" + target.removeprefix(".").strip("/")
        if kind == FILE and 0 < member.size <= LARGEST_REAL and is_real(path):
            kind, content = REAL, _bytes(tar, member)
        size = member.size if kind in (FILE, REAL) else 0
        style = Style(kind, member.mode & 0o7777, member.uid, member.gid)
        if path != "/":
            yield Entry(path, style, int(member.mtime), size, target, content)


def _bytes(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = tar.extractfile(member)
    assert stream is not None
    return stream.read()


def _tar(path: Path, part: str) -> tarfile.TarFile:
    data = subprocess.Popen(["dpkg-deb", part, str(path)], stdout=subprocess.PIPE)
    return tarfile.open(fileobj=data.stdout, mode="r|")


def index_sizes(updated: Path) -> dict[str, int]:
    """By suite and component, the size of ``Packages.xz``, as the signed releases tell it."""
    found = {}
    for path in sorted((updated / "var/lib/apt/lists").glob("*_InRelease")):
        suite = path.name.rpartition("_dists_")[2].removesuffix("_InRelease")
        line = re.search(r" (\d+) main/binary-amd64/Packages\.xz$", path.read_text(), re.MULTILINE)
        assert line, f"{path} has no index of main"
        found[f"{suite}/main"] = int(line[1])
    return found


def left_by_update(updated: Path) -> list[tuple[str, int, int, int]]:
    """Path, mode, owner and size of what ``apt-get update`` leaves in the two places of apt."""
    found = []
    for place in ("var/cache/apt", "var/lib/apt/lists"):
        for path in sorted((updated / place).rglob("*")):
            status = path.lstat()
            size = 0 if path.is_dir() else status.st_size
            kind = "/" if path.is_dir() else ""
            name = f"/{path.relative_to(updated)}{kind}"
            found.append((name, status.st_mode & 0o7777, status.st_uid, size))
    return found


def cache_sizes(updated: Path) -> dict[str, int]:
    """How large apt's binary caches are: they lie elsewhere, see ``QUICK``."""
    inside(updated, "apt-cache", *QUICK, "policy")
    names = {"pkgcache.bin": "pkgcache.bin", "src.bin": "srcpkgcache.bin"}
    return {f"/var/cache/apt/{real}": (updated / n).stat().st_size for n, real in names.items()}
