"""``docker version`` and ``docker info``: which engine this is, and on what machine.

Versions are those of the release that ``Engine(version=…)`` stands for, the machine is the
simulated host. Nothing is measured, so the same engine prints the same.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from layerlab.docker.engines import Client, api, client_of, daemon_of
from layerlab.docker.formatting import parsing_error, rfc3339
from layerlab.docker.gotemplate import Record, Template, TemplateError
from layerlab.docker.host.centos import HOSTNAME, KERNEL
from layerlab.docker.spec import INSPECT_FORMAT_HELP, Command, Flag, Output, Parsed, Takes

if TYPE_CHECKING:
    from layerlab.engine import Engine

SYSTEM = "CentOS Linux 7 (Core)"
CPUS, MEMORY = 2, 3_973_787_648
LOGS = "awslogs fluentd gcplogs gelf journald json-file local logentries splunk syslog"
NETWORKS = "bridge host ipvlan macvlan null overlay"
BAD_TEMPLATE = 64


def version(engine: Engine, parsed: Parsed) -> Output:
    """``docker version``."""
    source = parsed.text("format")
    details = _versions(engine)
    if source:
        return _templated(source, _record("system.versionInfo", details), "version")
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
        "Client": {**_client(engine, client), "Context": "default"},
        "Server": {
            "Platform": {"Name": ""},
            "Components": [
                {"Name": "Engine", "Version": daemon.version, "Details": _Map(details)},
                *(
                    {"Name": name, "Version": number, "Details": _Map({"GitCommit": commit})}
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


def _client(engine: Engine, client: Client) -> dict[str, Any]:
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


def info(engine: Engine, parsed: Parsed) -> Output:
    """``docker info``."""
    facts = _facts(engine)
    source = parsed.text("format")
    if source:
        return _templated(source, _record("system.dockerInfo", facts), "")
    client = client_of(engine)
    daemon = daemon_of(engine)
    storage = "".join(f"  {name}: {value}\n" for name, value in facts["DriverStatus"])
    return Output(f"""\
Client:
 Version:    {client.version}
 Context:    default
 Debug Mode: false

Server:
 Containers: {facts["Containers"]}
  Running: {facts["ContainersRunning"]}
  Paused: {facts["ContainersPaused"]}
  Stopped: {facts["ContainersStopped"]}
 Images: {facts["Images"]}
 Server Version: {daemon.version}
 Storage Driver: {facts["Driver"]}
{storage} Logging Driver: json-file
 Cgroup Driver: cgroupfs
 Cgroup Version: 1
 Plugins:
  Volume: local
  Network: {NETWORKS}
  Log: {" ".join(facts["Plugins"]["Log"])}
 Swarm: inactive
 Runtimes: {" ".join(facts["Runtimes"])}
 Default Runtime: runc
 Init Binary: docker-init
 containerd version: {daemon.containerd[1]}
 runc version: {daemon.runc[1]}
 init version: {daemon.init[1]}
 Security Options:
  seccomp
   Profile: {facts["SecurityOptions"][0].rpartition("=")[2]}
 Kernel Version: {KERNEL}
 Operating System: {SYSTEM}
 OSType: linux
 Architecture: x86_64
 CPUs: {CPUS}
 Total Memory: {MEMORY / (1 << 30):.4g}GiB
 Name: {HOSTNAME}
 ID: {facts["ID"]}
 Docker Root Dir: /var/lib/docker
 Debug Mode: false
 Experimental: false
 Insecure Registries:
  127.0.0.0/8
 Live Restore Enabled: false

""")


class _Map(dict[str, Any]):
    """A Go map, whose keys JSON sorts, among dicts that stand for structs."""


def _record(name: str, document: Mapping[str, Any]) -> Record:
    """A struct of these fields; inner dicts are structs, too."""

    def convert(value: Any) -> Any:
        if isinstance(value, list):
            return [convert(item) for item in value]
        if isinstance(value, dict) and not isinstance(value, _Map):
            return _record("struct", value)
        return value

    fields = {key: convert(value) for key, value in document.items()}
    renamed = {"ApiVersion": "APIVersion"}
    return Record(
        name,
        {renamed.get(key, key): value for key, value in fields.items()},
        keys={new: old for old, new in renamed.items() if old in fields},
    )


def _templated(source: str, record: Record, name: str) -> Output:
    """What a template prints of a struct, whatever comes of it, and a newline."""
    try:
        template = Template("{{json .}}" if source == "json" else source, name)
    except TemplateError as error:
        raise parsing_error(error, BAD_TEMPLATE) from None
    try:
        return Output(f"{template.render(record)}\n")
    except TemplateError as error:
        return Output(f"{template.render_part(record)}\n", f"{error.what}\n", 1)


def _facts(engine: Engine) -> dict[str, Any]:
    """What the engine tells the client, in the order of its JSON (moby: system.Info)."""
    client, daemon = client_of(engine), daemon_of(engine)
    modern = not daemon.version.startswith("20.")
    states = Counter(each.status for each in engine.containers(all=True))
    total, running, paused = sum(states.values()), states["running"], states["paused"]
    return {
        "ID": _engine_id(engine.seed),
        "Containers": total,
        "ContainersRunning": running,
        "ContainersPaused": paused,
        "ContainersStopped": total - running - paused,
        "Images": len(engine.state.images),
        "Driver": "overlay2" if engine.store == "overlay2" else "overlayfs",
        "DriverStatus": _driver_status(engine),
        "Plugins": {
            "Volume": ["local"],
            "Network": NETWORKS.split(),
            "Authorization": None,
            "Log": [name for name in LOGS.split() if not (modern and name == "logentries")],
        },
        "MemoryLimit": True,
        "SwapLimit": True,
        "CpuCfsPeriod": True,
        "CpuCfsQuota": True,
        "CPUShares": True,
        "CPUSet": True,
        "PidsLimit": True,
        "IPv4Forwarding": True,
        "Debug": False,
        "OomKillDisable": True,
        "SystemTime": rfc3339(engine.clock.now),
        "LoggingDriver": "json-file",
        "CgroupDriver": "cgroupfs",
        "CgroupVersion": "1",
        "NEventsListener": 0,
        "KernelVersion": KERNEL,
        "OperatingSystem": SYSTEM,
        "OSVersion": "7",
        "OSType": "linux",
        "Architecture": "x86_64",
        "IndexServerAddress": "https://index.docker.io/v1/",
        "RegistryConfig": {
            "IndexConfigs": _Map({
                "docker.io": {"Mirrors": [], "Name": "docker.io", "Official": True,
                              "Secure": True},
            }),
            "InsecureRegistryCIDRs": ["127.0.0.0/8"],
            "Mirrors": [],
        },
        "NCPU": CPUS,
        "MemTotal": MEMORY,
        "GenericResources": None,
        "DockerRootDir": "/var/lib/docker",
        "HttpProxy": "",
        "HttpsProxy": "",
        "NoProxy": "",
        "Name": HOSTNAME,
        "Labels": [],
        "ExperimentalBuild": False,
        "ServerVersion": daemon.version,
        "Runtimes": _Map(_runtimes(modern)),
        "DefaultRuntime": "runc",
        "Swarm": {
            "NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive", "ControlAvailable": False,
            "Error": "", "RemoteManagers": None,
        },
        "LiveRestoreEnabled": False,
        "Isolation": "",
        "InitBinary": "docker-init",
        "ContainerdCommit": _commit(daemon.containerd),
        "RuncCommit": _commit(daemon.runc),
        "InitCommit": _commit(daemon.init),
        "SecurityOptions": ["name=seccomp,profile=" + ("builtin" if modern else "default")],
        "CDISpecDirs": None,
        "Warnings": None,
        "ClientInfo": {
            "Debug": False,
            **{key: value for key, value in _client(engine, client).items() if key != "ApiVersion"},
            "Context": "default",
            "Plugins": [],
            "Warnings": None,
        },
    }  # fmt: skip


def _driver_status(engine: Engine) -> list[list[str]]:
    if engine.store == "containerd":
        return [["driver-type", "io.containerd.snapshotter.v1"]]
    return [["Backing Filesystem", "xfs"], ["Supports d_type", "true"],
            ["Native Overlay Diff", "true"], ["userxattr", "false"]]  # fmt: skip


def _runtimes(modern: bool) -> dict[str, Any]:
    names = ["io.containerd.runc.v2", "runc"]
    if not modern:
        names.insert(1, "io.containerd.runtime.v1.linux")
    return {name: {"path": "runc"} for name in names}


def _commit(build: tuple[str, str]) -> dict[str, str]:
    return {"ID": build[1], "Expected": build[1]}


def _engine_id(seed: int) -> str:
    """Twelve groups of four letters and digits: a key's fingerprint, in Docker."""
    text = b32encode(hashlib.sha256(f"engine {seed}".encode()).digest())[:48].decode()
    return ":".join(text[start : start + 4] for start in range(0, 48, 4))


_FORMAT = Flag("format", INSPECT_FORMAT_HELP, short="f", kind="string")
COMMANDS = (
    Command(
        ("system info", "info"),
        "[OPTIONS]",
        "Display system-wide information",
        info,
        (_FORMAT,),
        Takes(0, 0),
    ),
    Command(
        ("version",),
        "[OPTIONS]",
        "Show the Docker version information",
        version,
        (_FORMAT,),
        Takes(0, 0),
    ),
)
