"""C-ECHO against dcmtk, and against peers that misbehave."""

from __future__ import annotations

import pytest

from garde.probing.probes.dicom_echo import DICOM_ECHO
from tests.agents import orthanc
from tests.hostile import hostile, probed, slow
from tests.imaging import archive, receiver


def test_storescp_verifies() -> None:
    with receiver() as port:
        result = probed(DICOM_ECHO, port)
        with slow(port) as late:
            held = probed(DICOM_ECHO, late, slow=200)
    assert (result.state, result.code) == ("up", "ok") and result.evidence["version"].startswith("OFFIS_DCMTK")
    assert set(result.metrics) == {"connect_ms", "associate_ms", "echo_ms", "total_ms", "status"}
    assert (held.state, held.code) == ("slow", "slow")


@pytest.mark.parametrize(
    ("called", "calling", "code"),
    [("PACS", "GARDE", "ok"), ("OTHER", "GARDE", "dicom.rejected.called-ae-unknown")],
    ids=["known", "called"],
)
def test_dcmqrscp_says_what_it_minds(called: str, calling: str, code: str) -> None:
    with archive() as port:
        result = probed(DICOM_ECHO, port, called=called, calling=calling)
    assert (result.code, result.state) == (code, "up" if code == "ok" else "down")


def test_an_application_that_refuses_all() -> None:
    with receiver("--refuse") as port:
        assert probed(DICOM_ECHO, port).code == "dicom.rejected.no-reason"


@pytest.mark.parametrize(
    ("mood", "code"),
    [("refuse", "probe.refused"), ("hang", "probe.hanging"), ("garbage", "probe.garbage"), ("drip", "probe.dripping"),
     ("close", "probe.closed"), ("reset", "probe.reset")],
)  # fmt: skip
def test_peers_that_misbehave(mood: str, code: str) -> None:
    with hostile(mood, b"\x02\0\0\0\0\xff") as port:
        result = probed(DICOM_ECHO, port, timeout=0.5)
    assert (result.state, result.code) == ("down", code)


def test_orthanc() -> None:
    with orthanc() as (port, _):
        assert probed(DICOM_ECHO, port, called="ORTHANC").code == "ok"
        assert probed(DICOM_ECHO, port, called="OTHER").code == "dicom.rejected.called-ae-unknown"
