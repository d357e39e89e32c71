"""The register: every device once, under its ward, what nobody knows last and visible."""

from __future__ import annotations

import pytest

from garde.report.facts import Column
from tests.papers.hospital import DEVICES, HOSTILE, device, facts, rows, value


def test_every_device_stands_in_it_once_by_ward_and_room() -> None:
    record = facts("register", "fr")
    assert [row[0] for row in rows(record, "devices")] == ["lost", "scanner", "BM-2", "vent-01", HOSTILE]
    assert [table.title.partition(" (")[0] for table in record.tables] == [
        "Dispositifs par service", "Bloc", "Imagerie", "Réa A", "Service inconnu",
    ]  # fmt: skip


def test_the_wards_are_counted() -> None:
    assert rows(facts("register", "fr"), "wards") == [("Bloc", 1), ("Imagerie", 1), ("Réa A", 2), ("", 1)]


def test_shares_are_of_all_devices() -> None:
    record = facts("register", "en")
    assert (value(record, "devices.total"), value(record, "known.kind"), value(record, "known.serial")) == (5, 80, 40)
    assert value(record, "devices.gone") == 1 and value(record, "devices.conflicts") == 1


def test_a_row_has_a_cell_for_each_column() -> None:
    for table in facts("register", "en").tables:
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert all(isinstance(column, Column) for column in table.columns)


def test_addresses_say_how_many_more_there_are() -> None:
    from garde.model.key import Key
    from garde.report.register import keys

    one = device("x")
    many = type(one)(id="d", keys=(Key("ip", "fd00::1"), Key("ip", "10.0.0.9"), Key("mac", "00:09:fb:00:00:01")))
    assert keys(many, "ip") == "10.0.0.9 +1" and keys(many, "mac") == "00:09:fb:00:00:01" and keys(many, "udi") == ""


@pytest.mark.parametrize(("language", "sure"), [("fr", "probable"), ("en", "probable")])
def test_certainty_is_a_word(language: str, sure: str) -> None:
    found = {row[0]: row[-1] for row in rows(facts("register", language), "devices")}
    assert found["vent-01"] == sure
    assert found[HOSTILE] == ("inconnu" if language == "fr" else "unknown")


def test_an_empty_hospital_has_a_register() -> None:
    record = facts("register", "fr", devices=(), findings=())
    assert value(record, "devices.total") == 0 and value(record, "known.kind") == 0
    assert len(DEVICES) == 5 and rows(record, "devices") == []
