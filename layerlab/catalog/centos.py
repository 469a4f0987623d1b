"""centos:latest, the image 5d0da3dc9764 of the chapter's listing: CentOS Linux 8.4.2105, amd64.

Docker Hub had it from September 2021 to the end of the repository. Its config is rebuilt from
what ``docker image inspect`` and the config's own history say, and its manifest from that and
the layer's compressed size. Both come out with the digests under which the world pulled them.
Of the layer's files only those in ``_KNOWN`` were written down.
"""

from functools import cache

from layerlab.catalog import parts
from layerlab.digest import BlobDigest, DiffID
from layerlab.image import Image
from layerlab.layer import RecordedBlob, RecordedLayer

TAGS = ("8", "centos8", "latest")
"""What it was called; all three stayed on it (docker-library/official-images)."""

INDEX = BlobDigest("sha256:a27fd8080b517143cbbbab9dfb7c8571c40d67d534bbdee55bd6c473f432b177")
"""The ``Digest:`` that a pull printed."""

OS_RELEASE = """\
NAME="CentOS Linux"
VERSION="8"
ID="centos"
ID_LIKE="rhel fedora"
VERSION_ID="8"
PLATFORM_ID="platform:el8"
PRETTY_NAME="CentOS Linux 8"
ANSI_COLOR="0;31"
CPE_NAME="cpe:/o:centos:centos:8"
HOME_URL="https://centos.org/"
BUG_REPORT_URL="https://bugs.centos.org/"
CENTOS_MANTISBT_PROJECT="CentOS-8"
CENTOS_MANTISBT_PROJECT_VERSION="8"
"""
"""As ``cat /etc/*release`` in a container printed it; so the next one."""
RELEASE = "CentOS Linux release 8.4.2105\n"

# The directories: `ls /` in a container. That its programs are bash, coreutils (one binary
# and a script each), grep and sed: `ps` and `rpm -qa` there.
_KNOWN = parts.known(
    "dev etc home lost+found media mnt opt proc root run srv sys tmp usr usr/bin usr/lib"
    " usr/lib64 usr/sbin var",
    {"/usr/lib/os-release": OS_RELEASE, "/etc/centos-release": RELEASE},
    {
        "/bin": "usr/bin", "/lib": "usr/lib", "/lib64": "usr/lib64", "/sbin": "usr/sbin",
        "/etc/os-release": "../usr/lib/os-release", "/etc/redhat-release": "centos-release",
        "/etc/system-release": "centos-release", "/usr/bin/sh": "bash",
    },
    parts.within("usr/bin", "bash grep sed", parts.COREUTILS),
)  # fmt: skip

_BLOB = RecordedBlob(
    BlobDigest("sha256:a1d0c75327776413fa0db9ed3adcdbadedc95a662eb1d360dad82bb913f8a1d1"),
    83_518_086,  # docker-library/repo-info: "Size: 83.5 MB (83518086 bytes)"
)
LAYER = RecordedLayer(
    DiffID("sha256:74ddd0ec08fa43d09f32636ba91a0a3053b02cb4627c35051aff89f853606b59"),
    231_268_856,  # "Size" of docker image inspect; the chapter's 231MB
    _BLOB,
    _KNOWN,
)

_ADDED = "2021-09-15T18:20:04.026056566Z"
_LABELLED = "2021-09-15T18:20:04.987853959Z"
CREATED = "2021-09-15T18:20:05.184694267Z"
_ADD = (
    "/bin/sh -c #(nop) ADD "
    "file:805cb5e15fb6e0bb0326ca33fd2942e068863ce2a8491bb71522c652f31fb466 in / "
)
_LABEL = (
    "/bin/sh -c #(nop)  LABEL org.label-schema.schema-version=1.0"
    " org.label-schema.name=CentOS Base Image org.label-schema.vendor=CentOS"
    " org.label-schema.license=GPLv2 org.label-schema.build-date=20210915"
)
_CONTAINER = "9bf8a9e2ddff4c0d76a587c40239679f29c863a967f23abf7a5babb6c2121bf1"
_RUN = {
    "Hostname": "",
    "Domainname": "",
    "User": "",
    "AttachStdin": False,
    "AttachStdout": False,
    "AttachStderr": False,
    "Tty": False,
    "OpenStdin": False,
    "StdinOnce": False,
    "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    "Cmd": ["/bin/bash"],
    "Image": "sha256:f5b050f177fd426be8fe998a8ecf3fb1858d7e26dff4080b29a327d1bd5ba422",
    "Volumes": None,
    "WorkingDir": "",
    "Entrypoint": None,
    "OnBuild": None,
    "Labels": {
        "org.label-schema.build-date": "20210915",
        "org.label-schema.license": "GPLv2",
        "org.label-schema.name": "CentOS Base Image",
        "org.label-schema.schema-version": "1.0",
        "org.label-schema.vendor": "CentOS",
    },
}
_MADE_IN = {
    "Hostname": _CONTAINER[:12],
    "Cmd": ["/bin/sh", "-c", "#(nop) ", 'CMD ["/bin/bash"]'],
}
_DOCUMENT = {
    "architecture": "amd64",
    "config": _RUN,
    "container": _CONTAINER,
    "container_config": _RUN | _MADE_IN,
    "created": CREATED,
    "docker_version": "20.10.7",
    "history": [
        {"created": _ADDED, "created_by": _ADD},
        {"created": _LABELLED, "created_by": _LABEL, "empty_layer": True},
        {
            "created": CREATED,
            "created_by": '/bin/sh -c #(nop)  CMD ["/bin/bash"]',
            "empty_layer": True,
        },
    ],
    "os": "linux",
    "rootfs": {"type": "layers", "diff_ids": [LAYER.diff_id]},
}


@cache
def image() -> Image:
    """The image, with its config's and its manifest's very bytes."""
    return parts.opened(LAYER, _BLOB, _DOCUMENT, "centos:latest")
