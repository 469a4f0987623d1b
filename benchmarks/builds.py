"""The chapter's Dockerfile, built in a Python that has just started, and then from the cache."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from statistics import median

from benchmarks.harness import Row, absolute, compared, duration
from layerlab import Engine
from layerlab.nodes import Zeros

CHAPTER = """\
FROM debian:12
RUN apt-get update && apt-get install -y emacs
RUN apt-get install -y apache2
CMD ["/bin/bash"]
"""
SMALL = CHAPTER.replace("emacs", "tini").replace("apache2", "less")
COLD, CACHED = 0.5, 0.02
"""Bars in seconds; the cold build may take the time of hashing its layers besides."""


def measure(whole: bool, rounds: int) -> list[Row]:
    """The rows of this page; each round is a Python of its own.

    Its modules are compiled, as those of an installed package are.
    """
    text = CHAPTER if whole else SMALL
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-m", "benchmarks.builds", text]
        # The first round, which compiles them, doesn't count.
        done = [
            json.loads(subprocess.check_output(command, env=environment)) for _ in range(rounds + 1)
        ][1:]
    cold, cached, hashing = list(zip(*done, strict=True))[:3]
    size, entries = done[0][3:]
    what = f"{size / 1e6:,.0f} MB, {entries:,} entries"
    work = f"build the chapter's Dockerfile{'' if whole else ' with less'}, {what}"
    told = f"{work}; sha256 alone takes {duration(median(hashing))}"
    return [
        compared(told, cold, "at most", [COLD + taken for taken in hashing], 1, duration),
        absolute(f"{work}, from the cache", cached, CACHED, duration),
    ]


def once(text: str) -> tuple[float, float, float, int, int]:
    """Seconds of a cold build, of a cached one and of hashing its layers; bytes and entries."""
    engine = Engine()
    engine.pull("debian:12")
    start = time.perf_counter()
    built = engine.build({}, text)
    cold = time.perf_counter()
    engine.build({}, text)
    cached = time.perf_counter()
    made = built.image.layers[1:]
    size = sum(layer.tar_size for layer in made)
    before = time.perf_counter()
    digest = hashlib.sha256()
    for chunk in Zeros(size).chunks():
        digest.update(chunk)
    hashing = time.perf_counter() - before
    entries = sum(len(layer.changes) for layer in made)
    return cold - start, cached - cold, hashing, size, entries


if __name__ == "__main__":
    print(json.dumps(once(sys.argv[1])))
