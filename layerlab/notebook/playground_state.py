"""What the playground knows: containers, what was done to them, and what each move came to.

There is no widget here. Every move gives a new state; the state before it is remembered, so
that a move can be taken back. A move that the kernel refuses changes nothing but the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from layerlab.container import Container
from layerlab.container.mount import Stack
from layerlab.engine.ground import Ground
from layerlab.errors import LayerlabError
from layerlab.image import History, Image
from layerlab.notebook import choose, playground_picture, playground_words
from layerlab.notebook.drawing import normal
from layerlab.notebook.playground_log import Entry, attempt, clock, worth_seeing
from layerlab.notebook.playground_moves import BadMove, Move
from layerlab.notebook.playground_presets import PRESETS, Pile
from layerlab.notebook.scene import Scene
from layerlab.notebook.subject import INIT, subject

OWN = "your own"
"""What a playground is called that is none of the presets."""
MOST_CONTAINERS, COLUMNS, MOST_COLUMNS, MOST_PATHS = 3, 5, 6, 300


@dataclass(frozen=True)
class Box:
    """A container, and what its picture says of it."""

    name: str
    container: Container = field(repr=False, compare=False)
    names: tuple[str, ...] = ()
    """Of the image's layers, base first."""

    @classmethod
    def on(cls, image: Stack, name: str, names: Sequence[str] = ()) -> "Box":
        """A new container on an image."""
        made = Container(image)
        return cls(name, made, tuple(names) or _names_under(made))


@dataclass(frozen=True)
class Playground:
    """Containers, the one that moves are made in, and the log."""

    boxes: tuple[Box, ...]
    at: str = "A"
    """The name of the container that moves are made in."""
    preset: str = OWN
    script: tuple[Move, ...] = ()
    """The moves that are still to be shown."""
    question: str = ""
    log: tuple[Entry, ...] = ()
    last: Entry | None = None
    """What the picture shows the doing of; ``None`` after a look-up."""
    columns: tuple[str, ...] = ()
    """The paths of the picture, those used last at the end."""
    path: str = "/"
    """The path that was chosen last."""
    said: str = ""
    failed: bool = False
    before: "Playground | None" = field(default=None, repr=False, compare=False)
    """The state that the last move was made in."""

    @classmethod
    def of(cls, value: Stack | Container) -> "Playground":
        """A playground on an image, or on a container as it is now."""
        if isinstance(value, Container):
            mine = value.copy(clock=clock(0))
            box = Box("A", mine, _names_under(mine))
        else:
            box = Box.on(value, "A")
        return cls((box,))._begun()

    @classmethod
    def preset_of(cls, name: str) -> "Playground":
        """The playground on one of the ``PRESETS``."""
        found = PRESETS.get(name)
        if found is None:
            raise BadMove(f"there is no stage {name!r:.40}", hint=", ".join(PRESETS))
        box = Box.on(found.pile, "A", tuple(found.layers))
        new = cls((box,), preset=name, script=found.script, question=found.question)
        return new._begun(found.also)

    def _begun(self, also: Sequence[str] = ()) -> "Playground":
        rows = subject(self.container, ids=False).rows
        telling = choose.telling_paths(rows, 60)
        directories = {path for path in telling if any(path in row.directories for row in rows)}
        files = [path for path in telling if path not in directories] or telling
        new = self._with_columns(list(dict.fromkeys([*also, *files]))[:COLUMNS])
        first = self.script[0].path if self.script else next(iter(new.columns), "/")
        return new._looking(first)

    # ---- what there is ----

    @property
    def box(self) -> Box:
        """The container that moves are made in, with its names."""
        return next(box for box in self.boxes if box.name == self.at)

    @property
    def container(self) -> Container:
        """The container that moves are made in."""
        return self.box.container

    @property
    def image(self) -> Image:
        """What that container stands on; hashed, if it wasn't."""
        image = self.container.image
        if isinstance(image, Pile):
            history = [History(created_by=name) for name in self.box.names]
            return Image(image.layers, history=history)
        image = image.image if isinstance(image, Ground) else image
        return image if isinstance(image, Image) else Image(image.layers)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Paths of the merged tree, sorted: the first ``MOST_PATHS`` of those that can be typed."""
        every = (path for path, *_ in self.container.items() if _can_be_typed(path))
        return tuple(islice(every, MOST_PATHS))

    # ---- moves ----

    def do(self, move: Move) -> "Playground":
        """Make a move in the container; what the kernel refuses is logged, and changes nothing."""
        if move.op == "switch":
            return self.switch(move.path)
        if move.op == "run":
            return self.run()
        if move.op == "commit":
            return self.commit()
        done, entry = attempt(self.container, self.at, self._number, _checked(move))
        new = self._logged(entry, replace(self.box, container=done))
        return new._with_columns([*worth_seeing(entry, done.upper)])

    def sh(self, line: str) -> "Playground":
        """Run a line of shell in the container."""
        return self.do(Move("sh", line))

    def commit(self) -> "Playground":
        """Make an image layer of the container's, as docker commit, and run a container on it."""
        move = Move("commit", "")
        old, top = self.box, len(self.container.layers)
        history = History(created_by=f"commit of {old.name}")
        try:
            layer = old.container.layer()
            image = old.container.commit(history)
        except LayerlabError as error:
            return self._logged(Entry(self._number, self.at, move, top, failure=str(error)))
        if not layer.changes:
            result = "nothing changed, so there is no new layer"
        else:
            result = playground_words.committed(top, layer)
        known = [name for name in old.names if name != INIT]
        made = [f"commit of {old.name}"] * bool(layer.changes)
        box = Box.on(image, old.name, [*known[: len(image.layers) - len(made)], *made])
        return self._logged(Entry(self._number, self.at, move, top, result=result), box)

    def run(self) -> "Playground":
        """Run one more container on the image that this one stands on."""
        if len(self.boxes) == MOST_CONTAINERS:
            raise BadMove(f"{MOST_CONTAINERS} containers are enough here", hint="reset")
        name = "ABC"[len(self.boxes)]
        box = Box.on(self.container.image, name, self.box.names)
        said = f"Container {name} runs on the same image. Its own layer is empty."
        new = replace(self, boxes=(*self.boxes, box), at=name, before=self)
        return new._scripted(Move("run", ""))._looking(self.path, said)

    def switch(self, name: str) -> "Playground":
        """Go to another container: the moves are made there from now on."""
        if name not in [box.name for box in self.boxes]:
            raise BadMove(f"there is no container {name!r:.20}", hint="run one more")
        new = replace(self, at=name, before=self)._scripted(Move("switch", name))
        return new._looking(self.path, f"You are in container {name} now.")

    def next(self) -> "Playground":
        """Make the next of the moves that the stage shows."""
        if not self.script:
            raise BadMove("the moves of this stage are made", hint="reset, or make your own")
        return self.do(self.script[0])

    def select(self, path: str) -> "Playground":
        """Choose a path, and see how it is looked up. Nothing is done to it."""
        if not _can_be_typed(path):
            raise BadMove(f"{path!r:.60} can't be typed")
        path = normal(path)
        return self._with_columns([path])._looking(path)

    def choose(self, preset: str) -> "Playground":
        """Go to another stage."""
        return replace(self.preset_of(preset), before=self)

    def undo(self) -> "Playground":
        """Take the last move back: containers, log and picture are as they were."""
        if self.before is None:
            raise BadMove("there is nothing to undo")
        return replace(self.before, said="The last move is taken back.", failed=False)

    # ---- how a state is made of another ----

    @property
    def _number(self) -> int:
        return len(self.log) + 1

    def _logged(self, entry: Entry, box: Box | None = None) -> "Playground":
        """The state with one line more in the log, and a container as it is now."""
        boxes = tuple(box if box and box.name == each.name else each for each in self.boxes)
        path = self.path if entry.move.op in ("sh", "commit") else normal(entry.move.path)
        new = replace(
            self, boxes=boxes, log=(*self.log, entry), last=entry, path=path,
            failed=bool(entry.failure), before=self,
        )._scripted(entry.move)  # fmt: skip
        return replace(new, said=playground_words.said(entry))

    def _scripted(self, move: Move) -> "Playground":
        """The script goes on where its next move was made."""
        after = self.script[1:] if self.script and self.script[0] == move else self.script
        return replace(self, script=after)

    def _looking(self, path: str, said: str = "") -> "Playground":
        new = replace(self, path=normal(path), last=None, failed=False)
        return replace(new, said=said or playground_words.looked_up(new))

    def _with_columns(self, paths: Sequence[str]) -> "Playground":
        """The state with columns for these paths; those unused for longest make room."""
        told = [path for path in dict.fromkeys(paths) if path != "/" and _can_be_typed(path)]
        wanted = told[-MOST_COLUMNS:]
        kept = [path for path in self.columns if path not in wanted]
        return replace(self, columns=tuple([*kept, *wanted][-MOST_COLUMNS:]))

    # ---- what the desk shows ----

    @cached_property
    def scene(self) -> Scene:
        """The picture of the container that moves are made in."""
        return playground_picture.scene(self)

    @property
    def text(self) -> str:
        """The stack as a table, what the container's layer holds, and the other containers."""
        return playground_words.text(self)

    @property
    def notes(self) -> str:
        """The stage's question, and what docker diff would print."""
        return playground_words.notes(self)

    @property
    def detail(self) -> tuple[str, str]:
        """The log."""
        return "What each move searched and copied", playground_words.log(self)

    @property
    def alt(self) -> str:
        """What the picture shows."""
        return playground_words.alt(self)

    @property
    def values(self) -> Mapping[str, str]:
        """What the controls hold."""
        return {"preset": self.preset, "box": self.at}

    @property
    def off(self) -> Sequence[str]:
        """Moves that can't be made now."""
        full = len(self.boxes) == MOST_CONTAINERS
        return ["undo"] * (self.before is None) + ["next"] * (not self.script) + ["run"] * full

    def draw(self, *, live: bool = False) -> str:
        """The picture, as SVG."""
        return playground_picture.draw(self, live=live)


def _names_under(container: Container) -> tuple[str, ...]:
    """The names of an image's layers, as a picture of the container has them."""
    return tuple(row.name for row in subject(container, ids=False).rows[:-1])


def _checked(move: Move) -> Move:
    """The move at an absolute path."""
    if not move.path.strip():
        raise BadMove("no path was given" if move.op != "sh" else "an empty line does nothing")
    if not (_can_be_typed(move.path) and _can_be_typed(move.more)):
        raise BadMove(f"{move.call!r:.60} can't be typed", hint="NUL is in no path and no text")
    if move.op == "rmtree" and normal(move.path) == "/":
        raise BadMove("rm refuses to remove the root", hint="choose a directory below it")
    paths = {"path": move.path} if move.op != "sh" else {}
    if move.op in ("rename", "link"):
        if not move.more.strip():
            raise BadMove("no new path was given", hint="say what it is to be called")
        paths["more"] = move.more
    return replace(move, **{key: f"/{path.lstrip('/')}" for key, path in paths.items()})


def _can_be_typed(text: str) -> bool:
    """No NUL, which ends every path, and no byte that isn't UTF-8, which no page can hold."""
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)
