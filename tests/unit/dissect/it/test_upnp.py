"""Device descriptions: the root device and where its values stand."""

from __future__ import annotations

import pytest

from garde.dissect.it import upnp
from garde.errors import Malformed
from tests.captures.http.messages import DESCRIPTION


def test_root_device() -> None:
    facts = list(upnp.facts(DESCRIPTION, 1000, placed=True))
    assert {(fact.attribute, fact.value) for fact in facts} == {
        ("ssdp.type", "urn:schemas-upnp-org:device:Basic:1"),
        ("friendly_name", "Bridge (ward 3)"),
        ("manufacturer", "Royal Philips"),
        ("model", "Bridge 2015"),
        ("model_number", "BSB002"),
        ("serial", "0017882F1A2B"),
        ("ssdp.usn", "uuid:2f402f80"),
    }
    for fact in facts:
        assert DESCRIPTION[fact.start - 1000 : fact.end - 1000].decode() == fact.value
        assert (fact.about, fact.source) == ("sender", "upnp.description")


def test_encoded_documents_have_no_places() -> None:
    assert {(fact.start, fact.end) for fact in upnp.facts(DESCRIPTION, 9, placed=False)} == {(9, 9)}


def test_other_documents_say_nothing() -> None:
    assert list(upnp.facts(b"<root><device><modelName>x</modelName></device></root>", 0, placed=True)) == []


def test_no_document() -> None:
    with pytest.raises(Malformed):
        list(upnp.facts(b"not XML", 0, placed=True))
