"""An import in words: for a terminal, where hostile cells steer nothing, and for programs."""

from __future__ import annotations

import json

from garde.inventory.reconcile import reconcile
from garde.model.device import Claim
from garde.pipeline.gmao import as_json, as_text
from tests.makers import device, mac

FILE = f"MAC;Service\n{mac(1).value};Réa B\n{mac(9).value};B\u202eloc\n"
DEVICES = [device(1, claims={"ward": Claim("ward", "Réa A", 0.9)}), device(2)]
OUTCOME = reconcile(FILE.encode(), "", DEVICES)


def test_the_terminal_reads_the_counts_and_each_line() -> None:
    text = as_text(OUTCOME, kept=False)
    assert text.startswith("1 matched, 1 ghosts, 1 strangers, 1 moved, 0 contradicted, 0 refused")
    assert "moved, line 2, d-1: ward Réa A → Réa B" in text
    assert "\u202e" not in text and "dry run" in text
    assert "dry run" not in as_text(OUTCOME, kept=True)


def test_programs_read_the_same() -> None:
    body = json.loads(as_json(OUTCOME))
    assert [one["device"] for one in body["matched"]] == ["d-1"]
    assert (len(body["ghosts"]), body["strangers"], body["statements"]) == (1, ["d-2"], len(OUTCOME.decisions))
