"""The cases that lesson 03's exercises try an answer on: the same each time, the simplest first."""

import random

_PATHS = (
    "/bin/sh",
    "/boot/vmlinuz-6.1.0-56-amd64",
    "/boot/grub/grub.cfg",
    "/boot/config-6.1.0-56-amd64",
    "/etc/os-release",
    "/lib/modules/6.1.0-56-amd64/kernel/fs/ext4/ext4.ko",
    "/lib/modules/6.1.0-56-amd64/modules.dep",
    "/usr/lib/modules/3.10.0-1160.el7.x86_64/kernel/fs/xfs/xfs.ko.xz",
    "/usr/lib/modules/3.10.0-1160.el7.x86_64/modules.dep",
    "/usr/lib/node_modules/npm/index.js",
    "/usr/share/doc/linux/vmlinuz.txt",
    "/usr/share/nls/de.ko",
    "/srv/backup/boot/vmlinuz-5.10",
)


def trees() -> list[tuple[list[str]]]:
    """The paths of images, with a kernel and without."""
    rng = random.Random(3)
    singles = [[path] for path in _PATHS]
    mixed = [sorted(rng.sample(_PATHS, rng.randint(2, 7))) for _ in range(40)]
    both = sorted([_PATHS[5], _PATHS[7].removesuffix(".xz"), _PATHS[7]])
    return [(paths,) for paths in ([], *singles, both, *mixed)]


def families() -> list[tuple[dict[str, list[str]], list[str]]]:
    """Images by name, each a list of DiffIDs, and a base."""
    base = ["os", "libs"]
    cases: list[tuple[dict[str, list[str]], list[str]]] = [
        ({}, ["os"]),
        ({"app": ["os", "app"]}, ["os"]),
        ({"app": ["bsd", "app"]}, ["os"]),
        ({"app": ["os", "web"]}, list(base)),
        ({"app": ["libs", "os"]}, list(base)),
        ({"app": ["os", "patch", "libs"]}, list(base)),
        ({"app": ["app", "os", "libs"]}, list(base)),
        ({"app": ["os", "libs"], "web": ["os", "libs", "web"]}, list(base)),
    ]
    rng = random.Random(33)
    for _ in range(40):
        below = ["os", "libs", "lang"][: rng.randint(1, 3)]
        images = {name: _layers(rng, below, name) for name in ("api", "blog", "shop")}
        cases.append((images, list(below)))
    return cases


def _layers(rng: random.Random, base: list[str], name: str) -> list[str]:
    """Layers that often, not always, begin with the base's."""
    own = [name, f"{name} 2"][: rng.randint(0, 2)]
    match rng.randrange(5):
        case 0:
            return [*base[:-1], *own] or ["bsd"]
        case 1:
            return [*own, *base]
        case 2:
            return [*base[::-1], *own]
    return [*base, *own]
