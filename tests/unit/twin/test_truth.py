"""What is so, and what the register says."""

import csv

from garde.twin.truth import keys, register, rows


def test_every_device_and_every_ghost_has_a_row_and_only_ghosts_cannot_be_seen(fleet):
    table = rows(fleet)
    assert len(table) == len(fleet.devices) + len(fleet.ghosts)
    assert all(row["observable"] == bool(row["keys"]) for row in table)
    assert len({row["id"] for row in table}) == len(table)


def test_a_device_of_the_annex_is_known_by_its_address_only(fleet):
    annex = [device for device in fleet.devices if device.role == "annex"]
    assert annex
    assert all({key["kind"] for key in keys(device)} == {"ip"} for device in annex)


def test_the_register_is_french_untidy_and_knows_ghosts_but_no_telephones(fleet):
    text = register(fleet, 3).decode("cp1252")
    table = list(csv.DictReader(text.splitlines(), delimiter=";"))
    serials = {row["N° de série"] for row in table}
    assert "Réanimation A" in {row["Service"] for row in table}
    # Their serial numbers are mistyped now and then, as everybody's.
    assert sum(ghost.serial in text for ghost in fleet.ghosts) > len(fleet.ghosts) / 2
    assert {device.serial for device in fleet.devices if device.model.kind == "MON_BED"} - serials
    assert not any(row["Modèle"] == "Galaxy A53" for row in table)


def test_the_register_of_a_seed_is_always_the_same(fleet):
    assert register(fleet, 3) == register(fleet, 3) != register(fleet, 4)
