"""What the Dockerfile bench knows: a Dockerfile, a context, and what each build made of them.

There is no widget here. Every move gives a new state in which the build is made already; the
state before it is remembered, so that a move can be taken back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import count

from layerlab.build import Build, Context, Instruction
from layerlab.errors import LayerlabError
from layerlab.image import Image
from layerlab.nodes import Bytes, File, Meta
from layerlab.notebook import dockerfile_picture, dockerfile_words
from layerlab.notebook.dockerfile_building import Machine
from layerlab.notebook.dockerfile_failing import Failure, failure_of
from layerlab.notebook.dockerfile_presets import PRESETS
from layerlab.notebook.dockerfile_rows import (
    BUILDERS,
    Guess,
    Line,
    Row,
    Totals,
    expected,
    joined,
    rows,
    split,
    totals,
)

OWN = "your own"
"""What a Dockerfile is called that is none of the presets."""
_IGNORE = b"Dockerfile\n.dockerignore\n"


class BadMove(LayerlabError):
    """A move of the bench that can't be made."""


@dataclass(frozen=True)
class Bench:
    """A Dockerfile as it stands, and the last build of it that came to its end."""

    lines: tuple[Line, ...]
    context: Mapping[str, File]
    machine: Machine = field(repr=False)
    builder: str = BUILDERS[0]
    preset: str = OWN
    advice: str = ""
    built: tuple[Line, ...] = ()
    """The instructions that the last good build was made of."""
    built_by: str = BUILDERS[0]
    done: Build | None = field(default=None, repr=False)
    """The last good build."""
    earlier: Totals | None = field(default=None, repr=False)
    """What the good build before that came to."""
    failure: Failure | None = None
    selected: int = 0
    """The key of the instruction whose paths are told."""
    said: str = ""
    known: Mapping[str, Guess] = field(default_factory=dict, repr=False)
    """What each text came to when it was last built."""
    under_way: Mapping[int, bool] | None = None
    """While a build is under way: by line of the Dockerfile, whether the cache had it."""
    watch: "Callable[[Bench], None] | None" = field(default=None, repr=False, compare=False)
    """Gets the state as soon as something has to be carried out, with what is known by then."""
    before: "Bench | None" = field(default=None, repr=False, compare=False)
    """The state that the last move was made in."""

    @classmethod
    def of(
        cls,
        text: str,
        context: Mapping[str, object] | None = None,
        *,
        builder: str = BUILDERS[0],
        images: Mapping[str, Image] | None = None,
        preset: str = OWN,
        advice: str = "",
        watch: "Callable[[Bench], None] | None" = None,
    ) -> "Bench":
        """A bench on which ``text`` was built once, with nothing in the cache."""
        files = {path.strip("/"): _file(content) for path, content in (context or {}).items()}
        lines = tuple(map(Line, count(), split(text, builder)))
        first = cls(lines, files, Machine.of(images), builder, preset, advice, watch=watch)
        return first._built("The first build.")

    @classmethod
    def preset_of(
        cls,
        name: str,
        builder: str = BUILDERS[0],
        watch: "Callable[[Bench], None] | None" = None,
    ) -> "Bench":
        """The bench on one of the presets."""
        found = PRESETS.get(name)
        if found is None:
            raise BadMove(f"there is no Dockerfile {name!r:.40}", hint=", ".join(PRESETS))
        return cls.of(
            found.text,
            found.context,
            builder=builder,
            preset=name,
            advice=found.advice,
            watch=watch,
        )

    # ---- what the last build says ----

    @property
    def dockerfile(self) -> str:
        """The text as it stands."""
        return joined(self.lines)

    @cached_property
    def built_rows(self) -> tuple[Row, ...]:
        """What the last good build made of each of its instructions."""
        return rows(self.built, self.done, self.built_by) if self.done else ()

    @cached_property
    def rows(self) -> tuple[Row | None, ...]:
        """The same for the instructions as they stand; ``None`` where it knew none like it."""
        if self.under_way is not None:
            return expected(self.lines, self.under_way, self.known, self.builder)
        known = {row.line: row for row in self.built_rows}
        return tuple(known.get(line) for line in self.lines)

    @cached_property
    def totals(self) -> Totals | None:
        """What the last good build came to."""
        return totals(self.built_rows, self.done) if self.done else None

    @property
    def pushed(self) -> int:
        """Bytes of layers that a registry lacks which has the base and the build before."""
        if self.totals is None:
            return 0
        known = {layer.diff_id for row in self.built_rows if row.base for layer in row.base.layers}
        known |= set(self.earlier.image.diff_ids) if self.earlier else set()
        return self.totals.pushed(known)

    @property
    def hits(self) -> tuple[bool | None, ...]:
        """For each instruction whether the cache had it; ``None`` for a FROM and its like."""
        return tuple(
            {"hit": True, "run": False}.get(row.kind) if row else None for row in self.rows
        )

    # ---- moves ----

    def edit(self, number: int | str, text: str) -> "Bench":
        """Give the instruction of this number, the first being 1, another text."""
        at = self._at(number)
        if not split(text, self.builder):
            raise BadMove("an instruction can't be empty", hint="remove it")
        if text.strip("\n") == self.lines[at].text:
            raise BadMove(f"instruction {at + 1} is as it was")
        return self._changed(
            at, 1, (Line(self.lines[at].key, text.strip("\n")),), f"{at + 1} edited."
        )

    def add(self, number: int | str, text: str = "RUN true") -> "Bench":
        """Put a new instruction below that of this number; 0 puts it first."""
        at = 0 if str(number) == "0" else self._at(number) + 1
        if not split(text, self.builder):
            raise BadMove("an instruction can't be empty")
        return self._changed(at, 0, (Line(self._key, text.strip("\n")),), f"{at + 1} added.")

    def remove(self, number: int | str) -> "Bench":
        """Take an instruction out."""
        at = self._at(number)
        if len(self.lines) == 1:
            raise BadMove("a Dockerfile needs one instruction at least")
        return self._changed(at, 1, (), f"{at + 1} removed.")

    def move(self, number: int | str, to: int | str) -> "Bench":
        """Move an instruction to where another is now."""
        at, there = self._at(number), self._at(to)
        if at == there:
            raise BadMove(f"instruction {at + 1} is there already")
        order = list(self.lines)
        order.insert(there, order.pop(at))
        return self._with(tuple(order), f"Instruction {at + 1} moved to place {there + 1}.")

    def change_file(self, path: str) -> "Bench":
        """Change a file of the context, as an editor does."""
        file = self.context.get(path)
        if file is None:
            known = ", ".join(self.context) or "the context is empty"
            raise BadMove(f"there is no file {path!r:.60} in the context", hint=known)
        data = file.content.read()
        edits = data.count(b"\n# edit ") + 1
        meta = replace(file.meta, mtime=file.meta.mtime + 1)
        changed = File(Bytes(data + f"\n# edit {edits}".encode()), meta)
        after = replace(self, context={**self.context, path: changed}, before=self)
        return after._built(f"{path} changed.")

    def use(self, builder: str) -> "Bench":
        """Build with the other builder: ``classic`` or ``buildkit``."""
        if builder not in BUILDERS:
            raise BadMove(f"there is no builder {builder!r:.40}", hint=" or ".join(BUILDERS))
        after = replace(self, builder=builder, before=self)
        return after._built(f"Built with {_BUILDER_NAMES[builder]}.")

    def choose(self, preset: str) -> "Bench":
        """Begin with another Dockerfile, and an empty cache."""
        return replace(self.preset_of(preset, self.builder, self.watch), before=self)

    def again(self) -> "Bench":
        """Build once more, with nothing changed."""
        return replace(self, before=self)._built("Built again.")

    def undo(self) -> "Bench":
        """Take the last move back. The cache is as it was, too."""
        if self.before is None:
            raise BadMove("there is nothing to undo")
        return replace(self.before, said="The last move is taken back, and what it built, too.")

    def select(self, number: int | str) -> "Bench":
        """Tell what an instruction added, hid and copied up."""
        return replace(self, selected=self.lines[self._at(number)].key)

    def _at(self, number: int | str) -> int:
        if not str(number).isdecimal() or not 1 <= int(number) <= len(self.lines):
            raise BadMove(f"there is no instruction {number!s:.20}", hint=f"1 to {len(self.lines)}")
        return int(number) - 1

    @property
    def _key(self) -> int:
        """A key that no instruction ever had."""
        states, state = [self], self
        while state.before is not None:
            state = state.before
            states.append(state)
        return 1 + max(line.key for state in states for line in (*state.lines, *state.built))

    def _changed(self, at: int, gone: int, new: tuple[Line, ...], said: str) -> "Bench":
        lines = (*self.lines[:at], *new, *self.lines[at + gone :])
        return self._with(lines, f"Instruction {said}")

    def _with(self, lines: tuple[Line, ...], said: str) -> "Bench":
        """The state with these instructions; an edit may have made two of one, or one of two."""
        texts = split(joined(lines), self.builder)
        if texts != [line.text for line in lines]:
            lines = _rekeyed(lines, texts, self._key)
        return replace(self, lines=lines, before=self)._built(said)

    def _built(self, said: str) -> "Bench":
        """The state after a build of what stands there now.

        The Dockerfile is no part of the context: ``COPY . .`` would miss with each edit.
        """
        context = Context.of(self.context).with_file(".dockerignore", _IGNORE)
        told = partial(self._told, {}, said)
        machine, done = self.machine.build(context, self.dockerfile, self.builder, told)
        if isinstance(done, LayerlabError):
            failure = failure_of(done, self.lines)
            return replace(self, machine=machine, failure=failure, said=f"{said} The build failed.")
        after = replace(
            self, machine=machine, done=done, built=self.lines, built_by=self.builder,
            earlier=self.totals, failure=None,
        )  # fmt: skip
        known = {row.line.text: Guess(row.layers, row.size) for row in after.built_rows}
        said = f"{said} {dockerfile_words.summary(after)}"
        return replace(after, said=said, known={**self.known, **known})

    def _told(self, known: dict[int, bool], said: str, instruction: Instruction, hit: bool) -> None:
        """Hear whether an instruction is a hit; the first that isn't is worth a glimpse."""
        known[instruction.line] = hit
        if self.watch and not hit and list(known.values()).count(False) == 1:
            self.watch(
                replace(self, under_way=dict(known), failure=None, said=f"{said} Building …")
            )

    # ---- what the desk shows ----

    @property
    def text(self) -> str:
        """The instructions as a table."""
        return dockerfile_words.table(self)

    @property
    def notes(self) -> str:
        """The build beside the one before it."""
        return dockerfile_words.notes(self)

    @property
    def detail(self) -> tuple[str, str]:
        """What the selected instruction added, hid and copied up."""
        return dockerfile_words.detail(self)

    @property
    def alt(self) -> str:
        """What the picture shows."""
        return dockerfile_words.alt(self)

    @property
    def values(self) -> Mapping[str, str]:
        """What the controls hold."""
        return {
            "preset": self.preset,
            "builder": self.builder,
            "path": next(iter(self.context), ""),
        }

    @property
    def off(self) -> Sequence[str]:
        """Moves that can't be made now."""
        return ["undo"] * (self.before is None) + ["change_file"] * (not self.context)

    def draw(self, *, live: bool = False) -> str:
        """The picture, as SVG. In a live one the instructions are the widget's own."""
        return dockerfile_picture.draw(self, live=live)


_BUILDER_NAMES = {"classic": "the classic builder", "buildkit": "BuildKit"}


def _file(content: object) -> File:
    if isinstance(content, File):
        return content
    data = content.encode() if isinstance(content, str) else content
    if not isinstance(data, bytes):
        raise BadMove(f"a file of the context can't be {content!r:.40}", hint="give text or bytes")
    return File(Bytes(data), Meta(0o644))


def _rekeyed(lines: Sequence[Line], texts: Sequence[str], key: int) -> tuple[Line, ...]:
    """Instructions for ``texts``; those that are as they were keep their keys."""
    most = min(len(lines), len(texts))
    head = next((i for i in range(most) if lines[i].text != texts[i]), most)
    tail = next((i for i in range(most - head) if lines[-1 - i].text != texts[-1 - i]), most - head)
    middle = [line.key for line in lines[head : len(lines) - tail]]
    fresh = (*middle, *range(key, key + len(texts)))
    changed = map(Line, fresh, texts[head : len(texts) - tail])
    return (*lines[:head], *changed, *lines[len(lines) - tail :])
