"""Waste made by real Dockerfiles: found, and gone once the advice was followed."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from layerlab import Image, open_image
from layerlab.analysis import dive, waste

BIG = "head -c 300000 /dev/zero"


class Case(NamedTuple):
    """Instructions that waste, the same with the advice followed, and why it was waste."""

    wasteful: str
    advised: str
    why: str


CASES = {
    "a file deleted later": Case(
        f"RUN {BIG} > /big\nRUN rm /big", f"RUN {BIG} > /big && rm /big", "deleted"
    ),
    "a folder deleted later": Case(
        f"RUN mkdir -p /d/e && {BIG} > /d/e/big\nRUN rm -r /d",
        f"RUN mkdir -p /d/e && {BIG} > /d/e/big && rm -r /d",
        "deleted",
    ),
    "a folder made again": Case(
        f"RUN mkdir /d && {BIG} > /d/big\nRUN rm -r /d && mkdir /d && echo 1 > /d/new",
        f"RUN mkdir /d && {BIG} > /d/big && rm -r /d && mkdir /d && echo 1 > /d/new",
        "deleted",
    ),
    "a file that grows": Case(
        f"RUN {BIG} > /log\nRUN echo more >> /log", f"RUN {BIG} > /log && echo more >> /log",
        "changed",
    ),
    "chmod": Case(
        f"RUN {BIG} > /app\nRUN chmod 755 /app", f"RUN {BIG} > /app && chmod 755 /app",
        "mode or owner",
    ),
    "chown -R": Case(
        "COPY app /srv/\nRUN chown -R bob /srv", "COPY --chown=1000:0 app /srv/", "mode or owner"
    ),
    "touch": Case(f"RUN {BIG} > /f\nRUN touch /f", f"RUN {BIG} > /f", "unchanged"),
    "copied twice": Case("COPY app /app\nRUN touch /x\nCOPY app /app",
                         "COPY app /app\nRUN touch /x", "unchanged"),
    "a link made later": Case(
        f"RUN {BIG} > /f\nRUN ln /f /g", f"RUN {BIG} > /f && ln /f /g", "unchanged"
    ),
    "a file that becomes a folder": Case(
        f"RUN {BIG} > /f\nRUN rm /f && mkdir /f", f"RUN {BIG} > /f && rm /f && mkdir /f", "deleted"
    ),
    "a folder that becomes a file": Case(
        f"RUN mkdir /d && {BIG} > /d/f\nRUN rm -r /d && echo 1 > /d",
        f"RUN mkdir /d && {BIG} > /d/f && rm -r /d && echo 1 > /d",
        "deleted",
    ),
    "apt's lists": Case(
        f"RUN mkdir -p /var/lib/apt/lists && {BIG} > /var/lib/apt/lists/Packages",
        f"RUN mkdir -p /var/lib/apt/lists && {BIG} > /var/lib/apt/lists/Packages"
        " && rm -rf /var/lib/apt/lists/*",
        "apt's package lists",
    ),
}  # fmt: skip


FILLED = (
    "/var/lib/apt/lists", "/var/cache/apt/archives", "/var/cache/dnf/x", "/var/cache/libdnf5/x",
    "/var/cache/yum/x", "/var/cache/zypp/raw", "/var/cache/pacman/pkg", "/root/.npm/_cacache/x",
    "/root/.cache/pypoetry/artifacts", "/root/.cache/pypoetry/cache", "/root/.composer/cache/repo",
    "/root/.cache/composer/files", "/var/lib/gems/3.1.0/cache",
)  # fmt: skip
"""The caches that a Dockerfile can only delete."""


@pytest.fixture
def built(docker, build_base, tmp_path: Path) -> Callable[..., Image]:
    """Build instructions on ``build-base``, or a whole Dockerfile, with a context of one file."""
    (tmp_path / "app").write_bytes(bytes(range(256)) * 1000)

    def build(instructions: str, base: str = "FROM build-base") -> Image:
        (tmp_path / "Dockerfile").write_text(f"{base}\n{instructions}\n")
        docker("build", "--network", "none", "-q", "-t", "wasteful", tmp_path)
        docker("save", "-o", tmp_path / "saved.tar", "wasteful")
        docker("rmi", "wasteful")
        return open_image(tmp_path / "saved.tar")

    return build


@pytest.mark.parametrize("name", CASES)
def test_the_advice_saves_what_it_promises(built: Callable[..., Image], name: str) -> None:
    case = CASES[name]
    before, after = built(case.wasteful), built(case.advised)
    ours = [each for each in waste(before).findings if each.layer >= 2]  # not the base's own
    assert [case.why in each.why for each in ours] == [True]
    assert ours[0].made_by
    assert before.size - after.size == ours[0].saves
    assert [each for each in waste(after).findings if each.layer >= 2] == []


def test_what_is_advised_of_a_cache_deletes_it_whole(built: Callable[..., Image]) -> None:
    """The very words of the advice, put where it says, save the bytes that it promises."""
    gem = "echo echo /var/lib/gems/3.1.0 > /bin/gem && chmod 755 /bin/gem"
    fill = " && ".join(f"mkdir -p {each} && head -c 5000 /bin/sh > {each}/f" for each in FILLED)
    before = built(f"RUN {gem} && {fill}")
    found = [each for each in waste(before).findings if each.layer >= 2]
    assert sum(len(each.paths) for each in found) == len(FILLED)
    words = [re.fullmatch(r"end this RUN with `(&& rm -rf .+)`", each.advice) for each in found]
    after = built(f"RUN {gem} && {fill} {' '.join(each[1] for each in words if each)}")
    assert before.size - after.size == sum(each.saves for each in found) == 5000 * len(FILLED)
    assert [each for each in waste(after).findings if each.layer >= 2] == []


def test_an_image_of_one_layer(built: Callable[..., Image]) -> None:
    """Where dive divides by nothing."""
    image = built("COPY app /usr/share/app\nCOPY app /var/cache/apt/pkgcache.bin", "FROM scratch")
    [only] = built("COPY app /var/cache/apt/pkgcache.bin", "FROM scratch").layers
    found = waste(Image([only]))
    assert (found.efficiency, found.wasted_percent, found.wasted_bytes) == (0.0, 100.0, 256_000)
    both = waste(image)
    assert (both.efficiency, both.wasted_percent) == (0.5, 100.0)
    assert math.isnan(dive(Image([only])).user_wasted_percent)
