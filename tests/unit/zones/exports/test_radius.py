"""RADIUS: what a device may send is what its objects may, and no more."""

from __future__ import annotations

from garde.zones.exports.radius import RADIUS, dacl
from tests.policies import US, ruleset


def test_a_device_gets_the_lists_of_all_that_it_is() -> None:
    lines = dacl(ruleset(macs=False), "Z2", ("device:d-us-1", US, "kind:US", "zone:Z2"))
    four = [line.partition("=")[2] for line in lines if line.startswith("ip:")]
    assert four[0] == "permit udp any eq 68 any eq 67"
    assert four[-1] == "deny ip any any log"
    assert set(four[1:-1]) == {
        "permit tcp any 10.20.0.8 0.0.0.1 eq 104",
        "permit tcp any 10.20.0.8 0.0.0.1 range 11112 11115",
        "permit udp any host 10.20.0.53 eq 53",
        "permit udp any host 10.20.0.123 eq 123",
        "permit tcp any eq 11112 10.20.0.8 0.0.0.1 established",
    }
    assert [line.partition("=")[0] for line in lines if line.startswith("ipv6:")][:2] == [
        "ipv6:inacl#10",
        "ipv6:inacl#20",
    ]
    assert any("2001:db8:20::8 eq 104" in line for line in lines)


def test_a_device_that_nothing_is_permitted_to_reaches_only_dhcp() -> None:
    lines = dacl(ruleset(macs=False), "Z9", ("device:x", "kind:US", "zone:Z9"))
    assert [line for line in lines if line.startswith("ip:")] == [
        "ip:inacl#10=permit udp any eq 68 any eq 67",
        "ip:inacl#20=deny ip any any log",
    ]


def test_the_source_is_always_whoever_is_on_the_port() -> None:
    for line in RADIUS.render(ruleset(macs=False)).split("\n"):
        if "permit" in line:
            assert line.split("permit ")[1].split()[1] == "any"


def test_the_mode_decides_the_last_line() -> None:
    assert dacl(ruleset("shadow", macs=False), "Z2", ("zone:Z2",))[-1].endswith("permit ipv6 any any log")
