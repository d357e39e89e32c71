"""The bar beside a number."""

from __future__ import annotations

import re

import pytest

from garde.web.charts.bars import WIDTH, bar


def test_golden() -> None:
    assert str(bar(30, 60)) == (
        '<svg class="bar-chart" viewBox="0 0 60 8" width="60" height="8" aria-hidden="true">'
        '<rect class="ground" width="60" height="8"/><rect width="30" height="8"/></svg>'
    )


@pytest.mark.parametrize(("value", "top", "long"), [(0, 9, 0), (1, 10**9, 1), (9, 9, WIDTH), (5, 0, 0), (99, 9, WIDTH)])
def test_its_length(value: int, top: int, long: int) -> None:
    assert re.findall(r'rect width="(\d+)"', str(bar(value, top))) == [str(long)]
