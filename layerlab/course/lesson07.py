"""The exercises of lesson 07, the case of flannel, with their solutions and known mistakes."""

from collections.abc import Mapping, Sequence

from layerlab.course.exercise import Exercise, Mistake, Trial, UnfitError, Value, is_number, is_text
from layerlab.course.lesson07_cases import LAYERDB, histories, stores
from layerlab.course.plain import Plain

Row = Mapping[str, object]
Pair = tuple[object, str | None]


def _twelve(value: Plain) -> Plain:
    """The first 12 hex digits of a digest, however it was written."""
    text = str(value).strip().strip("\"'").rstrip("/").rpartition("/")[2].removeprefix("sha256:")
    digits = text.lower().rstrip(".… ")
    if len(digits) < 12 or not set(digits) <= set("0123456789abcdef"):
        raise UnfitError("The answer should be a name in hex digits, at least 12 of them.")
    return digits[:12]


# 1. Find the directory.

which_directory = Exercise(
    title="Find the directory",
    asks="By which name does a layer's directory in `layerdb` go, and where do you get it?",
    kind=Value("text, 12 hex digits or more", is_text, _twelve),
    solution_code='answer = "162103836f644705e6a482165236d2d3eb7674953223f59071734601230578dd"',
    why="`flanneld` came with the fourth layer, and the directory bears the fourth ChainID.",
    hints=(
        "Which row of the history copies `flanneld`? Count the layers from the base up.",
        "It is the fourth layer. A directory in `layerdb` is named after a ChainID.",
        "The ladder shows the ChainID of layer 3, counted from 0.",
    ),
    mistakes=(
        Mistake("eb738177d102", "That is its DiffID. `layerdb` has no directory of that name."),
        Mistake("78648579d12a", "That is the digest of its blob, as the pull printed it."),
        Mistake("adcadf94ba56", "That is the layer below: the ladder counts from 0."),
        Mistake("c3051bceb048", "That is the layer above, which holds a script of 2.14kB."),
        Mistake("8522d622299c", "That is the ImageID, the name of the whole image."),
    ),
)


# 2. Read what find found.

what_find_found = Exercise(
    title="Read what find found",
    asks="What does `find` find under a DiffID's name, and what does the file say?",
    kind=Value("text, 12 hex digits or more", is_text, _twelve),
    solution_code='answer = "4de2f0468a91"',
    why="The file says under which digest a registry has the layer: the last line of the pull.",
    hints=(
        "Print the file with `%host cat …`. It is JSON, with a field `Digest`.",
        "The name of the file is a DiffID. What is in it is another of the five names.",
        "Compare it with the seven lines of the pull.",
    ),
    mistakes=(
        Mistake("814fbd599e1f", "That is the file's name, the DiffID. What does the file *say*?"),
        Mistake("f62304af5461", "That is the ChainID. No registry knows it."),
        Mistake("4a330b2f2e74", "That is the digest of the manifest: all seven layers are in it."),
        Mistake("801bfaa63ef2", "That is the blob of the *first* layer."),
    ),
)


# 3. Rows and layers.


def zipped(rows: Sequence[Row], diff_ids: Sequence[str]) -> list[Pair]:
    """Takes every row for a layer."""
    padded = [*diff_ids, *[None] * len(rows)]
    return [(row["created_by"], diff) for row, diff in zip(rows, padded, strict=False)][::-1]


def oldest_first(rows: Sequence[Row], diff_ids: Sequence[str]) -> list[Pair]:
    """Right, but the other way round."""
    left = iter(diff_ids)
    return [(row["created_by"], None if row.get("empty_layer") else next(left)) for row in rows]


def layers_only(rows: Sequence[Row], diff_ids: Sequence[str]) -> list[Pair]:
    """Leaves the rows without a layer out."""
    return [pair for pair in oldest_first(rows, diff_ids) if pair[1]][::-1]


def from_the_wrong_end(rows: Sequence[Row], diff_ids: Sequence[str]) -> list[Pair]:
    """Goes down the rows and up the DiffIDs."""
    left = iter(diff_ids)
    return [
        (row["created_by"], None if row.get("empty_layer") else next(left))
        for row in reversed(rows)
    ]


def needs_the_key(rows: Sequence[Row], diff_ids: Sequence[str]) -> list[Pair]:
    """Asks for a key that most rows don't have."""
    left = iter(diff_ids)
    return [(row["created_by"], None if row["empty_layer"] else next(left)) for row in rows][::-1]


def by_instruction(rows: Sequence[Row], diff_ids: Sequence[str]) -> list[Pair]:
    """Goes by the word in front, and so takes a RUN that changed nothing for a layer."""
    left = iter(diff_ids)
    return [
        (
            row["created_by"],
            next(left, None) if str(row["created_by"]).startswith(("RUN", "COPY", "ADD")) else None,
        )
        for row in rows
    ][::-1]


pair_up = Exercise(
    title="Rows and layers",
    asks="How do the rows of a history and the layers of an image belong together?",
    kind=Trial(
        wants="a function of two arguments, `history` and `diff_ids`",
        fits=callable,
        cases=histories,
        describe=lambda rows, ids: (
            "history = [\n" + "".join(f"  {row},\n" for row in rows) + f"]\ndiff_ids = {ids}"
        ),
    ),
    solution_code="""
def answer(history, diff_ids):
    left = iter(diff_ids)
    pairs = []
    for row in history:
        empty = row.get("empty_layer", False)
        pairs.append((row["created_by"], None if empty else next(left)))
    return pairs[::-1]
""",
    why="Both lists go up from the base. Every row that isn't `empty_layer` takes the next DiffID.",
    hints=(
        "Both lists have the oldest first. Walk them together, from the base up.",
        'A row without a layer has `"empty_layer": true`. Other rows don\'t have that key at all.',
        "`left = iter(diff_ids)`, then `next(left)` for each row that has a layer.",
        "Turn the list round at the very end: `docker history` prints the newest first.",
    ),
    mistakes=(
        Mistake(zipped, "You give every row a DiffID. Those with `empty_layer` have none."),
        Mistake(oldest_first, "Right pairs, wrong order: the newest row comes first."),
        Mistake(layers_only, "The rows without a layer are missing. They get `None`."),
        Mistake(
            from_the_wrong_end,
            "You go down the rows and up the DiffIDs. Walk both from the base, then turn round.",
        ),
        Mistake(needs_the_key, "Most rows have no key `empty_layer`: use `row.get(…)`."),
        Mistake(
            by_instruction,
            "You go by the instruction. A RUN that changes no file has no layer. "
            "Only `empty_layer` tells.",
        ),
    ),
)


# 4. Had you built it here.

missing_rows = Exercise(
    title="Had you built it here",
    asks="When does a row of `docker history` say `<missing>`?",
    kind=Value("a number", is_number),
    solution_code="answer = 1",
    why="Each of the nine steps would be an image here, with an ID, and Alpine itself is one. "
    "Only Alpine's own first row would stay `<missing>`: that step was made elsewhere.",
    hints=(
        "The classic builder commits an image after each step. Each has an ID, on this machine.",
        "Eleven rows: nine from flannel's Dockerfile, two that came with Alpine.",
        "You have one image called `alpine`. It is the state after its *last* step.",
    ),
    mistakes=(
        Mistake(0, "Alpine was pulled. Its image is here, but not the step before its last."),
        Mistake(2, "One of Alpine's two rows has an ID: the image `alpine` itself."),
        Mistake(10, "That is the pulled image. Here the steps were made on this machine."),
        Mistake(11, "The top row always has an ID: it is the image."),
        Mistake(4, "You counted rows without a layer. Such a step is an image as well."),
    ),
)


# 5. From a ChainID to the content.


def _read(files: Mapping[str, str], chain: str, name: str) -> str:
    return files[f"{LAYERDB}/{chain.removeprefix('sha256:')}/{name}"]


def _stack(files: Mapping[str, str], top: str) -> list[str]:
    """The ChainIDs from the top down."""
    chains = [top]
    while f"{LAYERDB}/{chains[-1].removeprefix('sha256:')}/parent" in files:
        chains.append(_read(files, chains[-1], "parent"))
    return chains


def base_first(files: Mapping[str, str], top: str) -> list[str]:
    """Right, but base first."""
    return [f"{_read(files, c, 'cache-id')}/diff" for c in reversed(_stack(files, top))]


def without_the_base(files: Mapping[str, str], top: str) -> list[str]:
    """Stops where there is no parent, before taking that layer."""
    return [f"{_read(files, c, 'cache-id')}/diff" for c in _stack(files, top)[:-1]]


def named_by_chain(files: Mapping[str, str], top: str) -> list[str]:
    """Takes the ChainID for the directory's name."""
    return [f"{chain.removeprefix('sha256:')}/diff" for chain in _stack(files, top)]


def named_by_diff_id(files: Mapping[str, str], top: str) -> list[str]:
    """Takes the DiffID for the directory's name."""
    return [f"{_read(files, c, 'diff').removeprefix('sha256:')}/diff" for c in _stack(files, top)]


def the_top_alone(files: Mapping[str, str], top: str) -> list[str]:
    """Doesn't go down."""
    return [f"{_read(files, top, 'cache-id')}/diff"]


def cache_ids(files: Mapping[str, str], top: str) -> list[str]:
    """Forgets the ``diff`` below it."""
    return [_read(files, chain, "cache-id") for chain in _stack(files, top)]


lower_dirs = Exercise(
    title="From a ChainID to the content",
    asks="How does Docker get from a ChainID to the directories that it mounts?",
    kind=Trial(
        wants="a function of two arguments, `files` and `top`",
        fits=callable,
        cases=stores,
        describe=lambda files, top: (
            f"a layerdb of {sum(name.endswith('/diff') for name in files)} layers, "
            f"top = {top[:19]}…"
        ),
    ),
    solution_code=f"""
LAYERDB = "{LAYERDB}"

def answer(files, top):
    paths = []
    while top:
        folder = LAYERDB + "/" + top.removeprefix("sha256:")
        paths.append(files[folder + "/cache-id"] + "/diff")
        top = files.get(folder + "/parent")
    return paths
""",
    why="From the top you follow `parent` down to the base, and read at each stop which "
    "directory has the files. That list is the `lowerdir` of the mount.",
    hints=(
        "The directory of a ChainID is its 64 digits, without `sha256:`.",
        "`cache-id` in it is the name under `overlay2/`; the files are in `diff` below that.",
        "`parent` in it is the ChainID below. The base has no such file: `files.get(…)`.",
    ),
    mistakes=(
        Mistake(base_first, "Right paths, wrong order: `lowerdir` wants the topmost first."),
        Mistake(
            without_the_base, "The base has no `parent`, but it has files. Don't leave it out."
        ),
        Mistake(
            named_by_chain,
            "Under `overlay2/` nothing is named by ChainID. Read the file `cache-id`.",
        ),
        Mistake(named_by_diff_id, "Under `overlay2/` nothing is named by DiffID. Read `cache-id`."),
        Mistake(the_top_alone, "That is the top layer. Follow `parent` down to the base."),
        Mistake(cache_ids, "Almost: the files of a layer are in `<cache-id>/diff`."),
    ),
)


EXERCISES = (which_directory, what_find_found, pair_up, missing_rows, lower_dirs)
