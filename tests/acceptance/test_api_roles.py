"""No operation of the interface answers a role that it should not: every operation by every role, from the tables.

What a role may do is read from roles.toml itself; the address of an operation is filled with things that exist, so that
a refusal is a refusal and not an absence.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from garde.api.operations import OPERATIONS, Operation
from garde.people.secret import Token
from tests.hospital import ABOUT_PUMP, ROLES, House, staffed
from tests.pages import PUMP

rows = pytest.mark.parametrize("row", list(OPERATIONS), ids=OPERATIONS.names)
#: Bodies that are understood and change nothing that another row needs.
BODIES = {
    "devices.decide": {"verb": "note", "reason": "seen"},
    "devices.decide-many": {"devices": [PUMP], "verb": "note", "reason": "seen", "dry_run": True},
    "findings.decide": {"verb": "note", "reason": "seen"},
    "me.make-token": {"name": "x", "rights": ["wards.read"], "until": "2026-06-20"},
    "people.change": {"name": "W"},
    "people.password": {"password": "short"},
    "me.keep-view": {"address": "/devices"},
    "shift.note": {"text": "quiet"},
    "kiosks.set": {"code": "deux-lunes-9"},
}
#: What a person who signed in may do with their tokens and sessions, and a token may not.
OWN = ("me.make-token", "me.revoke-token", "me.sessions", "me.end-session")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with staffed(tmp_path_factory.mktemp("roles")) as opened:
        yield opened


def called(house: House, row: Operation, who: str) -> int:
    """The status with which an operation answers."""
    values = {
        "device": PUMP, "attribute": "ward", "finding": ABOUT_PUMP, "message": "w-said", "conversation": "c-0",
        "recording": "ct.pcap", "person": "ward", "ward": "Nowhere", "token": "0" * 64,
        "session": "0" * 64,
        "sensor": "core-1", "view": "x",
    }  # fmt: skip
    if row.name == "people.remove":
        values["person"] = "nobody"
    path = row.path.format(**values)
    if row.request is None:
        return house.ask(row.method, path, who).status_code
    return house.send(row.method, path, BODIES.get(row.name, {}), who).status_code


@rows
@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_gets_what_its_rights_bring_and_nothing_else(house: House, row: Operation, role: str) -> None:
    status = called(house, row, role)
    if not row.right:
        assert status not in (401, 403) or row.name in OWN
    elif row.right in ROLES[role]:
        assert status not in (401, 405) and status < 500
        assert status != 403 or row.name == "people.password", status  # where the password is refused, not the person
    else:
        assert status == 403


@rows
@pytest.mark.parametrize("who", ["stranger", "expired", "revoked", "nonsense"])
def test_who_is_nobody_gets_nothing(house: House, row: Operation, who: str) -> None:
    status = called(house, row, who)
    if row.right or row.path != "/me" or who != "stranger":
        assert status == 401


@rows
def test_a_token_opens_no_more_than_it_was_made_for(house: House, row: Operation) -> None:
    status = called(house, row, "bound")
    if row.right:
        assert (status == 403) == (row.right != "devices.read")


@rows
def test_a_kiosk_opens_nothing_of_the_interface(house: House, row: Operation) -> None:
    headers = house.secrets["kiosk"]
    assert "cookie" in headers
    status = called(house, row, "kiosk")
    if row.right:
        assert row.right not in ROLES["ward"] and status == 403
    elif row.path != "/me":
        assert status == 401


@rows
def test_a_person_who_signed_in_gets_what_their_token_would(house: House, row: Operation) -> None:
    session, token = called(house, row, "session"), called(house, row, "rssi")
    assert (session == 403) == (token == 403) or row.name in OWN


def test_what_is_taken_back_is_taken_back_at_once(tmp_path: Path) -> None:
    with staffed(tmp_path) as house:
        assert house.ask("GET", "/devices", "oncall").status_code == 200
        person = house.site.register.person("oncall")
        house.site.register.change("test", house.site.now(), person, grants=())
        assert house.ask("GET", "/devices", "oncall").status_code == 403
        house.site.register.change("test", house.site.now(), house.site.register.person("oncall"), active=False)
        assert house.ask("GET", "/devices", "oncall").status_code == 401
        assert house.site.store.linked(Token, [person.id])[person.id]


def test_there_are_enough_roles() -> None:
    assert len(ROLES) >= 8
