"""Spoofing: addresses, leases and names that are somebody else's."""

from __future__ import annotations

import pytest

from garde.detect.network.spoof import NAMES, SPOOF, STATIONS
from garde.detect.spec import Setting
from tests.lookouts import Scene, end

GATEWAY, VICTIM, THIEF = "00:00:5e:00:53:01", "00:00:5e:00:53:02", "00:00:5e:00:53:66"


def says(scene: Scene, mac: str, ip: str, *, kind: str = "arp.says", reply: int = 1) -> None:
    scene.tell(kind, end("", mac=mac), end(""), mac=mac, ip=ip, target="10.0.0.99", reply=reply)


def test_a_host_that_answers_for_the_gateway_is_found_by_its_mac() -> None:
    scene = Scene(SPOOF)
    says(scene, GATEWAY, "10.0.0.1")
    says(scene, THIEF, "10.0.0.66", kind="arp.asks", reply=0)
    says(scene, THIEF, "10.0.0.1")
    assert scene.rules == ["spoof.arp"]
    assert scene.threats[0].subject[-1].value == "10.0.0.66"
    assert f"claimed by: {THIEF}" in scene.threats[0].reasons


def test_a_shared_address_and_a_host_that_moved_are_no_spoofing() -> None:
    scene = Scene(SPOOF)
    says(scene, GATEWAY, "10.0.0.1")
    says(scene, "00:00:5e:00:01:0a", "10.0.0.1")
    says(scene, VICTIM, "10.0.0.7")
    scene.wait(3600)
    says(scene, THIEF, "10.0.0.7")
    assert scene.rules == []


def offer(scene: Scene, server: str, router: str) -> None:
    scene.tell("dhcp.offer", end(server, 67), end("10.0.0.50", 68), server=server, router=router, dns=router, relay=0)


def test_a_second_server_that_leads_elsewhere_is_a_rogue() -> None:
    scene = Scene(SPOOF)
    offer(scene, "10.0.0.2", "10.0.0.1")
    offer(scene, "10.0.0.66", "10.0.0.66")
    assert scene.rules == ["spoof.dhcp"]
    assert scene.threats[0].subject[-1].value == "10.0.0.66"


def test_two_servers_that_share_their_work_are_none() -> None:
    scene = Scene(SPOOF)
    for server in ("10.0.0.2", "10.0.0.3"):
        offer(scene, server, "10.0.0.1")
    assert scene.rules == []


@pytest.mark.parametrize(
    ("prefix", "sender", "many", "rules"),
    [
        ("02:00:00:00:00", "", STATIONS, ["flood.dhcp"]),
        ("00:09:fb:00:00", THIEF, STATIONS, ["flood.dhcp"]),
        ("02:00:00:00:00", "", STATIONS - 1, []),
        ("00:09:fb:00:00", "", 3 * STATIONS, []),
    ],
    ids=["made up", "by one sender", "few", "a ward that starts"],
)
def test_made_up_stations_starve_a_server(prefix: str, sender: str, many: int, rules: list[str]) -> None:
    scene = Scene(SPOOF)
    for number in range(many):
        station = f"{prefix}:{number:02x}"
        who = end("0.0.0.0", 68, sender or station)
        scene.tell("dhcp.ask", who, end("255.255.255.255", 67), station=station, kind="discover")
        scene.wait(-0.9)
    assert scene.rules == rules


def test_who_answers_for_many_names_is_found_and_who_answers_for_its_own_is_not() -> None:
    scene = Scene(SPOOF)
    for number in range(NAMES):
        scene.tell("name.answer", end("10.0.0.66", 5355), end("10.0.0.9"), by="llmnr", name=f"n{number}", wpad=0)
    assert scene.rules == ["spoof.names"] and scene.threats[0].technique == "T1557.001"
    scene = Scene(SPOOF, Setting(servers=frozenset({"10.0.0.4"})))
    for _ in range(50):
        scene.tell("name.answer", end("10.0.0.9", 5355), end("10.0.0.8"), by="llmnr", name="own", wpad=0)
        scene.tell("name.answer", end("10.0.0.4", 137), end("10.0.0.8"), by="nbns", name=f"n{scene.packet}", wpad=0)
    assert scene.rules == []


def test_the_name_of_the_proxy_belongs_to_nobody() -> None:
    scene = Scene(SPOOF)
    scene.tell("name.answer", end("10.0.0.66", 137), end("10.0.0.9"), by="nbns", name="w", wpad=1)
    assert scene.rules == ["spoof.names"]
