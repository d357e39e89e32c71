"""The body of an A-ASSOCIATE PDU, whole and broken."""

from __future__ import annotations

import pytest

from garde.dissect.medical.dicom_association import MOST_CONTEXTS, read
from garde.errors import Malformed
from tests.captures.dicom.messages import CT, EXPLICIT, associate

BODY = associate(1, "PACS", "CT01", [(1, 0, CT, EXPLICIT)], "1.2.3.4", "ACME_1")[6:]


def test_every_value_comes_with_its_place() -> None:
    association = read(BODY, 0)
    for text in (association.calling, association.called, association.contexts[0].abstract):
        assert BODY[text.start : text.end].decode() == text.value
    assert association.contexts[0].transfer == (EXPLICIT,)
    assert (association.implementation_uid.value, association.implementation_version.value) == ("1.2.3.4", "ACME_1")


def test_contexts_are_bounded() -> None:
    body = associate(1, "A", "B", [(1, 0, CT, EXPLICIT)] * 300, "1", "1")[6:]
    assert len(read(body, 0).contexts) == MOST_CONTEXTS


def test_cut_anywhere_it_is_read_or_malformed() -> None:
    outcomes = set()
    for cut in range(len(BODY)):
        try:
            read(BODY[:cut], 0)
            outcomes.add("read")
        except Malformed:
            outcomes.add("malformed")
    assert outcomes == {"read", "malformed"}


def test_an_item_longer_than_its_pdu_is_malformed() -> None:
    with pytest.raises(Malformed):
        read(BODY[:68] + b"\x10\x00\xff\xff" + b"x", 0)
