"""Measure Debian 12 and write what ``layerlab/catalog/data`` holds.

    python tools/measure_catalog.py FOLDER

Runs as root on a Debian machine with mmdebstrap and debuerreotype. FOLDER (2 GB) keeps what was
made and downloaded: a second run goes on from there, and gives the same bytes as long as the
archive hasn't changed.
"""

import gzip
import json
import sys
import tarfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from measure import archive, base, generated, machine, members

from layerlab.catalog import debian
from layerlab.catalog.packages import columns, files, index
from layerlab.catalog.packages import generated as scripts
from layerlab.catalog.packages import members as spoken
from layerlab.layer import Layer
from layerlab.registry import compressed

DATA = columns.DATA
WANTED = Path(__file__).parent / "measure/wanted.txt"
"""What people install in images: each line is one ``apt-get install``. What one package brings
may be what another would have chosen otherwise, so some lines name several."""

RESOLUTIONS = Path(__file__).parents[1] / "tests/reference/resolutions.json"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    root = base.make(folder)
    layer = write_base(folder / "root.tar")
    updated = archive.updated(root, folder)
    write_facts(folder, updated, layer)
    lines = WANTED.read_text().splitlines()
    resolutions = {
        line: [sorted(archive.simulate(updated, line.split(), recommends=r)) for r in (True, False)]
        for line in lines
    }
    RESOLUTIONS.write_text(json.dumps(resolutions, indent=0) + "\n")
    names = sorted({name for both in resolutions.values() for one in both for name in one})
    write_packages(updated, names, folder / "debs")
    made, growths = generated.measure(root, updated, folder / "debs")
    (DATA / scripts.GENERATED).write_bytes(made)
    paths = archive.download(updated, names, folder / "debs")
    said = members.measure({name: paths[name] for name in names}, growths)
    (DATA / spoken.MEMBERS).write_text(json.dumps(said, separators=(",", ":")) + "\n")
    parts = machine.measure(updated, folder / "machine")
    (DATA / "machine.json").write_text(json.dumps(parts, indent=1) + "\n")


def write_base(tar_path: Path) -> Layer:
    """The base's entries; what somebody may want to read in it has its real bytes."""
    with tarfile.open(tar_path) as tar:
        entries = list(archive.entries_of(tar, base.is_configuration))
    packed, content, extents = files.pack([entries])
    packed["extents"] = json.dumps(extents).encode()
    packed["content"] = content
    (DATA / "base.gz").write_bytes(columns.pack(packed))
    return Layer(debian.base_changes())


def write_facts(folder: Path, updated: Path, layer: Layer) -> None:
    """What ``apt-get update`` leaves, and how large the base is, as text."""
    tar = (folder / "root.tar").read_bytes()
    known = {
        "epoch": int((folder / "raw/debuerreotype-epoch").read_text()),
        "debuerreotype": base.run("debuerreotype-version").strip(),
        "tar": len(tar),
        "gzip": len(gzip.compress(tar, 9, mtime=0)),
        "diff_id": layer.diff_id,
        "blob": compressed(layer).digest,
        "lists": archive.left_by_update(updated),
        "downloads": archive.index_sizes(updated),
        "caches": archive.cache_sizes(updated),
    }
    (DATA / "debian.json").write_text(json.dumps(known, indent=1) + "\n")


def write_packages(updated: Path, names: list[str], folder: Path) -> None:
    """The index, the files and the configuration files of the named packages."""
    paths = archive.download(updated, names, folder)
    suites = archive.suites(updated, names)
    debs = archive.read_all([paths[name] for name in names])
    packed, content, extents = files.pack(deb.entries for deb in debs)
    packed["extents"] = json.dumps(extents).encode()
    facts = [
        (suites[name], deb.size, deb.conffiles, deb.members)
        for name, deb in zip(names, debs, strict=True)
    ]
    virtual = archive.providers(updated, set(names))
    known = {
        "control": columns.pack_texts(deb.control for deb in debs),
        "facts": json.dumps(facts).encode(),
        "providers": json.dumps(virtual).encode(),
    }
    (DATA / index.INDEX).write_bytes(columns.pack(known))
    (DATA / index.FILES).write_bytes(columns.pack(packed))
    (DATA / index.CONTENTS).write_bytes(columns.compress(content))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
