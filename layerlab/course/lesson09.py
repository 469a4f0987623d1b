"""The exercises of lesson 09, your own image, with their solutions and known mistakes."""

from __future__ import annotations

from layerlab.course.exercise import Exercise, Mistake, Value, is_number, is_text
from layerlab.course.lesson04_builds import Dockerfile
from layerlab.course.lesson09_builds import GAIN, WASTEFUL, leaner
from layerlab.course.lesson09_images import PASSWORD, parcel, shop
from layerlab.course.lesson09_own import look
from layerlab.course.lesson09_same import same_image
from layerlab.course.plain import Plain

__all__ = ["EXERCISES", "GAIN", "WASTEFUL", "look", "parcel", "shop"]

# 1. Which layer a file comes from.

PATHS = (
    "/usr/bin/banner",
    "/srv/shop/make",
    "/srv/shop/site/about.html",
    "/srv/shop/manual/README",
)


def _is_numbers(value: Plain) -> bool:
    return isinstance(value, tuple) and all(type(item) is int for item in value)


layer_of = Exercise(
    title="Which layer a file comes from",
    asks="Several layers have a file. Which copy does a container see, and what does `chown "
    "-R` do to that?",
    kind=Value("a list of four layer numbers, such as `[0, 1, 2, 3]`", _is_numbers),
    solution_code="answer = [1, 2, 6, 7]",
    why="A container sees the topmost copy. `chown -R` made one of every page, changed or not.",
    hints=(
        "The browser names the layer of each file. So does `table(shop.rootfs)`.",
        "Asked is the copy that a container sees: the topmost one.",
        "`shop.rootfs.items()` gives path, node and layer of all that a container sees.",
    ),
    mistakes=(
        Mistake(
            [1, 2, 3, 7],
            "`sh make` wrote the page first, but a later layer has a copy of its own, above it.",
        ),
        Mistake([2, 3, 7, 8], "The lowest layer is number 0."),
        Mistake(
            [1, 2, 3, 2],
            "Those are the layers that first made each file or its directory. Asked is the copy "
            "that a container sees.",
        ),
        Mistake(
            [8, 8, 8, 8],
            "The top layer holds no file at all. What a container sees comes from many layers.",
        ),
        Mistake([1, 2, 5, 7], "Layer 5 changed `index.html` only. Asked is `about.html`."),
    ),
)


# 2. What one RUN would save.

one_run = Exercise(
    title="What one RUN would save",
    asks="Three instructions write the same pages. What would one save?",
    kind=Value("a number of bytes", is_number),
    solution_code="""
from layerlab.course.lesson09 import shop

pages = [[node.size for path, node in layer.changes.items()
          if path.startswith("/srv/shop/site/") and node.kind == "file"]
         for layer in shop().layers]
answer = sum(map(sum, pages)) - sum(pages[6])
""",
    why="The pages are stored by three layers. One `RUN` leaves the last state of each page, as "
    "layer 6 has it; what layers 3 and 5 store of them is saved.",
    hints=(
        "Which layers have files in `/srv/shop/site/`? The last state of each page must stay.",
        "Layer 3 has three pages, layer 5 one, and layer 6 all three once more.",
        "Add up the pages of layers 3 and 5.",
    ),
    mistakes=(
        Mistake(
            307_807, "That is `index.html` alone. `chown -R` wrote the other pages again, too."
        ),
        Mistake(
            468_573,
            "Those are all copies of the pages. One of each must stay: the container needs it.",
        ),
        Mistake(
            157_341, "That is what layer 6 holds. Those copies must stay: they are the last state."
        ),
        Mistake(
            153_916, "Three instructions wrote `index.html`, so two copies go, and other pages too."
        ),
    ),
)


# 3. Get the password back.


def _tidy_text(value: Plain) -> Plain:
    assert isinstance(value, str)
    return value.strip()


password = Exercise(
    title="Get the password back",
    asks="A file with a password was deleted by a later instruction. Where is it?",
    kind=Value("the password as text", is_text, _tidy_text),
    solution_code="""
from layerlab.course.lesson09 import parcel

found = parcel().layers[0].changes["/opt/till/setup/login.txt"].content.read()
answer = found.decode().split("password = ")[1]
""",
    why="The directory was deleted and made anew, so that it is opaque. What it hides is still "
    "in the lowest layer, for everybody who has the image.",
    hints=(
        "Compare the paths of all layers with those that a container sees.",
        (
            "`{path for layer in image.layers for path in layer.changes}` are all paths, "
            "`{path for path, _, _ in image.rootfs.items()}` those to be seen."
        ),
        'A layer\'s file is read with `layer.changes["/path"].content.read()`.',
        "Look into `/opt/till/setup/login.txt`, in layer 0.",
    ),
    mistakes=(
        Mistake("ask-the-boss", "That one every container sees. There is another one, hidden."),
        Mistake(
            "third-teapot-from-the-left", "That is the token of the shop. Asked is the parcel's."
        ),
        Mistake("/opt/till/setup/login.txt", "That is the file. Now read it."),
        Mistake(f"password = {PASSWORD}", "That is the whole line. Give the password alone."),
        Mistake(f"user = admin\npassword = {PASSWORD}", "You found it. Give the password alone."),
        Mistake("admin", "That is the user of the account. Its password is one line further."),
    ),
)


# 4. The layers by their waste.

by_waste = Exercise(
    title="The layers by their waste",
    asks="Which layer carries the waste: the one that hides, or the one that is hidden?",
    kind=Value("a list of layer numbers, such as `[2, 0]`", _is_numbers),
    solution_code="""
from collections import Counter
from layerlab.analysis import waste
from layerlab.course.lesson09 import shop

stored = Counter()
for finding in waste(shop()).findings:
    stored[finding.layer] += finding.saves
answer = [layer for layer, _ in stored.most_common()]
""",
    why="The bytes lie in the layer that *stores* them. What hides them is another layer, and "
    "that one may be empty.",
    hints=(
        "`waste(shop).findings` has for each finding the layer that stores the bytes.",
        "One layer may have several findings: add them up.",
        "A `Counter` adds up, and its `most_common()` sorts.",
    ),
    mistakes=(
        Mistake([0, 2, 6, 3, 5, 4, 1], "That is the order of their sizes. Not all of it is waste."),
        Mistake(
            [6, 5, 4, 7, 8],
            "Those are the layers that hide. The bytes are in the layers below them.",
        ),
        Mistake(
            [5, 3, 2, 1],
            "You took the largest finding of each layer. A layer may have several: add them up.",
        ),
        Mistake(
            [2, 3, 5],
            "You counted what is hidden. Package lists and downloads are in sight, and "
            "nobody needs them.",
        ),
        Mistake([1, 5, 3, 2], "That is the right order, backwards: begin with the most wasteful."),
    ),
)


# 5. A leaner image.

_PART = "RUN apt-get update && apt-get install -y --no-install-recommends curl"
_CLEAN = f"{_PART} && rm -rf /var/lib/apt/lists/*\n"
_UNPACK = "cd /srv/app && tar -xf vendor.tar && rm vendor.tar key"

lean = Exercise(
    title="A leaner image",
    asks="What do you do about files that were copied in and aren't needed?",
    kind=Dockerfile(leaner),
    solution_code='''
answer = """
FROM debian AS files
COPY . /srv/app/
RUN cd /srv/app && tar -xf vendor.tar && rm vendor.tar key && chmod 600 points.csv

FROM debian
RUN apt-get update \\
 && apt-get install -y --no-install-recommends curl \\
 && rm -rf /var/lib/apt/lists/*
COPY --from=files /srv/app /srv/app
CMD ["sh", "/srv/app/main.sh"]
"""
''',
    why="What is copied in can't be deleted later. A first stage may be as untidy as it likes: "
    "only what is copied out of it counts.",
    hints=(
        "Four things are waste: the package lists, `vendor.tar`, a second `points.csv`, the key.",
        "The lists go in the `RUN` that fetches them. The others came by `COPY`: no `RUN` helps.",
        "Let a first stage copy, unpack, delete and change the mode. Name it: `AS files`.",
        "In the second stage: `COPY --from=files /srv/app /srv/app`. It keeps the mode.",
    ),
    mistakes=(
        Mistake(WASTEFUL, "That is the Dockerfile as it was. Ask of each line what it leaves."),
        Mistake(
            WASTEFUL.replace("curl\n", "curl && rm -rf /var/lib/apt/lists/*\n"),
            "The lists are gone, and that is most of it. `vendor.tar`, the second `points.csv` "
            "and the key are still carried.",
        ),
        Mistake(
            f"FROM debian\n{_CLEAN}COPY . /srv/app/\nRUN {_UNPACK} && chmod 600 points.csv\n",
            "One `RUN` instead of three hides as much as before: what `COPY` brought stays in the "
            "layer of `COPY`. Copy in a first stage.",
        ),
        Mistake(
            f"FROM debian AS files\nCOPY . /srv/app/\nRUN {_UNPACK}\nFROM debian\n{_CLEAN}"
            "COPY --from=files /srv/app /srv/app\n",
            "Lean, but `points.csv` can be read by all. Set its mode in the first stage.",
        ),
        Mistake(
            f"FROM debian AS files\nCOPY . /srv/app/\nRUN {_UNPACK}\nFROM debian\n{_CLEAN}"
            "COPY --from=files /srv/app /srv/app\nRUN chmod 600 /srv/app/points.csv\n",
            "A `chmod` in a layer of its own stores the whole file again. Set the mode in the "
            "first stage.",
        ),
        Mistake(
            "FROM debian AS files\nCOPY . /srv/app/\nRUN cd /srv/app && tar -xf vendor.tar && "
            f"rm vendor.tar && chmod 600 points.csv\nFROM debian\n{_CLEAN}"
            "COPY --from=files /srv/app /srv/app\n",
            "You copied the key over from the first stage. Delete it there.",
        ),
    ),
)


EXERCISES = (layer_of, one_run, password, by_waste, lean, same_image)
