"""The images of lesson 06: a shop and a blog on one base, and what upgrades make of the shop.

Their files are hex digits from a seed, so that they compress by about half, as programs do, and
have the same digests on every run.
"""

import random

from layerlab.engine import Engine
from layerlab.image import History, Image, ImageConfig
from layerlab.layer import Layer
from layerlab.nodes import Change, File, Meta, Symlink

MB = 1_000_000
_PROGRAM = Meta(mode=0o755)


def _file(seed: str, size: int) -> File:
    data = random.Random(seed).randbytes(size // 2 + 1).hex()[:size]
    return File(data.encode(), _PROGRAM)  # type: ignore[arg-type]  # File takes bytes


def _os(version: int) -> Layer:
    files: dict[str, Change] = {
        "/bin/busybox": _file(f"busybox {version}", MB - len("busybox")),
        "/bin/sleep": Symlink("busybox"),  # whose length counts, too: 6 MB in all
        "/lib/libc.so": _file("libc", 2 * MB),
        "/usr/share/zoneinfo": _file("zoneinfo", 3 * MB),
    }
    return Layer.of(files)


def _image(version: int, day: int, *layers: tuple[str, Layer]) -> Image:
    steps = [(f"ADD os-{version}.tar.xz / # buildkit", _os(version)), *layers]
    created = f"2025-12-{day:02d}T00:00:00Z"
    history = [History(created_by=made_by, created=created) for made_by, _ in steps]
    config = ImageConfig(cmd=("sleep", "100000"), created=created)
    return Image([layer for _, layer in steps], config, history)


def _copied(name: str, seed: str, size: int) -> tuple[str, Layer]:
    path = f"/srv/{name}"
    return f"COPY {name} {path} # buildkit", Layer.of({path: _file(seed, size)})


def images() -> dict[str, Image]:
    """All of them by the name that they are pulled under."""
    runtime = ("RUN install runtime # buildkit", Layer.of({"/usr/bin/run": _file("run", 2 * MB)}))
    shop, newer = _copied("shop", "shop 1", MB // 2), _copied("shop", "shop 2", MB // 2)
    return {
        "team/shop:1": _image(1, 1, runtime, shop),
        "team/blog:1": _image(1, 2, _copied("blog", "blog 1", MB)),
        "team/news:1": _image(1, 3, runtime, _copied("news", "news 1", MB)),
        "team/shop:2": _image(1, 15, runtime, newer),
        "team/shop:3": _image(2, 22, runtime, shop),
    }


def team_engine() -> Engine:
    """An engine whose Docker Hub has the images; nothing is pulled yet."""
    made = Engine()
    for name, image in images().items():
        made.registries["docker.io"].publish(name, image)
    return made
