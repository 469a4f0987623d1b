"""The exercises of lesson 00, start here, with their solutions and known mistakes."""

from layerlab.course.exercise import Exercise, Mistake, Trial, Value, is_number, is_texts
from layerlab.course.lesson00_image import running
from layerlab.course.plain import Plain
from layerlab.docker.command import execute

# 1. How many layers.

how_many = Exercise(
    title="How many layers",
    asks="`docker history` prints five rows for an image, and one of them is `CMD`, which changes "
    "no file. How many layers has the image?",
    kind=Value("a number, such as `2`", is_number),
    solution_code="answer = 4",
    why="Three came with the pull, and `commit` put one on top. `CMD` has a row and no layer.",
    hints=(
        "This is a hint. Each call gives one more, and the last one stays.",
        "The pull printed a line for each layer. What did `docker commit` add?",
        "Or count the rows of `docker history mine:1`, but for the one that changed no file.",
    ),
    mistakes=(
        Mistake(5, "Those are the rows of its history. `CMD` changes no file and makes no layer."),
        Mistake(3, "So many came with the pull. `docker commit` put one more on top."),
        Mistake(1, "One layer is new. The image is *all* its layers, and those below are in it."),
        Mistake(0, "An image without layers is an empty tree, and `mine:1` prints a greeting."),
        Mistake(6, "That is more than there are rows, and a row makes one layer at most."),
    ),
)


# 2. Who still has it.


def _names(value: Plain) -> Plain:
    """The names, each once, in any order."""
    assert isinstance(value, tuple)
    return tuple(sorted({str(name).strip() for name in value}))


who_has_it = Exercise(
    title="Who still has it",
    asks="A container deletes a file of its image and is committed as another image. In which "
    "trees is the file still seen: image, container, new image, a new container of the old image?",
    kind=Value('a list of names, such as `["box", "mine"]`', is_texts, _names),
    solution_code='answer = ["hello", "new"]',
    why="The image `hello` never changes, and a new container sees what its image shows. `box` "
    "and `mine` have the whiteout, which hides the file.",
    hints=(
        "In which layer does the deletion stand? Who has that layer?",
        "The container's layer holds it, and `docker commit` made it a layer of `mine`.",
        "A new container of `hello` begins with an empty layer on the layers of `hello`.",
    ),
    mistakes=(
        Mistake(
            ["hello"],
            "A new container begins with all that its image shows. What `box` did is in the layer "
            "of `box`.",
        ),
        Mistake([], "The deletion is in one layer, that of `box`. The layers below are unchanged."),
        Mistake(
            ["hello", "new", "mine"],
            "`mine` was made from the layer of `box`, and the whiteout is in it.",
        ),
        Mistake(
            ["hello", "new", "mine", "box"],
            "The bytes are in all four: each has the layer that holds them. But two of them have a "
            "whiteout above it, and don't *see* the file.",
        ),
        Mistake(["mine", "box"], "The other way round: these two have the whiteout."),
        Mistake(["hello", "mine"], "Not every image has it. Look at what was committed."),
    ),
)


# 3. Make it print that.


def diff_after(line: str) -> tuple[str, ...]:
    """The lines of ``docker diff`` after a shell in a new container has run ``line``."""
    engine = running()
    execute(engine, ["exec", "box", "sh", "-c", line])
    return tuple(execute(engine, ["diff", "box"]).stdout.splitlines())


make_it_print = Exercise(
    title="Make docker diff print that",
    asks="Which shell command makes `docker diff` print `D /etc/motd` and `A /root/todo`, and the "
    "two directories above them?",
    kind=Trial(
        wants='a text that a shell can run, such as `"ls /etc"`',
        fits=lambda answer: isinstance(answer, str),
        cases=lambda: [()],
        describe=lambda: "docker diff box",
        use=diff_after,
    ),
    solution_code='answer = "rm /etc/motd; touch /root/todo"',
    why="`rm` leaves a whiteout, which is printed as `D`. The new file is printed as `A`. Each "
    "directory above a change is printed as `C`.",
    hints=(
        "`D` is a path that was deleted, `A` one that was added. `C` says that something changed.",
        "You need two commands. In a shell, `;` stands between them.",
        "`rm` deletes a file. `touch` makes an empty one.",
    ),
    mistakes=(
        Mistake("rm /etc/motd", "The deletion is there. Now something must be added in `/root`."),
        Mistake("touch /root/todo", "The new file is there. Now something in `/etc` must go."),
        Mistake(
            "echo > /etc/motd; touch /root/todo",
            "`/etc/motd` is changed, so the line begins with `C`. For a `D` it must be gone.",
        ),
        Mistake(
            "rm /etc/motd; touch /todo",
            "The new file is in `/`, which `docker diff` doesn't print. It shall be in `/root`.",
        ),
        Mistake(
            "docker exec box rm /etc/motd",
            "Nothing was changed. The text is run *in* the container, where there is no `docker`.",
        ),
    ),
)

EXERCISES = (how_many, who_has_it, make_it_print)
