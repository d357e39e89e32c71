"""Devices for programs: the JSON contract, CSV that a spreadsheet cannot run, text that a terminal cannot obey."""

from __future__ import annotations

import csv
import io

from garde.model.device import Claim, Device, Source
from garde.model.key import Key
from garde.model.observation import Place
from garde.report.devices import (
    COLUMNS,
    as_csv,
    as_record,
    as_replay,
    as_row,
    as_table,
)

SEEN = Source(
    "dicom.dataset",
    "core",
    0.95,
    1_700_000_000_000_000_000,
    1_700_000_060_000_000_000,
    2,
    None,
    Place("a.pcap", 9, 70, 5),
)
CT = Device(
    id="d-1",
    keys=(Key("mac", "00:09:fb:01:02:03"), Key("ip", "10.0.0.1")),
    kind="CT",
    claims={"model": Claim("model", "=HYPERLINK(1)", 0.95123, (SEEN,))},
    many={"hostname": (Claim("hostname", "ct01", 0.9),)},
    rivals={"model": (Claim("model", "other", 0.2),)},
    conflicts=("model",),
    carrier="d-2",
)


def test_the_contract_of_one_device() -> None:
    record = as_record(CT)
    assert record["keys"][0] == {"kind": "mac", "value": "00:09:fb:01:02:03"}
    assert record["claims"]["model"]["confidence"] == 0.9512
    source = record["claims"]["model"]["sources"][0]
    assert {key: source[key] for key in ("dissector", "at", "file", "packet")} == {
        "dissector": "dicom.dataset",
        "at": "2023-11-14T22:14:20.000000Z",
        "file": "a.pcap",
        "packet": 9,
    }
    assert record["rivals"]["model"][0]["value"] == "other"
    assert (record["conflicts"], record["carrier"]) == (["model"], "d-2")


def test_a_source_without_bytes_has_no_packet() -> None:
    person = Source("person", "web", 1.0, 0, 0, by="k.morel", reason="read the label")
    device = Device(id="d-3", keys=(), claims={"serial": Claim("serial", "1", 1.0, (person,))})
    source = as_record(device)["claims"]["serial"]["sources"][0]
    assert (source["packet"], source["by"], source["reason"]) == (None, "k.morel", "read the label")


def test_a_row_has_the_columns() -> None:
    row = as_row(CT)
    assert tuple(row) == COLUMNS
    assert (row["hostname"], row["mac"], row["ip"]) == ("ct01", "00:09:fb:01:02:03", "10.0.0.1")


def test_csv_neutralises_formulas() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv([CT]))))
    assert rows[0]["model"] == "'=HYPERLINK(1)"


def test_replay_is_one_object() -> None:
    assert as_replay([CT], {"packets": 3})["stats"] == {"packets": 3}


def test_a_table_is_aligned_and_hides_empty_columns() -> None:
    head, line = as_table([CT]).splitlines()
    assert "OS" not in head.split()
    assert head.index("KIND") == line.index("CT")
