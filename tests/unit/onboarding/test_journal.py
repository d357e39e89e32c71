"""Lines of the journal and of the server's log as messages."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.model.finding import Judgement
from garde.model.zones.place import EAP_TLS, MAB, AccessRequest, Landing, Placement, placed, placement_id
from garde.onboarding.endpoint import packed
from garde.onboarding.journal import SECOND, forged, logged, messages, once

MAC = "00:09:fb:01:02:03"
PLACE = placed(
    AccessRequest(at=5 * SECOND + 7, mac=MAC, kind=MAB, nas="sw-1", port="7"), device="d-1", vlan=120, acl="A",
    rule="monitors", rank="fingerprint", reasons=("rule.fingerprint: monitors",),
)  # fmt: skip


def line(what: str, **parts: object) -> bytes:
    return json.dumps({"what": what, "at": 5, "random": "r", **parts}).encode()


def test_what_garde_decided_is_the_message_it_would_have_sent() -> None:
    assert messages(line("answer", by="garde", content=packed(PLACE), mac=MAC)) == [PLACE]


def test_a_decision_whose_id_is_not_its_own_is_malformed() -> None:
    false = msgspec.structs.replace(PLACE, vlan=1)
    with pytest.raises(Malformed, match="not the one"):
        messages(line("answer", by="garde", content=packed(false), mac=MAC))


def test_what_the_server_decided_alone_is_a_decision_of_that_request() -> None:
    parts = {
        "by": "cache",
        "content": packed(PLACE),
        "mac": MAC,
        "nas": "sw-\u00c3\u00a9",
        "port": "9",
        "medium": "Ethernet",
    }
    (one,) = messages(line("answer", **parts))
    assert isinstance(one, Placement) and one.id == placement_id(one)
    assert (one.by, one.nas, one.port, one.medium, one.vlan, one.acl) == ("cache", "sw-é", "9", "ethernet", 120, "A")
    assert (one.rule, one.device, one.at // SECOND) == ("monitors", "d-1", 5)
    assert one.reasons == (f"cache.kept: {MAC}", "rule.fingerprint: monitors")
    (other,) = messages(line("answer", **parts).replace(b'"r"', b'"s"'))
    assert other.id != one.id, "two requests of one second are two"
    proved = messages(line("answer", **parts, subject="/CN=x"))[0]
    assert isinstance(proved, Placement) and (proved.kind, proved.certificate) == (EAP_TLS, "/CN=x")
    unknown = msgspec.structs.replace(PLACE, rank="unknown", device="")
    (new,) = messages(line("answer", by="cache", content=packed(unknown), mac=MAC))
    assert isinstance(new, Placement) and new.reasons[0] == f"cache.unknown: {MAC}"


def test_accounting_is_a_landing() -> None:
    echo = "0x" + PLACE.id.encode().hex()
    (one,) = messages(
        line("accounting", mac=MAC, status="Start", vlan="120", nas="sw-1", port="7", session="a", **{"class": echo})
    )
    assert isinstance(one, Landing)
    assert (one.mac, one.status, one.vlan, one.nas, one.port, one.placement) == (
        MAC,
        "start",
        120,
        "sw-1",
        "7",
        PLACE.id,
    )
    assert PLACE.at < one.at < 6 * SECOND, "it sorts behind the answer of its second"


@pytest.mark.parametrize(
    ("parts", "vlan", "placement"),
    [
        ({"vlan": "4095"}, 0, ""),
        ({"vlan": "guest"}, 0, ""),
        ({"vlan": "0120"}, 0, ""),
        ({"class": "0x"}, 0, ""),
        ({"class": "0x0102"}, 0, ""),
        ({"class": "rm -rf"}, 0, ""),
    ],
    ids=range(6),
)
def test_what_a_switch_says_is_hostile(parts: dict[str, str], vlan: int, placement: str) -> None:
    (one,) = messages(line("accounting", mac=MAC, status="Interim-Update", **parts))
    assert isinstance(one, Landing) and (one.vlan, one.placement, one.status) == (vlan, placement, "alive")


@pytest.mark.parametrize(
    "parts", [{"status": "Accounting-On", "mac": MAC}, {"status": "Start"}], ids=["switch", "nobody"]
)
def test_what_is_about_no_station_tells_nothing(parts: dict[str, str]) -> None:
    assert messages(line("accounting", **parts)) == []


@pytest.mark.parametrize(
    ("why", "severity"),
    [("message-authenticator", "high"), ("not-mab", "medium"), ("certificate", "medium"), ("password", "medium")],
)
def test_a_refusal_that_nobody_decided_is_a_forged_request(why: str, severity: str) -> None:
    (one,) = messages(line("refusal", why=why, client="10.0.0.9", detail="eap: x", nas="sw-1"))
    assert isinstance(one, Judgement)
    assert (one.rule, one.severity, one.identifier) == ("nac.forged", severity, f"10.0.0.9 {why}")
    assert ("detail: eap: x" in one.reasons) == (why == "certificate")


def test_a_refusal_that_a_rule_decided_is_a_placement() -> None:
    refused = placed(AccessRequest(at=5, mac=MAC, kind=MAB), accepted=False, rule="no", rank="fingerprint")
    assert messages(line("refusal", by="garde", content=packed(refused), why="rule", mac=MAC)) == [refused]


@given(st.binary(max_size=100))
def test_any_bytes_are_a_line_or_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        messages(data)


@given(
    st.fixed_dictionaries(
        {"what": st.sampled_from(["answer", "refusal", "accounting", "x"]), "at": st.integers()},
        optional={
            name: st.text(max_size=30)
            for name in ("mac", "nas", "port", "content", "by", "why", "class", "vlan", "status")
        },
    )
)
def test_any_line_of_that_form_is_messages_or_malformed(found: dict[str, object]) -> None:
    try:
        messages(json.dumps(found).encode())
    except Malformed as error:
        assert error.code.startswith("radius.")


@pytest.mark.parametrize(
    ("text", "why", "origin"),
    [
        (
            b"Tue: Info: Dropping packet without response because of error: Received packet from 10.0.0.9 with invalid "
            b"Message-Authenticator!  (Shared secret is incorrect.) (from client switches)",
            "secret", "10.0.0.9",
        ),
        (
            b"Tue: Error: Ignoring request to auth address 127.0.0.1 port 1812 bound to server garde from unknown "
            b"client 10.9.9.9 port 4711 proto udp",
            "stranger", "10.9.9.9",
        ),
    ],
    ids=["secret", "stranger"],
)  # fmt: skip
def test_what_the_server_drops(text: bytes, why: str, origin: str) -> None:
    (one,) = logged(text, 9)
    assert isinstance(one, Judgement) and one.reasons[:2] == (f"origin: {origin}", f"why: {why}") and one.at == 9
    assert logged(b"Tue: Info: Ready to process requests", 9) == []


def test_a_flood_is_one_judgement() -> None:
    flood = [forged(at, origin="10.0.0.9", why="secret") for at in range(1000)]
    assert len(once([*flood, PLACE, PLACE])) == 2
