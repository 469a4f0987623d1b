"""``docker version``: the builds that ``Engine(version=…, client=…)`` stands for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from layerlab.docker.engines import Client, api, client_of, daemon_of
from layerlab.docker.formatting import parsing_error
from layerlab.docker.gotemplate import Record, Template, TemplateError
from layerlab.docker.host.centos import KERNEL
from layerlab.docker.spec import INSPECT_FORMAT_HELP, Command, Flag, Output, Parsed, Takes

if TYPE_CHECKING:
    from layerlab.engine import Engine

BAD_TEMPLATE = 64
"""The exit code for a template that can't be read."""


def version(engine: Engine, parsed: Parsed) -> Output:
    """``docker version``."""
    source = parsed.text("format")
    details = _versions(engine)
    if source:
        return templated(source, record("system.versionInfo", details), "version")
    client, server = details["Client"], details["Server"]
    downgraded = client["ApiVersion"] != client["DefaultAPIVersion"]
    note = f" (downgraded from {client['DefaultAPIVersion']})" if downgraded else ""
    lines = ["Client:"]
    lines += _lines(1, {
        "Version": client["Version"],
        "API version": client["ApiVersion"] + note,
        "Go version": client["GoVersion"],
        "Git commit": client["GitCommit"],
        "Built": client["BuildTime"],
        "OS/Arch": f"{client['Os']}/{client['Arch']}",
        "Context": client["Context"],
    })  # fmt: skip
    lines += ["", "Server:", " Engine:"]
    more = server["Components"][0]["Details"]
    lines += _lines(2, {
        "Version": server["Version"],
        "API version": f"{more['ApiVersion']} (minimum version {more['MinAPIVersion']})",
        "Go version": more["GoVersion"],
        "Git commit": more["GitCommit"],
        "Built": more["BuildTime"],
        "OS/Arch": f"{more['Os']}/{more['Arch']}",
        "Experimental": more["Experimental"],
    })  # fmt: skip
    for component in server["Components"][1:]:
        lines.append(f" {component['Name']}:")
        lines += _lines(2, {"Version": component["Version"], **component["Details"]})
    return Output("\n".join(lines) + "\n")


def _lines(indent: int, values: Mapping[str, str]) -> list[str]:
    return [f"{' ' * indent + name + ':':<20}{value}" for name, value in values.items()]


def _versions(engine: Engine) -> dict[str, Any]:
    client, daemon = client_of(engine), daemon_of(engine)
    common = {"GitCommit": daemon.commit, "GoVersion": daemon.go, "Os": "linux", "Arch": "amd64",
              "KernelVersion": KERNEL}  # fmt: skip
    details = {**common, "ApiVersion": daemon.api, "BuildTime": daemon.built,
               "Experimental": "false", "MinAPIVersion": daemon.least_api}  # fmt: skip
    built = datetime.strptime(daemon.built, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    parts = {"containerd": daemon.containerd, "runc": daemon.runc, "docker-init": daemon.init}
    return {
        "Client": {**client_json(engine, client), "Context": "default"},
        "Server": {
            "Platform": {"Name": ""},
            "Components": [
                {"Name": "Engine", "Version": daemon.version, "Details": Map(details)},
                *(
                    {"Name": name, "Version": number, "Details": Map({"GitCommit": commit})}
                    for name, (number, commit) in parts.items()
                ),
            ],
            "Version": daemon.version,
            "ApiVersion": daemon.api,
            "MinAPIVersion": daemon.least_api,
            **common,
            "BuildTime": f"{built:%Y-%m-%dT%H:%M:%S}.000000000+00:00",
        },
    }


def client_json(engine: Engine, client: Client) -> dict[str, Any]:
    """What the client says of itself, in the order of its JSON."""
    return {
        "Version": client.version,
        "ApiVersion": ".".join(map(str, api(engine))),
        "DefaultAPIVersion": client.api,
        "GitCommit": client.commit,
        "GoVersion": client.go,
        "Os": "linux",
        "Arch": "amd64",
        "BuildTime": client.built,
    }


class Map(dict[str, Any]):
    """A Go map, whose keys JSON sorts, among dicts that stand for structs."""


def record(name: str, document: Mapping[str, Any]) -> Record:
    """A struct of these fields; inner dicts are structs, too."""

    def convert(value: Any) -> Any:
        if isinstance(value, list):
            return [convert(item) for item in value]
        if isinstance(value, dict) and not isinstance(value, Map):
            return record("struct", value)
        return value

    fields = {key: convert(value) for key, value in document.items()}
    renamed = {"ApiVersion": "APIVersion"}
    return Record(
        name,
        {renamed.get(key, key): value for key, value in fields.items()},
        keys={new: old for old, new in renamed.items() if old in fields},
    )


def templated(source: str, subject: Record, name: str) -> Output:
    """What a template prints of a struct, whatever comes of it, and a newline."""
    try:
        template = Template("{{json .}}" if source == "json" else source, name)
    except TemplateError as error:
        raise parsing_error(error, BAD_TEMPLATE) from None
    try:
        return Output(f"{template.render(subject)}\n")
    except TemplateError as error:
        return Output(f"{template.render_part(subject)}\n", f"{error.what}\n", 1)


FORMAT = Flag("format", INSPECT_FORMAT_HELP, short="f", kind="string")
COMMANDS = (
    Command(
        ("version",),
        "[OPTIONS]",
        "Show the Docker version information",
        version,
        (FORMAT,),
        Takes(0, 0),
    ),
)
