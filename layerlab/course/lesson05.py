"""The exercises of lesson 05, copy-on-write, with their solutions and known mistakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layerlab.course.exercise import Exercise, Mistake, Trial, Value, is_texts
from layerlab.course.lesson05_acts import anew, move, no_copy
from layerlab.course.lesson05_cases import Step, days
from layerlab.course.plain import Plain

# 1. What docker diff says.

SCRIPT = """\
cat /srv/books.db > /dev/null
chmod 644 /srv/books.db
echo new > /srv/shop/news
rm /etc/motd
touch /tmp/x && rm /tmp/x
"""
"""What the container of the first exercise does, on the lesson's image."""


def _lines(value: Plain) -> Plain:
    """Lines of ``docker diff``, each once, in any order."""
    assert isinstance(value, tuple)
    return tuple(sorted({" ".join(str(line).split()) for line in value}))


_ABOVE = ["C /etc", "C /srv", "C /srv/shop"]

what_diff_says = Exercise(
    title="What docker diff says",
    asks="A file is read, one gets the mode that it has, one is made, one deleted, one made "
    "and deleted. What does `docker diff` print?",
    kind=Value("a list of lines, such as `['C /etc', 'A /etc/new']`", is_texts, _lines),
    solution_code='answer = ["C /etc", "D /etc/motd", "C /srv", "C /srv/shop", "A /srv/shop/news"]',
    why="Two changes can be seen, and each directory above them is listed with a `C`. A copy that "
    "is like the original is no change, and a directory's time doesn't count.",
    hints=(
        "`docker diff` compares what the container sees with what the image shows.",
        "Reading changes nothing. And which mode had the database before the `chmod`?",
        "`/tmp/x` is in neither of the two trees. `/tmp` has another time, and that doesn't count.",
        "One file is new, one is gone. Each directory above them is listed too, but for `/`.",
    ),
    mistakes=(
        Mistake(
            [*_ABOVE, "A /srv/shop/news", "D /etc/motd", "C /srv/books.db"],
            "The database was copied up, and is what it was: same mode, same time, same content. "
            "There is nothing to list.",
        ),
        Mistake(
            [*_ABOVE, "A /srv/shop/news", "D /etc/motd", "C /srv/books.db", "C /tmp"],
            "That is what lies in the container layer. `docker diff` doesn't look there, it "
            "compares the two trees.",
        ),
        Mistake(
            [*_ABOVE, "A /srv/shop/news", "D /etc/motd", "C /tmp"],
            "`/tmp` was written to, and holds what it held before. A directory's time isn't "
            "compared.",
        ),
        Mistake(
            [*_ABOVE, "A /srv/shop/news", "D /etc/motd", "A /tmp/x", "C /tmp"],
            "`/tmp/x` is gone again. Only what is there in the end counts.",
        ),
        Mistake(
            ["A /srv/shop/news", "D /etc/motd"],
            "Those are the two changes. The directories above a change are listed, too.",
        ),
        Mistake(
            ["C /etc", "C /srv/shop", "A /srv/shop/news", "D /etc/motd"],
            "*Every* directory above a change is listed, and `/srv` is above `/srv/shop`.",
        ),
    ),
)


# 4. Keep the account.

Sizes = Mapping[str, int]
Steps = Sequence[Step]


def _day_text(image: Sizes, steps: Steps) -> str:
    return f"image = {dict(image)}\nsteps = {list(steps)}"


def _account(
    image: Sizes,
    steps: Steps,
    *,
    copies: Sequence[str] = ("append", "chmod"),
    again: bool = False,
    frees: bool = True,
    revives: bool = False,
) -> int:
    """The account as it should be, or one that gets a rule wrong."""
    layer: dict[str, int] = {}
    gone: set[str] = set()
    extra = 0
    for what, path, count in steps:
        below = image.get(path, 0) if revives or path not in gone else 0
        if what in copies:
            extra += layer.get(path, 0) if again else 0
            layer.setdefault(path, below)
        if what == "append":
            layer[path] = layer.get(path, 0) + count
        elif what == "replace":
            layer[path] = count + (below if "replace" in copies else 0)
        elif what == "delete":
            extra += 0 if frees else layer.get(path, 0)
            layer.pop(path, None)
            gone.add(path)
    return sum(layer.values()) + extra


def written_only(image: Sizes, steps: Steps) -> int:
    """Knows no copy-up."""
    return _account(image, steps, copies=())


def copied_again(image: Sizes, steps: Steps) -> int:
    """Copies at each change."""
    return _account(image, steps, again=True)


def copied_on_read(image: Sizes, steps: Steps) -> int:
    """Copies what is looked at."""
    return _account(image, steps, copies=("append", "chmod", "read"))


def free_chmod(image: Sizes, steps: Steps) -> int:
    """Takes a mode for nothing."""
    return _account(image, steps, copies=("append",))


def copied_to_replace(image: Sizes, steps: Steps) -> int:
    """Keeps what is thrown away."""
    return _account(image, steps, copies=("append", "chmod", "replace"))


def never_freed(image: Sizes, steps: Steps) -> int:
    """Takes a deletion for a mark and no more."""
    return _account(image, steps, frees=False)


def back_from_below(image: Sizes, steps: Steps) -> int:
    """Finds the image's file again behind the whiteout."""
    return _account(image, steps, revives=True)


account = Exercise(
    title="Keep the account",
    asks="What do reading, appending, a chmod, replacing and deleting add to a container's layer?",
    kind=Trial(
        wants="a function of two arguments, `image` and `steps`",
        fits=callable,
        cases=days,
        describe=_day_text,
    ),
    solution_code="""
def answer(image, steps):
    layer, gone = {}, set()
    for what, path, count in steps:
        if what in ("append", "chmod") and path not in layer:
            layer[path] = 0 if path in gone else image.get(path, 0)
        if what == "append":
            layer[path] += count
        elif what == "replace":
            layer[path] = count
        elif what == "delete":
            layer.pop(path, None)
            gone.add(path)
    return sum(layer.values())
""",
    why="A file of the image comes up once, whole, at the first change. From then on the layer's "
    "own copy changes, and it goes when the file is deleted.",
    hints=(
        "Keep a dictionary: the files of the container layer, with their sizes.",
        "`append` and `chmod` bring a file up first, unless it is up. `replace` needs no old byte.",
        "`delete` takes the file out of the layer, if it is there. Reading does nothing.",
        "A path that was deleted is hidden: what is appended to it then begins with 0 bytes.",
    ),
    mistakes=(
        Mistake(
            written_only,
            "You count what was written. Before the first change the whole file is copied.",
        ),
        Mistake(copied_again, "Only the first change copies. Then the file is in the layer."),
        Mistake(copied_on_read, "Reading copies nothing."),
        Mistake(free_chmod, "A `chmod` brings the whole file up, too."),
        Mistake(
            copied_to_replace,
            "`replace` throws the old content away, so nothing of it is copied.",
        ),
        Mistake(
            never_freed,
            "A deletion takes the layer's own copy away, and its bytes with it.",
        ),
        Mistake(
            back_from_below,
            "A whiteout hides the image's file. What comes after it is a new file, empty at first.",
        ),
        Mistake(lambda image, steps: 0, "It isn't always 0. What does the first `append` copy?"),
    ),
)


EXERCISES = (what_diff_says, no_copy, anew, account, move)
