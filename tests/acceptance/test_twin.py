"""Issue 2, acceptance 4 and 5: a hospital of 500 devices, three seeds, from its octets to its device records."""

from __future__ import annotations

import json

import pytest

from garde.app import replay
from garde.report.devices import as_record
from garde.twin import make
from garde.twin.score import score

SEEDS = (1, 2, 3)


def card(folder, seed, *, midstream=False):
    out, truth = folder / "day.pcap", folder / "truth.json"
    make(devices=500, seed=seed, out=out, truth=truth, midstream=midstream)
    found = json.loads(json.dumps([as_record(device) for device in replay([out]).devices]))
    return score(found, json.loads(truth.read_text("utf-8"))["devices"])


@pytest.fixture(scope="module", params=SEEDS)
def whole(request, tmp_path_factory):
    return card(tmp_path_factory.mktemp("whole"), request.param)


@pytest.fixture(scope="module", params=SEEDS)
def joined(request, tmp_path_factory):
    return card(tmp_path_factory.mktemp("joined"), request.param, midstream=True)


def test_every_device_is_found_once_and_nothing_else(whole):
    assert whole.devices == 500
    assert whole.exact, str(whole)


def test_kinds_are_right_and_hardly_ever_confidently_wrong(whole):
    assert whole.macro_f1 >= 0.90, str(whole)
    assert whole.strict_f1 >= 0.90, str(whole)
    assert whole.wrong < 0.01, str(whole)


def test_dicom_and_hl7_are_attributed_when_their_opening_was_not_seen(joined):
    assert set(joined.attributed) == {"dicom", "hl7"}
    assert min(joined.attributed.values()) >= 0.95, str(joined)


def test_a_device_says_make_model_and_serial_number_and_is_believed(whole):
    for name in ("maker", "model", "serial"):
        right, wrong, _ = whole.fields[name]
        assert right >= 200
        assert wrong <= 0.05 * right, str(whole)
