"""The command line: exit codes, and results apart from everything else."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from garde.cli import app

CAPTURE = Path(__file__).parents[2] / "captures" / "dicom" / "dicom.pcap"
RUN = CliRunner()


def test_replay_prints_one_json_object() -> None:
    done = RUN.invoke(app, ["replay", str(CAPTURE), "--format", "json"])
    assert done.exit_code == 0
    answer = json.loads(done.stdout)
    assert set(answer) == {"stats", "devices"}
    assert {"packets", "bytes", "flows", "seconds", "lost"} <= set(answer["stats"])
    for device in answer["devices"]:
        assert {"id", "keys", "kind", "claims"} <= set(device)


def test_an_unreadable_file_gives_1_and_the_rest_is_done(tmp_path: Path) -> None:
    (tmp_path / "x.pcap").write_bytes(b"no capture")
    done = RUN.invoke(app, ["replay", str(tmp_path / "x.pcap"), str(CAPTURE), "--format", "json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["devices"]
    assert "x.pcap" in done.stderr


def test_a_mistyped_command_gives_2() -> None:
    assert RUN.invoke(app, ["replay"]).exit_code == 2
    assert RUN.invoke(app, ["relpay", "x"]).exit_code == 2


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_devices_and_why_read_a_store(tmp_path: Path, form: str) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    assert RUN.invoke(app, ["replay", str(CAPTURE), "--store", url]).exit_code == 0
    assert RUN.invoke(app, ["devices", "--store", url, "--format", form]).exit_code == 0
    gone = RUN.invoke(app, ["why", "nobody", "model", "--store", url])
    assert gone.exit_code == 1 and "nobody" in gone.stderr


def test_verify_gives_0_when_all_is_well(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    RUN.invoke(app, ["replay", str(CAPTURE), "--store", url])
    assert RUN.invoke(app, ["verify", "--store", url]).exit_code == 0


def test_a_report_is_written_with_its_facts_and_stands_in_the_log(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    RUN.invoke(app, ["replay", str(CAPTURE), "--store", url])
    (tmp_path / "d.toml").write_text('[[contact]]\nname = "Astreinte"\nphone = "4 21 00"\n', "utf-8")
    pdf, facts = tmp_path / "kit.pdf", tmp_path / "kit.json"
    words = ["report", "kit", "--language", "en", "--out", str(pdf), "--facts", str(facts), "--store", url]
    done = RUN.invoke(app, [*words, "--directory", str(tmp_path / "d.toml")])
    assert done.exit_code == 0, done.stderr
    assert hashlib.sha256(pdf.read_bytes()).hexdigest() in done.stderr
    assert "4 21 00" in facts.read_text("utf-8")
    assert RUN.invoke(app, ["verify", "--store", url]).exit_code == 0


def test_a_report_that_cannot_be_written_gives_1(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    out = ["--store", url, "--out", str(tmp_path / "x.pdf")]
    wrong = RUN.invoke(app, ["report", "bord", *out])
    assert wrong.exit_code == 1 and "board" in wrong.stderr
    (tmp_path / "d.toml").write_text('[[contact]]\nname = "a"\nphon = "1"\n', "utf-8")
    wrong = RUN.invoke(app, ["report", "kit", *out, "--directory", str(tmp_path / "d.toml")])
    assert wrong.exit_code == 1 and "d.toml, line 3" in wrong.stderr
    assert not (tmp_path / "x.pdf").exists()
    assert RUN.invoke(app, ["report", "kit", "--store", url, "--out", str(tmp_path)]).exit_code == 1


def test_findings_leave_as_stix(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    RUN.invoke(app, ["replay", str(CAPTURE), "--store", url])
    done = RUN.invoke(app, ["findings", "--format", "stix", "--store", url])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["type"] == "bundle"


@pytest.mark.parametrize(("file", "code"), [(str(CAPTURE), 0), ("absent.pcap", 1)])
def test_a_replay_leaves_at_once_and_loses_nothing_it_said(file: str, code: int, tmp_path: Path) -> None:
    program = "import sys; from garde.cli import main; sys.argv[0] = 'garde'; main()"
    command = [sys.executable, "-c", program, "replay", file, "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert bool(json.loads(done.stdout)["devices"]) == (code == 0)
    assert " devices, " in done.stderr
