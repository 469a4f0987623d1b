"""The cases that lesson 02's exercises try an answer on: the same each time, the simplest first."""

import random


def stacks() -> list[tuple[list[str]]]:
    """Lists of DiffIDs, the shortest first, some with the same one twice."""
    rng = random.Random(5)
    some = [f"sha256:{rng.randbytes(32).hex()}" for _ in range(6)]
    lengths = (1, 2, 2, 3, 3, 4, 7, 12)
    return [([],), *(([rng.choice(some) for _ in range(n)],) for n in lengths)]


def pairs() -> list[tuple[list[str], list[str]]]:
    """Two images as lists of short names for DiffIDs, the simplest first."""
    rng = random.Random(6)
    cases: list[tuple[list[str], list[str]]] = [([], []), (["a"], ["a"]), (["a"], ["b"])]
    cases += [(["a", "b"], ["b", "a"]), (["a", "b"], ["c", "b"]), (["a", "b", "c"], ["a", "b"])]
    for length in (2, 3, 3, 4, 4, 5, 6):
        trunk = [rng.choice("abcd") for _ in range(rng.randint(0, length))]
        tails = [[rng.choice("abcdef") for _ in range(length)] for _ in range(2)]
        cases.append(([*trunk, *tails[0]], [*trunk, *tails[1]]))
    return cases
