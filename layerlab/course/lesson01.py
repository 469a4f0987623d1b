"""The exercises of lesson 01, union file systems, with their solutions and known mistakes."""

from collections.abc import Iterable, Mapping, Sequence

from layerlab.course.exercise import Exercise, Mistake, Trial, Value, is_text, is_texts
from layerlab.course.lesson01_cases import bases, stacks, trees
from layerlab.course.plain import Plain
from layerlab.layer import Layer
from layerlab.nodes import Change, Directory, Whiteout
from layerlab.union import UnionFS

Names = Mapping[str, str | None]
"""A layer in the small: names and texts, ``None`` for a whiteout."""


# 1. Look down each column.

THREE = (
    Layer.of({"/motd": b"hello", "/sh": b"#!", "/tmp/log": b"..."}),
    Layer.of({"/app": b"v1", "/motd": b"welcome"}),
    Layer.of({"/app": b"v2", "/sh": Whiteout()}),
)
"""The stack that the first exercise is about, base first."""


def _names(value: Plain) -> Plain:
    """Names without slashes, each once, in any order."""
    assert isinstance(value, tuple)
    return tuple(sorted({str(name).strip("/ ") for name in value}))


look_down = Exercise(
    title="What the union shows",
    asks="`fix` has `/app` and a whiteout of `/sh`; below, `app` has `/app` and `/motd`; the "
    "base has `/motd`, `/sh` and `/tmp/log`. What does `ls /` show?",
    kind=Value("a list of names, such as `['etc', 'tmp']`", is_texts, _names),
    solution_code='answer = ["app", "motd", "tmp"]',
    why="Each name shows once. `sh` is whited out, and `tmp` shows though only the base has it.",
    hints=(
        "Draw it, a column for each name, and look down: the first thing you meet is what shows.",
        "A whiteout is something you meet, too. It says: no such file.",
        "There are four names at the root, counting every layer. One of them is whited out.",
    ),
    mistakes=(
        Mistake(
            ["app", "motd", "sh", "tmp"],
            "You listed every name that a layer has. `sh` has a whiteout on top of it.",
        ),
        Mistake(["app"], "That is the top layer alone. The layers below show through it."),
        Mistake(
            ["app", "motd"],
            "The base counts as well: no layer above it says anything about `tmp`.",
        ),
        Mistake(
            ["app", "log", "motd", "tmp"],
            "`log` is inside `tmp`. The root lists its own names and no deeper ones.",
        ),
        Mistake(
            ["app", "motd", "tmp", ".wh.sh"],
            "A whiteout is never listed. It is why `sh` is missing, and that is all you see of it.",
        ),
    ),
)


# 2. The order of a mount.


def _option(value: Plain) -> Plain:
    text = str(value).strip().strip(",").replace(" ", "")
    return text.removeprefix("-o").removeprefix("lowerdir=").replace("/:", ":").rstrip("/")


mount_order = Exercise(
    title="Write the mount option",
    asks="How do you write base, app and fix, in this order, as the option of a read-only "
    "overlay mount?",
    kind=Value("text, such as `'lowerdir=x:y'`", is_text, _option),
    solution_code='answer = "lowerdir=fix:app:base"',
    why="One option names the whole stack, the topmost directory first, with colons between.",
    hints=(
        "The separator is a colon. A comma would begin the next mount option.",
        "In section 3, `lowerdir=B:A` put B on top.",
        "The topmost directory comes first, and `fix` is the topmost.",
    ),
    mistakes=(
        Mistake(
            "lowerdir=base:app:fix",
            "That is upside down: `base` would be on top and hide the others. "
            "`lowerdir` lists the topmost directory first.",
        ),
        Mistake(
            "lowerdir=fix,app,base",
            "A comma ends the option, so only `fix` would be in it. Put colons between.",
        ),
        Mistake("lowerdir=base,app,fix", "Two things: colons, not commas, and the topmost first."),
        Mistake(
            "lowerdir=app:base,upperdir=fix",
            "`fix` would be writable that way, and the mount would need a `workdir` as well. "
            "All three are to be read-only.",
        ),
    ),
)


# 3. Write a layer.


def _tree(answer: Layer, base: Layer) -> list[str]:
    """The paths of the union of ``base`` and ``answer``; directories end in a slash."""
    items = UnionFS([base, answer]).items()
    return [path + "/" * isinstance(node, Directory) for path, node, _ in items]


clean_up = Exercise(
    title="Write a layer that cleans up",
    asks="A layer is to empty `/cache` and to remove `/secret` on any base. Which marks does "
    "it need?",
    kind=Trial(
        wants="a layer, made with `Layer.of({…})`",
        fits=lambda answer: issubclass(type(answer), Layer),
        cases=bases,
        describe=lambda base: f"on a base with {', '.join(base.changes)}",
        use=_tree,
    ),
    solution_code="""
answer = Layer.of({
    "/cache": Directory(opaque=True),
    "/cache/.keep": b"",
    "/secret": Whiteout(),
})
""",
    why="The opaque mark hides whatever is in `/cache` below, even what you can't know. "
    "The whiteout hides `/secret`.",
    hints=(
        "You need two kinds of marks: one for a single name, one for all that a directory holds.",
        "`Whiteout()` at a path hides that path in every layer below.",
        "`Directory(opaque=True)` starts the directory anew. What your own layer puts in it shows.",
    ),
    mistakes=(
        Mistake(
            Layer.of({"/cache": Directory(), "/cache/.keep": b"", "/secret": Whiteout()}),
            "Your `/cache` merges with the one below, so the old files still show. Make it opaque.",
        ),
        Mistake(
            Layer.of({"/cache": Directory(opaque=True), "/cache/.keep": b"", "/secret": b""}),
            "`/secret` is still there, as a file without content. Hide it with a whiteout.",
        ),
        Mistake(
            Layer.of({"/cache": Directory(opaque=True), "/cache/.keep": b""}),
            "The cache is right. `/secret` still shows through: your layer says nothing about it.",
        ),
        Mistake(
            Layer.of({"/cache": Directory(opaque=True), "/secret": Whiteout()}),
            "Both marks are right. Now put the empty file `.keep` into `/cache`.",
        ),
        Mistake(
            Layer.of({"/cache": Whiteout(), "/secret": Whiteout()}),
            "The whiteout takes `/cache` away as a whole, and `/cache/.keep` has to be there.",
        ),
        Mistake(
            Layer.of({"/cache/*": Whiteout(), "/cache/.keep": b"", "/secret": Whiteout()}),
            "A whiteout hides one name. This one hides a file whose name is an asterisk.",
        ),
    ),
)


# 4. Write the lookup.


def _stack_text(stack: Sequence[Names], name: str) -> str:
    return f"layers = {list(stack)}\nname = {name!r}"


def from_the_base(layers: Sequence[Names], name: str) -> str | None:
    """Goes up instead of down: an old version wins."""
    return next((layer[name] for layer in layers if name in layer), None)


def past_whiteouts(layers: Sequence[Names], name: str) -> str | None:
    """Takes the topmost text, whatever deletes it."""
    return next((layer[name] for layer in reversed(layers) if layer.get(name)), None)


def top_only(layers: Sequence[Names], name: str) -> str | None:
    """Never goes below the top layer."""
    return layers[-1].get(name) if layers else None


def missing_raises(layers: Sequence[Names], name: str) -> str | None:
    """Ends in a KeyError where no layer has the name."""
    for layer in reversed(layers):
        if name in layer:
            return layer[name]
    raise KeyError(name)


def no_layers_fails(layers: Sequence[Names], name: str) -> str | None:
    """Takes it for granted that there is a layer."""
    return layers[-1].get(name, no_layers_fails(layers[:-1], name) if layers[:-1] else None)


read_through = Exercise(
    title="Write the lookup",
    asks="How does a lookup go through the layers, and where does it end?",
    kind=Trial(
        wants="a function of two arguments, `layers` and `name`",
        fits=callable,
        cases=stacks,
        describe=_stack_text,
    ),
    solution_code="""
def answer(layers, name):
    for layer in reversed(layers):
        if name in layer:
            return layer[name]
    return None
""",
    why="You went down, and stopped at the first layer that says anything about the name. "
    "A whiteout says something, too.",
    hints=(
        "The list has the base first. `reversed(layers)` goes down from the top.",
        "Stop at the first layer with `name in layer`, whether it holds a text or `None`.",
        "After the loop, no layer has the name: return `None`.",
    ),
    mistakes=(
        Mistake(from_the_base, "You search from the base up, so an old version wins. Go down."),
        Mistake(
            past_whiteouts,
            "You go on below a whiteout, so what was deleted comes back. `None` ends the search.",
        ),
        Mistake(top_only, "You ask the top layer only. Where it has no such name, go on below."),
        Mistake(
            missing_raises,
            "When no layer has the name, return `None` instead of raising an error.",
        ),
        Mistake(
            no_layers_fails,
            "A union of no layers is legal, and empty. Your function takes the last of none.",
        ),
    ),
)


# 5. Write the merge.


def _layers_text(layers: Iterable[Layer]) -> str:
    rows = [", ".join(map(_entry_text, layer.changes.items())) or "empty" for layer in layers]
    return "\n".join(f"layer {i}: {row}" for i, row in enumerate(rows)) or "no layers"


def _entry_text(change: tuple[str, Change]) -> str:
    path, node = change
    if isinstance(node, Directory):
        return path + "/" + " (opaque)" * node.opaque
    return path + " (whiteout)" * isinstance(node, Whiteout)


def _merge(layers: Iterable[Layer], *, trees: bool = True, opaque: bool = True) -> set[str]:
    """The merge as it should be, or one that forgets subtrees or the opaque mark."""
    seen: set[str] = set()
    for layer in layers:
        for path, node in layer.changes.items():
            if not isinstance(node, Directory) or (node.opaque and opaque):
                seen.discard(path)
                if trees:
                    seen = {p for p in seen if not p.startswith(path + "/")}
            if not isinstance(node, Whiteout):
                seen.add(path)
    return seen


def all_paths(layers: Iterable[Layer]) -> set[str]:
    """Whatever any layer names, whiteouts among it."""
    return {path for layer in layers for path in layer.changes}


def all_files(layers: Iterable[Layer]) -> set[str]:
    """Whatever any layer names, without the whiteouts themselves."""
    return {p for layer in layers for p, n in layer.changes.items() if not isinstance(n, Whiteout)}


def subtrees_stay(layers: Iterable[Layer]) -> set[str]:
    """Removes a path and leaves what was below it."""
    return _merge(layers, trees=False)


def opaque_ignored(layers: Iterable[Layer]) -> set[str]:
    """Takes an opaque directory for an ordinary one."""
    return _merge(layers, opaque=False)


def upside_down(layers: Iterable[Layer]) -> set[str]:
    """Applies the layers from the top down, as if the base were the last."""
    return _merge(reversed(list(layers)))


merge_all = Exercise(
    title="Write the merge",
    asks="How do you merge layers into one tree? What do whiteouts and opaque directories do "
    "to what lies below?",
    kind=Trial(
        wants="a function of one argument, `layers`",
        fits=callable,
        cases=trees,
        describe=_layers_text,
        use=lambda answer, layers: _unordered(answer(layers)),
    ),
    solution_code="""
def answer(layers):
    seen = set()
    for layer in layers:
        for path, node in layer.changes.items():
            if not isinstance(node, Directory) or node.opaque:
                below = path + "/"
                seen = {p for p in seen if p != path and not p.startswith(below)}
            if not isinstance(node, Whiteout):
                seen.add(path)
    return seen
""",
    why="Only a directory over a directory merges. Everything else, a whiteout or an opaque "
    "directory too, first takes away what was there, with all that was below it.",
    hints=(
        "Go up from the base. Keep a set of the paths that are visible so far.",
        "A whiteout takes a path out of the set, and every path that begins with it and a slash.",
        "A file does the same before it is added: it may replace a directory full of files.",
        "So does an opaque directory. `layer.changes` is sorted, so its own entries come after it.",
    ),
    mistakes=(
        Mistake(all_paths, "That is every path of every layer. Whiteouts hide, and don't show."),
        Mistake(
            all_files,
            "You leave out the whiteouts, and they have to hide something: the path below them.",
        ),
        Mistake(
            subtrees_stay,
            "When a directory goes, so does all that was in it. Your set keeps its children.",
        ),
        Mistake(
            opaque_ignored,
            "An opaque directory doesn't merge: what lower layers have in it is hidden.",
        ),
        Mistake(upside_down, "You apply the base last, so it hides the others. Go up from it."),
    ),
)


def _unordered(result: object) -> object:
    """Lists are as good as sets: the order of the paths is not asked for."""
    return set(result) if isinstance(result, (list, tuple)) else result


EXERCISES = (look_down, mount_order, clean_up, read_through, merge_all)
