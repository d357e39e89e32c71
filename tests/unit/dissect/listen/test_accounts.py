"""Accounts: listed or not, and nothing of either leaves."""

from __future__ import annotations

from garde.dissect.listen.accounts import basic, listed, login
from garde.dissect.listen.spec import keyed


def test_what_makers_deliver() -> None:
    assert listed("Admin", "admin") and listed("root", "") and not listed("admin", "Admin") and not listed("", "")


def test_a_login_tells_neither_name_nor_password() -> None:
    told = login("ftp", "dupont", "s3cret", keyed(b"k"), 4)
    assert told.values["default"] == 0 and told.values["open"] == 0
    assert not any("dupont" in str(value) or "s3cret" in str(value) for value in told.values.values())
    assert login("ftp", "anonymous", "anonymous", keyed(b"k"), 0).values["default"] == 0


def test_basic_credentials() -> None:
    assert basic("Basic YWRtaW46YTpi") == ("admin", "a:b")
    assert basic("Bearer x") is None and basic("Basic ???") is None and basic("Basic YWRtaW4=") is None
