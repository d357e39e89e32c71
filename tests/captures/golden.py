"""What Garde reads in a capture of tests/captures, and the file that says what it should.

A golden file is a JSON list of ``[attribute, value, source, packet, offset, length, about]``, one line each, so that a
change shows as lines in a diff. ``about`` are the subject's keys.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from garde.capture.reader import open_capture
from garde.dissect.engine import Engine
from garde.dissect.spec import Dissector
from garde.dissect.table import DISSECTORS
from garde.model.observation import Observation
from garde.registry import Registry
from garde.wire.track import Tracker
from tests.captures.build import Capture


def observations(path: Path, table: Registry[Dissector] = DISSECTORS) -> list[Observation]:
    """All observations of a capture, through capture, wire and the engine."""
    tracker = Tracker([(keep.offset, keep.value, keep.mask, keep.payloads) for row in table for keep in row.keep])
    engine = Engine(table, sensor="golden", file=path.name)
    out: list[Observation] = []
    for block in open_capture(path):
        out += engine.feed(tracker.feed(block))
    return out + engine.feed(tracker.finish())


def lines(path: Path) -> str:
    """The golden text of a capture."""
    rows = []
    for seen in observations(path):
        assert seen.place is not None
        about = [str(key) for key in seen.subject]
        place = seen.place
        rows.append([seen.attribute, seen.value, seen.source, place.packet, place.offset, place.length, about])
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def publish(folder: Path, captures: Mapping[str, Capture]) -> None:
    """Write each capture, and beside it what Garde reads in it."""
    for name, capture in captures.items():
        path = folder / f"{name}.pcap"
        path.write_bytes(capture.octets())
        path.with_suffix(".golden.json").write_text(lines(path), encoding="utf-8")
