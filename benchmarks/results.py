"""What a run found, as JSON: the same keys on every machine, and nobody's paths or host."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.harness import Row


@dataclass(frozen=True)
class Results:
    """The rows of a run. ``load`` is how many processes wanted a CPU when it began and ended."""

    rows: tuple[Row, ...]
    rounds: int
    quick: bool
    load: tuple[float, float]
    machine: dict[str, str]

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1, sort_keys=True) + "\n", "utf-8")


def read(path: Path) -> Results:
    found = json.loads(path.read_text("utf-8"))
    rows: Sequence[dict[str, object]] = found.pop("rows")
    start, end = found.pop("load")
    return Results(rows=tuple(Row(**row) for row in rows), load=(start, end), **found)  # type: ignore[arg-type]


def machine() -> dict[str, str]:
    """Kernel, Python and CPU."""
    return {
        "cpu": _cpu(),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:  # not Linux
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} × {names[0]}" if names else platform.machine()
