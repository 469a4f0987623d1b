"""``docker inspect`` of images and containers (cli/command/inspect, cli/command/system)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layerlab.docker.formatting import parsing_error
from layerlab.docker.gotemplate import Template, TemplateError, escape_html, raw
from layerlab.docker.several import REFUSALS, from_daemon
from layerlab.docker.spec import (
    INSPECT_FORMAT_HELP,
    ClientError,
    Command,
    Flag,
    Output,
    Parsed,
    Takes,
)
from layerlab.docker.structs import typed
from layerlab.errors import LayerlabError

if TYPE_CHECKING:
    from layerlab.engine import Engine

TYPES = (
    "config", "container", "image", "network", "node", "plugin", "secret", "service", "task",
    "volume",
)  # fmt: skip
BAD_TEMPLATE = 64
"""The exit code for a template that can't be read."""


@dataclass(frozen=True)
class Found:
    """What ``inspect`` got from the engine: its JSON, and the client's struct for that."""

    struct: str
    document: dict[str, Any]
    note: str = ""


class Absent(LayerlabError):
    """Nothing goes by that name; what the client prints."""


Search = Callable[[str], Found]


def inspect(engine: Engine, parsed: Parsed) -> Output:
    """``docker inspect``: a container of that name, or else an image."""
    kind, size = parsed.text("type"), parsed.on("size")
    among = 'must be one of "' + '", "'.join(TYPES) + '"'
    if parsed.given("type") and not kind:
        raise ClientError(f"type is empty: {among}")
    if kind and kind not in TYPES:
        raise ClientError(f'unknown type: "{kind}": {among}')
    if kind == "container":
        return _inspect(parsed, lambda name: _container(engine, name, size))
    if kind == "image":
        return _inspect(parsed, lambda name: _image(engine, name, size))
    if kind:
        raise ClientError(f"layerlab has no {kind}s to inspect: it models images and containers")
    return _inspect(parsed, lambda name: _any(engine, name, size))


def inspect_image(engine: Engine, parsed: Parsed) -> Output:
    """``docker image inspect``."""
    return _inspect(parsed, lambda name: _image(engine, name))


def inspect_container(engine: Engine, parsed: Parsed) -> Output:
    """``docker container inspect``."""
    return _inspect(parsed, lambda name: _container(engine, name, parsed.on("size")))


def _any(engine: Engine, name: str, size: bool) -> Found:
    try:
        return _container(engine, name, size)
    except REFUSALS:
        pass
    try:
        return _image(engine, name, size)
    except REFUSALS:
        raise Absent(f"Error: No such object: {name}") from None


def _container(engine: Engine, name: str, size: bool) -> Found:
    if not name.strip():
        raise Absent("invalid container name or ID: value is empty")
    container = engine.container(name)
    document: dict[str, Any] = {}
    for key, value in engine.inspect(container.id).items():
        document[key] = value
        if key == "GraphDriver" and size:
            document["SizeRw"] = container.files.size
            document["SizeRootFs"] = container.files.size + container.image.size
    return Found("container.InspectResponse", document)


def _image(engine: Engine, name: str, size: bool = False) -> Found:
    if not name:
        raise Absent("Error: No such image: ")
    try:
        image_id = engine.image(name).image.image_id
    except REFUSALS as error:
        raise type(error)(f"no such image: {name}: {error.what}") from None
    note = "WARNING: --size ignored for image\n" if size else ""
    return Found("image.InspectResponse", engine.inspect(str(image_id)), note)


def _inspect(parsed: Parsed, search: Search) -> Output:
    """Look everything up, print what was found, then say what wasn't."""
    source = parsed.text("format")
    template = _Templated(source) if source not in ("", "json") else None
    documents, text, notes, errors = [], "", "", ""
    for name in parsed.args:
        try:
            item = search(name)
            notes += item.note
            documents.append(item.document)
            if template is not None:
                text += f"{template.render(item)}\n"
        except Absent as error:
            errors += f"{error.what}\n"
        except TemplateError as error:
            errors += f"{parsing_error(error).what}\n"
        except REFUSALS as error:
            errors += from_daemon(error)
    if template is None:
        text = as_json(documents, indent=None if source else 4)
    return Output(text or "\n", notes + errors, 1 if errors else 0)


class _Templated:
    """A template for what was found: tried on the client's struct, then on the JSON itself.

    From the first time that it takes the JSON, a missing key is an error for good.
    """

    def __init__(self, source: str) -> None:
        try:
            self.template = Template(source)
        except TemplateError as error:
            raise parsing_error(error, BAD_TEMPLATE) from None
        self.strict = False

    def render(self, item: Found) -> str:
        try:
            return self.template.render(typed(item.struct, item.document), strict=self.strict)
        except TemplateError:
            self.strict = True
            return self.template.render(raw(item.document), strict=True)


def as_json(documents: Iterable[Any], indent: int | None) -> str:
    """A list of JSON objects, as the engine encodes and the client indents them."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(list(documents), ensure_ascii=False, indent=indent, separators=separators)
    return escape_html(text).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


_FORMAT = Flag("format", INSPECT_FORMAT_HELP, short="f", kind="string")
COMMANDS = (
    Command(
        ("inspect",),
        "[OPTIONS] NAME|ID [NAME|ID...]",
        "Return low-level information on Docker objects",
        inspect,
        (
            _FORMAT,
            Flag("size", "Display total file sizes if the type is container", short="s"),
            Flag("type", "Only inspect objects of the given type", kind="string"),
        ),
        Takes(1),
    ),
    Command(
        ("image inspect",),
        "[OPTIONS] IMAGE [IMAGE...]",
        "Display detailed information on one or more images",
        inspect_image,
        (
            _FORMAT,
            Flag(
                "platform",
                "Inspect a specific platform of the multi-platform image.\nIf the image or the "
                "server is not multi-platform capable, the command will error out if the platform "
                "does not match.\n'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)",
                kind="string",
                since="1.49",
            ),
        ),
        Takes(1),
    ),
    Command(
        ("container inspect",),
        "[OPTIONS] CONTAINER [CONTAINER...]",
        "Display detailed information on one or more containers",
        inspect_container,
        (_FORMAT, Flag("size", "Display total file sizes", short="s")),
        Takes(1),
    ),
)
