"""The picture: what a report's reader may see of the risk, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from garde.model.device import Device
from garde.pipeline.risk.picture import LIMITS, picture
from garde.web.site import Site
from tests.pages import PUMP, STRANGER, Reader, hospital

QUORUM = ("biomedical", "clinical", "rssi")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Site]:
    with hospital(tmp_path) as opened:
        yield opened


def signed(site: Site) -> None:
    writer = Reader(site)
    where = writer.post("/risk/freeze", data={"person": "k.morel"}).headers["location"]
    for role in QUORUM:
        said = {"role": role, "agrees": "yes", "person": f"the {role}"}
        assert writer.post(f"{where}/approvals", data=said).status_code == 303


def test_who_sees_all_sees_the_plan(own: Site) -> None:
    found = picture(own.risk, {*own.risk.judged()}, "fr", now=own.now())
    assert found is not None and sum(many for _, _, many in found.cells) == 4
    assert found.plan and found.budget == LIMITS.budget and 0 < found.removed <= 100
    assert any(step.work == "Zone dédiée avec liste de flux autorisés – Réa A" for step in found.plan)
    assert (found.signed_at, found.signers) == (0, ())


def test_who_sees_a_part_sees_its_rows_alone(own: Site) -> None:
    signed(own)
    found = picture(own.risk, {PUMP}, "en", now=own.now())
    assert found is not None and found.plan == ()
    assert [(now, then) for _, _, now, then in found.risks] == [(0, 0), (1, 1), (0, 0), (0, 0)]
    assert found.signers == tuple(f"the {role}" for role in QUORUM) and found.signed_at > 0


def test_who_sees_nothing_gets_none(own: Site) -> None:
    assert picture(own.risk, set(), "en", now=own.now()) is None
    assert picture(own.risk, {"d-none"}, "en", now=own.now()) is None


def test_a_device_that_is_gone_is_not_counted_as_standing(own: Site) -> None:
    signed(own)
    own.risk.told([], [(Device, STRANGER)])
    found = picture(own.risk, {*own.risk.judged()}, "en", now=own.now())
    assert found is not None and sum(now for _, _, now, _ in found.risks) == 3
    assert sum(then for _, _, _, then in found.risks) == 4
