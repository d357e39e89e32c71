"""What the network shows of a device, each fact with what shows it, and nothing on less evidence than it takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.device import Claim, Device, Source
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.observation import Place
from garde.risk.exposure import DAY, MONTH, Exposure, exposure, public, shown
from garde.risk.vulnerability.score import Facts, score

NOW = 1_780_000_000_000_000_000
ME = Key("ip", "10.0.0.1")
SITE = ("10.0.0.0/8",)


def line(name: str, at: int = NOW, packet: int = 1) -> tuple[Source, ...]:
    place = Place("c.pcap", packet)
    return (Source("x", "s", 0.9, at, at, observation=name, place=place, first_place=place),)


def device(*many: Claim, **parts: object) -> Device:
    claims: dict[str, tuple[Claim, ...]] = {}
    for one in many:
        claims[one.attribute] = (*claims.get(one.attribute, ()), one)
    return Device(id="d-1", keys=(ME,), many=claims, **parts)  # type: ignore[arg-type]


def claim(attribute: str, value: str, at: int = NOW, packet: int = 1) -> Claim:
    return Claim(attribute, value, 0.9, line(f"o-{attribute}-{value}", at, packet))


def talk(peer: str, at: int = NOW, *, service: str = "", port: int = 0, inward: bool = False) -> Conversation:
    ends = (Key("ip", peer), ME) if inward else (ME, Key("ip", peer))
    return Conversation(
        id=f"{peer}-{at}-{service}-{port}", at=at, sensor="s", source=ends[0], target=ends[1], protocol="tcp",
        port=port, service=service,
    )  # fmt: skip


def seen(subject: Device, *talks: Conversation, **given_: object) -> Exposure:
    return exposure(subject, talks, at=NOW, networks=SITE, **given_)  # type: ignore[arg-type]


def words(found: Exposure) -> dict[str, tuple[str, ...]]:
    return {one.what: one.because for one in found.facts().seen}


def month(peer: str, service: str = "") -> list[Conversation]:
    return [talk(peer, NOW - number * DAY, service=service) for number in range(0, 36, 5)]


@pytest.mark.parametrize(
    ("attribute", "value", "what"),
    [
        ("smb.dialect", "NT LM 0.12", "smb1"),
        ("smb.dialect", "SMB 3.1.1", None),
        ("service", "telnet", "telnet"),
        ("client", "telnet", None),
        ("service", "ftp", "ftp"),
        ("service", "tls", None),
        ("capability", "snmp-default-community", "default credential"),
        ("hl7.role", "sender", "clear text"),
        ("dicom.role", "storage-scu", "clear text"),
        ("service", "http", "clear text"),
        ("client", "http", None),
        ("http.api", "fhir", "clear text"),
        ("http.api", "onvif", None),
    ],
)
def test_what_a_device_shows(attribute: str, value: str, what: str | None) -> None:
    one = claim(attribute, value)
    assert words(seen(device(one))) == ({what: (f"o-{attribute}-{value}",)} if what else {})
    assert words(seen(device(claim(attribute, value, NOW - MONTH - 1)))) == {}


def test_what_is_switched_off_keeps_what_it_showed() -> None:
    old = NOW - 100 * DAY
    shows = claim("smb.dialect", "NT LM 0.12", old)
    assert words(seen(device(shows, last_at=old + MONTH))) == {"smb1": ("o-smb.dialect-NT LM 0.12",)}
    assert words(seen(device(shows, last_at=old + MONTH + 1))) == {}
    assert seen(device(last_at=old), talk("9.9.9.9", old, port=443)).network == "internet"
    assert seen(device(), talk("9.9.9.9", old, port=443), talk("10.0.0.9")).network == "flat"
    assert words(seen(device(claim("service", "telnet", NOW + 1)))) == {}


def test_what_a_gateway_says_of_it_is_not_carried_by_it() -> None:
    assert words(seen(device(claim("hl7.role", "sender"), carrier="d-2"))) == {}


def test_certificates() -> None:
    own = [claim("certificate.subject", "CN=a"), claim("certificate.issuer", "CN=a")]
    assert set(words(seen(device(*own)))) == {"self-signed certificate"}
    other = [claim("certificate.subject", "CN=a"), claim("certificate.issuer", "CN=a", packet=7)]
    assert words(seen(device(*other))) == {}
    issued = [claim("certificate.subject", "CN=a"), claim("certificate.issuer", "CN=ca")]
    assert words(seen(device(*issued))) == {}
    ended = claim("certificate.not_after", "2026-01-01", NOW - DAY)
    assert words(seen(device(ended))) == {"expired certificate": ("o-certificate.not_after-2026-01-01",)}
    renewed = claim("certificate.not_after", "2030-01-01", NOW)
    assert words(seen(device(ended, renewed))) == {}
    assert words(seen(device(claim("certificate.not_after", "soon")))) == {}


def test_networks_worst_first() -> None:
    wild, tool = talk("9.9.9.9", port=443), talk("10.0.0.9", port=5938)
    wifi = claim("radius.port_type", "wireless")
    assert seen(device(wifi), tool, wild).network == "internet"
    assert seen(device(wifi), tool).network == "remote"
    assert seen(device(wifi)).network == "wifi"
    assert seen(device(), wireless=("10.0.0.0/24",)).network == "wifi"
    assert seen(device()).network == "flat"
    assert seen(device(), attached=False).network == "none"
    assert seen(device(), talk("10.0.0.9"), attached=False).network == "flat"
    assert seen(device(wifi), tool, wild).because["exposure"] == (wild.id,)


def test_remote_access_has_a_direction() -> None:
    assert seen(device(), talk("10.0.0.9", service="rdp", inward=True)).network == "remote"
    assert seen(device(), talk("10.0.0.9", service="rdp")).network == "flat"
    assert seen(device(claim("tls.sni", "router3.teamviewer.com"))).network == "remote"
    assert seen(device(claim("tls.sni", "teamviewer.example"))).network == "flat"


@pytest.mark.parametrize(
    ("address", "expected"),
    [("9.9.9.9", True), ("10.1.2.3", False), ("192.168.1.1", False), ("224.0.0.1", False), ("fe80::1", False),
     ("2620:fe::fe", True), ("nonsense", False)],
)  # fmt: skip
def test_who_is_on_the_internet(address: str, expected: bool) -> None:
    assert public(address, SITE) is expected
    assert public(address, ("9.9.9.0/24", "2620:fe::/32", *SITE)) is False


def test_dedicated_takes_thirty_days() -> None:
    closed = seen(device(), *month("10.0.0.9"), allowed=("10.0.0.0/24",))
    assert (closed.network, closed.reachable) == ("dedicated", False)
    assert len(closed.because["reach"]) == 2 and closed.because["reach"] == closed.because["exposure"]
    for less in (month("10.0.0.9")[:6], month("10.0.0.9")[2:], month("10.0.0.9")[::3], []):
        found = seen(device(), *less, allowed=("10.0.0.0/24",))
        assert (found.network, found.reachable) == ("flat", True)
    stranger = seen(device(), *month("10.0.0.9"), talk("10.0.1.9", NOW - DAY), allowed=("10.0.0.0/24",))
    assert (stranger.network, stranger.reachable) == ("flat", True)
    no_policy = seen(device(), *month("10.0.0.9"))
    assert (no_policy.network, no_policy.reachable) == ("flat", True)


def test_a_remote_tool_within_the_list_is_still_a_remote_tool() -> None:
    found = seen(device(), *month("10.0.0.9"), talk("10.0.0.8", port=5938), allowed=("10.0.0.0/24",))
    assert (found.network, found.reachable) == ("remote", False)


def test_a_list_that_lets_the_internet_in_keeps_nobody_out() -> None:
    found = seen(device(), *month("9.9.9.9"), allowed=("9.9.9.0/24",))
    assert (found.network, found.reachable) == ("internet", True)


def test_a_diode_is_a_persons_word() -> None:
    assert not seen(device(), *month("10.0.0.9")).diode
    assert seen(device(), diode=True).facts().diode


def test_no_time_takes_thirty_days_too() -> None:
    assert not shown(seen(device(), talk("10.0.0.9")), "no time synchronisation")
    assert shown(seen(device(), *month("10.0.0.9")), "no time synchronisation")
    assert not shown(seen(device(), *month("10.0.0.9"), talk("10.0.0.5", port=123)), "no time synchronisation")
    assert not shown(seen(device(claim("ntp.role", "client")), *month("10.0.0.9")), "no time synchronisation")


def test_words_of_the_contradictions() -> None:
    found = seen(device(claim("service", "http")), talk("10.0.0.9", service="vnc", inward=True))
    assert shown(found, "clear text") == ()
    assert [one.value for one in shown(found, "remote maintenance")] == ["vnc with 10.0.0.9"]
    assert shown(seen(device(claim("hl7.role", "sender"))), "clear text")


def test_who_depends_on_it() -> None:
    owners = {ME: "d-1", Key("ip", "10.0.0.8"): "d-8", Key("ip", "10.0.0.9"): "d-9"}
    talks = [talk("10.0.0.8", NOW - n, inward=True, port=104) for n in range(3)] + [talk("10.0.0.9", NOW, port=104)]
    found = seen(device(), *talks, device_of=owners)
    assert found.dependents == frozenset({"d-8"}) and found.fan({"d-8": 4}) == (1, 4)
    assert found.peers == {Key("ip", "10.0.0.8"), Key("ip", "10.0.0.9")}
    assert seen(device()).fan({}) == (None, 0)


@given(st.sets(st.integers(0, 4), max_size=5))
def test_one_fact_less_changes_its_own_term_alone(left: set[int]) -> None:
    every = [
        claim("smb.dialect", "NT LM 0.12"), claim("service", "telnet"), claim("hl7.role", "sender"),
        claim("capability", "snmp-default-community"), claim("tls.sni", "a.teamviewer.com"),
    ]  # fmt: skip
    before = score(seen(device(*every)).facts())
    after = score(seen(device(*(one for number, one in enumerate(every) if number not in left))).facts())
    changed = {new.term for new, old in zip(after.terms, before.terms, strict=True) if new != old}
    assert changed == ({"exposure"} if 4 in left else set()) | ({"configuration"} if left - {4} else set())


def test_nothing_seen_is_the_default() -> None:
    assert seen(device()).facts() == Facts(inventory=0.5)
