"""A worklist is counted, and nothing of it is kept."""

from __future__ import annotations

import pytest

from garde.errors import Malformed
from garde.probing.probes.dicom_worklist import DICOM_WORKLIST, question
from tests.hostile import hostile, probed, slow
from tests.imaging import receiver, worklist


def test_entries_are_counted() -> None:
    with worklist(3) as port:
        found = probed(DICOM_WORKLIST, port, called="WORKLIST", date="20261124")
        assert (found.state, found.code, found.metrics["count"]) == ("up", "ok", 3)
        assert "ZZTEST" not in repr(found)
        assert probed(DICOM_WORKLIST, port, called="WORKLIST", date="20261125").metrics["count"] == 0
        few = probed(DICOM_WORKLIST, port, called="WORKLIST", date="20261125", least="1")
        assert (few.state, few.code) == ("down", "dicom.few")
        assert probed(DICOM_WORKLIST, port, called="WORKLIST", most="2").metrics["count"] == 2
        assert probed(DICOM_WORKLIST, port, called="NOBODY").state == "down"
        with slow(port) as late:
            assert probed(DICOM_WORKLIST, late, called="WORKLIST", slow=200).state == "slow"


def test_who_has_no_worklist() -> None:
    with receiver() as port:
        assert probed(DICOM_WORKLIST, port).code == "dicom.context.abstract-syntax"
    with hostile("hang") as port:
        assert probed(DICOM_WORKLIST, port, timeout=0.4).code == "probe.hanging"


def test_a_date_is_one() -> None:
    with pytest.raises(Malformed, match="probe.option"):
        question("", "today", "")
