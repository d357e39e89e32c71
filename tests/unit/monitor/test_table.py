"""Tables of values in the shapes in which people export them, and errors that say where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.monitor.table import tabled


def test_a_column_each() -> None:
    one, other = tabled(b"time;helium %;disk\n0;80;70\n3600;79,5;71\n", "x.csv")
    assert (one.series.name, one.series.values, one.limit, one.above) == ("helium %", [80.0, 79.5], 60.0, False)
    assert (other.series.times, other.limit, other.above) == ([0.0, 3600.0], 90.0, True)


def test_a_row_each_with_its_own_limit() -> None:
    text = "timestamp,series,value,threshold\n2026-01-01T00:00:00Z,a,1,9\n2026-01-01T00:00:00+00:00,b,5,2\n"
    one, other = tabled(text.encode(), "x.csv")
    assert (one.series.name, one.limit, one.above) == ("a", 9.0, True)
    assert (other.series.name, other.limit, other.above) == ("b", 2.0, False)
    assert one.series.times == other.series.times == [1767225600.0]


@pytest.mark.parametrize("word", ["1767225600", "1767225600000", "1767225600000000", "1767225600000000000"])
def test_seconds_and_their_parts(word: str) -> None:
    assert tabled(f"time,v\n{word},1\n".encode(), "x.csv")[0].series.times == [1767225600.0]


def test_a_limit_of_the_command_goes_first_and_none_is_none() -> None:
    assert tabled(b"time,disk\n0,1\n", "x.csv", 50.0)[0].limit == 50.0
    assert tabled(b"time,apples\n0,1\n", "x.csv")[0].limit is None


def test_rows_that_say_nothing_are_named() -> None:
    (found,) = tabled(b"time,v\n0,1\nyesterday,2\n7200,many\n\n10800,4\n", "x.csv")
    assert found.series.values == [1.0, 4.0] and found.refused == ("x.csv, line 3", "x.csv, line 4")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a,b\n1,2\n", "series.time"),
        (b"time\n1\n", "series.value"),
        (b"time,v\n", "series.empty"),
        (b"\xff\xfe", "series.text"),
        (b"", "series.time"),
    ],
    ids=["no-time", "no-value", "no-rows", "no-text", "empty"],
)
def test_what_is_no_table(data: bytes, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        tabled(data, "x.csv")
    assert caught.value.code == code and "x.csv" in caught.value.where


@given(st.binary(max_size=80) | st.text(max_size=60).map(lambda text: f"time,v\n{text}".encode()))
def test_any_bytes_are_a_table_or_malformed(data: bytes) -> None:
    try:
        assert all(len(one.series.times) == len(one.series.values) > 0 for one in tabled(data, "x.csv"))
    except Malformed as error:
        assert error.code.startswith("series.")
