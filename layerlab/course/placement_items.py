"""The questions of the placement quiz: the point of each lesson that most people get wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """A question with options, all different; ``right`` is one of them."""

    lesson: str
    """The number of the lesson that shows it."""
    asks: str
    options: tuple[str, ...]
    right: str
    why: str


ITEMS = (
    Item(
        "01",
        "Two layers have a file `/etc/motd`. What does the union show?",
        ("both, one beside the other", "the upper one", "the lower one"),
        "the upper one",
        "Look down from the top: the first file you meet is the one you see. Only directories "
        "merge.",
    ),
    Item(
        "01",
        "A container deletes a file that its image has. What happens to the file?",
        (
            "it is removed from the image's top layer",
            "it is removed when the container is",
            "it stays in the image, and a whiteout hides it",
        ),
        "it stays in the image, and a whiteout hides it",
        "The image's layers are read-only. The deletion is a mark in the container's layer.",
    ),
    Item(
        "02",
        "A registry compresses all layers anew with zstd. Which names change?",
        ("blob digests and manifest digest", "all of them", "DiffIDs and the image ID"),
        "blob digests and manifest digest",
        "A DiffID is the hash of the plain tar, and the image ID that of the config. Neither "
        "knows how a layer was compressed.",
    ),
    Item(
        "03",
        "A Debian container runs on an Ubuntu host. Whose kernel does it use?",
        ("Debian's, from the image", "one of its own, from bootfs", "the host's"),
        "the host's",
        "No image of a container holds a kernel that runs. The distribution is files, and the "
        "kernel is the host's.",
    ),
    Item(
        "04",
        "`RUN apt-get install …`, and in the next instruction `RUN rm -rf /var/lib/apt/lists`. "
        "How much smaller is the image?",
        ("by the size of the lists", "not at all", "by that size, once it is pushed"),
        "not at all",
        "The lists stay in the layer of the first `RUN`. Delete in the instruction that writes.",
    ),
    Item(
        "05",
        "A container runs `chmod` on a file of 500 MB of its image. How much does its layer grow?",
        ("by a few bytes", "not at all", "by 500 MB"),
        "by 500 MB",
        "Docker copies the whole file up before the first change, even if only its mode changes.",
    ),
    Item(
        "06",
        "Ten containers run from an image of 1 GB, and none has written anything. How much disk do "
        "image and containers take?",
        ("about 1 GB", "about 10 GB", "about 11 GB"),
        "about 1 GB",
        "All ten have the same read-only layers, and each has an empty one of its own.",
    ),
    Item(
        "07",
        "An image has seven layers. You look for their seven DiffIDs among the names in "
        "`/var/lib/docker/image/overlay2/layerdb/sha256`. How many do you find?",
        ("seven", "one", "none"),
        "one",
        "The directories are named by ChainID. Only for the base are ChainID and DiffID the same.",
    ),
    Item(
        "09",
        "An image takes 1 GB, but the files that its containers see add up to 600 MB. Where are "
        "the other 400 MB?",
        (
            "in the config and the manifest",
            "in lower layers, hidden by upper ones",
            "in blocks that are only half full",
        ),
        "in lower layers, hidden by upper ones",
        "What a later layer replaces or deletes stays below. It is pulled and stored, and nobody "
        "can read it.",
    ),
)
