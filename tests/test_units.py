import pytest

from layerlab.units import human_size


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
