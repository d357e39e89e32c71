"""Seeking: rules by the ending of their files, and what a replay then tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde import app
from garde.config import load
from garde.errors import Malformed, Missing
from garde.seeking import Seeker, sought
from tests.captures.build import Capture, Host

CLIENT, SERVER = Host("02:00:00:00:00:0a", "10.1.0.10"), Host("02:00:00:00:00:0b", "10.1.0.11")
YARA = 'rule Ward { strings: $a = "evil payload" condition: $a }'


def capture(folder: Path) -> Path:
    one = Capture()
    with one.tcp(CLIENT, SERVER, 80) as talk:
        talk.client(b"GET /x HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\nan evil payload")
    path = folder / "http.pcap"
    path.write_bytes(one.octets())
    return path


def test_lists_and_rules_are_told_by_their_endings(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("type,value\ndomain,evil.example\n")
    (tmp_path / "b.yar").write_text(YARA)
    setting = sought(load(None), [tmp_path / "a.csv", tmp_path / "b.yar"])
    assert setting.indicators == (("domain", "evil.example", "a.csv"),) and setting.yara == (YARA,)
    found = app.replay([capture(tmp_path)], findings=True, rules=[tmp_path / "a.csv", tmp_path / "b.yar"]).findings
    assert {one["rule"] for one in found or ()} == {"indicator.name", "yara.match"}


def test_files_that_cannot_be_read_or_are_no_rules(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        sought(load(None), [tmp_path / "absent.csv"])
    for name in ("a.yar", "a.yml", "a.csv"):
        (tmp_path / name).write_text("nonsense {")
        with pytest.raises(Malformed):
            sought(load(None), [tmp_path / name])


def test_a_store_keeps_what_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("type,value\ndomain,evil.example\n")
    url = f"sqlite:///{tmp_path}/garde.db"
    report = app.replay([capture(tmp_path)], store=url, findings=True, rules=[tmp_path / "a.csv"])
    assert [one["rule"] for one in report.findings or ()] == ["indicator.name"]
    assert "indicator.name" in app.findings("csv", store=url)


def test_without_threats_nothing_is_found() -> None:
    seeker = Seeker(load(None))
    seeker.lookout("a.pcap")
    assert seeker.threats == [] and seeker.found([]) == []
