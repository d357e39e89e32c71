"""Statistics against the vectors of domain note 08 §5, and what holds of them whatever the values."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.monitor.series import (
    UNUSUAL,
    cusum,
    ewma,
    holt,
    holt_winters,
    robust_z,
    silence,
    spread,
    theil_sen,
    theil_sen_range,
)

DISK = [70, 70.6, 71.1, 71.9, 90, 72.9, 73.4]


def test_the_vectors_of_the_notes() -> None:
    assert robust_z([10, 11, 9, 10, 12, 10, 50], 50) == pytest.approx(26.98, abs=0.005)
    sums = cusum([101, 99, 104, 106, 107, 108, 107, 109], 100, 5)
    assert [round(one, 1) for one in sums] == [0.0, 0.0, 0.3, 1.0, 1.9, 3.0, 3.9, 5.2]
    found = holt([10, 12, 13, 15, 16], 0.5, 0.5, 10, 2)
    assert found == pytest.approx((16.4062, 1.4844), abs=1e-4) and found.ahead(3) == pytest.approx(20.8594, abs=1e-4)
    slope = theil_sen(range(7), DISK)
    assert slope == pytest.approx(0.575, abs=0.0005)
    assert (85 - 73.4) / slope == pytest.approx(20.0, abs=0.2)


def test_an_outlier_moves_the_slope_less_than_a_straight_line() -> None:
    low, high = theil_sen_range(range(7), DISK)
    assert low <= theil_sen(range(7), DISK) <= high and low > 0


def test_equal_values_have_no_spread_and_a_step_is_told() -> None:
    assert spread([5, 5, 5]) == 0 and robust_z([5, 5, 5], 5) == 0
    assert robust_z([5, 5, 5], 6) == math.inf and robust_z([5, 5, 5], 6, least=1) == 1.0
    assert abs(robust_z([5, 5, 5, 5, 9], 9)) > UNUSUAL


def test_means_follow() -> None:
    assert ewma([1, 1, 6], 0.2) == pytest.approx([1, 1, 2.0])


def test_a_season_is_found_again() -> None:
    week = [10 + hour % 24 + 0.1 * hour for hour in range(24 * 14)]
    found = holt_winters(week, 24)
    for steps in (1, 12, 30):
        at = len(week) - 1 + steps
        assert found.ahead(steps) == pytest.approx(10 + at % 24 + 0.1 * at, abs=2.5)
    with pytest.raises(ValueError, match="two seasons"):
        holt_winters([1.0] * 47, 24)


def test_silence_of_a_bursty_flow_is_less_telling() -> None:
    assert silence(2, 5) == pytest.approx(math.exp(-10))
    assert silence(2, 5, dispersion=3) == pytest.approx(3**-5)
    assert silence(2, 5, dispersion=3) > silence(2, 5)


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=40), st.floats(-100, 100), st.floats(-1e3, 1e3))
def test_a_slope_is_that_of_a_line(noise: list[float], slope: float, level: float) -> None:
    times = range(len(noise))
    assert theil_sen(times, [level + slope * at for at in times]) == pytest.approx(slope, abs=1e-6)
    with pytest.raises(ValueError, match="two different"):
        theil_sen([1.0] * len(noise), noise)
