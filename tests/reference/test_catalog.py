"""What installing pulls in, against apt's own answer on the very base that was measured.

``resolutions.json`` holds what apt 2.6 said when the catalog was measured. With the folder of
``tools/measure_catalog.py FOLDER`` in LAYERLAB_DEBIAN, apt itself is asked about other lines.
"""

import json
import os
import random
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from layerlab import File, Layer, Zeros
from layerlab.catalog import debian, packages
from layerlab.catalog.packages import Unresolvable

RECORDED = json.loads(Path(__file__).with_name("resolutions.json").read_text())
MEASURED = os.environ.get("LAYERLAB_DEBIAN")


def resolved(line: str, recommends: bool) -> list[str]:
    found = packages.resolve(line.split(), debian.installed(), recommends=recommends)
    return [package.name for package in found]


@pytest.mark.parametrize("recommends", [True, False])
@pytest.mark.parametrize("line", RECORDED)
def test_apt_chose_the_same(line: str, recommends: bool) -> None:
    """Every package that is meant to be installed by name, with and without recommended ones."""
    with_recommended, without = RECORDED[line]
    assert resolved(line, recommends) == (with_recommended if recommends else without)


if MEASURED:  # no skip where it is missing: the recorded answers are enough

    @pytest.mark.parametrize("seed", range(20))
    def test_apt_chooses_the_same_for_lines_made_at_random(seed: int) -> None:
        chance = random.Random(seed)
        named = [line for line in RECORDED if " " not in line]
        line = " ".join(chance.sample(named, chance.randint(2, 6)))
        recommends = chance.random() < 0.5
        said = _apt(line, recommends)
        if said is None:
            with pytest.raises(Unresolvable):
                resolved(line, recommends)
        else:
            assert resolved(line, recommends) == said, line

    def test_the_base_is_what_was_made() -> None:
        """Each entry of the tar that debuerreotype wrote, kept bytes included."""
        measured = debian.layer().changes
        made = Layer.from_tar(str(Path(MEASURED, "root.tar"))).changes
        assert measured.keys() == made.keys() - {"/"}
        for path, node in measured.items():
            assert described(node) == described(made[path]), path
            if isinstance(node, File) and not isinstance(node.content, Zeros):
                assert node.content.read() == made[path].content.read(), path

    @pytest.mark.parametrize("name", random.Random(0).sample(packages.names(), 40))
    def test_a_package_holds_what_its_archive_does(name: str) -> None:
        package = packages.package(name)
        archive = Path(MEASURED, "debs", package.filename)
        assert archive.stat().st_size == package.archive_size
        tar = subprocess.run(
            ["dpkg-deb", "--fsys-tarfile", archive], capture_output=True, check=True
        )
        held = Layer.from_tar(tar.stdout).changes
        assert package.files.keys() == held.keys() - {"/"}
        for path, node in package.files.items():
            assert described(node) == described(held[path]), path


def described(node: Any) -> tuple[Any, ...]:
    """All of a node but its content."""
    return node.kind, node.meta, node.size, getattr(node, "target", "")


def _apt(line: str, recommends: bool) -> list[str] | None:
    """What apt would install in the measured base, or None if it won't."""
    root = Path(str(MEASURED), "updated")
    options = [] if recommends else ["--no-install-recommends"]
    command = ["chroot", str(root), "apt-get", "-s", "-y", "install", *options, *line.split()]
    done = subprocess.run(
        command, capture_output=True, text=True, env={"LC_ALL": "C", **os.environ}
    )
    if done.returncode:
        return None
    return sorted(re.findall(r"^Inst (\S+)", done.stdout, re.MULTILINE))
