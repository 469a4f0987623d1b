"""The exercises of lesson 02, images and layers, with their solutions and known mistakes."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise

from layerlab.course.exercise import Exercise, Mistake, Trial, UnfitError, Value, is_texts
from layerlab.course.lesson02_cases import pairs, stacks
from layerlab.course.plain import DOTS, Pairs, Plain
from layerlab.layer import Layer
from layerlab.nodes import Bytes, File, Meta
from layerlab.union import UnionFS

NAMES = ("blob digest", "ChainID", "DiffID", "ImageID", "manifest digest")


# 1. Which name is whose.


def _is_answer(value: Plain) -> bool:
    return isinstance(value, Pairs)


def _named(value: Plain) -> Plain:
    """The pairs with names written as the lesson writes them, in whatever case they came."""
    assert isinstance(value, Pairs)
    known = {name.lower().replace(" ", ""): name for name in NAMES}
    names = {name for _, name in value.items}
    if DOTS in names:
        if names == {DOTS}:
            return DOTS
        raise UnfitError("Fill in all five: some are still dots.")
    pairs = []
    for key, name in value.items:
        tidied = known.get(str(name).lower().replace(" ", ""))
        if tidied is None:
            raise UnfitError(f"`{name!s:.40}` is none of the five: {', '.join(NAMES)}.")
        pairs.append((key, tidied))
    return Pairs(tuple(pairs))


def _who(pull: str, digest: str, images: str, inspect: str, layerdb: str) -> dict[str, str]:
    return {
        "a line of docker pull": pull,
        "Digest: of docker pull": digest,
        "docker images": images,
        "RootFS of docker inspect": inspect,
        "a directory in layerdb": layerdb,
    }


who_prints = Exercise(
    title="Which name is whose",
    asks="Which of an image's five names does each of these print: a line of a pull, its "
    "`Digest:`, `docker images`, `RootFS`, a directory in `layerdb`?",
    kind=Value("the five, filled in", _is_answer, _named),
    solution_code="""
answer = {
    "a line of docker pull": "blob digest",
    "Digest: of docker pull": "manifest digest",
    "docker images": "ImageID",
    "RootFS of docker inspect": "DiffID",
    "a directory in layerdb": "ChainID",
}
""",
    why="What crosses the wire goes by blob and manifest digest. What lies in the local store "
    "goes by ImageID, DiffID and ChainID.",
    hints=(
        "Sort them first: two belong to the registry, three to the local store.",
        "A registry stores compressed bytes. So `docker pull` names those.",
        "Of the local three, one names a whole image, one a tar, one a stack.",
    ),
    mistakes=(
        Mistake(
            _who("DiffID", "manifest digest", "ImageID", "blob digest", "ChainID"),
            "`pull` and `inspect` are the wrong way round. A pull names the *compressed* bytes.",
        ),
        Mistake(
            _who("blob digest", "ImageID", "manifest digest", "DiffID", "ChainID"),
            "The `Digest:` line names what the registry was asked for, the manifest. "
            "The config JSON names the image in the local store.",
        ),
        Mistake(
            _who("blob digest", "manifest digest", "ImageID", "ChainID", "DiffID"),
            "`inspect` prints what the config JSON lists: the tars. "
            "A directory in `layerdb` stands for a layer *and all below it*.",
        ),
        Mistake(
            _who("ChainID", "manifest digest", "ImageID", "DiffID", "blob digest"),
            "No registry has ever heard of a ChainID, and the local store keeps no blobs.",
        ),
    ),
)


# 2. What recompressing changes.


def _set(value: Plain) -> Plain:
    """The names that were given, each once, as the lesson writes them."""
    assert isinstance(value, tuple)
    known = {name.lower().replace(" ", ""): name for name in NAMES}
    tidied = [known.get(str(name).lower().replace(" ", ""), str(name)) for name in value]
    if unknown := [name for name in tidied if name not in NAMES]:
        raise UnfitError(f"`{unknown[0]:.40}` is none of the five: {', '.join(NAMES)}.")
    return tuple(sorted(set(tidied)))


recompress = Exercise(
    title="Recompress",
    asks="All layers are compressed with zstd instead of gzip. Which of the five names change?",
    kind=Value("a list of names, such as `['ChainID', 'ImageID']`", is_texts, _set),
    solution_code='answer = ["blob digest", "manifest digest"]',
    why="Other compressed bytes, so other blob digests. The manifest lists those, so it changes "
    "too. DiffID, ChainID and ImageID look at the tars, which are the same.",
    hints=(
        "Which of the five is taken of the compressed bytes?",
        "Which document lists that name? Its own digest changes with it.",
        "The config JSON lists DiffIDs. Does it know how the layers are compressed?",
    ),
    mistakes=(
        Mistake(
            ["blob digest"],
            "Right, but one thing lists the blob digests, and has a digest of its own.",
        ),
        Mistake(
            ["blob digest", "ImageID", "manifest digest"],
            "The ImageID is the digest of the config JSON. That lists DiffIDs, and no blob.",
        ),
        Mistake(list(NAMES), "Three of them look at the plain tars, and those didn't change."),
        Mistake(
            ["blob digest", "DiffID", "manifest digest"],
            "A DiffID is taken of the *uncompressed* tar.",
        ),
        Mistake(["manifest digest"], "The manifest changed because something in it did. What?"),
    ),
)


# 3. Lines and rows.


def _pair(value: Plain) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(n, int) for n in value)


lines_and_rows = Exercise(
    title="Lines and rows",
    asks="Which instructions make a line of a pull, and which a row of `docker history`?",
    kind=Value("a pair of numbers, such as `(2, 5)`", _pair),
    solution_code="answer = (4, 9)",
    why="The base brings 1 layer and 2 rows. RUN, COPY and the WORKDIR that makes a directory "
    "add 3 layers. Each of the 7 instructions adds a row.",
    hints=(
        "FROM adds no row of its own. The base brings its layers and its rows along.",
        "Each instruction after FROM writes one row of history.",
        "Which of them change files? RUN, COPY, and a WORKDIR that doesn't exist yet.",
    ),
    mistakes=(
        Mistake((8, 8), "Not every instruction makes a layer: four of them change no file."),
        Mistake((3, 7), "You counted the Dockerfile alone. The base has a layer and rows, too."),
        Mistake((4, 8), "The base brings two rows, one of them without a layer."),
        Mistake(
            (3, 9), "The rows are right. `WORKDIR /srv/app` makes a directory: that's a layer."
        ),
        Mistake((9, 4), "The right numbers, the wrong way round: lines of the pull come first."),
        Mistake((4, 10), "FROM itself writes no row."),
    ),
)


# 4. A twin with another name.


ORIGINAL = Layer.of({"/etc/motd": File(Bytes(b"hello\n"), Meta(mode=0o644, mtime=1_600_000_000))})
"""The layer that a twin is wanted of."""


def _twin(answer: Layer) -> list[object]:
    """What a reader of the tree sees of it, and whether the name differs."""
    tree = UnionFS([answer])
    texts = [
        (path, node.kind, tree.read_text(path) if node.kind == "file" else "")
        for path, node, _ in tree.items()
        if path in answer.changes or node.kind == "file"
    ]
    return [*sorted(texts), "another DiffID" if answer.diff_id != ORIGINAL.diff_id else "the same"]


twin = Exercise(
    title="A twin with another name",
    asks="How can two layers with the same path and the same text have different DiffIDs?",
    kind=Trial(
        wants="a layer, made with `Layer.of({…})`",
        fits=lambda answer: issubclass(type(answer), Layer),
        cases=lambda: [()],
        describe=lambda: "the paths and texts of the layer, and its DiffID",
        use=_twin,
    ),
    solution_code="""
answer = Layer.of({"/etc/motd": File(b"hello\\n", Meta(mtime=1_700_000_000))})
""",
    why="The tar holds time, mode and owner as well as the content. Whichever you change, "
    "the tar's bytes change, and with them the DiffID.",
    hints=(
        "A tar entry holds more than a name and a content. What else does `ls -l` show?",
        "`Meta(mode=…, uid=…, gid=…, mtime=…)` is the second argument of `File`.",
        'Take `File(b"hello\\n", Meta(mtime=…))` with any other time.',
    ),
    mistakes=(
        Mistake(ORIGINAL, "That is the original: the same bytes in the tar, so the same DiffID."),
        Mistake(
            Layer.of({"/etc/motd": b"Hello\n"}), "The text has changed. It should stay as it is."
        ),
        Mistake(
            Layer.of({"/etc/motd": b"hello"}),
            "The newline at the end is missing, so the content has changed.",
        ),
        Mistake(
            Layer.of({"/etc/motd": b"hello\n", "/etc/issue": b"hello\n"}),
            "Now there is a second file. The tree should hold `/etc/motd` and no other.",
        ),
        Mistake(Layer.of({}), "An empty layer shows no `/etc/motd` at all."),
    ),
)


# 5. Write the ChainID.


def _sha256(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _chain(diff_ids: Sequence[str], form: str = "{below} {diff_id}") -> list[str]:
    """The chains, by one form of the line or another."""
    chains: list[str] = []
    for diff_id in diff_ids:
        chains.append(
            _sha256(form.format(below=chains[-1], diff_id=diff_id)) if chains else diff_id
        )
    return chains


def base_hashed(diff_ids: Sequence[str]) -> list[str]:
    """Hashes the base, too."""
    chains: list[str] = []
    for diff_id in diff_ids:
        chains.append(_sha256(f"{chains[-1]} {diff_id}" if chains else diff_id))
    return chains


def two_diff_ids(diff_ids: Sequence[str]) -> list[str]:
    """Takes the DiffID below instead of the ChainID."""
    return [*diff_ids[:1], *(_sha256(f"{a} {b}") for a, b in pairwise(diff_ids))]


def with_newline(diff_ids: Sequence[str]) -> list[str]:
    """Hashes a newline along, as ``echo`` does."""
    return _chain(diff_ids, "{below} {diff_id}\n")


def without_space(diff_ids: Sequence[str]) -> list[str]:
    """Puts nothing between the two."""
    return _chain(diff_ids, "{below}{diff_id}")


def turned_round(diff_ids: Sequence[str]) -> list[str]:
    """Puts the DiffID first."""
    return _chain(diff_ids, "{diff_id} {below}")


def without_prefix(diff_ids: Sequence[str]) -> list[str]:
    """Hashes the bare hex digits."""
    chains: list[str] = []
    for diff_id in diff_ids:
        chains.append(_sha256(f"{chains[-1][7:]} {diff_id[7:]}") if chains else diff_id)
    return chains


def the_last_alone(diff_ids: Sequence[str]) -> str | None:
    """Returns the topmost ChainID only."""
    return _chain(diff_ids)[-1] if diff_ids else None


chains = Exercise(
    title="Write the ChainIDs",
    asks="How is a ChainID computed?",
    kind=Trial(
        wants="a function of one argument, `diff_ids`",
        fits=callable,
        cases=stacks,
        describe=lambda ids: "diff_ids: " + (", ".join(f"{item[:19]}…" for item in ids) or "none"),
    ),
    solution_code="""
import hashlib

def answer(diff_ids):
    chains = []
    for diff_id in diff_ids:
        if chains:
            line = f"{chains[-1]} {diff_id}"
            chains.append("sha256:" + hashlib.sha256(line.encode()).hexdigest())
        else:
            chains.append(diff_id)
    return chains
""",
    why="The base's ChainID is its DiffID. Each further one is the hash of a line: the ChainID "
    "below, one space, the DiffID.",
    hints=(
        "Begin with an empty list, and go up from the base.",
        "The first ChainID is the first DiffID, as it is.",
        'For the others, hash the text `f"{chains[-1]} {diff_id}"`.',
        '`"sha256:" + hashlib.sha256(line.encode()).hexdigest()` makes a digest of a line.',
    ),
    mistakes=(
        Mistake(base_hashed, "You hash the base as well. Its ChainID *is* its DiffID."),
        Mistake(
            two_diff_ids,
            "You hash two neighbouring DiffIDs. The first part of the line is the *ChainID* below.",
        ),
        Mistake(with_newline, "You hash a newline along. The line has none at its end."),
        Mistake(without_space, "One space belongs between the two parts."),
        Mistake(turned_round, "The ChainID below comes first, the DiffID after it."),
        Mistake(without_prefix, "Both parts of the line keep their prefix `sha256:`."),
        Mistake(the_last_alone, "That is the topmost one. All of them are wanted, base first."),
    ),
)


# 6. What two images share.


def in_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Counts DiffIDs that occur in both, wherever."""
    return len(set(first) & set(second))


def same_place(first: Sequence[str], second: Sequence[str]) -> int:
    """Counts places with equal DiffIDs, also above a difference."""
    return sum(a == b for a, b in zip(first, second, strict=False))


def all_or_nothing(first: Sequence[str], second: Sequence[str]) -> int:
    """Shares only where the whole image is equal."""
    return len(first) if first == second else 0


def from_the_top(first: Sequence[str], second: Sequence[str]) -> int:
    """Goes down from the top instead of up from the base."""
    count = 0
    for a, b in zip(reversed(first), reversed(second), strict=False):
        if a != b:
            break
        count += 1
    return count


shared = Exercise(
    title="What two images share",
    asks="Which layers do two images share in Docker's local store?",
    kind=Trial(
        wants="a function of two arguments, `first` and `second`",
        fits=callable,
        cases=pairs,
        describe=lambda a, b: f"first = {a}\nsecond = {b}",
    ),
    solution_code="""
def answer(first, second):
    count = 0
    for one, other in zip(first, second):
        if one != other:
            break
        count += 1
    return count
""",
    why="A layer is stored under its ChainID, so it is shared only as long as all below it is "
    "the same as well.",
    hints=(
        "The store keeps a layer under its ChainID. When are two ChainIDs equal?",
        "Go up from the base in both lists at once: `zip(first, second)`.",
        "Stop at the first difference. What comes above it can't be shared.",
    ),
    mistakes=(
        Mistake(in_common, "You count equal DiffIDs wherever they lie. Order and place matter."),
        Mistake(
            same_place,
            "You go on above a difference. From there up no ChainID is equal, whatever the DiffID.",
        ),
        Mistake(all_or_nothing, "Two images can share their lower layers and differ above."),
        Mistake(from_the_top, "You compare from the top down. A ChainID counts what lies *below*."),
    ),
)


EXERCISES = (who_prints, recompress, lines_and_rows, twin, chains, shared)
