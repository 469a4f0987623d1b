"""ubuntu:20.04 as Docker Hub had it from 16 October 2021 to January 2022 (20.04.3 LTS, amd64).

Recorded. Its config names a container image of the builder that nobody wrote down, so its JSON
can't be rebuilt. That it has 1,462 bytes follows from the manifest: written with that number
it has the digest that pushes printed, 7cc0576c7c0e. (The build said "1.46kB".)
"""

from layerlab.catalog import parts
from layerlab.digest import BlobDigest, DiffID, ImageID
from layerlab.image import History, Image, ImageConfig
from layerlab.layer import RecordedBlob, RecordedLayer

TAGS = ("20.04", "focal", "latest")
"""What it was called then (docker-library/official-images)."""

INDEX = BlobDigest("sha256:626ffe58f6e7566e00254b638eb7e0f3b11d4da9675088f4781a50ae288f3322")
"""The ``Digest:`` that a pull printed."""
MANIFEST = BlobDigest("sha256:7cc0576c7c0ec2384de5cbf245f41567e922aab1b075f3e8ad565f508032df17")
IMAGE_ID = ImageID("sha256:ba6acccedd2923aee4c2acc6a23780b14ed4b8a5fa4e14e252a23b846df9b6c1")
_BLOB = 28_567_101  # docker-library/repo-info: "Size: 28.6 MB (28567101 bytes)"
CONFIG_SIZE, MANIFEST_SIZE = 1_462, 529

OS_RELEASE = """\
NAME="Ubuntu"
VERSION="20.04.3 LTS (Focal Fossa)"
ID=ubuntu
ID_LIKE=debian
PRETTY_NAME="Ubuntu 20.04.3 LTS"
VERSION_ID="20.04"
HOME_URL="https://www.ubuntu.com/"
SUPPORT_URL="https://help.ubuntu.com/"
BUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"
PRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"
VERSION_CODENAME=focal
UBUNTU_CODENAME=focal
"""
"""Of base-files 11ubuntu5.4, as machines with 20.04.3 print it."""

# The programs are those of essential packages: bash, coreutils, dash, grep, sed.
_KNOWN = parts.known(
    "boot dev etc home media mnt opt proc root run srv sys tmp usr usr/bin usr/lib usr/lib32"
    " usr/lib64 usr/libx32 usr/sbin var",
    {"/usr/lib/os-release": OS_RELEASE},
    {
        "/bin": "usr/bin", "/lib": "usr/lib", "/lib32": "usr/lib32", "/lib64": "usr/lib64",
        "/libx32": "usr/libx32", "/sbin": "usr/sbin",
        "/etc/os-release": "../usr/lib/os-release", "/usr/bin/sh": "dash",
    },
    parts.within("usr/bin", "bash dash grep sed", parts.COREUTILS),
)  # fmt: skip

LAYER = RecordedLayer(
    DiffID("sha256:9f54eef412758095c8079ac465d494a2872e02e90bf1fb5f12a1641c0d1bb78b"),
    72_800_000,  # "72.8MB" of docker images; the bytes after that are not known
    RecordedBlob(
        BlobDigest("sha256:7b1a6ab2e44dbac178598dabe7cff59bd67233dba0b27e4fbd1f9d4b3c877a54"),
        _BLOB,
    ),
    _KNOWN,
)

_ADDED = "2021-10-16T00:37:47.226745473Z"
CREATED = "2021-10-16T00:37:47.578710012Z"

IMAGE = Image.recorded(
    IMAGE_ID,
    [LAYER],
    ImageConfig(
        created=CREATED,
        env=("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",),
        cmd=("bash",),
    ),
    [
        History(
            _ADDED,
            "/bin/sh -c #(nop) ADD "
            "file:5d68d27cc15a80653c93d3a0b262a28112d47a46326ff5fc2dfbf7fa3b9a0ce8 in / ",
        ),
        History(CREATED, '/bin/sh -c #(nop)  CMD ["bash"]', empty_layer=True),
    ],
    MANIFEST,
    _BLOB + CONFIG_SIZE + MANIFEST_SIZE,
)
