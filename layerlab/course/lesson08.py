"""The exercises of lesson 08, interview questions, with their solutions and known mistakes."""

from collections.abc import Callable

from layerlab.course.exercise import Exercise, Mistake, Trial, Value, is_number
from layerlab.course.lesson04_builds import Dockerfile, Facts, builds, lists, where
from layerlab.course.plain import Plain
from layerlab.image import Image
from layerlab.layer import Layer
from layerlab.nodes import Whiteout

# 1. What holds.


def _letters(value: Plain) -> Plain:
    """The letters that were given, as text or as a list, each once and sorted."""
    text = value if isinstance(value, str) else "".join(map(str, value))  # type: ignore[arg-type]
    return tuple(sorted({letter for letter in text.lower() if letter.isalpha()}))


def _is_letters(value: Plain) -> bool:
    items = value if isinstance(value, (str, tuple)) else None
    if items is None or not all(isinstance(item, str) for item in items):
        return False
    return set(_letters(items)) <= set("abcdefgh")  # type: ignore[arg-type]


what_holds = Exercise(
    title="What to say, and what not",
    asks="Which hold? a: each layer alone is a file system to run in. b: images that begin alike "
    "share layers on disk. c: reading copies up. d: what only the container has is really "
    "deleted. e: a later `RUN rm` makes an image smaller. f: chmod copies the whole file. g: a "
    "base brings its kernel. h: commit adds one layer.",
    kind=Value("letters from a to h, such as `'ac'`", _is_letters, _letters),
    solution_code='answer = "bdfh"',
    why="b, d, f and h hold. a: a layer is a difference. c: reading copies nothing. e: the "
    "bytes stay below. g: the host's kernel is used.",
    hints=(
        "Each of the four false ones is answered under one of the questions above.",
        "Q10 settles c and f, Q7 settles d, Q2 settles b and e.",
        "Q1 settles a, Q6 settles g, Q5 settles h.",
    ),
    mistakes=(
        Mistake("bcdfh", "Reading copies nothing: c is often printed, and false. See Q10."),
        Mistake("bdefh", "What a later step deletes is hidden, and still counts: not e."),
        Mistake("bdfgh", "No base has a kernel: not g. See Q6."),
        Mistake("abdfh", "Alone a layer has not even a shell, if the one below brings it: not a."),
        Mistake("bfh", "d holds as well: what only the container has is gone for good. See Q7."),
        Mistake("bdh", "f holds as well: a changed mode is stored with a copy of the whole file."),
        Mistake("aceg", "Those are the four that don't hold."),
    ),
)


# 2. The account.

account = Exercise(
    title="The account",
    asks="An image has `/data` of 80,000,000 bytes and `/conf` of 500. A container reads "
    "`/data`, adds 10 bytes to `/conf`, one to `/data`, one more to `/data`, and deletes "
    "`/conf`. How many bytes were copied up?",
    kind=Value("a number of bytes", is_number),
    solution_code="answer = 500 + 80_000_000",
    why="Reading copies nothing. Each file is copied whole at its first opening for writing, "
    "and never again. Deleting copies nothing.",
    hints=(
        "Which of the five operations open a file of the image for writing?",
        "The second byte for `/data` goes into the copy that is there already.",
        "What is copied is the file as the image has it: the new bytes aren't copied.",
    ),
    mistakes=(
        Mistake(80_000_000, "And `/conf`? It was copied up before it was deleted."),
        Mistake(160_000_500, "`/data` is copied once: then the copy is changed in place."),
        Mistake(240_000_500, "Reading copies nothing, and a copy is made once."),
        Mistake(80_000_512, "You counted the bytes that were written, too. They aren't copied."),
        Mistake(12, "That is what was written. What is copied is the whole file."),
        Mistake(500, "One byte is enough to copy all of `/data`."),
        Mistake(0, "The first write to a file of the image copies it, all of it."),
    ),
)


# 3. The interviewer's Dockerfile.

_APP, _EDITED = {"app.py": b"print(1)\n"}, {"app.py": b"print(2)\n"}


def _better(text: str) -> Facts:
    """Built, and built again after an edit of ``app.py``."""
    first, second = builds(text, _APP, _EDITED)
    app = "/srv/app.py"
    fresh = second.image.rootfs.isfile(app) and second.image.rootfs.read_bytes(app)
    installs = [step for step in second.steps if "apt-get install" in step.instruction.source]
    return {
        "/usr/bin/python3": where(first.image, ["/usr/bin/python3"]),
        "/srv/app.py": "there" if fresh == _EDITED["app.py"] else "missing, or an old one",
        "the package lists": lists(first.image),
        "after an edit of app.py": (
            "Python is taken from the cache"
            if all(step.cached for step in installs)
            else "Python is installed again"
        ),
    }


_INSTALL = "apt-get update && apt-get install -y --no-install-recommends python3"
_RM = "rm -rf /var/lib/apt/lists/*"

better = Exercise(
    title="The interviewer's Dockerfile",
    asks="`FROM debian`, `COPY app.py /srv/`, `RUN apt-get update`, `RUN apt-get install -y "
    "--no-install-recommends python3`, `RUN rm -rf /var/lib/apt/lists/*`: what do you make "
    "better, and how?",
    kind=Dockerfile(_better),
    solution_code='''
answer = """
FROM debian
RUN apt-get update \\\\
 && apt-get install -y --no-install-recommends python3 \\\\
 && rm -rf /var/lib/apt/lists/*
COPY app.py /srv/
"""
''',
    why="One RUN fetches the lists, uses and deletes them, so no layer keeps them. It stands "
    "before the COPY, so an edit of `app.py` leaves it in the cache.",
    hints=(
        "Two things are wrong: an order, and a deletion that comes too late.",
        "What one instruction writes can only be taken back by the same instruction.",
        "What changes often goes last.",
    ),
    mistakes=(
        Mistake(
            f"FROM debian\nCOPY app.py /srv/\nRUN {_INSTALL} && {_RM}\n",
            "The lists are gone. But each edit of `app.py` installs Python again: copy it last.",
        ),
        Mistake(
            f"FROM debian\nRUN {_INSTALL}\nRUN {_RM}\nCOPY app.py /srv/\n",
            "The order is right. The lists are deleted in a layer of its own, and so only hidden.",
        ),
        Mistake(
            f"FROM debian\nRUN {_INSTALL}\nCOPY app.py /srv/\n",
            "The order is right. Now the lists are there for everybody to see: delete them, in "
            "the RUN that fetches them.",
        ),
        Mistake(
            "FROM debian\nCOPY app.py /srv/\nRUN apt-get update\nRUN apt-get install -y "
            f"--no-install-recommends python3\nRUN {_RM}\n",
            "That is the interviewer's own. What does an edit of `app.py` run again, and what "
            "does the last line free?",
        ),
        Mistake("FROM debian\nCOPY app.py /srv/\n", "Python is missing."),
        Mistake(f"FROM debian\nRUN {_INSTALL} && {_RM}\n", "`/srv/app.py` is missing."),
    ),
)


# 4. Prove it.


def _images() -> list[tuple[Image]]:
    """A small image, one of two layers, and one whose file lies deep."""
    small = Layer.of({"/a": "x" * 10, "/b": "y" * 20})
    return [
        (Image([small]),),
        (Image([small, Layer.of({"/a": "z" * 30})]),),
        (Image([Layer.of({"/srv/data/big": bytes(5_000), "/srv/data/small": b"1"})]),),
    ]


def _proof(answer: Callable[[Image], object], image: Image) -> object:
    """What the returned image shows of the claim."""
    made = answer(image)
    if not isinstance(made, Image):
        return made
    before, after = _files(image).items(), _files(made).items()
    kept = made.diff_ids[: len(image.layers)] == image.diff_ids
    return (
        "on the layers of image" if kept else "on other layers",
        f"{len(before - after)} gone, {len(after - before)} new",
        "smaller" if made.size < image.size else "no smaller",
    )


def _files(image: Image) -> dict[str, int]:
    """What files a container would see, and their sizes."""
    return {path: node.size for path, node, _ in image.rootfs.items() if node.kind == "file"}


def _by_layer(image: Image) -> Image:
    return image.append(Layer.of({min(_files(image)): Whiteout()}))


def _two_gone(image: Image) -> Image:
    return image.append(Layer.of({path: Whiteout() for path in sorted(_files(image))[:2]}))


def _squashed(image: Image) -> Image:
    made = _by_layer(image)
    return Image([Layer.of({path: node for path, node, _ in made.rootfs.items()})])


def _emptied(image: Image) -> Image:
    return image.append(Layer.of({min(_files(image)): b""}))


def _same(image: Image) -> Image:
    return image


prove = Exercise(
    title="Prove it",
    asks="How do you show that a deleted file frees no space in an image?",
    kind=Trial(
        wants="a function of an image",
        fits=callable,
        cases=_images,
        describe=lambda image: f"on an image with {', '.join(sorted(_files(image)))}",
        use=_proof,
    ),
    solution_code="""
def answer(image):
    box = Container(image)
    path = next(path for path, node, _ in image.rootfs.items() if node.kind == "file")
    box.unlink(path)
    return box.commit()
""",
    why="The commit has one layer more, which holds a whiteout. The file isn't seen, its bytes "
    "are where they were.",
    hints=(
        "A container can delete, and a commit makes an image of what it did.",
        "`box = Container(image)`, `box.unlink(path)`, `box.commit()`.",
        "For the path: `image.rootfs.items()` gives path, node and layer; `node.kind` says file.",
    ),
    mistakes=(
        Mistake(_two_gone, "Two files are gone. One is enough."),
        Mistake(_squashed, "You made one layer of all, and the image is smaller: that is a way "
                "to get rid of the bytes, and not what was asked."),
        Mistake(_emptied, "The file is empty, and still seen. Delete it."),
        Mistake(_same, "That is the image as it was. What a container deletes is in its image only "
                "after a commit."),
    ),
)  # fmt: skip

EXERCISES = (what_holds, account, better, prove)
