"""Scans: many doors tried by one address, and what only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde.detect.network.scan import ASKED, DATAGRAMS, HOSTS, OUTSIDE, PORTS, SCAN
from garde.detect.spec import Setting
from tests.captures.build import SYN, Capture, Host
from tests.captures.build import Talk as Connection
from tests.lookouts import Scene, end, in_capture


@pytest.mark.parametrize("prefix", ["10.0.0.", "2001:db8:0:1::"])
def test_hosts_that_do_not_answer_on_one_port_are_a_scan(prefix: str) -> None:
    scene = Scene(SCAN, Setting(networks=("2001:db8::/32",)))
    for number in range(1, HOSTS + 2):
        scene.tried(f"{prefix}1", f"{prefix}{number + 20}", 445, answered=False)
    assert scene.rules[0] == "scan.hosts"
    assert scene.threats[0].technique == "T1046"
    assert scene.threats[0].subject[-1].value == f"{prefix}1"
    assert scene.threats[0].places[0].packet == 1


def test_a_client_of_many_servers_that_answer_is_no_scanner() -> None:
    scene = Scene(SCAN)
    for number in range(60):
        scene.tried("10.0.0.1", f"10.0.1.{number + 1}", 443, answered=number % 10 != 0)
    assert scene.rules == []


def test_one_dead_server_tried_again_and_again_is_no_scan() -> None:
    scene = Scene(SCAN)
    for _ in range(100):
        scene.tried("10.0.0.1", "10.0.0.9", 445, answered=False)
    assert scene.rules == []


def test_dead_addresses_of_one_service_outside_are_no_scan_until_they_are_many() -> None:
    scene = Scene(SCAN)
    for number in range(OUTSIDE - 1):
        scene.tried("10.0.0.1", f"23.21.117.{number + 1}", 8443, answered=False)
    assert scene.rules == []
    scene.tried("10.0.0.1", "23.21.118.1", 8443, answered=False)
    assert scene.rules == ["scan.hosts"]


def test_datagrams_to_very_many_silent_hosts_are_a_scan() -> None:
    scene = Scene(SCAN)
    for number in range(DATAGRAMS):
        scene.tried("10.0.0.1", f"149.202.64.{number + 1}", 6892, answered=False, protocol=17)
        scene.tried("10.0.0.1", f"149.202.65.{number + 1}", 123, answered=False, protocol=17)
    assert scene.rules == ["scan.hosts"] and "port: 6892" in scene.threats[0].reasons


def test_closed_ports_of_one_machine_are_a_scan_and_open_ones_are_not() -> None:
    scene = Scene(SCAN)
    for port in range(1, PORTS + 1):
        scene.tried("10.0.0.1", "10.0.0.9", port, answered=False)
    assert scene.rules == ["scan.ports"]
    scene = Scene(SCAN)
    for port in range(30_000, 30_040):
        scene.tried("10.0.0.1", "10.0.0.9", port)
    assert scene.rules == []


def test_who_asks_for_every_address_is_found_by_its_mac() -> None:
    scene = Scene(SCAN)
    who = end("10.0.0.1", mac="02:00:00:00:00:01")
    for number in range(ASKED):
        scene.tell("arp.asks", who, end(""), mac=who.mac, ip=who.ip, target=f"10.0.0.{number + 2}", reply=0)
    assert scene.rules == ["scan.addresses"]


def test_a_router_that_asks_for_those_who_speak_is_no_scanner() -> None:
    scene = Scene(SCAN)
    who = end("10.0.0.1", mac="02:00:00:00:00:01")
    for number in range(3 * ASKED):
        scene.tell("arp.asks", who, end(""), mac=who.mac, ip=who.ip, target=f"10.0.0.{number % 20 + 2}", reply=0)
    assert scene.rules == []


def test_a_listed_scanner_may_scan() -> None:
    scene = Scene(SCAN, Setting(servers=frozenset({"10.0.0.1"})))
    for number in range(40):
        scene.tried("10.0.0.1", f"10.0.1.{number + 1}", 445, answered=False)
    assert scene.rules == []


def test_a_scan_is_recognised_in_a_capture(tmp_path: Path) -> None:
    capture = Capture()
    scanner = Host("02:00:00:00:00:01", "10.0.0.1")
    for number in range(12):
        talk = Connection(capture, scanner, Host("02:00:00:00:00:02", f"10.0.0.{number + 20}"), 445)
        talk._segment(0, SYN)
    found = in_capture(capture, tmp_path)
    assert {(one.rule, one.subject[-1].value) for one in found} == {("scan.hosts", "10.0.0.1")}
    assert found[0].places[0].packet == 1
