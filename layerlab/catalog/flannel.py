"""quay.io/coreos/flannel:v0.14.0, the image that the chapter looks at.

Recorded, not opened: IDs, commands and sizes are known, files, config JSON and manifest are
not. Where a figure comes from stands beside it. *Chapter* is what a real Docker printed in
section 4.5 (tests/flannel/session.toml); *source* is github.com/flannel-io/flannel at v0.14.0.
"""

from layerlab.catalog import alpine
from layerlab.digest import BlobDigest, DiffID, ImageID
from layerlab.image import History, Image, ImageConfig
from layerlab.layer import RecordedBlob, RecordedLayer

IMAGE_ID = ImageID("sha256:8522d622299ca431311ac69992419c956fbaca6fa8289c76810c9399d17c69de")
MANIFEST = BlobDigest("sha256:4a330b2f2e74046e493b2edc30d61fdebbdddaaedcb32d62736f25be8d3c64d5")

# "21.1MB" in `crictl images` of two containerd clusters (Kubernetes 1.19 and 1.21), which counts
# what was downloaded. How the layers share it was never recorded.
_CONTENT = 21_100_000

# Only relative ages are recorded: "2 years ago" and "22 months ago" in February 2023. Two releases
# of the source fit: v0.13.1-rc2 (commit 41596b94), when alpine:3.12 was 3.12.3, and v0.14.0-rc1
# (5f43f6a5). Whole seconds tell these times from Docker's own, which have nanoseconds.
_CACHED = "2021-02-04T16:54:11Z"
_BUILT = "2021-04-15T14:46:55Z"

# DiffID and the size that history prints: chapter. Blob digest: the log of a mirror of quay.io
# (its first 12 digits: chapter). The compressed sizes of all but the base were never recorded.
_LAYERS = (
    alpine.LAYER,
    RecordedLayer(
        DiffID("sha256:815dff9e0b5742e2a1b9c06fc748a4181a349d638bd4d66e5072df83f5fba336"),
        10_800_000,  # "10.8MB"; the bytes after that are not known
        RecordedBlob(
            BlobDigest("sha256:e4264a7179f61a6c110d5178ec81d1382ff3bcf8cda4dd48bb2a406893449be0")
        ),
    ),
    RecordedLayer(
        DiffID("sha256:2e16188127c8c7ccc2d27f3ecb0c9de6ce109fbaeb3600d060a52b024dbabcc2"),
        2_180_000,  # "2.18MB"; the bytes after that are not known
        RecordedBlob(
            BlobDigest("sha256:bc75ea45ad2ece1b1550b45f6fab3cc9708b8a3f2443ceb6b5363c104129270e")
        ),
    ),
    RecordedLayer(
        DiffID("sha256:eb738177d102ee90366379b7a67d6f8005b24d28a7049156f4c12da0c7321480"),
        49_300_000,  # "49.3MB"; the bytes after that are not known
        RecordedBlob(
            BlobDigest("sha256:78648579d12a2f0722ff7b0ee415d234b21a40a20031580af44ccc66bcd1ded5")
        ),
    ),
    RecordedLayer(
        DiffID("sha256:b613d890216ce3ba102eb169e30d768aefcb0536f95fc60812d9566aac64ce78"),
        2_139,  # "2.14kB": dist/mk-docker-opts.sh of the source; its COPY hash is the chapter's
        RecordedBlob(
            BlobDigest("sha256:3393447261e4eb9fa8d3f918b1545120d1f71005f5f748ac23156a949c47899a")
        ),
    ),
    RecordedLayer(
        DiffID("sha256:8a984b390686f05792e045c24dc98042be50334e94fb46990fed1646f52d3399"),
        7_659,  # "7.66kB": dist/iptables-wrapper-installer.sh; its COPY hash is the chapter's
        RecordedBlob(
            BlobDigest("sha256:071b96dd834b1e1a80641b7f78ba8c1e951c3b58c2a54ac08131e5a6f9e4ebba")
        ),
    ),
    RecordedLayer(
        DiffID("sha256:814fbd599e1fb4f5a522ffedff9f9dfee491e3b566c1a550dfdf908e04c9bc3d"),
        1_929,  # "1.93kB": that script, run for /sbin, writes 1,797 bytes and 6 links of 22
        RecordedBlob(
            BlobDigest("sha256:4de2f0468a918ba83d6d975731867958acf085608a988744dc57a35a7d33ee41")
        ),
    ),
)

_HISTORY = (
    History(alpine.ADDED, alpine.ADD),
    History(alpine.CREATED, '/bin/sh -c #(nop)  CMD ["/bin/sh"]', empty_layer=True),
    History(
        _CACHED,  # the address: Dockerfile.amd64 of the source; as long as the chapter's gap
        "/bin/sh -c #(nop)  LABEL maintainer=Tom Denham <tom@tigera.io>",
        empty_layer=True,
    ),
    History(_CACHED, "/bin/sh -c #(nop)  ENV FLANNEL_ARCH=amd64", empty_layer=True),
    History(
        _CACHED,
        "/bin/sh -c apk add --no-cache iproute2 net-tools ca-certificates iptables strongswan"
        " && update-ca-certificates",
    ),
    History(
        _CACHED,
        "/bin/sh -c apk add wireguard-tools --no-cache"
        " --repository http://dl-cdn.alpinelinux.org/alpine/edge/community",
    ),
    History(
        _BUILT,
        "/bin/sh -c #(nop) COPY"
        " file:d4fe84b0a6b8e73f9c28b314a51706f4a65ab0fde83db87b000ba72e6efbacf6"
        " in /opt/bin/flanneld ",
    ),
    History(
        _BUILT,
        "/bin/sh -c #(nop) COPY"
        " file:8f67962c12e58671bee18c93535885714647b91271193b7dc5832188905ec9d1 in /opt/bin/ ",
    ),
    History(
        _BUILT,
        "/bin/sh -c #(nop) COPY"
        " file:1a43b192bfd032f1dbb35156e5e82a505618eb82ae8dd58b3cdec45882d7e102 in / ",
    ),
    History(_BUILT, "/bin/sh -c /iptables-wrapper-installer.sh"),
    History(_BUILT, '/bin/sh -c #(nop)  ENTRYPOINT ["/opt/bin/flanneld"]', empty_layer=True),
)

IMAGE = Image.recorded(
    IMAGE_ID,
    _LAYERS,
    ImageConfig(
        created=_BUILT,
        env=(alpine.PATH, "FLANNEL_ARCH=amd64"),
        entrypoint=("/opt/bin/flanneld",),  # an ENTRYPOINT drops the base's CMD
        labels={"maintainer": "Tom Denham <tom@tigera.io>"},
    ),
    _HISTORY,
    MANIFEST,
    _CONTENT,
)
