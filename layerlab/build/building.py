"""``Engine.build``: from a context and a Dockerfile to an image in the engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from layerlab.build.classic import ClassicBuilder
from layerlab.build.context import Context
from layerlab.build.dialects import CLASSIC
from layerlab.build.hosting import Host, Options
from layerlab.build.ignoring import NAME, Ignore, patterns
from layerlab.build.parsing import parse
from layerlab.build.steps import Build
from layerlab.digest import ImageID
from layerlab.engine.clock import Clock
from layerlab.engine.finding import parse as parse_name
from layerlab.engine.ids import Ids
from layerlab.engine.pulling import Pull
from layerlab.engine.state import State
from layerlab.engine.store import tag
from layerlab.errors import EngineError
from layerlab.image import Image
from layerlab.reference import Reference
from layerlab.shell.resting import collector_at_rest

DEFAULT = "Dockerfile"


def host(engine: Any, ids: Ids, change: Callable[[Any], Any], version: str) -> Host:
    """What a builder needs of an engine, which hands over what is its own."""

    def pull(name: str) -> tuple[str, ...]:
        transfer = engine.pull(name, steps=True)
        transfer.finish()
        lines: tuple[str, ...] = transfer.lines()
        return lines

    def fetch(name: str) -> Image:
        held: list[State] = [engine.state]

        def keep(kept: Callable[[State], State]) -> State:
            held[0] = kept(held[0])
            return held[0]

        transfer = Pull(
            engine.state, engine.registries, Reference.parse(name), ids, engine.clock, keep=keep
        )
        transfer.finish()
        return held[0].images[transfer.image_id].image

    clock: Clock = engine.clock
    return Host(ids, clock, version, lambda: engine.state, change, pull, fetch=fetch)


@collector_at_rest()
def build(
    here: Host,
    context: Context | Mapping[str, object] | str | os.PathLike[str],
    dockerfile: str | os.PathLike[str] | None = None,
    tags: Iterable[str] = (),
    options: Options | None = None,
    *,
    builder: str = "classic",
) -> Build:
    """Build an image, and name it.

    ``context`` is a directory of this machine, or files by path, or a ``Context`` as it was
    sent. ``dockerfile`` is a path in it, or, with a newline in it, the text itself.
    """
    names = _names(tags)
    sent, name = _sent(context, dockerfile, parents=builder == "buildkit")
    if builder == "buildkit":
        room = import_module("layerlab.build.buildkit")  # as large as all the rest of a build
        built: Build = room.build(here, sent, name, names, options or Options())
        return built
    if not sent.files.isfile(f"/{name}"):
        if name == DEFAULT and sent.files.isfile(f"/{DEFAULT.lower()}"):
            name = DEFAULT.lower()
        else:
            raise EngineError(f"Cannot locate specified Dockerfile: {name}")
    text = sent.files.read_bytes(f"/{name}").decode("utf-8", "surrogateescape")
    parsed = parse(text, name=name, dialect=CLASSIC)
    work = ClassicBuilder(here, sent.cleaned(name), parsed, options or Options())
    done = work.build()
    told = ""
    for reference in (name.tagged() for name in names):
        here.change(partial(_tagged, done.image.image_id, reference, here.clock))
        told += f"Successfully tagged {reference}\n"
    return replace(done, output=done.output + told)


def _tagged(
    image_id: ImageID, reference: Reference, clock: Clock, state: State
) -> tuple[State, None]:
    return tag(state, image_id, reference, clock()), None


def _names(tags: Iterable[str]) -> list[Reference]:
    """The names that the image will have, each once, as they were given."""
    found: dict[Reference, Reference] = {}
    for text in filter(None, tags):
        reference = parse_name(text)
        if reference.digest:
            raise EngineError("build tag cannot contain a digest")
        found.setdefault(reference.tagged(), reference)
    return list(found.values())


def _sent(
    context: Context | Mapping[str, object] | str | os.PathLike[str],
    dockerfile: str | os.PathLike[str] | None,
    *,
    parents: bool,
) -> tuple[Context, str]:
    """The context with the Dockerfile in it, and that one's path."""
    text = dockerfile if isinstance(dockerfile, str) and "\n" in dockerfile else None
    name = DEFAULT if text is not None or dockerfile is None else os.fspath(dockerfile)
    if isinstance(context, Context):
        sent = context
    elif isinstance(context, Mapping):
        sent = Context.of(context)
    else:
        sent = Context.read(context, ignored(Path(context), name), parents=parents)
    return (sent if text is None else sent.with_file(name, text.encode())), name


def ignored(folder: Path, dockerfile: str | None) -> Ignore:
    """What ``.dockerignore`` leaves out; it and the Dockerfile in it are always sent."""
    try:
        lines = patterns((folder / NAME).read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        return Ignore()
    ignore = Ignore.of(lines)
    always = filter(None, (NAME, dockerfile))
    kept = [f"!{name}" for name in always if ignore.excludes(name)]
    return Ignore.of([*lines, *kept])
