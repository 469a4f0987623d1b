"""Two thousand mutated archives, the same each time; ``tools/fuzz.py`` runs as many as you like."""

import json
import os
import tempfile
from pathlib import Path

import fuzzing
import pytest
from fuzzing_archives import mutant, real, seeds, written
from tars import tar

from layerlab import open_image

CASES = 2000
GUARD = fuzzing.Guard()


@pytest.fixture
def scratch():
    """A folder in memory, where there is one: on a disk, the disk takes most of the time."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux tells of memory")
def test_mutants_break_nothing(scratch, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)
    report = fuzzing.Report()
    fuzzing.run(2, iter(range(CASES)), scratch, GUARD, report)
    assert report.failures == {}
    assert sum(report.outcomes.values()) == CASES
    opened = sum(count for word, count in report.outcomes.items() if word.startswith("opened"))
    assert CASES / 5 < opened < CASES / 2  # most are turned away, and many get far
    assert {"InvalidImage", "InvalidLayer", "LayerlabError"} < set(report.outcomes)


@pytest.mark.parametrize("name", ["docker-20.10", "skopeo-oci", "skopeo-oci-zstd"])
def test_what_they_grow_from_opens(tmp_path, name):
    image = open_image(
        written(real(name), tmp_path / "seed.tar"), "app:2" if name[0] == "d" else None
    )
    assert len(image.layers) == 4
    assert len(seeds()) == 4


def test_the_same_number_is_the_same_mutant():
    for number in range(40):
        assert mutant(5, number) == mutant(5, number)
    assert mutant(5, 1) != mutant(6, 1)


# The watchers see what they watch for: each of these is a reader that misbehaves


@pytest.mark.parametrize(
    ("misbehaves", "told"),
    [
        (lambda path, scratch, rng: json.loads("{"), "JSONDecodeError"),
        (lambda path, scratch, rng: (scratch / "x").write_bytes(b""), "wrote elsewhere"),
        (lambda path, scratch, rng: (scratch.parent / "x").write_bytes(b""), "wrote elsewhere"),
        (lambda path, scratch, rng: Path(scratch / "../gone").unlink(True), "wrote elsewhere"),
        (lambda path, scratch, rng: bytes(range(256)) * (1 << 20), " MiB"),
        (lambda path, scratch, rng: [0 for _ in iter(int, 1)], "took more than"),
    ],
)
def test_watchers(tmp_path, monkeypatch, misbehaves, told):
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)
    monkeypatch.setattr(fuzzing, "look", lambda *args: str(bool(misbehaves(*args))))
    monkeypatch.setattr(fuzzing, "SECONDS", 0.2)
    report = fuzzing.Report()
    fuzzing.run(2, iter([0]), tmp_path, GUARD, report)
    assert told in report.failures[0]


def test_a_signed_header_is_read(tmp_path):
    from fuzzing_mutations import header, pax_record, pieces

    from layerlab import Layer

    layer = Layer.from_tar(bytes(header(b"0", b"x")) + bytes(1024))
    assert list(layer.changes) == ["/x"]
    assert pax_record("path", b"x") == b"9 path=x\n"
    assert pieces(tar())[0] == []
