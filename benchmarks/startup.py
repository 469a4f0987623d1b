"""What ``import layerlab`` adds to the start of Python, compiled as an installed package is."""

import os
import subprocess
import sys
import tempfile
from statistics import median

from benchmarks.harness import Row, absolute, duration, side_by_side


def measure(rounds: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def start(program: str) -> None:
            subprocess.run([sys.executable, "-c", program], check=True, env=environment)

        start("import layerlab")  # writes the byte code
        ours, bare = side_by_side(
            lambda: start("import layerlab"), lambda: start("pass"), rounds=rounds * 3
        )
    added = [whole - alone for whole, alone in zip(ours, bare, strict=True)]
    work = f"import layerlab, over Python's {duration(median(bare))}"
    return [absolute(work, added, 60e-3, duration)]
