"""Dockerfiles built by Docker's classic builder and by layerlab's, side by side.

Output and exit code, the layers entry by entry, history and config must be the same; IDs and times
aside. Where every time is fixed, the DiffIDs are the same.
"""

import pytest
from reference.both_builders import Both, config, entries, history, links
from reference.builds import BUILDS, TIMED, Case


@pytest.mark.parametrize("case", BUILDS.values(), ids=list(BUILDS))
def test_builds(both: Both, case: Case) -> None:
    assert both.build(case.text, "--no-cache", *case.args) == 0
    theirs, mine = both.images()
    assert history(mine) == history(theirs)
    assert config(mine) == config(theirs)
    assert entries(mine) == entries(theirs)
    assert links(mine) == links(theirs)


def test_triggers(both: Both) -> None:
    both.build("FROM build-base\nONBUILD RUN echo 1 > /1\nONBUILD COPY a b /x/\nONBUILD ARG y=2\n")
    both.docker("tag", "compared", "triggers")
    both.engine.tag("compared", "triggers")
    assert both.build("FROM triggers\nRUN echo $y\n", "--no-cache") == 0
    theirs, mine = both.images()
    assert history(mine) == history(theirs)
    assert config(mine) == config(theirs)
    assert entries(mine) == entries(theirs)


def test_diff_ids_where_times_are_fixed(both: Both) -> None:
    assert both.build(TIMED.text, "--no-cache") == 0
    theirs, mine = both.images()
    assert mine.diff_ids == theirs.diff_ids
