"""A capture and a supplier's form, each as it comes: the finding, and from it the packet that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde import app, judging
from garde.model.finding import Finding, Judgement
from garde.model.observation import Observation
from tests import feeds

HL7 = Path(__file__).parents[1] / "captures" / "hl7" / "hl7.pcap"


def supplier_form(answer: str = "Yes") -> bytes:
    return feeds.workbook(
        [
            ["Manufacturer Disclosure Statement for Medical Device Security"],
            ["Question ID", "Question", "Answer", "See note"],
            ["DOC-1", "Manufacturer Name", "Acme Monitoring, Inc."],
            ["DOC-3", "Device Model", "B40_GE"],
            ["", "TRANSMISSION CONFIDENTIALITY"],
            ["TXCF-1", "Can it be transmitted?", "Yes", ""],
            ["TXCF-2", "Is it encrypted?", answer, ""],
        ]
    )


@pytest.mark.parametrize("form_first", [True, False])
def test_encrypted_says_the_supplier_and_this_packet_is_clear_hl7(tmp_path: Path, form_first: bool) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    store = app.open_store(url)

    file = tmp_path / "form.xlsx"
    file.write_bytes(supplier_form())

    def read_form() -> None:
        assert judging.imported([file], store=url, config=None).by == {"mds2": 4}

    if form_first:
        read_form()
    app.replay([HL7], store=url)
    if not form_first:
        assert [one for one in store.all(Finding) if one.rule == "supplier.contradicted"] == []
        read_form()
    (found,) = (one for one in store.all(Finding) if one.rule == "supplier.contradicted")
    assert (found.identifier, found.status, found.severity) == ("TXCF-2", "open", "high")
    judged = store.messages(found.causes)[found.causes[-1]]
    assert isinstance(judged, Judgement)
    packets = HL7.read_bytes()
    seen = store.messages(judged.cause)
    places = [one.place for one in seen.values() if isinstance(one, Observation) and one.place]
    assert places and {place.file for place in places} == {"hl7.pcap"}
    place = places[0]
    assert b"MSH|" in _packet(packets, place.packet)
    assert _packet(packets, place.packet)[place.offset : place.offset + place.length]
    store.close()


def _packet(capture: bytes, number: int) -> bytes:
    """The nth packet of a classic capture in little-endian order, from 1."""
    assert capture[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1")
    at = 24
    for _ in range(number - 1):
        at += 16 + int.from_bytes(capture[at + 8 : at + 12], "little")
    return capture[at + 16 : at + 16 + int.from_bytes(capture[at + 8 : at + 12], "little")]
