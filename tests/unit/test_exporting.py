"""A policy leaves in the words of an enforcement point, and says what it leaves open."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde import zoning
from garde.app import Report, keep, opened
from garde.config import Config
from garde.errors import Malformed, Missing, Unreachable
from garde.exporting import exported, warnings
from garde.twin import make


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("export")
    make(devices=40, seed=3, out=folder / "ward.pcap")
    address = f"sqlite:///{folder / 'garde.db'}"
    with opened(Config(), address) as (kept, bus):
        report = Report(stats={"packets": 0, "bytes": 0, "flows": 0})
        keep([folder / "ward.pcap"], Config(), kept, bus, report, {}, lambda part, name: None)
    return address


@pytest.mark.parametrize("form", ["nftables", "acl", "aruba-aos-s", "aruba-cx", "aruba-controller", "radius", "mud"])
def test_every_form_is_written_from_a_proposal(form: str, url: str, tmp_path: Path) -> None:
    draft = tmp_path / "draft.json"
    draft.write_text(zoning.as_json(zoning.proposed(store=url, config=None)), "utf-8")
    made = exported(draft, form, store=url, config=None)
    assert made.form == form and made.text and list(warnings(made)) == list(warnings(made))


def test_without_a_file_the_proposal_of_now_is_written(url: str) -> None:
    assert exported(None, "nftables", mode="observe", store=url, config=None).texts


def test_what_cannot_be_written_is_named(url: str, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="policy.file"):
        exported(tmp_path / "none.json", "nftables", store=url, config=None)
    (tmp_path / "no.json").write_text("{}")
    with pytest.raises(Malformed, match="no.json"):
        exported(tmp_path / "no.json", "nftables", store=url, config=None)
    with pytest.raises(Missing, match="export.form"):
        exported(None, "iptables", store=url, config=None)
