"""What is published is imported once and counts on the devices that it speaks of, and only on those."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from garde import judging
from garde.app import open_store
from garde.cli import app
from garde.model.device import Claim, Device, Source
from garde.model.key import Key
from garde.model.risk.vulnerability import Reading
from tests import feeds

RUN = CliRunner()


def device(number: int, version: str, maker: str = "ZOLL", model: str = "Dashboard") -> Device:
    line = (Source("dicom.dataset", "core", 0.9, 1, 2, observation=f"o{number}"),)
    claims = {
        name: Claim(name, value, 0.95, line)
        for name, value in (("kind", "DEFIB"), ("manufacturer", maker), ("model", model), ("software", version))
        if value
    }
    return Device(id=f"d-{number}", keys=(Key("ip", f"10.0.0.{number}"),), kind="DEFIB", claims=claims)


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'garde.db'}"
    store = open_store(address)
    with store.begin() as unit:
        unit.put([device(1, "2.1"), device(2, "2.2"), device(3, ""), device(4, "2.1", maker="Other")])
    store.close()
    return address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "feeds"
    place.mkdir()
    for name in ("csaf", "kev"):
        (place / name).write_bytes(feeds.octets(feeds.DOCUMENTS[name]()))
    (place / "notes.txt").write_text("nothing of that kind")
    return place


def test_documents_are_kept_once_and_what_is_none_is_named(url: str, folder: Path, tmp_path: Path) -> None:
    done = judging.imported([folder, tmp_path / "absent"], store=url, config=None)
    assert set(done.by) == {"csaf", "kev"} and done.kept == sum(done.by.values()) > 0
    assert {Path(one["file"]).name for one in done.refused} == {"notes.txt", "absent"}
    assert all(one["why"] for one in done.refused)
    again = judging.imported([folder], store=url, config=None)
    assert again.by == done.by
    store = open_store(url)
    assert len(list(store.all(Reading))) == 2
    store.close()


def test_a_weakness_counts_where_it_is_and_half_where_the_version_is_unknown(url: str, folder: Path) -> None:
    before = {one.id: one.vulnerability.value for one in judging.scored(store=url, config=None)}
    judging.imported([folder], store=url, config=None)
    after = {one.id: one.vulnerability.value for one in judging.scored(store=url, config=None)}
    grown = {name: after[name] - before[name] for name in after}
    assert grown["d-1"] > grown["d-3"] > 0
    assert grown["d-2"] == grown["d-4"] == 0
    first = judging.scored(store=url, config=None)[0]
    assert first.id == "d-1"


def test_the_command_line_keeps_the_contract(url: str, folder: Path) -> None:
    done = RUN.invoke(app, ["risk", "import", str(folder), "--format", "json", "--store", url])
    assert done.exit_code == 0 and set(json.loads(done.stdout)) == {"kept", "refused", "by"}
    assert "notes.txt" in done.stderr
    said = RUN.invoke(app, ["risk", "score", "--format", "json", "--store", url])
    rows = json.loads(said.stdout)
    assert {"criticality", "vulnerability", "risk", "terms"} <= set(rows[0])
    cve = next(term for term in rows[0]["terms"] if term["term"] == "cve")
    assert cve["points"] > 0 and feeds.CVE in " ".join(cve["because"]) and "o1" in cve["because"]
    table = RUN.invoke(app, ["risk", "score", "--store", url])
    assert table.stdout.splitlines()[1].startswith("d-1")


def test_a_plan_lowers_the_risk_that_it_says(url: str, folder: Path) -> None:
    judging.imported([folder], store=url, config=None)
    found = judging.planned(50_000, "400", store=url, config=None)
    assert found["packages"] and found["cost"] <= 50_000 and found["hours"] <= 400
    assert found["today"] - found["residual"] == pytest.approx(found["risk_removed"], abs=0.01)
    assert found["packages"][-1]["residual"] == found["residual"]
    quarters = judging.planned(50_000, "100,100,100,100", store=url, config=None)
    assert {step["quarter"] for step in quarters["packages"]} <= {1, 2, 3, 4}
    assert "points removed" in judging.plan_in_words(found)[0]
    assert judging.plan_as_table(found).splitlines()[1].strip().startswith("1")
