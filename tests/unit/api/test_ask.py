"""Versions, ends, and which roles reach a device."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.api.ask import Ask, until, version
from garde.errors import Conflict, Malformed
from garde.model.message import moment
from garde.model.person import Grant
from garde.people.door import STRANGER
from garde.people.scope import Scope
from tests.hospital import House
from tests.pages import NOW, PUMP, pump

DAY = 86_400 * 10**9


def ask(house: House, **parts: object) -> Ask:
    return Ask(site=house.site, visitor=STRANGER, address="/x", **parts)  # type: ignore[arg-type]


def test_a_version_is_that_of_the_octets() -> None:
    assert version({"a": 1}) == version({"a": 1}) != version({"a": 2})
    assert version({})[0] == version({})[-1] == '"'


def test_only_the_version_that_is_there_may_be_changed(house: House) -> None:
    ask(house).meant({"a": 1})
    ask(house, match=("*",)).meant({"a": 1})
    ask(house, match=('"other"', version({"a": 1}))).meant({"a": 1})
    with pytest.raises(Conflict, match=r"api\.version"):
        ask(house, match=(version({"a": 1}),)).meant({"a": 2})


def test_the_question_leaves_out_which_page() -> None:
    one = [("kind", "CT"), ("cursor", "x"), ("limit", "3")]
    two = [("limit", "9"), ("kind", "CT")]
    questions = {
        Ask(site=None, visitor=STRANGER, address="/d", pairs=tuple(pairs)).question  # type: ignore[arg-type]
        for pairs in (one, two)
    }
    assert questions == {"/d?kind=CT"}


def test_a_date_alone_means_the_end_of_its_day() -> None:
    end = until("2026-06-01", NOW)
    assert moment(end) == "2026-06-02T00:00:00.000000Z"
    assert until("", NOW) == 0


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "2026-06-01T08:00:00", "2020-01-01", "2031-01-01", "9999-12-31", "0001-01-01"]
)
def test_what_is_no_end_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match=r"api\.date"):
        until(text, NOW)


@given(st.text(max_size=45))
def test_any_text_is_an_end_or_refused(text: str) -> None:
    try:
        end = until(text, NOW)
    except Malformed:
        return
    assert end == 0 or NOW < end <= NOW + 400 * DAY


@given(st.datetimes(timezones=st.timezones()))
def test_an_offset_is_read(when: object) -> None:
    try:
        end = until(when.isoformat(), NOW)  # type: ignore[attr-defined]
    except Malformed:
        return
    assert abs(end - int(when.timestamp() * 1e9)) < 10**6  # type: ignore[attr-defined]


def test_only_roles_that_reach_the_device_speak() -> None:
    scope = Scope((Grant("rssi", ward="Bloc"), Grant("biomedical", ward="Réa A"), Grant("network")))
    assert scope.roles_over(pump()) == ("biomedical", "network")
    assert scope.roles_over(None) == ("network",)


def test_a_device_is_found_by_an_older_id_too(house: House) -> None:
    from garde.inventory.describe import aliases

    device = next(one for one in house.site.store.all(type(pump())) if one.id not in (PUMP, "d-stranger"))
    older = [name for name in aliases(device) if name != device.id]
    for name in older:
        assert house.get(f"/devices/{name}")["id"] == device.id
