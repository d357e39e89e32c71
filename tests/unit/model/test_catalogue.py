"""The catalogues: complete, bilingual, and without a patient."""

from __future__ import annotations

import pytest

from garde.errors import Missing
from garde.model.catalogue import attribute, attributes, sources, trust
from garde.model.key import KINDS

TYPES = {"text", "name", "mac", "ip", "version", "oid", "date", "number", "code"}


def test_every_attribute_has_a_type_and_two_names() -> None:
    for row in attributes().values():
        assert row.type in TYPES, row.name
        assert row.fr and row.en, row.name
        assert row.life > 0, row.name
        assert not row.key or row.key in KINDS, row.name


def test_there_is_no_patient_attribute() -> None:
    for row in attributes().values():
        assert not any(word in row.name for word in ("patient", "birth", "visit", "order", "result"))


def test_every_trust_is_a_probability() -> None:
    for row in sources().values():
        assert "*" in row.trust, row.name
        for name, value in row.trust.items():
            assert 0 <= value <= 1, (row.name, name)
            assert name == "*" or name in attributes(), (row.name, name)


def test_trust_falls_back_to_the_rest() -> None:
    assert trust("dicom.dataset", "serial") == 0.95
    assert trust("dicom.dataset", "software") == 0.93


def test_unknown_names_are_missing() -> None:
    with pytest.raises(Missing):
        attribute("shoe_size")
    with pytest.raises(Missing):
        trust("gossip", "model")
