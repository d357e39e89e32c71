"""A committee of three people who sign what is frozen, and documents about a device."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import httpx
import msgspec
import pytest

from garde.model.device import Device
from garde.web.site import Site
from tests import feeds
from tests.pages import PUMP, Reader, claim

QUORUM = ("biomedical", "clinical", "rssi")
Signed = Callable[[Site, Reader], str]


@pytest.fixture
def committee() -> Signed:
    """Freezes the matrix of now and has everybody sign it; gives its id."""

    def sign(site: Site, writer: Reader) -> str:
        answer = writer.post("/risk/freeze", data={"person": "k.morel"})
        assert answer.status_code == 303, answer.text[:300]
        where = str(answer.headers["location"])
        for number, role in enumerate(QUORUM):
            said = {"role": role, "agrees": "yes", "person": f"person {number}"}
            assert writer.post(f"{where}/approvals", data=said).status_code == 303
        return where.rpartition("/")[2]

    return sign


def known_as(site: Site, name: str = PUMP, **words: str) -> Device:
    """Let a device be known by other words, as when the network shows them."""
    before = site.store.get(Device, [name])[name]
    claims = before.claims | {attribute: claim(attribute, value) for attribute, value in words.items()}
    device = msgspec.structs.replace(before, kind=words.get("kind", before.kind), claims=claims)
    with site.store.begin() as unit:
        unit.put([device])
    site.fleet.put(device)
    site.risk.told([device])
    return device


@cache
def documents() -> dict[str, bytes]:
    """File → a document about the pump that `known_as` makes of model Agilia, version 2.1."""
    advisory, bill = feeds.csaf(), feeds.cyclonedx()
    branch = advisory["product_tree"]["branches"][0]
    branch["name"], branch["branches"][0]["name"] = "Fresenius Kabi", "Agilia"
    bill["metadata"]["component"] |= {"name": "Agilia", "version": "2.1", "publisher": "Fresenius Kabi"}
    form = feeds.workbook(
        [
            ["Question ID", "Question", "Answer", "See note"],
            ["DOC-1", "Manufacturer Name", "Fresenius Kabi"],
            ["DOC-3", "Device Model", "Agilia"],
            ["TXCF-1", "Can it be transmitted?", "Yes", ""],
            ["TXCF-2", "Is it encrypted?", "No", ""],
            ["CSUP-1", "Other?", "See Note", "Note 2"],
        ]
    )
    return {
        "advisory.json": feeds.octets(advisory), "kev.json": feeds.octets(feeds.kev()), "epss.csv": feeds.epss(),
        "bill.json": feeds.octets(bill), "form.xlsx": form,
    }  # fmt: skip


def sent(writer: Reader, files: dict[str, bytes]) -> httpx.Response:
    """Import documents on the page."""
    return writer.post("/risk/sources", files=[("file", pair) for pair in files.items()], data={"person": "k.morel"})


@pytest.fixture
def told(own: Site, writer: Reader) -> Site:
    """A hospital whose pump is of a model that documents speak of."""
    known_as(own, model="Agilia", software="2.1")
    assert sent(writer, documents()).status_code == 303
    return own
