"""The seven days of a device."""

from __future__ import annotations

from bs4 import BeautifulSoup

from garde.web.charts.week import DAYS, HOURS, level, week

NAMES = [f"{day:02}/03" for day in range(9, 16)]


def test_golden() -> None:
    values = [0] * (DAYS * HOURS)
    values[0], values[-1] = 1, 1000
    text = str(week(values, NAMES, "Octets <per> hour", "Busy twice."))
    assert text.startswith(
        '<svg class="week" viewBox="0 0 354 105" role="img"><title>Octets &lt;per&gt; hour</title>'
        '<desc>Busy twice.</desc><text x="42" y="10">0</text><text x="120" y="10">6</text>'
        '<text x="198" y="10">12</text><text x="276" y="10">18</text><text x="0" y="23">09/03</text>'
        '<rect class="l1" x="42" y="14" width="11" height="11" rx="2"/>'
        '<rect class="l0" x="55" y="14" width="11" height="11" rx="2"/>'
    )
    assert text.endswith('<rect class="l4" x="341" y="92" width="11" height="11" rx="2"/></svg>')


def test_one_square_an_hour_and_no_style() -> None:
    chart = BeautifulSoup(str(week([5] * 168, NAMES, "t", "s")), "html.parser")
    assert len(chart.find_all("rect")) == DAYS * HOURS
    assert not chart.find_all(style=True)


def test_levels_are_quarters() -> None:
    assert [level(value, 256) for value in (0, 1, 4, 5, 17, 65, 256)] == [0, 1, 1, 2, 3, 4, 4]
