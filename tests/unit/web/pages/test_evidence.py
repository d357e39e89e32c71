"""From a decision to an archive that somebody verifies who does not have Garde."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from garde.app import open_keys
from garde.config import Config
from garde.keeping import Proof
from garde.model.decision import Decision
from garde.web.pages.evidence import EvidencePage
from garde.web.site import Site
from tests.pages import FINDING, Reader, StandingClock, documented, hospital

HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with hospital(tmp_path) as one:
        one.proof = Proof(one.store, open_keys(Config()), StandingClock(), Config())
        yield one


def test_the_record_is_documented() -> None:
    assert documented(EvidencePage)


def test_a_decision_is_proved_offline(site: Site, tmp_path: Path) -> None:
    reader = Reader(site)
    data = {"verb": "silence", "reason": "the maker comes", "until": "2026-07-01"}
    assert reader.post(f"/findings/{FINDING}/decisions", data=data, headers=HERE).status_code == 303
    answer = reader.get("/evidence.garde?kind=Decision")
    assert answer.headers["content-disposition"].endswith('"evidence.garde"')
    file = tmp_path / "out.garde"
    file.write_bytes(answer.content)
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path / "out")
    command = [sys.executable, "-I", str(tmp_path / "out" / "verify.py")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert "the maker comes" in (tmp_path / "out" / "messages.jsonl").read_text("utf-8")
    said = [one.verb for _, one in site.store.log(0, (Decision,), 99) if isinstance(one, Decision)]
    assert said[-1] == "evidence.export"
    assert reader.page("/evidence").select("tbody tr")


def test_verifying_says_that_all_is_well_or_what_is_not(site: Site) -> None:
    reader = Reader(site)
    reader.get("/evidence.garde")
    assert "Nothing is altered" in reader.post("/evidence/verify", headers=HERE).text
    engine = site.store._engine  # type: ignore[attr-defined]
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE messages SET body = x'00' WHERE seq = 3")
    shown = reader.post("/evidence/verify", headers=HERE)
    assert "The chain is broken" in shown.text and "3" in shown.text
    refused = reader.get("/evidence.garde", headers={"authorization": "x"})
    assert refused.status_code in (403, 422) and refused.json()["code"]


@pytest.mark.parametrize("query", ["kind=Rumour", "since=never"])
def test_what_cannot_be_exported(site: Site, query: str) -> None:
    assert Reader(site).get(f"/evidence.garde?{query}", headers={"authorization": "x"}).status_code == 422


def test_without_a_key_there_is_no_proof(tmp_path: Path) -> None:
    with hospital(tmp_path) as site:
        assert Reader(site).get("/evidence.garde", headers={"authorization": "x"}).json()["code"] == "evidence.key"
        assert Reader(site).get("/evidence/verify").headers["location"] == "/evidence"
