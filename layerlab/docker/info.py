"""``docker info``: the engine and the simulated host. Nothing in it is measured."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections import Counter
from typing import TYPE_CHECKING, Any

from layerlab.docker.engines import client_of, daemon_of, is_old
from layerlab.docker.host.centos import HOSTNAME, KERNEL
from layerlab.docker.spec import Command, Output, Parsed, Takes
from layerlab.docker.version import FORMAT, Map, client_json, record, templated
from layerlab.engine.times import rfc3339

if TYPE_CHECKING:
    from layerlab.engine import Engine

SYSTEM = "CentOS Linux 7 (Core)"
CPUS, MEMORY = 2, 3_973_787_648
LOGS = "awslogs fluentd gcplogs gelf journald json-file local logentries splunk syslog"
NETWORKS = "bridge host ipvlan macvlan null overlay"


def info(engine: Engine, parsed: Parsed) -> Output:
    """``docker info``."""
    facts = _facts(engine)
    source = parsed.text("format")
    if source:
        return templated(source, record("system.dockerInfo", facts), "")
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


def _facts(engine: Engine) -> dict[str, Any]:
    """What the engine tells the client, in the order of its JSON (moby: system.Info)."""
    daemon = daemon_of(engine)
    about_client = client_json(engine, client_of(engine))
    del about_client["ApiVersion"]  # of which the client hasn't asked the engine here
    modern = not is_old(engine)
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
            "IndexConfigs": Map({
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
        "Runtimes": Map(_runtimes(modern)),
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
            **about_client,
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


COMMANDS = (
    Command(
        ("system info", "info"),
        "[OPTIONS]",
        "Display system-wide information",
        info,
        (FORMAT,),
        Takes(0, 0),
    ),
)
