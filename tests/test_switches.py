"""Apache's switches, against what Debian's own said and did: tools/record_switches.py."""

import json
import stat
from pathlib import Path

import pytest

from layerlab import Container
from layerlab.catalog import debian
from layerlab.shell import DEBIAN, Shell

RECORDED = json.loads((Path(__file__).parent / "reference/switches.json").read_text())
PLACES = "/etc/apache2", "/var/lib/apache2"


@pytest.fixture(scope="module")
def box() -> Container:
    box = Container(debian.image())
    install = "apt-get update && apt-get install -y --no-install-recommends apache2"
    assert run(box, install) == 0
    return box


def run(box: Container, line: str) -> int:
    return Shell(box, flavour=DEBIAN).run(line).code


def paths(box: Container) -> set[str]:
    found = set()
    for place in PLACES:
        for folder, folders, files in box.walk(place):
            for name in (*folders, *files):
                path = f"{folder}/{name}"
                mode = box.lstat(path).st_mode
                link = stat.S_ISLNK(mode)
                letter = "l" if link else "d" if stat.S_ISDIR(mode) else "f"
                target = box.readlink(path) if link else ""
                found.add(f"{letter} {stat.S_IMODE(mode):o} {target} {path}")
    return found


def test_each_line_in_turn(box: Container) -> None:
    for row in RECORDED:
        before = paths(box)
        done = Shell(box, flavour=DEBIAN).run(row["line"])
        after = paths(box)
        assert done.stdout.decode() == row["stdout"], row["line"]
        assert done.stderr.decode() == row["stderr"], row["line"]
        assert done.code == row["code"], row["line"]
        assert (sorted(before - after), sorted(after - before)) == (row["gone"], row["made"])


def test_there_is_no_switch_without_apache() -> None:
    assert run(Container(debian.image()), "a2enmod rewrite") == 127
