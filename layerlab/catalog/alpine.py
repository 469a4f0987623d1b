"""alpine:3.12 as Docker Hub had it from 17 December 2020 on (Alpine Linux 3.12.3, amd64).

The config's JSON is rebuilt from what ``docker image inspect`` and ``docker history`` print,
and the manifest from the config and the layer's compressed size. Both have the digests under
which the world pulled them, which proves every byte: the names below are not typed in, they
come out. Only the layer's own bytes aren't here; of its files a few are.
"""

from functools import cache

from layerlab.catalog import parts
from layerlab.digest import BlobDigest, DiffID
from layerlab.image import Image
from layerlab.layer import RecordedBlob, RecordedLayer

TAGS = ("3.12", "3.12.3", "latest")
"""What it was called then (docker-library/official-images; pulls of December 2020)."""

INDEX = BlobDigest("sha256:3c7497bf0c7af93428242d6176e8f7905f2201d8fc5861f45be7a346b5f23436")
"""The ``Digest:`` that a pull printed: that of the index, which names seven platforms."""

OS_RELEASE = """\
NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.12.3
PRETTY_NAME="Alpine Linux v3.12"
HOME_URL="https://alpinelinux.org/"
BUG_REPORT_URL="https://bugs.alpinelinux.org/"
"""
"""As `cat /etc/os-release` in containers of 3.12.3 printed it."""

# The directories: `ls /` in a container. Which applets lie in /bin, and which in /usr/bin:
# `ls -l` there. Each is a link to /bin/busybox.
_IN_BIN = (
    "ash cat chmod chown cp date dd df echo false grep hostname ln ls mkdir mv pwd rm rmdir"
    " sed sh sleep stat touch true uname"
)
_IN_USR = "cut du env find head id printf readlink sha256sum sort tail tee test tr truncate wc"
_KNOWN = parts.known(
    "bin dev etc home lib media mnt opt proc root run sbin srv sys tmp usr usr/bin usr/lib"
    " usr/sbin var",
    {"/etc/os-release": OS_RELEASE, "/etc/alpine-release": "3.12.3\n"},
    {
        **{f"/bin/{name}": "/bin/busybox" for name in _IN_BIN.split()},
        **{f"/usr/bin/{name}": "/bin/busybox" for name in _IN_USR.split()},
    },
    "bin/busybox",
)

_BLOB = RecordedBlob(
    BlobDigest("sha256:801bfaa63ef2094d770c809815b9e2b9c1194728e5e754ef7bc764030e140cea"),
    2_799_066,  # docker-library/repo-info: "Size: 2.8 MB (2799066 bytes)"
)
LAYER = RecordedLayer(
    DiffID("sha256:777b2c648970480f50f5b4d0af8f9a8ea798eea43dbcf40ce4a8c7118736bdcf"),
    5_577_287,  # "Size" of docker image inspect; "5.58MB" of docker history
    _BLOB,
    _KNOWN,
)

ADDED = "2020-12-17T00:19:41.960367136Z"
CREATED = "2020-12-17T00:19:42.11518025Z"
ADD = (
    "/bin/sh -c #(nop) ADD "
    "file:ec475c2abb2d46435286b5ae5efacf5b50b1a9e3b6293b69db3c0172b5b9658b in / "
)
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CONTAINER = "6cb7658787e77979d777b9725147ac992230ccc7426e678c918c3144e5ccb78e"
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
    "Env": [PATH],
    "Cmd": ["/bin/sh"],
    "Image": "sha256:174c398109132a9b2fc879f752eeef1b25528a04b514a1e3ff1b5085bcf28f51",
    "Volumes": None,
    "WorkingDir": "",
    "Entrypoint": None,
    "OnBuild": None,
    "Labels": None,
}
_MADE_IN = {
    "Hostname": _CONTAINER[:12],
    "Cmd": ["/bin/sh", "-c", "#(nop) ", 'CMD ["/bin/sh"]'],
    "Labels": {},
}
_DOCUMENT = {
    "architecture": "amd64",
    "config": _RUN,
    "container": _CONTAINER,
    "container_config": _RUN | _MADE_IN,
    "created": CREATED,
    "docker_version": "19.03.12",
    "history": [
        {"created": ADDED, "created_by": ADD},
        {
            "created": CREATED,
            "created_by": '/bin/sh -c #(nop)  CMD ["/bin/sh"]',
            "empty_layer": True,
        },
    ],
    "os": "linux",
    "rootfs": {"type": "layers", "diff_ids": [LAYER.diff_id]},
}


@cache
def image() -> Image:
    """The image, with its config's and its manifest's very bytes."""
    return parts.opened(LAYER, _BLOB, _DOCUMENT, "alpine:3.12")
