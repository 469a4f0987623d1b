"""Random layers and random operations, for the model and for the kernel alike."""

import os
import random
import stat
from collections.abc import Callable
from typing import Any

from layerlab import Device, Directory, File, Layer, Meta, Symlink, Whiteout
from layerlab.errors import InvalidLayer
from layerlab.union import UnionFS

NAMES = ("a", "b", "c", "d")
TARGETS = ("a", "b/c", "../b", "/a/b", "/c", "nowhere", "/a", "..", "../../d", ".", "/", "c/")
MODES = (0o644, 0o600, 0o755, 0o4755, 0o2755, 0o1777, 0o666, 0o400, 0o2750, 0o777, 0o000, 0o6711)
OWNERS = ((0, 0), (1000, 1000), (0, 50), (1000, 50), (7, 1000))
USERS = ((0, (0,)), (1000, (1000, 50)), (2000, (50,)), (0, (50,)))
FLAGS = (
    os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_TRUNC, os.O_WRONLY | os.O_APPEND,
    os.O_RDONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT, os.O_RDWR | os.O_CREAT | os.O_TRUNC,
    os.O_WRONLY | os.O_CREAT | os.O_EXCL, os.O_RDONLY | os.O_DIRECTORY, os.O_RDWR | os.O_TRUNC,
    os.O_RDONLY | os.O_NOFOLLOW, os.O_WRONLY | os.O_NOFOLLOW | os.O_CREAT, os.O_PATH,
    os.O_PATH | os.O_NOFOLLOW, os.O_PATH | os.O_CREAT | os.O_RDWR,
    os.O_RDONLY | os.O_CREAT | os.O_DIRECTORY,
    os.O_RDWR | os.O_APPEND | os.O_CREAT, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW,
)  # fmt: skip


def random_path(rng: random.Random) -> str:
    return "".join("/" + rng.choice(NAMES) for _ in range(rng.choice((1, 1, 2, 2, 2, 3, 3, 4))))


def random_meta(rng: random.Random) -> Meta:
    uid, gid = rng.choice(OWNERS) if rng.random() < 0.5 else (0, 0)
    xattrs = {"user.k": b"v"} if rng.random() < 0.1 else {}
    return Meta(rng.choice(MODES), uid, gid, rng.randrange(10**9), xattrs)


def random_layer(rng: random.Random) -> Layer:
    """A layer of up to 20 changes; what can't stand beside what is there is left out."""
    changes: dict[str, Any] = {}
    for _ in range(rng.randrange(3, 20)):
        path, roll = random_path(rng), rng.random()
        meta = random_meta(rng)
        node: Any = Directory(meta, opaque=rng.random() < 0.2)
        if roll < 0.35:
            node = File(bytes(rng.randrange(40)), meta)
        elif roll < 0.45:
            node = Symlink(rng.choice(TARGETS), Meta(0o777, meta.uid, meta.gid, meta.mtime))
        elif roll < 0.55:
            node = Whiteout()
        elif roll < 0.65:
            kept = [n for n in changes.values() if not isinstance(n, Directory | Whiteout)]
            node = rng.choice(kept) if kept else node
        elif roll < 0.70:
            plain = Meta(meta.mode, meta.uid, meta.gid, meta.mtime)
            node = rng.choice((Device("fifo", meta=plain), Device("block", 9, 9, meta=plain)))
        try:
            layer = Layer.of({**changes, path: node})
        except InvalidLayer:
            continue
        changes = dict(layer.changes)
    return Layer.of(changes)


def random_layers(rng: random.Random) -> tuple[Layer, ...]:
    """Up to four layers, with whiteouts only where they hide something.

    In a directory that is not merged the kernel lists a whiteout's name, though the path does
    not exist. The model follows the specification: a whiteout is never listed.
    """
    layers: list[Layer] = []
    for _ in range(rng.randrange(1, 5)):
        drawn = random_layer(rng).changes
        rest = {path: node for path, node in drawn.items() if not isinstance(node, Whiteout)}
        seen = {path for path, _, _ in UnionFS([*layers, Layer.of(rest)]).items()}
        hiding = {p: n for p, n in drawn.items() if p in rest or p in seen}
        parents = {p: Directory(random_meta(rng)) for p in Layer.of(hiding).tree}
        layers.append(Layer.of({**parents, "/": Directory(), **hiding}))
    return tuple(layers)


Operation = tuple[str, tuple[Any, ...], tuple[int, tuple[int, ...]]]


class Operations:
    """Draws operations; most of their paths lead somewhere."""

    def __init__(self, rng: random.Random, layers: tuple[Layer, ...]) -> None:
        self.rng = rng
        self.known = [path for layer in layers for path in layer.changes] or ["/a"]
        self.handles = 0

    def path(self) -> str:
        rng = self.rng
        roll = rng.random()
        path = rng.choice(self.known) if roll < 0.6 else random_path(rng)
        if roll > 0.95:
            path = rng.choice((
                "/", "", ".", "..", "/.", "/..", path + "/", path + "/.", path + "/..", path[1:],
                path + "//", "/" + path, path + "/../" + rng.choice(NAMES), "/" + "n" * 255,
                "/" + "é" * 128, "/" + "a/" * 2100, path + "/" + "x" * 300, "./" + path,
            ))  # fmt: skip
        elif roll > 0.90:
            path += "/" + rng.choice(NAMES)
        if len(path) < 60:
            self.known.append(path)
        return path

    def draw(self) -> Operation:
        rng = self.rng
        user = rng.choice(USERS) if rng.random() < 0.25 else USERS[0]
        name = rng.choice(tuple(ARGUMENTS))
        return name, ARGUMENTS[name](self, rng), user


def _content(rng: random.Random) -> bytes:
    return rng.randbytes(rng.choice((0, 1, 5, 30, 200)))


ARGUMENTS: dict[str, Callable[[Operations, random.Random], tuple[Any, ...]]] = {
    "read_bytes": lambda o, r: (o.path(),),
    "write_bytes": lambda o, r: (o.path(), _content(r)),
    "append_bytes": lambda o, r: (o.path(), _content(r)),
    "os_open": lambda o, r: (o.path(), r.choice(FLAGS), r.choice(MODES), r.randrange(4)),
    "mkdir": lambda o, r: (o.path(), r.choice((0o777, 0o755, 0o2775, 0o1777, 0o700))),
    "makedirs": lambda o, r: (o.path(), r.random() < 0.5),
    "mkdir ": lambda o, r: (o.path(), 0o777),
    "rmdir": lambda o, r: (o.path(),),
    "unlink": lambda o, r: (o.path(),),
    "unlink ": lambda o, r: (o.path(),),
    "rmtree": lambda o, r: (o.path(),),
    "rename": lambda o, r: (o.path(), o.path()),
    "rename ": lambda o, r: (o.path(), o.path()),
    "link": lambda o, r: (o.path(), o.path()),
    "symlink": lambda o, r: (r.choice((*TARGETS, "", o.path())), o.path()),
    "mknod": lambda o, r: (o.path(), r.choice((stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK,
                           stat.S_IFSOCK, stat.S_IFREG, stat.S_IFDIR, 0)) | r.choice(MODES),
                           r.choice((0, os.makedev(9, 9)))),
    "chmod": lambda o, r: (o.path(), r.choice(MODES)),
    "chown": lambda o, r: (o.path(), r.choice((-1, 0, 1000, 7)), r.choice((-1, 0, 50, 1000)),
                           r.random() < 0.5),
    "utime": lambda o, r: (o.path(), r.choice((None, 10**9 * r.randrange(10**9), 123456789)),
                           r.random() < 0.5),
    "truncate": lambda o, r: (o.path(), r.choice((0, 0, r.randrange(1, 500), -1))),
    "stat": lambda o, r: (o.path(), r.random() < 0.5),
    "listdir": lambda o, r: (o.path(),),
    "readlink": lambda o, r: (o.path(),),
    "access": lambda o, r: (o.path(), r.choice((os.F_OK, os.R_OK, os.W_OK, os.X_OK, 7))),
    "setxattr": lambda o, r: (o.path(), r.choice(("user.k", "user.l", "trusted.t", "odd.x")),
                              _content(r), r.choice((0, 0, os.XATTR_CREATE, os.XATTR_REPLACE))),
    "removexattr": lambda o, r: (o.path(), r.choice(("user.k", "user.l", "trusted.t"))),
    "getxattr": lambda o, r: (o.path(), r.choice(("user.k", "user.l", "trusted.t"))),
    "handle.read": lambda o, r: (r.randrange(4), r.choice((-1, 0, 3, 50))),
    "handle.write": lambda o, r: (r.randrange(4), _content(r)),
    "handle.seek": lambda o, r: (r.randrange(4), r.choice((0, 5, -3, 60)), r.randrange(3)),
    "handle.truncate": lambda o, r: (r.randrange(4), r.choice((0, 4, 90, -1))),
    "handle.stat": lambda o, r: (r.randrange(4),),
    "handle.close": lambda o, r: (r.randrange(4),),
}  # fmt: skip
