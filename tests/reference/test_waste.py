"""Waste made by real Dockerfiles: found, and gone once the advice was followed."""

from pathlib import Path
from typing import NamedTuple

import pytest

from layerlab import open_image
from layerlab.analysis import waste

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
    "apt's lists": Case(
        f"RUN mkdir -p /var/lib/apt/lists && {BIG} > /var/lib/apt/lists/Packages",
        f"RUN mkdir -p /var/lib/apt/lists && {BIG} > /var/lib/apt/lists/Packages"
        " && rm -rf /var/lib/apt/lists/*",
        "apt's package lists",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_advice_saves_what_it_promises(docker, build_base, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    (tmp_path / "app").write_bytes(bytes(range(256)) * 1000)

    def built(instructions: str) -> Path:
        (tmp_path / "Dockerfile").write_text(f"FROM build-base\n{instructions}\n")
        docker("build", "--network", "none", "-q", "-t", "wasteful", tmp_path)
        docker("save", "-o", tmp_path / "saved.tar", "wasteful")
        docker("rmi", "wasteful")
        return tmp_path / "saved.tar"

    before = open_image(built(case.wasteful))
    ours = [each for each in waste(before).findings if each.layer >= 2]  # not the base's own
    assert [case.why in each.why for each in ours] == [True]
    assert ours[0].made_by
    after = open_image(built(case.advised))
    assert before.size - after.size == ours[0].saves
    assert [each for each in waste(after).findings if each.layer >= 2] == []
