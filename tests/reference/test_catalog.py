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

import pytest

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
