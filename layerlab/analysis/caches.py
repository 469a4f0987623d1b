"""Where package managers keep what a container doesn't need, and how to be without it.

Each place is the one that the tool's own documentation names, for root, for a user, and where
the tool's official image puts it (``/usr/local/cargo``, ``/go``, ``/opt/conda``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cache:
    """A place, and what to write in the instruction that fills it."""

    what: str
    advice: str
    places: tuple[str, ...]
    """Patterns of the directories, without groups."""


def _cache(what: str, advice: str, *places: str) -> Cache:
    return Cache(what, advice, places)


def _delete(places: str) -> str:
    return f"end this RUN with `&& rm -rf {places}`"


_HOME = r"/(?:root|home/[^/]+)"
_STAGE = "build in a stage of its own, and COPY the result from it"

CACHES = (
    _cache("apt's package lists", _delete("/var/lib/apt/lists/*"), r"/var/lib/apt/lists"),
    _cache("apt's downloads and caches", _delete("/var/cache/apt/*"), r"/var/cache/apt"),
    _cache("apk's index and downloads", "write `apk add --no-cache`",
           r"/var/cache/apk", r"/etc/apk/cache"),
    _cache("dnf's caches", _delete("/var/cache/dnf /var/cache/libdnf5"),
           r"/var/cache/(?:lib)?dnf5?"),
    _cache("yum's caches", _delete("/var/cache/yum"), r"/var/cache/yum"),
    _cache("zypper's caches", _delete("/var/cache/zypp/*"), r"/var/cache/zypp"),
    _cache("pacman's downloads", _delete("/var/cache/pacman/pkg/*"), r"/var/cache/pacman/pkg"),
    _cache("pip's cache", "write `pip install --no-cache-dir`", _HOME + r"/\.cache/pip"),
    _cache("uv's cache", "write `uv --no-cache`", _HOME + r"/\.cache/uv"),
    _cache("Poetry's cache", _delete("~/.cache/pypoetry/cache ~/.cache/pypoetry/artifacts"),
           _HOME + r"/\.cache/pypoetry/(?:cache|artifacts)"),
    _cache("conda's packages",
           "end this RUN with `&& conda clean --all --force-pkgs-dirs --yes`",
           r"/opt/(?:conda|mini(?:conda|forge)3?)/pkgs", _HOME + r"/\.conda/pkgs"),
    _cache("npm's cache", _delete("~/.npm"), _HOME + r"/\.npm/_(?:cacache|logs)"),
    _cache("yarn's cache", "end this RUN with `&& yarn cache clean`",
           r"/usr/local/share/\.cache/yarn", _HOME + r"/\.cache/yarn"),
    _cache("yarn's cache", "end this RUN with `&& yarn cache clean --all`",
           _HOME + r"/\.yarn/berry/cache"),
    _cache("Go's build and module caches", _STAGE,
           _HOME + r"/\.cache/go-build", _HOME + r"/go/pkg/mod", r"/go/pkg/mod"),
    _cache("cargo's downloads and sources", _STAGE,
           r"(?:" + _HOME + r"/\.cargo|/usr/local/cargo)/(?:registry|git)"),
    _cache("Composer's cache", _delete("~/.cache/composer ~/.composer/cache"),
           _HOME + r"/\.(?:cache/composer|composer/cache)"),
    _cache("gem's downloads", _delete("\"$(gem env gemdir)\"/cache/*"),
           r"/var/lib/gems/[^/]+/cache", r"/usr/local/bundle/cache",
           r"/usr/(?:local/)?lib/ruby/gems/[^/]+/cache"),
    _cache("Maven's repository", _STAGE, _HOME + r"/\.m2/repository"),
    _cache("Gradle's caches", _STAGE, _HOME + r"/\.gradle/(?:caches|wrapper/dists)"),
    _cache("NuGet's downloads", "end this RUN with `&& dotnet nuget locals http-cache --clear`",
           _HOME + r"/\.local/share/NuGet/(?:http|v3)-cache"),
    _cache("ccache's objects", _STAGE, _HOME + r"/\.(?:cache/)?ccache"),
    _cache("temporary files", "delete them in the RUN that makes them", r"/tmp", r"/var/tmp"),
)  # fmt: skip
"""Where a tool's own command leaves something, the advice is ``rm``: ``npm cache clean`` writes
a log there (*ran*: npm 9.2), ``dnf clean`` keeps its lists of what is to be cleaned, ``pacman
-Scc --noconfirm`` takes "no" for the answer."""

_ANY = re.compile("|".join(f"((?:{'|'.join(cache.places)})/.)" for cache in CACHES), re.DOTALL)


def cache_of(path: str) -> Cache | None:
    """The cache that a path is in, if it is in one."""
    found = _ANY.match(path)
    return CACHES[found.lastindex - 1] if found and found.lastindex else None


def cache_of_all(names: Iterable[str]) -> Cache | None:
    """The cache that a file is in under all its names: else deleting it there saves nothing."""
    found = {cache_of(name) for name in names}
    return found.pop() if len(found) == 1 else None
