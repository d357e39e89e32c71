"""The contract of garde forecast."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from garde.errors import Unreachable
from garde.foreseeing import as_table, foreseen

CSV = "time,disk,apples\n" + "".join(f"{hour * 3600},{60 + hour / 30},{hour % 5}\n" for hour in range(480))


def test_each_series_has_its_forecast_and_the_whole_its_back_test(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text(CSV, "utf-8")
    found = json.loads(json.dumps(foreseen(file)))
    disk, apples = found["series"]
    assert not disk["told"] and disk["lead_hours"]["p50"] == pytest.approx(421, abs=10)
    assert disk["linear"]["hours"] == pytest.approx(421, abs=2)
    assert apples["limit"] is None and apples["why"] == ["no limit"]
    assert set(found["backtest"]) == {"ours", "linear", "reliability"}
    assert as_table(found).splitlines()[1].startswith("disk")


def test_a_lower_limit_is_near(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text(CSV, "utf-8")
    disk = foreseen(file, 80.0)["series"][0]
    assert disk["told"] and disk["lead_hours"]["p50"] == pytest.approx(121, abs=6)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="series.unreadable"):
        foreseen(tmp_path / "none.csv")
