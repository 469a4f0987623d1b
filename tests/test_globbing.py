"""Patterns of strangers: matched as a regular expression would, and never slowly."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlab.build.globbing import ANY, FEW, FOLDERS, WITHIN, matcher
from layerlab.build.patterns import ignorer, matches

PIECES = st.sampled_from(["", "a", "b", "/", "a/", "/a", "[ab]", "[^/]", "ab", r"\.", "^"])
PARTS = st.lists(st.tuples(st.sampled_from([WITHIN, ANY, FOLDERS]), PIECES), max_size=6)


@settings(max_examples=600, deadline=None)
@given(PIECES, PARTS, st.text("ab/.\n", max_size=9))
def test_as_a_regular_expression(first, parts, path):
    gaps, pieces = [gap for gap, _ in parts], [first, *(piece for _, piece in parts)]
    whole = first + "".join(gap + piece for gap, piece in parts)
    assert matcher(pieces, gaps)(path) == (re.fullmatch(whole, path) is not None)


def test_both_ways_are_tried():
    """The property above covers the walk, and the expression alone."""
    for count in (FEW, FEW + 1):
        assert matcher(["a"] * (count + 1), [WITHIN] * count)("a" * 9)
        assert not matcher(["a"] * (count + 1), [WITHIN] * count)("a" * count)


@pytest.mark.parametrize(
    "pattern", ["*a" * 20 + "b", "*?" * 30 + "b", "**/a" * 12 + "/b", "*" * 99 + "b"]
)
def test_no_pattern_takes_years(pattern):
    """Python's ``re`` didn't come back from any of these."""
    assert not ignorer(pattern)("a" * 200)
    assert not ignorer(pattern)("/a" * 200)
    if "**/" not in pattern:
        assert not matches(pattern, "a" * 200)
        assert matches(pattern, "a" * 200 + "b")
