"""Settings, kiosks, recordings and the tables of words."""

from __future__ import annotations

from garde.api.platform import settings_of
from garde.config import BusSection, Config, StoreSection
from garde.findings.policy import default
from garde.findings.rules import rules
from garde.inventory.kinds import kinds
from garde.model.catalogue import attributes
from tests.hospital import House


def test_settings_hold_no_password() -> None:
    config = Config(store=StoreSection("postgresql://garde:hidden@db/garde"), bus=BusSection("nats://u:hidden@bus"))
    given = settings_of(config, default())
    assert (given.store, given.bus) == ("postgresql", "nats")
    assert "hidden" not in repr(given)


def test_settings_are_those_in_force(house: House) -> None:
    given = house.get("/settings", "administrator")
    assert given["store"] == "sqlite" and len(given["policy"]) == len(default().rows)
    house.get("/settings", "administrator-rea", 403)


def test_a_kiosk_is_opened_and_closed(own: House) -> None:
    assert own.get("/kiosks", "administrator")["items"] == [{"ward": "Réa A"}]
    set_ = own.send("PUT", "/kiosks/Bloc", {"code": "deux-lunes-9"}, "administrator")
    assert (set_.status_code, set_.json()) == (200, {"ward": "Bloc"})
    assert own.send("PUT", "/kiosks/Bloc", {"code": "aaaaaaaa"}, "administrator").json()["code"] == "kiosk.weak"
    assert own.get("/me", "kiosk")["known"]
    assert own.ask("DELETE", "/kiosks/R%C3%A9a%20A", "administrator").status_code == 204
    assert not own.get("/me", "kiosk")["known"]
    assert own.ask("DELETE", "/kiosks/R%C3%A9a%20A", "administrator").status_code == 404
    assert own.send("PUT", "/kiosks/%07", {"code": "deux-lunes-9"}, "administrator").json()["code"] == "kiosk.ward"


def test_a_recording_is_named_without_its_path(house: House) -> None:
    assert house.get("/recordings/ct.pcap")["id"] == "ct.pcap"
    assert "/x/" not in house.ask("GET", "/recordings").text
    house.get("/recordings/other.pcap", status=404)


def test_tables_of_words(house: House) -> None:
    for path, table in (("/rules", rules()), ("/kinds", kinds()), ("/attributes", attributes())):
        page = house.get(path)
        assert page["total"] == len(page["items"]) == len(table)
        assert all(one["fr"] and one["en"] for one in page["items"])


def test_what_hears(house: House) -> None:
    assert [(one["id"], one["lost"]) for one in house.get("/sensors", "network")["items"]] == [("core-1", 1)]
    assert house.get("/sensors/core-1", "network")["places"] == ["eth1"]
    house.get("/sensors/other", status=404)
    house.get("/sensors", "biomedical-rea", 403)


def test_the_note_of_the_shift(own: House) -> None:
    assert own.get("/shift") == {"text": "", "person": "", "at": None}
    tag = own.ask("GET", "/shift").headers["etag"]
    left = own.send("PUT", "/shift", {"text": " quiet night "}, "oncall", **{"if-match": tag})
    assert (left.json()["text"], left.json()["person"]) == ("quiet night", "oncall")
    assert own.send("PUT", "/shift", {"text": "mine"}, "rssi", **{"if-match": tag}).status_code == 412
    assert own.send("PUT", "/shift", {"text": "two\nlines"}, "rssi").json()["code"] == "shift.line"
    said = own.get("/decisions?verb=shift.note", "auditor")["items"]
    assert [(one["person"], one["value"]) for one in said] == [("oncall", "quiet night")]
