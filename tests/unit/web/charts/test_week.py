"""The seven days of a device."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from garde.errors import Malformed
from garde.web.charts.week import DAYS, HOURS, week
from tests.charts import HOSTILE

NAMES = [f"{day:02}/03" for day in range(9, 16)]


def test_golden() -> None:
    values = [0] * (DAYS * HOURS)
    values[0], values[-1] = 1, 1000
    text = str(week(values, NAMES, "Octets <per> hour", "Busy twice."))
    assert text.startswith(
        '<svg class="chart" viewBox="0 0 356 107" width="356" height="107" role="img">'
        "<title>Octets &lt;per&gt; hour</title><desc>Busy twice.</desc>"
        '<text x="44" y="12" class="muted small">0</text>'
    )
    assert text.endswith('<path d="M49 21h3v3h-3z" class="low"/><path d="M344 95h11v11h-11z" class="text"/></svg>')


def test_one_square_an_hour_and_no_style() -> None:
    chart = BeautifulSoup(str(week([5] * 168, NAMES, "t", "s")), "html.parser")
    assert [str(path["d"]).count("M") for path in chart.find_all("path")] == [DAYS * HOURS]
    assert not chart.find_all(style=True)


def test_fewer_days_than_seven() -> None:
    assert str(week([5] * 30, NAMES[:1], "t", "s")).count("h11") == HOURS


def test_a_number_below_zero_is_refused() -> None:
    with pytest.raises(Malformed):
        week([-1] * 168, NAMES, "t", "s")


def test_hostile_words() -> None:
    assert "<script" not in str(week([1] * 168, [HOSTILE] * 7, HOSTILE, HOSTILE))
