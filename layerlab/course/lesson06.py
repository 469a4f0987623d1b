"""The exercises of lesson 06, layer sharing, with their solutions and known mistakes."""

from collections.abc import Sequence

from layerlab.course.exercise import Exercise, Mistake, Trial, Value, is_number, is_texts
from layerlab.course.lesson06_cases import removals, stores, wishes
from layerlab.course.plain import Plain

Sized = Sequence[tuple[str, int]]
"""An image: its layers, base first, each with its DiffID and its size."""


# 1. What a pull says.


def _digests(value: Plain) -> Plain:
    """The names of layers, in the order in which they were given."""
    assert isinstance(value, tuple)
    return tuple(str(name).strip().rstrip(":") for name in value)


already_here = Exercise(
    title="What a pull says",
    asks="`os`, `libs`, `app` are here in this order. What says a pull of `os`, `libs`, "
    "`patch`, `app`?",
    kind=Value("a list of layers, such as `['os', 'libs']`", is_texts, _digests),
    solution_code='answer = ["os", "libs"]',
    why="`os` and `libs` are here, one on the other, as the new image has them. `patch` is new, "
    "and over a new layer nothing counts as here.",
    hints=(
        "Go up from the base, and compare with what is here, layer by layer.",
        "A layer is here if the same layer lies on the same layers here.",
        "The first layer that isn't here ends it: whatever is above comes as well.",
    ),
    mistakes=(
        Mistake(
            ["os", "libs", "app"],
            "`app` is here, but not on `patch`. Its chain is another one, so it comes again.",
        ),
        Mistake(["os", "libs", "patch", "app"], "`patch` is in no image that is here."),
        Mistake(["patch", "app"], "Those are the two that come. Which ones are here already?"),
        Mistake(["os"], "The base is not all: `libs` lies on `os` here, too."),
        Mistake([], "An image shares with another the layers that both begin with."),
    ),
)


# 2. What the disk holds.


def _images_text(images: Sequence[Sized], *more: object) -> str:
    rows = [f"{number}: {list(image)}" for number, image in enumerate(images)]
    return "\n".join([*rows, *map(str, more)]) or "no images"


def copies(images: Sequence[Sized]) -> int:
    """A copy of everything for everyone."""
    return sum(size for image in images for _, size in image)


def by_diff_id(images: Sequence[Sized]) -> int:
    """Takes equal DiffIDs for one layer, wherever they lie."""
    return sum({layer[0]: layer[1] for image in images for layer in image}.values())


def by_size(images: Sequence[Sized]) -> int:
    """Drops a layer because another is as big."""
    return sum({size for image in images for _, size in image})


def neighbours(images: Sequence[Sized]) -> int:
    """Looks at a layer and the one below it, and no deeper."""
    seen = {
        (image[at - 1][0] if at else "", layer): layer[1]
        for image in images
        for at, layer in enumerate(image)
    }
    return sum(seen.values())


def bases_once(images: Sequence[Sized]) -> int:
    """Shares the lowest layer alone."""
    bases = {image[0] for image in images if image}
    return sum(size for _, size in bases) + sum(s for image in images for _, s in image[1:])


on_disk = Exercise(
    title="What the disk holds",
    asks="How many bytes does the store hold of several images?",
    kind=Trial(
        wants="a function of one argument, `images`",
        fits=callable,
        cases=stores,
        describe=_images_text,
    ),
    solution_code="""
def answer(images):
    stored = {}
    for image in images:
        chain = ()
        for diff_id, size in image:
            chain = (*chain, diff_id)
            stored[chain] = size
    return sum(stored.values())
""",
    why="You kept one entry for each chain. That is what the engine does: one directory for each "
    "ChainID.",
    hints=(
        "A layer is stored once for each chain: its DiffID behind those of all that lie below.",
        "Go up each image and make the chain longer by one DiffID at each layer.",
        "Put the sizes into a dictionary whose keys are the chains, as tuples. Then add them up.",
    ),
    mistakes=(
        Mistake(
            copies, "That is a copy for each image. What two images begin with is stored once."
        ),
        Mistake(
            by_diff_id,
            "You share by DiffID. The same layer over another one has another ChainID, and is "
            "stored again.",
        ),
        Mistake(by_size, "Two layers of the same size are still two layers."),
        Mistake(
            neighbours,
            "You look one layer down. A chain is all that lies below, down to the base.",
        ),
        Mistake(bases_once, "Not the lowest layer alone is shared: all that images begin with is."),
    ),
)


# 3. What crosses the wire.

Names = Sequence[str]


def _wish_text(here: Sequence[Names], wanted: Names) -> str:
    return f"here = {[list(image) for image in here]}\nwanted = {list(wanted)}"


def unknown_blobs(here: Sequence[Names], wanted: Names) -> list[str]:
    """What no image has: how a push goes, and not a pull."""
    known = {name for image in here for name in image}
    return [name for name in wanted if name not in known]


def all_or_nothing(here: Sequence[Names], wanted: Names) -> list[str]:
    """Knows whole images only."""
    return [] if list(wanted) in [list(image) for image in here] else list(wanted)


def first_image_only(here: Sequence[Names], wanted: Names) -> list[str]:
    """Compares with one image, though another may begin better."""
    image = list(here[0]) if here else []
    same = 0
    while same < min(len(image), len(wanted)) and image[same] == wanted[same]:
        same += 1
    return list(wanted[same:])


def from_the_top(here: Sequence[Names], wanted: Names) -> list[str]:
    """Takes the top layer for all that can change."""
    return list(wanted[-1:])


def each_at_its_place(here: Sequence[Names], wanted: Names) -> list[str]:
    """Compares place by place, and goes on above a layer that differs."""
    return [
        name
        for at, name in enumerate(wanted)
        if not any(at < len(image) and image[at] == name for image in here)
    ]


crossing = Exercise(
    title="What a pull moves",
    asks="Which layers does a pull download?",
    kind=Trial(
        wants="a function of two arguments, `here` and `wanted`",
        fits=callable,
        cases=wishes,
        describe=_wish_text,
    ),
    solution_code="""
def answer(here, wanted):
    chains = set()
    for image in here:
        for count in range(len(image) + 1):
            chains.add(tuple(image[:count]))
    known = 0
    while known < len(wanted) and tuple(wanted[:known + 1]) in chains:
        known += 1
    return wanted[known:]
""",
    why="As long as the chain is here, `Already exists`. From the first layer that is missing, "
    "all that follow are downloaded, whether their bytes are here or not.",
    hints=(
        "First collect the chains that are here: every beginning of every image.",
        "Then go up `wanted` for as long as its beginning is among them.",
        "All the rest moves, even a layer that some image has elsewhere.",
    ),
    mistakes=(
        Mistake(
            unknown_blobs,
            "You leave out a layer that is here on other layers. A pull fetches it again, for its "
            "chain is new. (A *push* goes by blobs, as you do.)",
        ),
        Mistake(all_or_nothing, "What images begin with in common needn't come again."),
        Mistake(
            first_image_only, "Any image that is here may have the beginning, not the first alone."
        ),
        Mistake(from_the_top, "More than the top layer may be missing, or nothing at all."),
        Mistake(
            each_at_its_place,
            "You go on above a layer that is missing. What lies above it has a new chain.",
        ),
    ),
)


# 4. What is in memory.

PAGES = 245
"""Of a file of 1,000,001 bytes."""

in_memory = Exercise(
    title="What is in memory",
    asks="Three containers read a file of the base, then one appends to it. What does the page "
    "cache hold?",
    kind=Value("a number of pages", is_number),
    solution_code="answer = 2 * 245",
    why="Twice 245 pages: the lower file's, which two containers share, and the copy of the third, "
    "which is another file.",
    hints=(
        "A file takes whole pages of 4,096 bytes. How many are 1,000,001 bytes?",
        "Three containers read the same lower file: its pages are there once.",
        "The one that appended has its own file since. The lower one's pages are still there.",
    ),
    mistakes=(
        Mistake(PAGES, "That is the lower file. One container has a copy of its own since."),
        Mistake(3 * PAGES, "They don't have a copy each: two still share the lower file's pages."),
        Mistake(4 * PAGES, "Before the copy-up the three shared one set of pages, not three."),
        Mistake(PAGES + 1, "The copy-up copied the whole file, not the page that was written."),
        Mistake(2 * 244, "The last byte needs a page, too: 245 for each file, not 244."),
        Mistake(2_000_002, "That is about the bytes. How many pages of 4,096 do they take?"),
    ),
)


# 5. What a removal frees.


def _removal_text(images: Sequence[Sized], gone: int) -> str:
    return _images_text(images, f"gone = {gone}")


def whole_size(images: Sequence[Sized], gone: int) -> int:
    """The SIZE column."""
    return sum(size for _, size in images[gone])


def top_layer(images: Sequence[Sized], gone: int) -> int:
    """Frees the top and leaves the rest."""
    return images[gone][-1][1]


def unique_diff_ids(images: Sequence[Sized], gone: int) -> int:
    """Goes by DiffID."""
    others = {name for at, image in enumerate(images) if at != gone for name, _ in image}
    return sum(size for name, size in images[gone] if name not in others)


def shared_part(images: Sequence[Sized], gone: int) -> int:
    """Frees what others need, and keeps what nobody does."""
    return whole_size(images, gone) - _freed(images, gone)


def _freed(images: Sequence[Sized], gone: int) -> int:
    def chains(image: Sized) -> dict[tuple[str, ...], int]:
        names = [name for name, _ in image]
        return {tuple(names[: at + 1]): size for at, (_, size) in enumerate(image)}

    others = {c for at, image in enumerate(images) if at != gone for c in chains(image)}
    return sum(size for chain, size in chains(images[gone]).items() if chain not in others)


freed = Exercise(
    title="What a removal frees",
    asks="How many bytes does the removal of an image free?",
    kind=Trial(
        wants="a function of two arguments, `images` and `gone`",
        fits=callable,
        cases=removals,
        describe=_removal_text,
    ),
    solution_code="""
def answer(images, gone):
    kept = set()
    for at, image in enumerate(images):
        names = [diff_id for diff_id, size in image]
        if at != gone:
            kept.update(tuple(names[:n]) for n in range(1, len(names) + 1))
    names = [diff_id for diff_id, size in images[gone]]
    return sum(size for n, (diff_id, size) in enumerate(images[gone], 1)
               if tuple(names[:n]) not in kept)
""",
    why="Only the chains that no other image has can go. That is the image's UNIQUE SIZE.",
    hints=(
        "Collect the chains that the other images need: every beginning of each of them.",
        "Then go up the image that goes, and add the sizes of the chains that nobody needs.",
        "Mind an image that another one is built on: all of its chains are needed.",
    ),
    mistakes=(
        Mistake(whole_size, "That is its SIZE. The layers that others have stay where they are."),
        Mistake(top_layer, "All layers that no other image has go, be it none or several."),
        Mistake(
            unique_diff_ids,
            "You go by DiffID. A layer that others have over *other* layers is stored apart, and "
            "this copy of it goes.",
        ),
        Mistake(shared_part, "The other way round: what others share stays, the rest goes."),
    ),
)


EXERCISES = (already_here, on_disk, crossing, in_memory, freed)
