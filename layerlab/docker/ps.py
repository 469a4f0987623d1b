"""``docker ps`` (cli/command/container/list.go, formatter/container.go)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from layerlab.build.golang import quoted
from layerlab.docker.formatting import ID_ONLY, moment, render
from layerlab.docker.gotemplate import Nil, Record, Template, TemplateError
from layerlab.docker.identity import image_id
from layerlab.docker.listing import RUNNING, containers, exposed, labels, network
from layerlab.docker.several import REFUSALS, from_daemon
from layerlab.docker.spec import FORMAT_HELP, ClientError, Command, Flag, Output, Parsed, Takes
from layerlab.docker.table import ellipsis
from layerlab.engine.finding import find_image
from layerlab.errors import EngineError, InvalidReference
from layerlab.reference import Reference
from layerlab.units import human_duration, human_size

if TYPE_CHECKING:
    from layerlab.engine import Engine
    from layerlab.engine.state import StoredContainer

TABLE = (
    "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"
)
RAW = (
    "container_id: {{.ID}}\nimage: {{.Image}}\ncommand: {{.Command}}\ncreated_at: {{.CreatedAt}}\n"
    "state: {{- pad .State 1 0}}\nstatus: {{- pad .Status 1 0}}\nnames: {{.Names}}\n"
    "labels: {{- pad .Labels 1 0}}\nports: {{- pad .Ports 1 0}}\n"
)
HEADERS = {
    "ID": "CONTAINER ID", "Names": "NAMES", "Image": "IMAGE", "Command": "COMMAND",
    "CreatedAt": "CREATED AT", "RunningFor": "CREATED", "Ports": "PORTS", "State": "STATE",
    "Status": "STATUS", "Size": "SIZE", "Labels": "LABELS", "Mounts": "MOUNTS",
    "LocalVolumes": "LOCAL VOLUMES", "Networks": "NETWORKS", "Platform": "PLATFORM",
}  # fmt: skip
IGNORED = "WARNING: Ignoring custom format, because both --format and --quiet are set.\n"
TYPE = "*formatter.ContainerContext"


def ps(engine: Engine, parsed: Parsed) -> Output:
    """The running containers, or all, or those that filters pick."""
    note = IGNORED if parsed.text("format") and parsed.on("quiet") else ""
    try:
        return Output(_listed(engine, parsed), note)
    except ClientError as error:
        return Output(stderr=f"{note}{error.what}\n", code=error.code)
    except REFUSALS as error:
        return Output(stderr=note + from_daemon(error), code=1)


def _listed(engine: Engine, parsed: Parsed) -> str:
    source, quiet, size = parsed.text("format"), parsed.on("quiet"), parsed.on("size")
    limit = parsed.number("last")
    if parsed.on("latest") and limit == -1:
        limit = 1
    if source:
        needs_size = _uses_size(source)
        size = size or (needs_size and not quiet and not parsed.given("size"))
    found = containers(engine, parsed.texts("filter"), all=parsed.on("all"), limit=limit)
    trunc = not parsed.on("no-trunc")
    rows = [container_record(engine, each, trunc=trunc, size=size) for each in found]
    return render(_layout(source, quiet, size), rows, HEADERS)


def _layout(source: str, quiet: bool, size: bool) -> str:
    if source == "raw":
        return "container_id: {{.ID}}" if quiet else RAW + (r"size: {{.Size}}\n" if size else "")
    if quiet:
        return ID_ONLY
    if source in ("", "table"):
        return TABLE + "\t{{.Size}}" if size else TABLE
    return source


class _Watched(dict[str, Any]):
    """A row without a container; it notes whether its size was asked for."""

    def __init__(self) -> None:
        empty = dict.fromkeys(HEADERS, "")
        super().__init__(empty, Image="<no image>", Command='""', LocalVolumes="0", Size="0B",
                         Platform=Nil("*formatter.Platform"))  # fmt: skip
        self.size = False

    def __getitem__(self, name: str) -> Any:
        self.size |= name == "Size"
        return super().__getitem__(name)


def _uses_size(source: str) -> bool:
    """Whether a template prints ``.Size``, found out as the client does: by trying it."""
    fields = _Watched()
    try:
        template = Template(source)
    except TemplateError as error:
        raise ClientError(f"failed to parse template: {error.what}") from None
    try:
        template.render(Record(TYPE, fields, {"Label": lambda _: ""}, row=True))
    except TemplateError as error:
        raise ClientError(f"failed to execute template: {error.what}") from None
    return fields.size


def container_record(
    engine: Engine, container: StoredContainer, *, trunc: bool, size: bool, virtual: bool = True
) -> Record:
    """A row of a table of containers; ``virtual``: its size says that of the image, too."""
    own = labels(container)
    command = _command(container)
    fields = {
        "Command": quoted(ellipsis(command, 20) if trunc else command),
        "CreatedAt": moment(container.created),
        "ID": container.id[:12] if trunc else container.id,
        "Image": _image(engine, container, trunc),
        "Labels": ",".join(sorted(f"{name}={value}" for name, value in own.items())),
        "LocalVolumes": "0",
        "Mounts": "",
        "Names": container.name,
        "Networks": network(container),
        "Platform": Nil("*formatter.Platform"),
        "Ports": ", ".join(_ports(exposed(container))),
        "RunningFor": human_duration(engine.clock.now - container.created) + " ago",
        "Size": _size(container, virtual) if size else "0B",
        "State": container.status,
        "Status": status(container, engine.clock.now),
    }
    return Record(TYPE, fields, {"Label": lambda name: own.get(name, "")}, row=True)


def _size(container: StoredContainer, virtual: bool) -> str:
    own = container.files.size
    total = own + container.image.size
    both = virtual and total > 0
    return f"{human_size(own)} (virtual {human_size(total)})" if both else human_size(own)


def status(container: StoredContainer, now: int) -> str:
    """``Up 3 minutes`` (moby: container/state.go)."""
    if container.status in RUNNING and container.started is not None:
        paused = " (Paused)" if container.status == "paused" else ""
        return f"Up {human_duration(now - container.started)}{paused}"
    if container.finished is None:
        return "Created"
    return f"Exited ({container.exit_code}) {human_duration(now - container.finished)} ago"


def _command(container: StoredContainer) -> str:
    """The program and its arguments; one with a space in it stands in quotes."""
    words = (*container.entrypoint, *container.cmd)
    quoted_args = (f"'{word}'" if " " in word else word for word in words[1:])
    return " ".join((*words[:1], *quoted_args))


def _image(engine: Engine, container: StoredContainer, trunc: bool) -> str:
    """The name it was made by, as long as that names the same image."""
    name, shown = container.image_name, image_id(engine, container.image)
    try:
        same = find_image(engine.state, name)[0] == container.image_id
    except EngineError:
        same = False
    if not same:
        name = str(shown)
    if not trunc:
        return name
    if name.removeprefix("sha256:")[:12] == shown.short:
        return shown.short
    try:
        reference = Reference.parse(name)
    except InvalidReference:
        return name
    return replace(reference, digest="").familiar


def _ports(ports: list[str]) -> Iterator[str]:
    """``80/tcp``; neighbours of one protocol together, ``80-81/tcp``."""
    numbers = sorted((int(number), protocol) for number, _, protocol in
                     (port.partition("/") for port in ports))  # fmt: skip
    groups: dict[str, tuple[int, int]] = {}
    for number, protocol in numbers:
        first, last = groups.get(protocol, (number, number - 1))
        if number == last + 1:
            groups[protocol] = first, number
        else:
            yield _group(first, last, protocol)
            groups[protocol] = number, number
    for protocol, (first, last) in groups.items():
        yield _group(first, last, protocol)


def _group(first: int, last: int, protocol: str) -> str:
    return f"{first}/{protocol}" if first == last else f"{first}-{last}/{protocol}"


COMMANDS = (
    Command(
        ("container ls", "container list", "container ps", "ps"),
        "[OPTIONS]",
        "List containers",
        ps,
        (
            Flag("all", "Show all containers (default shows just running)", short="a"),
            Flag("filter", "Filter output based on conditions provided", short="f", kind="filter"),
            Flag("format", FORMAT_HELP, kind="string"),
            Flag("last", "Show n last created containers (includes all states)", short="n",
                 kind="int", default="-1"),
            Flag("latest", "Show the latest created container (includes all states)", short="l"),
            Flag("no-trunc", "Don't truncate output"),
            Flag("quiet", "Only display container IDs", short="q"),
            Flag("size", "Display total file sizes", short="s"),
        ),
        Takes(0, 0),
    ),
)  # fmt: skip
