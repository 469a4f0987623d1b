"""``containers/``: how each container was set up, and what its process printed.

Source: moby, ``container/container.go`` (``ToDisk``) and ``daemon/logger/jsonfilelog``
(*ran*: docker 20.10).
"""

from __future__ import annotations

from typing import Any

from layerlab.digest import Digest
from layerlab.docker.host.place import Children, Place, file, folder
from layerlab.docker.host.writable import is_mounted
from layerlab.engine.runconfig import config_json
from layerlab.engine.state import State, StoredContainer
from layerlab.engine.times import rfc3339
from layerlab.image import gojson

_ROOT = "/var/lib/docker/containers"
_HOSTS = """\
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
ff00::0\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
"""
_RESOLV = "nameserver 10.255.255.53\n"
_MASKED = (
    "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
    "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
)  # fmt: skip
_READONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


def containers(state: State, driver: str) -> Children:
    """The directory ``containers``, by its names; ``driver`` unpacks the images."""
    return {box.id: _container(box, driver) for box in state.containers.values()}


def _container(box: StoredContainer, driver: str) -> Place:
    made, begun = box.created, box.started
    changed = box.finished or begun or made
    config = gojson.dump(_config(box, driver)) + b"\n"
    found = {
        "checkpoints": folder(mtime=made),
        "config.v2.json": file(config, mode=0o600, mtime=changed),
        "hostconfig.json": file(gojson.dump(_host_config(box)) + b"\n", mtime=changed),
    }
    if begun is not None:
        found |= {
            f"{box.id}-json.log": file(_log(box), mode=0o640, mtime=changed),
            "hostname": file(f"{box.options['hostname']}\n", mtime=begun),
            "hosts": file(_HOSTS, mtime=begun),
            "mounts": folder(mode=0o710, mtime=begun),
            "resolv.conf": file(_RESOLV, mtime=begun),
            "resolv.conf.hash": file(str(Digest.of(_RESOLV.encode())), mtime=begun),
        }
    return folder(found, mode=0o710, mtime=changed)


def _log(box: StoredContainer) -> bytes:
    """One JSON object for each line the process printed."""
    time = rfc3339(box.started)
    entries = []
    for stream, printed in (("stdout", box.output), ("stderr", box.errors)):
        lines = printed.decode("utf-8", "replace").splitlines(keepends=True)
        entries += [{"log": line, "stream": stream, "time": time} for line in lines]
    return b"".join(gojson.dump(entry) + b"\n" for entry in entries)


def _config(box: StoredContainer, driver: str) -> dict[str, Any]:
    command = [*box.entrypoint, *box.cmd]
    ran = box.started is not None
    where = f"{_ROOT}/{box.id}"
    return {
        "StreamConfig": {},
        "State": _process(box),
        "ID": box.id,
        "Created": rfc3339(box.created),
        "Managed": False,
        "Path": command[0] if command else "",
        "Args": command[1:],
        "Config": config_json(box),
        "Image": str(box.image_id),
        "NetworkSettings": _network(box),
        "LogPath": f"{where}/{box.id}-json.log" if ran else "",
        "Name": f"/{box.name}",
        "Driver": driver,
        "OS": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "RestartCount": 0,
        "HasBeenStartedBefore": ran,
        "HasBeenManuallyStopped": False,
        "MountPoints": {},
        "SecretReferences": None,
        "ConfigReferences": None,
        "AppArmorProfile": "",
        "HostnamePath": f"{where}/hostname" if ran else "",
        "HostsPath": f"{where}/hosts" if ran else "",
        "ShmPath": "",
        "ResolvConfPath": f"{where}/resolv.conf" if ran else "",
        "SeccompProfile": "",
        "NoNewPrivileges": False,
        "LocalLogCacheMeta": {"HaveNotifyEnabled": False},
    }


def _process(box: StoredContainer) -> dict[str, Any]:
    flags = ("Restarting", "OOMKilled", "RemovalInProgress", "Dead")
    running = is_mounted(box)
    return {
        "Running": running,
        "Paused": box.status == "paused",
        **dict.fromkeys(flags, False),
        "Pid": PID if running else 0,
        "ExitCode": box.exit_code,
        "Error": box.error,
        "StartedAt": rfc3339(box.started),
        "FinishedAt": rfc3339(None if running else box.finished),
        "Health": None,
    }


PID = 4242
"""A container's process has some number on the host; nothing here depends on which."""


def _network(box: StoredContainer) -> dict[str, Any]:
    network = box.options["network"]
    endpoint = {
        "IPAMConfig": None,
        "Links": None,
        "Aliases": None,
        "NetworkID": "",
        "EndpointID": "",
        "Gateway": "",
        "IPAddress": "",
        "IPPrefixLen": 0,
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "MacAddress": "",
        "DriverOpts": None,
        "IPAMOperational": False,
    }
    return {
        "Bridge": "",
        "SandboxID": "",
        "HairpinMode": False,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "Networks": {"bridge" if network == "default" else network: endpoint},
        "Service": None,
        "Ports": {} if is_mounted(box) else None,
        "SandboxKey": "",
        "SecondaryIPAddresses": None,
        "SecondaryIPv6Addresses": None,
        "IsAnonymousEndpoint": False,
        "HasSwarmEndpoint": False,
    }


def _host_config(box: StoredContainer) -> dict[str, Any]:
    return {
        "Binds": None,
        "ContainerIDFile": "",
        "LogConfig": {"Type": "json-file", "Config": {}},
        "NetworkMode": box.options["network"],
        "PortBindings": {},
        "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
        "AutoRemove": box.remove,
        "VolumeDriver": "",
        **dict.fromkeys(("VolumesFrom", "CapAdd", "CapDrop")),
        "CgroupnsMode": "host",
        "Dns": [],
        "DnsOptions": [],
        "DnsSearch": [],
        **dict.fromkeys(("ExtraHosts", "GroupAdd")),
        "IpcMode": "private",
        "Cgroup": "",
        "Links": None,
        "OomScoreAdj": 0,
        "PidMode": "",
        "Privileged": False,
        "PublishAllPorts": False,
        "ReadonlyRootfs": False,
        "SecurityOpt": None,
        "UTSMode": "",
        "UsernsMode": "",
        "ShmSize": 64 << 20,
        "Runtime": "runc",
        "ConsoleSize": [0, 0],
        "Isolation": "",
        **dict.fromkeys(("CpuShares", "Memory", "NanoCpus"), 0),
        "CgroupParent": "",
        "BlkioWeight": 0,
        "BlkioWeightDevice": [],
        **{f"BlkioDevice{what}": [] for what in ("ReadBps", "WriteBps", "ReadIOps", "WriteIOps")},
        **{f"Cpu{what}": 0 for what in ("Period", "Quota", "RealtimePeriod", "RealtimeRuntime")},
        "CpusetCpus": "",
        "CpusetMems": "",
        "Devices": [],
        **dict.fromkeys(("DeviceCgroupRules", "DeviceRequests")),
        **dict.fromkeys(("KernelMemory", "KernelMemoryTCP", "MemoryReservation", "MemorySwap"), 0),
        "MemorySwappiness": None,
        "OomKillDisable": False,
        "PidsLimit": None,
        "Ulimits": [],
        **dict.fromkeys(("CpuCount", "CpuPercent", "IOMaximumIOps", "IOMaximumBandwidth"), 0),
        "MaskedPaths": list(_MASKED),
        "ReadonlyPaths": list(_READONLY),
    }
