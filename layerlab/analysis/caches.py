"""Where package managers keep what a container doesn't need, and how to be without it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cache:
    """A place, and what to write in the instruction that fills it."""

    what: str
    places: re.Pattern[str]
    advice: str


def _cache(what: str, advice: str, *places: str) -> Cache:
    return Cache(what, re.compile("|".join(places)), advice)


_HOME = r"/(?:root|home/[^/]+)"

CACHES = (
    _cache("apt's package lists", "end this RUN with `&& rm -rf /var/lib/apt/lists/*`",
           r"/var/lib/apt/lists/."),
    _cache("apt's downloads and caches", "end this RUN with `&& rm -rf /var/cache/apt/*`",
           r"/var/cache/apt/."),
    _cache("apk's index and downloads", "write `apk add --no-cache`",
           r"/var/cache/apk/.", r"/etc/apk/cache/."),
    _cache("dnf's and yum's caches", "end this RUN with `&& dnf clean all`, or yum",
           r"/var/cache/(?:dnf|libdnf5|yum)/."),
    _cache("pip's cache", "write `pip install --no-cache-dir`", _HOME + r"/\.cache/pip/."),
    _cache("npm's cache", "end this RUN with `&& npm cache clean --force`",
           _HOME + r"/\.npm/_(?:cacache|logs)/."),
    _cache("yarn's cache", "end this RUN with `&& yarn cache clean`",
           r"/usr/local/share/\.cache/yarn/.", _HOME + r"/\.(?:cache/yarn|yarn/berry/cache)/."),
    _cache("Go's build cache", "build in a stage of its own, and COPY the program from it",
           _HOME + r"/\.cache/go-build/."),
    _cache("temporary files", "delete them in the RUN that makes them", r"/tmp/.", r"/var/tmp/."),
)  # fmt: skip


def cache_of(path: str) -> Cache | None:
    """The cache that a path is in, if it is in one."""
    for cache in CACHES:
        if cache.places.match(path):
            return cache
    return None
