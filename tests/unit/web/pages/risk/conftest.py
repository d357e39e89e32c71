"""A committee: three people who sign what is frozen."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from garde.model.device import Device
from garde.web.site import Site
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
