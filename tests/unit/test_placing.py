"""Placing: what the parts do together, without a server (that is acceptance)."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from garde import config as settings
from garde import placing
from garde.app import SystemClock, open_keys, opened
from garde.bus.log import LogBus
from garde.config import Config
from garde.errors import Malformed, Missing, Refused, Unreachable
from garde.model.device import Device
from garde.model.key import Key
from garde.model.observation import Observation, observe
from garde.model.zones.place import MAB, AccessRequest, Seat
from garde.onboarding.places import head
from garde.pipeline import inventory
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from tests.makers import START
from tests.radius import Site, device, site
from tests.stations import Authority
from tests.unit.pipeline.test_runner import HandClock

RULES = """
[[zone]]
name = "Z8"
vlan = 999
onboarding = true
[[zone]]
name = "Z1"
vlan = 120
[[rule]]
name = "monitors"
kind = "MON_BED"
zone = "Z1"
[[rule]]
name = "certified"
certificate = "/C=FR/O=CHU/*"
zone = "Z1"
vlan = 131
"""
MAC = "00:09:fb:00:00:01"


@pytest.fixture
def made(tmp_path: Path) -> Site:
    return site(tmp_path, RULES, [device(1, kind="MON_BED"), device(2, kind="PRINT", macs=("00:09:fb:00:00:02",))])


def decided(made: Site, mac: str, *, form: str = "json", certificate: Path | None = None) -> str:
    return placing.told(
        form, mac=mac, nas="sw-1", port="Gi1/0/7", certificate=certificate, store=made.store, config=made.config
    )


def test_the_decision_and_its_rule_as_json(made: Site) -> None:
    said = json.loads(decided(made, "00-09-FB-00-00-01"))
    assert (said["rule"], said["rank"], said["zone"], said["vlan"]) == ("monitors", "fingerprint", "Z1", 120)
    assert {"name": "Tunnel-Private-Group-Id", "value": "120"} in said["attributes"]
    assert "monitors" in said["words"]["fr"][-1] and "monitors" in said["words"]["en"][-1]


def test_the_decision_and_its_rule_as_text(made: Site) -> None:
    lines = decided(made, "02:00:00:00:00:09", form="text").splitlines()
    assert lines[0] == "02:00:00:00:00:09: accepted, zone Z8, VLAN 999 (unknown)"
    assert "  No rule applies: onboarding zone Z8" in lines


def test_a_certificate_is_named_as_the_server_names_it(made: Site, tmp_path: Path) -> None:
    certificate, _, _ = Authority(tmp_path).station("CHU", "pump-7")
    assert placing.read_certificate(certificate).subject == "/C=FR/O=CHU/CN=pump-7"
    assert json.loads(decided(made, MAC, certificate=certificate))["rule"] == "certified"
    with pytest.raises(Malformed, match="holds no certificate"):
        decided(made, MAC, certificate=made.config)
    with pytest.raises(Unreachable):
        decided(made, MAC, certificate=tmp_path / "none")


def test_what_is_no_address_is_malformed(made: Site) -> None:
    with pytest.raises(Malformed, match="is not a MAC address"):
        decided(made, "bob")


def test_configuring_again_keeps_the_token_and_the_key(made: Site) -> None:
    folder = made.folder / "radius"
    before = {name: (folder / name).read_text() for name in (placing.TOKEN, "places.trusted", "token.conf")}
    placing.configure(store=made.store, config=made.config, say=lambda text: None)
    assert {name: (folder / name).read_text() for name in before} == before
    for name in (placing.TOKEN, "clients.conf", "token.conf"):
        assert not os.stat(folder / name).st_mode & (stat.S_IROTH | stat.S_IWGRP), name
    assert head((folder / "places").read_bytes())[1] == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "radius.folder"),
        ('[zones]\nrules = "/nowhere/x"\n[radius]\nfolder = "/nowhere"', "places.unreadable"),
    ],
    ids=["folder", "file"],
)
def test_what_is_missing_is_named(tmp_path: Path, text: str, code: str) -> None:
    config = tmp_path / "garde.toml"
    config.write_text(text)
    with pytest.raises(Missing) as caught:
        placing.configure(store=f"sqlite:///{tmp_path}/x.db", config=config, say=lambda text: None)
    assert caught.value.code == code


def test_without_rules_the_zone_plan_decides() -> None:
    book = placing.rulebook(Config())
    assert {rule.name: rule.zone for rule in book.rules}["plan: CT"] == "Z2"
    assert book.onboarding.name == "Z8" and {rule.rank for rule in book.rules} == {"fingerprint"}


def test_a_secret_that_is_not_there_is_named(made: Site) -> None:
    (made.folder / "secret").unlink()
    with pytest.raises(Missing, match="switches"):
        placing.configure(store=made.store, config=made.config, say=lambda text: None)


def test_what_the_store_learns_is_held_and_offered() -> None:
    places = placing.Places(placing.parse(RULES))
    one, two = device(1, kind="MON_BED"), Device(id="d-9", keys=(Key("serial", "x"),))
    assert places.refresh([one, two], []) and not places.refresh([one, two], [])
    proved = Seat(id=MAC, nas="sw-1", port="7", certificate="/C=FR/O=CHU/CN=m")
    assert places.refresh([one], [proved, Seat(id="02:00:00:00:00:09", vlan=120)])
    entries = {(entry.mac, entry.subject): dict(entry.given) for entry in places.entries()}
    vlans = {name: given["Tunnel-Private-Group-Id"] for name, given in entries.items()}
    assert vlans == {(MAC, ""): "120", (MAC, "/C=FR/O=CHU/CN=m"): "131"}, "a stranger needs no entry of its own"
    assert dict(places.unknown().given)["Tunnel-Private-Group-Id"] == "999"


def test_everybody_else_gets_the_onboarding_zone_even_where_a_rule_fits_all() -> None:
    book = placing.parse(RULES + '[[rule]]\nname = "all"\nmac = "*"\nzone = "Z1"\n')
    places = placing.Places(book)
    assert dict(places.unknown().given)["Tunnel-Private-Group-Id"] == "999"
    assert places.decide(AccessRequest(at=5, mac=MAC, kind=MAB))[0].vlan == 120


def test_a_process_that_is_not_there_is_named(made: Site) -> None:
    with pytest.raises(Unreachable, match="Process"):
        placing.verified(made.folder / "radius", reload=(1 << 22) + 1, say=lambda text: None)


def test_an_endpoint_that_is_taken_is_refused_and_nothing_is_left_running(made: Site) -> None:
    chosen = settings.load(made.config)
    with opened(chosen, made.store) as (kept, bus):
        clock, keys = SystemClock(), open_keys(chosen)
        with (
            placing.deciding(chosen, kept, bus, clock, keys, lambda text: None),
            pytest.raises(Refused, match=str(made.endpoint)),
            placing.deciding(chosen, kept, bus, clock, keys, lambda text: None),
        ):
            raise AssertionError("two decide at one address")
        # Once it has ended, the address is free.
        with placing.deciding(chosen, kept, bus, clock, keys, lambda text: None):
            pass


def test_where_no_folder_is_named_nothing_is_done(tmp_path: Path) -> None:
    chosen = settings.Config()
    with (
        opened(chosen, f"sqlite:///{tmp_path}/x.db") as (kept, bus),
        placing.deciding(chosen, kept, bus, SystemClock(), open_keys(chosen), pytest.fail),
    ):
        pass


def test_the_same_decisions_are_not_offered_twice(made: Site) -> None:
    folder, chosen = made.folder / "radius", settings.load(made.config)
    places, keys = placing.Places(placing.rulebook(chosen)), open_keys(chosen)
    places.refresh([device(1, kind="MON_BED")], [])
    body = placing.offered(places, folder, keys, 10**18)
    assert placing.offered(places, folder, keys, 2 * 10**18, body) == body
    assert head((folder / "offer" / "places").read_bytes())[0] == 10**18
    places.refresh([device(1, kind="PRINT")], [])
    assert placing.offered(places, folder, keys, 3 * 10**18, body) != body
    assert head((folder / "offer" / "places").read_bytes())[0] == 3 * 10**18


def test_a_clone_is_seen_by_the_inventory_and_an_update_is_not() -> None:
    """From observations through the stage of the inventory to the contradiction: another machine under one address."""
    for system, vendor, against in (("Windows 11", "MSFT 5.0", True), ("VxWorks 7", "VxWorks 7.1", False)):
        store = open_sqlite("", SHAPES)
        bus = LogBus(store)
        runner = Runner(Registry(inventory.stage(())), store, bus, HandClock())
        for day in range(5):
            bus.publish([sighting(day, "os", "VxWorks 6"), sighting(day, "dhcp.vendor_class", "VxWorks 6.9")])
        bus.publish([sighting(6, "os", system), sighting(6, "dhcp.vendor_class", vendor)])
        runner.drain()
        (one,) = store.all(Device)
        assert bool(placing.of_device(one, MAC).contradictions) == against
        store.close()


def sighting(day: int, attribute: str, value: str) -> Observation:
    return observe(
        sensor="s", at=START + day * 86_400 * 10**9, subject=(Key("mac", MAC),), attribute=attribute, value=value,
        source="dhcp", weight=0.9,
    )  # fmt: skip
