"""The client's Go structs for what ``inspect`` gets, so that a template sees what it sees there.

The client reads the engine's JSON into structs before a template comes to see it: fields are
in the struct's order, those it doesn't know are gone, and ``{{json .Config}}`` of an image
leaves out what is empty (docker/docker: api/types, as of 28.2).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from layerlab.docker.gotemplate import Duration, Nil, Record, Time


class Field(NamedTuple):
    """A field of a struct: its name, that in JSON, its type, and whether JSON omits it empty."""

    name: str
    key: str
    type: str
    omitted: bool
    embedded: bool


# Name=key:type, a question mark where JSON omits it when empty, a plus where it is embedded.
# Without a type it is a string.
_STRUCTS = {
    "image.InspectResponse": """ID=Id RepoTags:[]string RepoDigests:[]string Parent Comment
        Created? Container? ContainerConfig:*container.Config? DockerVersion Author
        Config:*v1.DockerOCIImageConfig Architecture Variant? Os OsVersion? Size:int
        VirtualSize:int? GraphDriver:storage.DriverData RootFS:image.RootFS
        Metadata:image.Metadata Descriptor:*v1.Descriptor? Manifests:[]image.ManifestSummary?""",
    "v1.DockerOCIImageConfig": """+ImageConfig:v1.ImageConfig
        +DockerOCIImageConfigExt:v1.DockerOCIImageConfigExt""",
    "v1.ImageConfig": """User? ExposedPorts:map[string]struct? Env:[]string? Entrypoint:[]string?
        Cmd:[]string? Volumes:map[string]struct? WorkingDir? Labels:map[string]string? StopSignal?
        ArgsEscaped:bool?""",
    "v1.DockerOCIImageConfigExt": """Healthcheck:*v1.HealthcheckConfig? OnBuild:[]string?
        Shell:[]string?""",
    "v1.HealthcheckConfig": """Test:[]string? Interval:duration? Timeout:duration?
        StartPeriod:duration? StartInterval:duration? Retries:int?""",
    "v1.Descriptor": """MediaType=mediaType Digest=digest Size=size:int URLs=urls:[]string?
        Annotations=annotations:map[string]string? Data=data:[]byte?
        Platform=platform:*v1.Platform? ArtifactType=artifactType?""",
    "v1.Platform": """Architecture=architecture OS=os OSVersion=os.version?
        OSFeatures=os.features:[]string? Variant=variant?""",
    "struct": "",
    "image.RootFS": "Type? Layers:[]string?",
    "image.Metadata": "LastTagTime:time.Time?",
    "storage.DriverData": "Data:map[string]string Name",
    "container.InspectResponse": """+ContainerJSONBase:*container.ContainerJSONBase
        Mounts:[]container.MountPoint Config:*container.Config
        NetworkSettings:*container.NetworkSettings
        ImageManifestDescriptor:*v1.Descriptor?""",
    "container.ContainerJSONBase": """ID=Id Created Path Args:[]string State:*container.State Image
        ResolvConfPath HostnamePath HostsPath LogPath Name RestartCount:int Driver Platform
        MountLabel ProcessLabel AppArmorProfile ExecIDs:[]string HostConfig:*container.HostConfig
        GraphDriver:storage.DriverData SizeRw:*int? SizeRootFs:*int?""",
    "container.State": """Status Running:bool Paused:bool Restarting:bool OOMKilled:bool Dead:bool
        Pid:int ExitCode:int Error StartedAt FinishedAt Health:*container.Health?""",
    "container.Health": "Status FailingStreak:int Log:[]container.HealthcheckResult",
    "container.HealthcheckResult": "Start:time.Time End:time.Time ExitCode:int Output",
    "container.Config": """Hostname Domainname User AttachStdin:bool AttachStdout:bool
        AttachStderr:bool ExposedPorts:map[string]struct? Tty:bool OpenStdin:bool StdinOnce:bool
        Env:[]string Cmd:[]string Healthcheck:*v1.HealthcheckConfig? ArgsEscaped:bool? Image
        Volumes:map[string]struct WorkingDir Entrypoint:[]string NetworkDisabled:bool? MacAddress?
        OnBuild:[]string Labels:map[string]string StopSignal? StopTimeout:*int? Shell:[]string?""",
    "container.HostConfig": """Binds:[]string ContainerIDFile LogConfig:container.LogConfig
        NetworkMode PortBindings:map[string]any RestartPolicy:container.RestartPolicy
        AutoRemove:bool VolumeDriver VolumesFrom:[]string ConsoleSize:[]int
        Annotations:map[string]string? CapAdd:[]string CapDrop:[]string CgroupnsMode
        DNS=Dns:[]string DNSOptions=DnsOptions:[]string DNSSearch=DnsSearch:[]string
        ExtraHosts:[]string GroupAdd:[]string IpcMode Cgroup Links:[]string OomScoreAdj:int PidMode
        Privileged:bool PublishAllPorts:bool ReadonlyRootfs:bool SecurityOpt:[]string
        StorageOpt:map[string]string? Tmpfs:map[string]string? UTSMode UsernsMode ShmSize:int
        Sysctls:map[string]string? Runtime? Isolation +Resources:container.Resources
        Mounts:[]mount.Mount? MaskedPaths:[]string ReadonlyPaths:[]string Init:*bool?""",
    "container.LogConfig": "Type Config:map[string]string",
    "container.RestartPolicy": "Name MaximumRetryCount:int",
    "container.Resources": """CPUShares=CpuShares:int Memory:int NanoCPUs=NanoCpus:int CgroupParent
        BlkioWeight:int BlkioWeightDevice:[]any BlkioDeviceReadBps:[]any BlkioDeviceWriteBps:[]any
        BlkioDeviceReadIOps:[]any BlkioDeviceWriteIOps:[]any CPUPeriod=CpuPeriod:int
        CPUQuota=CpuQuota:int CPURealtimePeriod=CpuRealtimePeriod:int
        CPURealtimeRuntime=CpuRealtimeRuntime:int CpusetCpus CpusetMems Devices:[]any
        DeviceCgroupRules:[]string DeviceRequests:[]any KernelMemory:int? KernelMemoryTCP:int?
        MemoryReservation:int MemorySwap:int MemorySwappiness:*int OomKillDisable:*bool
        PidsLimit:*int Ulimits:[]any CPUCount=CpuCount:int CPUPercent=CpuPercent:int
        IOMaximumIOps:int IOMaximumBandwidth:int""",
    "container.NetworkSettings": """+NetworkSettingsBase:container.NetworkSettingsBase
        +DefaultNetworkSettings:container.DefaultNetworkSettings
        Networks:map[string]*network.EndpointSettings""",
    "container.NetworkSettingsBase": """Bridge SandboxID SandboxKey Ports:map[string]any
        HairpinMode:bool LinkLocalIPv6Address LinkLocalIPv6PrefixLen:int SecondaryIPAddresses:[]any
        SecondaryIPv6Addresses:[]any""",
    "container.DefaultNetworkSettings": """EndpointID Gateway GlobalIPv6Address
        GlobalIPv6PrefixLen:int IPAddress IPPrefixLen:int IPv6Gateway MacAddress""",
    "network.EndpointSettings": """IPAMConfig:*network.EndpointIPAMConfig Links:[]string
        Aliases:[]string MacAddress DriverOpts:map[string]string GwPriority:int NetworkID EndpointID
        Gateway IPAddress IPPrefixLen:int IPv6Gateway GlobalIPv6Address GlobalIPv6PrefixLen:int
        DNSNames:[]string""",
}
_ZERO = {
    "string": "",
    "int": 0,
    "duration": Duration(0),
    "bool": False,
    "time.Time": Time("0001-01-01T00:00:00Z"),
}


@cache
def _fields(struct: str) -> tuple[Field, ...]:
    found = []
    for word in _STRUCTS[struct].split():
        names, _, kind = word.strip("+?").partition(":")
        name, _, key = names.partition("=")
        found.append(Field(name, key or name, kind or "string", word[-1] == "?", word[0] == "+"))
    return tuple(found)


def typed(struct: str, document: Mapping[str, Any], *, pointer: bool = False) -> Record:
    """What the client makes of the engine's JSON: ``typed("container.State", {…})``."""
    fields = _fields(struct)
    return Record(
        struct,
        {
            field.name: typed(field.type.lstrip("*"), document, pointer=field.type[0] == "*")
            if field.embedded
            else _value(field.type, document.get(field.key))
            for field in fields
        },
        embedded=tuple(field.name for field in fields if field.embedded),
        keys={field.name: field.key for field in fields},
        omitted=frozenset(field.name for field in fields if field.omitted),
        pointer=pointer,
    )


def _value(kind: str, value: Any) -> Any:
    target = kind.removeprefix("*")
    if kind in _STRUCTS:
        return typed(kind, value or {})
    if value is None:
        return _ZERO[kind] if kind in _ZERO else Nil(kind)
    if target in _STRUCTS:
        return typed(target, value, pointer=True)
    inner = kind.removeprefix("map[string]").removeprefix("[]")
    if inner != kind and inner.removeprefix("*") in _STRUCTS:
        if kind.startswith("[]"):
            return [_value(inner, item) for item in value]
        return {key: _value(inner, item) for key, item in value.items()}
    if kind == "duration":
        return Duration(value)
    return Time(value) if kind == "time.Time" else value
