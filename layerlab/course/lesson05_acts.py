"""The exercises of lesson 05 whose answer brings a container into a state."""

from __future__ import annotations

import stat

from layerlab.container import Container
from layerlab.course.exercise import Exercise, Mistake
from layerlab.course.lesson05_cases import caches, databases, moves
from layerlab.course.lesson05_states import Acting, Facts, in_words, moved

# 2. Replace it without copying it.


def replaced(box: Container) -> Facts:
    """The database as it is now, and what was copied on the way."""
    path = "/srv/books.db"
    if not box.isfile(path):
        return {"the database": "is not there"}
    before = stat.S_IMODE(box.image.rootfs.stat(path).st_mode)
    after = stat.S_IMODE(box.stat(path).st_mode)
    copied = sum(event.bytes_copied for event in box.events)
    return {
        "the database": "new" if box.read_bytes(path) == b"new\n" else "not `new`",
        "its mode": "as before" if after == before else f"{after:o} instead of {before:o}",
        "bytes copied": "0" if not copied else "all of the old one's",
    }


def cut_first(box: Container) -> None:
    """Truncates by name, which copies all that is cut off a moment later."""
    box.truncate("/srv/books.db", 0)
    box.append_bytes("/srv/books.db", b"new\n")


def make_another(box: Container) -> None:
    """Another file of the same name."""
    box.unlink("/srv/books.db")
    box.write_bytes("/srv/books.db", b"new\n")


def append_only(box: Container) -> None:
    """At the end of the old content."""
    box.append_bytes("/srv/books.db", b"new\n")


def delete_only(box: Container) -> None:
    """And nothing in its place."""
    box.unlink("/srv/books.db")


no_copy = Exercise(
    title="Replace it without copying it",
    asks="How do you replace a large file of the image without copying it up?",
    kind=Acting("a function of one argument, `box`", databases, replaced),
    solution_code="""
def answer(box):
    with box.open("/srv/books.db", "wb") as file:
        file.write(b"new\\n")
""",
    why="Who opens with `w` says at once that the old content isn't needed: the file comes up "
    "with its mode and its owner, and without a byte. The shell's `>` does the same.",
    hints=(
        "Which way of opening a file tells the kernel that the old content isn't wanted?",
        "`box.open(path, mode)` takes the modes of Python's own `open`.",
        "Mode `w` opens and truncates in one call. `box.write_bytes` does so, too.",
    ),
    mistakes=(
        Mistake(
            cut_first,
            "`truncate` copies the whole file up, and then cuts it. Truncate in the opening.",
        ),
        Mistake(
            make_another,
            "Nothing was copied, the mode neither: a new file has the mode of a new file.",
        ),
        Mistake(append_only, "That copied all of it, and the old content is still there."),
        Mistake(delete_only, "Now there is none. It shall hold `new` and a line's end."),
        Mistake(lambda box: None, "Your function did nothing to the database."),
    ),
)


# 3. Begin a directory anew.


def emptied(box: Container) -> Facts:
    """What shows of ``/srv/cache``, and what the layer holds."""
    shows = box.listdir("/srv/cache") if box.isdir("/srv/cache") else ["no directory"]
    return {"/srv/cache shows": ", ".join(shows), "the layer holds": in_words(box.upper)}


def one_by_one(box: Container) -> None:
    """Deletes whatever is there today."""
    for name in box.listdir("/srv/cache"):
        box.rmtree(f"/srv/cache/{name}") if _is_dir(box, name) else box.unlink(f"/srv/cache/{name}")
    box.write_bytes("/srv/cache/.keep", b"")


def _is_dir(box: Container, name: str) -> bool:
    return not box.islink(f"/srv/cache/{name}") and box.isdir(f"/srv/cache/{name}")


def no_file(box: Container) -> None:
    """Forgets the file."""
    box.rmtree("/srv/cache")
    box.mkdir("/srv/cache")


def no_directory(box: Container) -> None:
    """Deletes, and stops there."""
    box.rmtree("/srv/cache")


def file_only(box: Container) -> None:
    """Writes the file next to the others."""
    box.write_bytes("/srv/cache/.keep", b"")


def made_twice(box: Container) -> None:
    """Makes a directory that is there."""
    box.mkdir("/srv/cache")
    box.write_bytes("/srv/cache/.keep", b"")


def moved_away(box: Container) -> None:
    """Renames a directory of the image."""
    box.rename("/srv/cache", "/srv/old")
    box.mkdir("/srv/cache")
    box.write_bytes("/srv/cache/.keep", b"")


anew = Exercise(
    title="Begin a directory anew",
    asks="How does a directory become opaque?",
    kind=Acting("a function of one argument, `box`", caches, emptied),
    solution_code="""
def answer(box):
    box.rmtree("/srv/cache")
    box.mkdir("/srv/cache")
    box.write_bytes("/srv/cache/.keep", b"")
""",
    why="The deletion left one whiteout, and `mkdir` turned it into an opaque directory. That "
    "hides whatever any image has there, and one mark does for all.",
    hints=(
        "A directory that is made where a whiteout lies is opaque.",
        "So first the whiteout has to be there: delete the directory, with all that is in it.",
        "`box.rmtree(path)`, then `box.mkdir(path)`, then the file.",
    ),
    mistakes=(
        Mistake(
            one_by_one,
            "It shows the right thing, by a whiteout for each name. Asked is one opaque directory.",
        ),
        Mistake(no_file, "The directory is right. Now the empty file `.keep` in it."),
        Mistake(no_directory, "It is gone, and has to be there again, with `.keep` in it."),
        Mistake(file_only, "You added a file. What the image has there still shows."),
        Mistake(made_twice, "`mkdir` refuses: the image has the directory. Delete it first."),
        Mistake(moved_away, "A directory of an image can't be renamed. It can be deleted."),
        Mistake(lambda box: None, "Your function did nothing to the container."),
    ),
)


# 5. Move a directory of the image.


def renamed(box: Container, old: str, new: str) -> None:
    """As if the kernel could."""
    box.rename(old, new)


def flat(box: Container, old: str, new: str) -> None:
    """Renames directories inside."""
    box.mkdir(new)
    for name in box.listdir(old):
        box.rename(f"{old}/{name}", f"{new}/{name}")
    box.rmdir(old)


def _move(
    box: Container, old: str, new: str, *, modes: bool = True, tidy: bool = True, links: bool = True
) -> None:
    box.mkdir(new)
    if modes:
        box.chmod(new, stat.S_IMODE(box.stat(old).st_mode))
    for name in box.listdir(old):
        source, target = f"{old}/{name}", f"{new}/{name}"
        if box.isdir(source) and not (links and box.islink(source)):
            _move(box, source, target, modes=modes, tidy=tidy, links=links)
        else:
            box.rename(source, target)
    if tidy:
        box.rmdir(old)


def new_modes(box: Container, old: str, new: str) -> None:
    """Forgets that directories have modes, too."""
    _move(box, old, new, modes=False)


def left_behind(box: Container, old: str, new: str) -> None:
    """Leaves the empty directories."""
    _move(box, old, new, tidy=False)


def links_followed(box: Container, old: str, new: str) -> None:
    """Takes a link to a directory for one."""
    _move(box, old, new, links=False)


def rewritten(box: Container, old: str, new: str) -> None:
    """Writes the files again, and so as new ones."""
    box.mkdir(new)
    for name in box.listdir(old):
        source, target = f"{old}/{name}", f"{new}/{name}"
        if box.islink(source):
            box.symlink(box.readlink(source), target)
        elif box.isdir(source):
            rewritten(box, source, target)
            continue
        else:
            box.write_bytes(target, box.read_bytes(source))
        box.unlink(source)
    box.rmdir(old)


move = Exercise(
    title="Move a directory of the image",
    asks="Why can't a container rename a directory of the image, and what does `mv` do then?",
    kind=Acting("a function of three arguments, `box`, `old` and `new`", moves, moved),
    solution_code="""
def answer(box, old, new):
    box.mkdir(new)
    box.chmod(new, box.stat(old).st_mode & 0o7777)
    for name in box.listdir(old):
        source, target = f"{old}/{name}", f"{new}/{name}"
        if box.isdir(source) and not box.islink(source):
            answer(box, source, target)
        else:
            box.rename(source, target)
    box.rmdir(old)
""",
    why="A file of the image can be renamed: it is copied up first, with all that it has. A "
    "directory can't, so you made a new one. That is what `mv` does, and it costs the bytes of "
    "the whole tree.",
    hints=(
        "`box.rename` takes a file or a symlink, and refuses a directory that the image has.",
        "Make the new directory, move what is in the old one, name by name, and then `rmdir` it.",
        "What is in it may be a directory: let the function call itself.",
        "A new directory has the mode 0755. `box.stat(old).st_mode & 0o7777` is the old one's.",
        "`box.isdir` follows symlinks. Ask `box.islink` as well.",
    ),
    mistakes=(
        Mistake(renamed, "`EXDEV`: the image has the directory, so it can't be renamed as one."),
        Mistake(
            flat,
            "That moves files. A directory in the directory is the image's, too, and can't be "
            "renamed either.",
        ),
        Mistake(new_modes, "All is there, but a new directory has 0755, and not the old mode."),
        Mistake(left_behind, "All came to the new place. The old directories are still there."),
        Mistake(
            links_followed,
            "You took a symlink that points at a directory for the directory itself.",
        ),
        Mistake(
            rewritten,
            "A file that you write anew has the mode of a new file. Rename it: it is copied up "
            "with its mode.",
        ),
        Mistake(lambda box, old, new: None, "Your function moved nothing."),
    ),
)
