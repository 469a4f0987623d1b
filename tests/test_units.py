import pytest

from layerlab.units import human_duration, human_size


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0B"),
        (999, "999B"),
        (1000, "1kB"),
        (1930, "1.93kB"),
        (7_660, "7.66kB"),
        (67_900_000, "67.9MB"),
        (999_499, "999kB"),
        (999_950, "1e+03kB"),
        (10**12, "1TB"),
    ],
)
def test_sizes_have_three_digits(size: int, said: str) -> None:
    assert human_size(size) == said


def test_docker_system_df_has_four_digits() -> None:
    assert human_size(67_912_345, 4) == "67.91MB"


def test_the_largest_unit_takes_what_is_left() -> None:
    assert human_size(12 * 10**27) == "1.2e+04YB"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "Less than a second"),
        (0.9, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (119, "About a minute"),
        (120, "2 minutes"),
        (3599, "59 minutes"),
        (3600, "About an hour"),
        (5399, "About an hour"),
        (5400, "2 hours"),
        (47 * 3600, "47 hours"),
        (47.5 * 3600, "2 days"),
        (14 * 86400 - 1801, "13 days"),
        (14 * 86400, "2 weeks"),
        (59 * 86400, "8 weeks"),
        (60 * 86400, "2 months"),
        (660 * 86400, "22 months"),
        (729 * 86400, "24 months"),
        (730 * 86400, "2 years"),
        (56 * 365 * 86400, "56 years"),
    ],
)
def test_durations_in_words(seconds: float, said: str) -> None:
    assert human_duration(seconds) == said
