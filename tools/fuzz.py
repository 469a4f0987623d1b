"""Open mutated archives, thousands of them, and see that nothing breaks.

    python tools/fuzz.py 200000 --seed 1
    python tools/fuzz.py 1 --seed 1 --first 4711 --keep mutant

Each case is an archive that Docker or skopeo wrote, or one of every odd kind, changed at some depth
and signed anew (``tests/fuzzing_archives.py``). It is opened, walked, analysed, extracted, saved.
Allowed is success, a ``LayerlabError`` or an ``OSError``. Whatever else comes, takes more than 20
seconds of the processor or more than 200 MiB beyond the archive, or writes elsewhere, is printed
with its number, and the exit code is 1. The same seed and number make the same archive everywhere.
"""

import argparse
import multiprocessing
import multiprocessing.pool
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import fuzzing
from fuzzing_archives import mutant, written

CHUNK = 500
"""Cases of one process: when it dies, the rest goes on."""
PATIENCE = 300
"""Seconds of silence after which it is taken for dead."""


def work(seed: int, first: int, last: int, answer: "multiprocessing.SimpleQueue[object]") -> None:
    """Run some cases in a process of their own; sends each number before it begins."""
    report, guard = fuzzing.Report(), fuzzing.Guard()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        for number in range(first, last):
            answer.put(number)
            fuzzing.run(seed, iter([number]), Path(scratch), guard, report)
    answer.put(report)


def chunk(seed: int, first: int, last: int) -> fuzzing.Report:
    """The report of some cases; a process that died is a failure of the case that it was at."""
    answer: multiprocessing.SimpleQueue[object] = multiprocessing.SimpleQueue()
    process = multiprocessing.Process(target=work, args=(seed, first, last, answer))
    process.start()
    number, waited = first, time.monotonic()
    while process.is_alive() or not answer.empty():
        if not answer.empty():
            item = answer.get()
            if isinstance(item, fuzzing.Report):
                process.join()
                return item
            number, waited = int(str(item)), time.monotonic()
        elif time.monotonic() - waited > PATIENCE:  # it sleeps, or is deaf to the alarm: inside C
            process.kill()
            process.join()
        else:
            time.sleep(0.01)
    report = fuzzing.Report(Counter({"died": 1}), {number: f"exit code {process.exitcode}"})
    rest = chunk(seed, number + 1, last) if number + 1 < last else fuzzing.Report()
    report.add(rest)
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("count", type=int, help="how many cases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number to begin at")
    parser.add_argument("--keep", type=Path, help="write the first case there, and run nothing")
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    if args.keep:
        print(written(mutant(args.seed, args.first), args.keep))
        return 0
    began, total, last = time.monotonic(), fuzzing.Report(), args.first + args.count
    starts = range(args.first, last, CHUNK)
    with multiprocessing.pool.ThreadPool(args.jobs) as pool:
        parts = pool.imap(lambda at: chunk(args.seed, at, min(at + CHUNK, last)), starts)
        for part in parts:
            total.add(part)
            for number, what in sorted(part.failures.items()):
                print(f"case {number}: {what}", flush=True)
    took = time.monotonic() - began
    print(
        f"{args.count:,} archives, {took:,.0f} s, at most {total.peak >> 20} MiB beyond their own"
    )
    for outcome, count in total.outcomes.most_common():
        print(f"{count:9,}  {outcome}")
    print(f"{len(total.failures)} failures")
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main())
