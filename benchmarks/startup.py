"""What ``import layerlab`` adds to the start of Python."""

import subprocess
import sys

from benchmarks.harness import Row, absolute, duration, side_by_side


def measure(rounds: int) -> list[Row]:
    def start(program: str) -> None:
        subprocess.run([sys.executable, "-c", program], check=True)

    start("import layerlab")  # writes the byte code
    ours, bare = side_by_side(
        lambda: start("import layerlab"), lambda: start("pass"), rounds=rounds * 3
    )
    return [
        absolute(f"import layerlab, over Python's {duration(bare)}", ours - bare, 60e-3, duration)
    ]
