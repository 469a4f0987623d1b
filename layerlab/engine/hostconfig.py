"""The parts of a container's JSON that hardly change: limits, devices and networks.

Nothing of it is simulated; the values are those of a container that asks for nothing
(*ran*: docker 20.10).
"""

from __future__ import annotations

from typing import Any

from layerlab.engine.state import StoredContainer

_LISTS = ("Dns", "DnsOptions", "DnsSearch", "BlkioWeightDevice", "BlkioDeviceReadBps",
          "BlkioDeviceWriteBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "Devices",
          "Ulimits")  # fmt: skip
_TEXTS = ("ContainerIDFile", "VolumeDriver", "Cgroup", "PidMode", "UTSMode", "UsernsMode",
          "Isolation", "CgroupParent", "CpusetCpus", "CpusetMems")  # fmt: skip
_SWITCHES = ("Privileged", "PublishAllPorts", "OomKillDisable")
_NUMBERS = ("OomScoreAdj", "CpuShares", "Memory", "NanoCpus", "BlkioWeight", "CpuPeriod",
            "CpuQuota", "CpuRealtimePeriod", "CpuRealtimeRuntime", "KernelMemory",
            "KernelMemoryTCP", "MemoryReservation", "MemorySwap", "CpuCount", "CpuPercent",
            "IOMaximumIOps", "IOMaximumBandwidth")  # fmt: skip
_ORDER = [
    "Binds",
    "ContainerIDFile",
    "LogConfig",
    "NetworkMode",
    "PortBindings",
    "RestartPolicy",
    "AutoRemove",
    "VolumeDriver",
    "VolumesFrom",
    "CapAdd",
    "CapDrop",
    "CgroupnsMode",
    "Dns",
    "DnsOptions",
    "DnsSearch",
    "ExtraHosts",
    "GroupAdd",
    "IpcMode",
    "Cgroup",
    "Links",
    "OomScoreAdj",
    "PidMode",
    "Privileged",
    "PublishAllPorts",
    "ReadonlyRootfs",
    "SecurityOpt",
    "UTSMode",
    "UsernsMode",
    "ShmSize",
    "Runtime",
    "ConsoleSize",
    "Isolation",
    "CpuShares",
    "Memory",
    "NanoCpus",
    "CgroupParent",
    "BlkioWeight",
    "BlkioWeightDevice",
    "BlkioDeviceReadBps",
    "BlkioDeviceWriteBps",
    "BlkioDeviceReadIOps",
    "BlkioDeviceWriteIOps",
    "CpuPeriod",
    "CpuQuota",
    "CpuRealtimePeriod",
    "CpuRealtimeRuntime",
    "CpusetCpus",
    "CpusetMems",
    "Devices",
    "DeviceCgroupRules",
    "DeviceRequests",
    "KernelMemory",
    "KernelMemoryTCP",
    "MemoryReservation",
    "MemorySwap",
    "MemorySwappiness",
    "OomKillDisable",
    "PidsLimit",
    "Ulimits",
    "CpuCount",
    "CpuPercent",
    "IOMaximumIOps",
    "IOMaximumBandwidth",
    "MaskedPaths",
    "ReadonlyPaths",
]
"""``HostConfig`` in the order of its struct. What isn't named above or below is ``null``."""
_MASKED = (
    "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
    "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
)  # fmt: skip
_READONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


def host_config(container: StoredContainer) -> dict[str, Any]:
    """``HostConfig``."""
    known: dict[str, Any] = {name: [] for name in _LISTS}
    known |= dict.fromkeys(_TEXTS, "")
    known |= dict.fromkeys(_SWITCHES, False)
    known |= dict.fromkeys(_NUMBERS, 0)
    known |= {
        "LogConfig": {"Type": "json-file", "Config": {}},
        "NetworkMode": container.options["network"],
        "PortBindings": {},
        "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
        "AutoRemove": container.remove,
        "ReadonlyRootfs": container.options["read_only"],
        "CgroupnsMode": "host",
        "IpcMode": "private",
        "ShmSize": 64 << 20,
        "Runtime": "runc",
        "ConsoleSize": [0, 0],
        "MaskedPaths": list(_MASKED),
        "ReadonlyPaths": list(_READONLY),
    }
    return {name: known.get(name) for name in _ORDER}


def network_settings(container: StoredContainer) -> dict[str, Any]:
    """``NetworkSettings``: a network by name, and no address, because nothing is connected."""
    mode = container.options["network"]
    address = {
        "EndpointID": "",
        "Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "IPAddress": "",
        "IPPrefixLen": 0,
        "IPv6Gateway": "",
        "MacAddress": "",
    }
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
    }
    return {
        "Bridge": "",
        "SandboxID": "",
        "HairpinMode": False,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "Ports": {},
        "SandboxKey": "",
        "SecondaryIPAddresses": None,
        "SecondaryIPv6Addresses": None,
        **address,
        "Networks": {"bridge" if mode == "default" else mode: endpoint},
    }
