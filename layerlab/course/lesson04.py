"""The exercises of lesson 04, building layer by layer, with their solutions and known mistakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layerlab.course.exercise import Exercise, Mistake, Trial, Value
from layerlab.course.lesson04_cases import edits, stacks
from layerlab.course.lesson04_dockerfiles import clean_install, order, small_result
from layerlab.course.plain import Plain

# 1. Which lines make a layer.

LINES = """\
FROM debian
LABEL team=shop
WORKDIR /shop
ENV MODE=fast
COPY main.sh .
RUN test -f main.sh
RUN chmod 755 main.sh
WORKDIR /shop
RUN touch /tmp/x && rm /tmp/x
USER nobody
CMD ["./main.sh"]
"""
"""The Dockerfile of the exercise, built in a context with a ``main.sh`` of mode 0644."""


def _is_numbers(value: Plain) -> bool:
    return isinstance(value, tuple) and all(type(item) is int for item in value)


def _sorted(value: Plain) -> Plain:
    assert isinstance(value, tuple)
    return tuple(sorted(set(value), key=repr))


layer_lines = Exercise(
    title="Which lines make a layer",
    asks="Which instructions make a layer with the classic builder?",
    kind=Value("a list of line numbers, such as `[2, 3]`", _is_numbers, _sorted),
    solution_code="answer = [3, 5, 7, 9]",
    why="`WORKDIR` makes its directory the first time, `COPY` and `chmod` write a file, and "
    "`touch /tmp/x` copied `/tmp` up, which is there even though the file is gone.",
    hints=(
        "`LABEL`, `ENV`, `USER` and `CMD` only write into the config.",
        "For each other line ask: is anything in the file tree another than before, or touched?",
        "`test` only reads. The second `WORKDIR` finds its directory.",
        "A file that was made and removed is gone. Its directory was copied up all the same.",
    ),
    mistakes=(
        Mistake(
            [2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
            "Not every instruction makes a layer: some write into the config only.",
        ),
        Mistake([5, 7, 9], "`WORKDIR /shop` makes the directory, so line 3 has a layer, too."),
        Mistake(
            [3, 5, 6, 7, 8, 9],
            "That is what BuildKit makes: a layer of each `RUN`, `COPY` and `WORKDIR`, empty or "
            "not. The classic builder leaves out lines 6 and 8, which change nothing.",
        ),
        Mistake(
            [3, 5, 6, 7, 9],
            "`test` only looks. Where nothing changed, the classic builder makes no layer.",
        ),
        Mistake([3, 5, 7, 8, 9], "In line 8 `/shop` is there already: nothing changes."),
        Mistake(
            [3, 5, 7],
            "Look at line 9 again. The file is gone, but its directory, `/tmp`, was copied up.",
        ),
        Mistake([1, 3, 5, 7, 9], "`FROM` makes no layer. It begins with those that are there."),
    ),
)


# 3. Which instructions run again.

Lines = Sequence[str]


def _edit_text(instructions: Lines, changed: Lines) -> str:
    return f"instructions = {list(instructions)}\nchanged = {list(changed)}"


def _takes(instruction: str, changed: Lines) -> bool:
    """Whether a COPY takes one of the files, as Docker sees it."""
    kind, *words = instruction.split()
    return kind == "COPY" and any(
        source == "." or path == source or path.startswith(f"{source}/")
        for source in words[:-1]
        for path in changed
    )


def no_cascade(instructions: Lines, changed: Lines) -> list[str]:
    """Only the COPYs that take a changed file."""
    return [line for line in instructions if _takes(line, changed)]


def everything(instructions: Lines, changed: Lines) -> list[str]:
    """All, as soon as one misses."""
    return list(instructions) if no_cascade(instructions, changed) else []


def _from_first(instructions: Lines, hit: Sequence[bool]) -> list[str]:
    return list(instructions[hit.index(True) :]) if True in hit else []


def text_only(instructions: Lines, changed: Lines) -> list[str]:
    """Any word that begins with the file's name, be it in a RUN, or a COPY's target."""
    return _from_first(
        instructions,
        [any(path in line or "COPY ." in line for path in changed) for line in instructions],
    )


def whole_names(instructions: Lines, changed: Lines) -> list[str]:
    """Knows no directories."""

    def takes(line: str) -> bool:
        kind, *words = line.split()
        return kind == "COPY" and bool({*words[:-1]} & {*changed, *(["."] if changed else [])})

    return _from_first(instructions, [takes(line) for line in instructions])


def beginnings(instructions: Lines, changed: Lines) -> list[str]:
    """Takes ``srcs/old.py`` for a file in ``src``."""

    def takes(line: str) -> bool:
        kind, *words = line.split()
        return kind == "COPY" and any(
            source == "." or path.startswith(source) for source in words[:-1] for path in changed
        )

    return _from_first(instructions, [takes(line) for line in instructions])


def runs_spared(instructions: Lines, changed: Lines) -> list[str]:
    """Lets what comes later hit where it is no COPY and no RUN."""
    again = _from_first(instructions, [_takes(line, changed) for line in instructions])
    return [line for line in again if not line.startswith("ENV")]


runs_again = Exercise(
    title="What runs again",
    asks="Some files have changed. Which steps of a build run again?",
    kind=Trial(
        wants="a function of two arguments, `instructions` and `changed`",
        fits=callable,
        cases=edits,
        describe=_edit_text,
    ),
    solution_code="""
def answer(instructions, changed):
    def misses(line):
        kind, *words = line.split()
        return kind == "COPY" and any(
            source == "." or f"{path}/".startswith(f"{source}/")
            for source in words[:-1] for path in changed
        )
    for number, line in enumerate(instructions):
        if misses(line):
            return instructions[number:]
    return []
""",
    why="The first `COPY` that takes a changed file misses, and with it all that follow.",
    hints=(
        "The texts are the same as before, so a `RUN` or an `ENV` never misses by itself.",
        (
            "A `COPY` misses if one of its sources is a changed file, or a directory above it. "
            "The last word is the target. `.` takes everything."
        ),
        "Find the first `COPY` that misses. Return it and all that come after it.",
    ),
    mistakes=(
        Mistake(
            no_cascade,
            "What comes after a miss runs again, too: the image it was built on is another one.",
        ),
        Mistake(everything, "What stands before the first miss is taken from the cache."),
        Mistake(
            text_only,
            "You look for the name anywhere in the line. A `RUN` doesn't look at the context, and "
            "the last word of a `COPY` is where to, not from where.",
        ),
        Mistake(whole_names, "`COPY src /x` takes all that lies below `src`, too."),
        Mistake(beginnings, "`srcs/old.py` begins with `src`, but it isn't in that directory."),
        Mistake(
            runs_spared,
            "An `ENV` makes no layer, but it is a step like any other: after a miss it is carried "
            "out again.",
        ),
        Mistake(lambda instructions, changed: [], "A changed file does matter to some `COPY`s."),
    ),
)


# 5. What an image carries for nothing.

Sizes = Mapping[str, int | None]


def _stack_text(layers: Sequence[Sizes]) -> str:
    return "\n".join(f"layer {number}: {dict(layer)}" for number, layer in enumerate(layers))


def _walk(layers: Sequence[Sizes], *, below: bool = True, slash: str = "/") -> int:
    """All bytes, less those that are seen in the end."""
    seen: dict[str, int] = {}
    total = 0
    for layer in layers:
        for gone in (path for path, size in layer.items() if size is None):
            for path in list(seen):
                if path == gone or (below and path.startswith(gone + slash)):
                    del seen[path]
        seen.update({path: size for path, size in layer.items() if size is not None})
        total += sum(size for size in layer.values() if size is not None)
    return total - sum(seen.values())


def seen_bytes(layers: Sequence[Sizes]) -> int:
    """What a container sees, and not what is hidden."""
    return sum(size or 0 for layer in layers for size in layer.values()) - _walk(layers)


def replaced_only(layers: Sequence[Sizes]) -> int:
    """Knows no deletions."""
    return _walk([{path: size for path, size in layer.items() if size} for layer in layers])


def deleted_only(layers: Sequence[Sizes]) -> int:
    """Thinks that a newer version takes the older one's place."""
    seen: dict[str, int] = {}
    lost = 0
    for layer in layers:
        for path, size in layer.items():
            if size is not None:
                seen[path] = size
                continue
            for name in [name for name in seen if f"{name}/".startswith(f"{path}/")]:
                lost += seen.pop(name)
    return lost


def no_directories(layers: Sequence[Sizes]) -> int:
    """Forgets what lies below a deleted directory."""
    return _walk(layers, below=False)


def by_beginning(layers: Sequence[Sizes]) -> int:
    """Takes ``/apps`` for something below ``/app``."""
    return _walk(layers, slash="")


carried = Exercise(
    title="What an image carries for nothing",
    asks="Which bytes does an image carry that no container sees?",
    kind=Trial(
        wants="a function of one argument, `layers`",
        fits=callable,
        cases=stacks,
        describe=_stack_text,
    ),
    solution_code="""
def answer(layers):
    carried, seen = 0, {}
    for layer in layers:
        for gone in [path for path, size in layer.items() if size is None]:
            for path in [p for p in seen if f"{p}/".startswith(f"{gone}/")]:
                del seen[path]
        for path, size in layer.items():
            if size is not None:
                carried += size
                seen[path] = size
    return carried - sum(seen.values())
""",
    why="The image has all the bytes of all layers, the container sees the last of each path. "
    "The difference is what is deleted, and what was replaced.",
    hints=(
        "Go up the layers, and keep a dictionary of what a container would see.",
        "A `None` takes the path out of it, and all that lies below the path.",
        (
            "All sizes together, less those still in the dictionary at the end, are carried for "
            "nothing."
        ),
    ),
    mistakes=(
        Mistake(seen_bytes, "That is what a container sees. Asked is what it doesn't see."),
        Mistake(replaced_only, "A file that a later layer deletes is carried, too."),
        Mistake(deleted_only, "A file that a later layer *replaces* is carried, too."),
        Mistake(
            no_directories,
            "A whiteout on a directory hides all that lies below it, not a file of its name only.",
        ),
        Mistake(by_beginning, "`/apps` isn't below `/app`: compare whole names."),
    ),
)


EXERCISES = (layer_lines, clean_install, runs_again, order, carried, small_result)
