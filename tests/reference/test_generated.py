"""What maintainer scripts make, against scripts that run here.

With the folder of ``tools/measure_catalog.py FOLDER`` in LAYERLAB_DEBIAN, packages are configured
for real, together as no line of ``tools/measure/configured.txt`` has them. Every path that this
makes or changes must be in layerlab's layer, with the same type, mode, owner, size and target.
"""

import os
import re
import sys
from pathlib import Path

import pytest

from layerlab import Directory, Engine, File, Symlink, Whiteout
from layerlab.layer import Layer

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

MEASURED = os.environ.get("LAYERLAB_DEBIAN", "")
LINES = (
    "redis-server tmux nano",
    "cron openssh-client fontconfig",
    "nginx vim ruby",
    "python3-venv less man-db",
    "memcached zsh default-jre-headless",
)
RANDOM = re.compile(r"/etc/ssl/(certs/[0-9a-f]{8}\.0|private/.*)")
KEPT_BY_APT = re.compile(
    r"/var/(cache|lib)/(apt|debconf)(/.*)?|/var/lib/dpkg(/.*)?|/var/log/(apt(/.*)?|dpkg\.log)"
)

INDEX = re.compile(r"/var/cache/man/(\S+/)?index\.db")
INDEX_SIZE = 1 << 15
"""How far the index of one language's manual pages may be off: it holds a line of every page."""


def layer_of(line: str) -> Layer:
    """The layer that layerlab makes."""
    engine = Engine()
    engine.pull("debian:12")
    text = f"FROM debian:12\nRUN apt-get update && apt-get install -y {line}\n"
    built: Layer = engine.build({}, text).image.layers[-1]
    return built


def _left_out(path: str) -> bool:
    return bool(RANDOM.fullmatch(path) or KEPT_BY_APT.fullmatch(path))


def _told(node: object) -> tuple[str, int, int, int, int, str]:
    assert isinstance(node, File | Directory | Symlink)
    kind = {"file": "f", "directory": "d", "symlink": "l"}[node.kind]
    target = node.target if isinstance(node, Symlink) else ""
    size = node.size if isinstance(node, File) else 0
    return kind, node.meta.mode, node.meta.uid, node.meta.gid, size, target


if MEASURED:  # no skip where it is missing: the recorded builds are there

    @pytest.mark.parametrize("line", LINES)
    def test_scripts_make_what_they_make(line: str, tmp_path: Path) -> None:
        from measure import generated, reduced

        folder = Path(MEASURED)
        debs = {path.name.partition("_")[0]: path for path in (folder / "debs").glob("*.deb")}
        steps = generated.plan(
            folder / "updated", folder / "debs", line.split(), tmp_path / "planned"
        )
        generated.observe(folder / "root", debs, steps, tmp_path / "seen")
        first, *_, last = reduced.moments(tmp_path / "seen/measure")
        changes = layer_of(line).changes
        real = {
            path: (seen.kind, seen.mode, seen.uid, seen.gid, seen.size, seen.target)
            for path, seen in last.paths.items()
            if seen != first.paths.get(path) and not _left_out(path)
        }
        ours = {
            path: _told(node) for path, node in changes.items() if not isinstance(node, Whiteout)
        }
        found = {
            path: (told, ours.get(path)) for path, told in real.items() if told != ours.get(path)
        }
        for path in filter(INDEX.fullmatch, list(found)):
            told, our = found[path]
            if our is not None and our[:4] == told[:4] and abs(our[4] - told[4]) <= INDEX_SIZE:
                del found[path]
        extra = {path for path in ours if path not in last.paths and not _left_out(path)}
        assert not found
        assert not extra
