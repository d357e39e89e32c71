"""Zones on the command line: a draft goes from one verb to the other, and what is no policy is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from garde.cli import app
from garde.twin import make

RUN = CliRunner()


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    capture = tmp_path / "ward.pcap"
    make(devices=40, seed=3, out=capture)
    address = f"sqlite:///{tmp_path / 'garde.db'}"
    assert RUN.invoke(app, ["replay", str(capture), "--store", address]).exit_code == 0
    return address


def test_a_draft_is_proposed_and_tried(url: str, tmp_path: Path) -> None:
    made = RUN.invoke(app, ["zones", "propose", "--store", url, "--format", "json"])
    assert made.exit_code == 0, made.stderr
    draft = tmp_path / "draft.json"
    draft.write_text(made.stdout, "utf-8")
    tried = RUN.invoke(app, ["zones", "simulate", str(draft), "--days", "7", "--store", url, "--format", "json"])
    answer = json.loads(tried.stdout)
    assert answer["policy"] == json.loads(made.stdout)["policy"]["id"] and answer["missing"] == []
    assert {"breaks", "rules", "warnings", "clean", "locked", "untested"} <= answer.keys()


def test_captures_are_read_without_a_store(url: str, tmp_path: Path) -> None:
    kept = RUN.invoke(app, ["zones", "propose", "--store", url])
    read = RUN.invoke(app, ["zones", "propose", "--capture", str(tmp_path / "ward.pcap")])
    assert kept.exit_code == 0 and kept.stdout == read.stdout and "must-pass" in kept.stdout
    assert "Locked by" in RUN.invoke(app, ["zones", "simulate", "--store", url]).stdout


def test_what_is_no_policy_gives_1_and_its_name(url: str, tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}")
    gone = RUN.invoke(app, ["zones", "simulate", str(tmp_path / "no.json"), "--store", url])
    assert gone.exit_code == 1 and "no.json" in gone.stderr
    assert RUN.invoke(app, ["zones", "simulate", "--days", "0"]).exit_code == 2


def test_a_policy_is_written_for_a_gateway(url: str, tmp_path: Path) -> None:
    text = RUN.invoke(app, ["zones", "export", "nftables", "--store", url])
    assert text.exit_code == 0, text.stderr
    assert text.stdout.startswith("table inet garde")
    made = RUN.invoke(app, ["zones", "export", "mud", "--store", url, "--format", "json"])
    assert json.loads(made.stdout)["form"] == "mud"
    assert RUN.invoke(app, ["zones", "export", "iptables", "--store", url]).exit_code == 2
