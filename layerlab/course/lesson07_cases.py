"""The cases that lesson 07's exercises try an answer on: the same each time, the simplest first."""

import random

LAYERDB = "/var/lib/docker/image/overlay2/layerdb/sha256"
_MADE = ("RUN apk add", "COPY file:a in /", "ADD file:b in /", "ENV A=1", 'CMD ["sh"]', "LABEL x=y")


def histories() -> list[tuple[list[dict[str, object]], list[str]]]:
    """Histories as a config JSON has them, oldest first, and DiffIDs that fit."""
    rng = random.Random(7)
    cases = []
    for length in (1, 2, 2, 3, 3, 4, 5, 6, 8, 11):
        rows: list[dict[str, object]] = [{"created_by": "ADD file:0 in /"}]
        for _ in range(length - 1):
            row: dict[str, object] = {"created_by": rng.choice(_MADE)}
            if rng.random() < 0.4:
                row["empty_layer"] = True
            rows.append(row)
        layers = sum("empty_layer" not in row for row in rows)
        # A file that is changed back gives a DiffID a second time.
        ids = [f"sha256:{rng.choice('abcdef')}{place % 3}" for place in range(layers)]
        cases.append((rows, ids))
    return cases


def stores() -> list[tuple[dict[str, str], str]]:
    """The files of a ``layerdb``, and the ChainID of a stack's top layer in it."""
    rng = random.Random(8)
    cases = []
    for height in (1, 2, 2, 3, 3, 4, 7):
        files: dict[str, str] = {}
        tops = []
        for _ in range(2):  # a stack, and one that is none of ours
            parent = ""
            for place in range(height):
                chain, cache, diff = (rng.randbytes(32).hex() for _ in range(3))
                folder = f"{LAYERDB}/{chain}"
                files[f"{folder}/diff"] = f"sha256:{diff if place else chain}"
                files[f"{folder}/cache-id"] = cache
                files[f"{folder}/size"] = str(rng.randint(0, 10**8))
                if parent:
                    files[f"{folder}/parent"] = f"sha256:{parent}"
                parent = chain
            tops.append(f"sha256:{parent}")
        cases.append((dict(sorted(files.items())), tops[0]))
    return cases
