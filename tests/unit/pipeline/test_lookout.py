"""The lookout: a sensor's listeners, watch and detectors together, and nothing of it where nobody looks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from garde.capture.reader import open_capture
from garde.detect.spec import Setting
from garde.pipeline.lookout import Lookout
from garde.pipeline.sensor import Sensor
from tests.captures.build import Capture, Host
from tests.lookouts import in_capture

CLIENT, SERVER = Host("02:00:00:00:00:0a", "10.1.0.10"), Host("02:00:00:00:00:0b", "10.1.0.11")


def test_one_message_number_twice_is_recognised_with_both_packets(tmp_path: Path) -> None:
    capture = Capture()
    with capture.tcp(CLIENT, SERVER, 2575) as talk:
        for name in (b"ONE", b"TWO"):
            talk.client(b"\x0bMSH|^~\\&|LAB|H|E|H|20260105080000||ORU^R01|7|P|2.5\rPID|1||" + name + b"\r\x1c\r")
    found = in_capture(capture, tmp_path)
    assert [one.rule for one in found] == ["hl7.replayed"]
    assert len(found[0].places) == 2


def test_what_hides_behind_a_retransmission_is_heard(tmp_path: Path) -> None:
    capture = Capture()
    with capture.tcp(CLIENT, SERVER, 2575) as talk:
        for name in (b"ONE", b"TWO"):
            before = list(talk.sent)
            talk.client(b"MSH|^~\\&|LAB|H|E|H|20260105||ADT^A01|7|P|2.3\rPID|1||1^^^ " + name)
            if name == b"ONE":
                talk.sent = before
    assert [one.rule for one in in_capture(capture, tmp_path)] == ["hl7.replayed"]


def test_an_ordinary_retransmission_is_nothing(tmp_path: Path) -> None:
    capture = Capture()
    with capture.tcp(CLIENT, SERVER, 2575) as talk:
        before = list(talk.sent)
        for _ in range(2):
            talk.sent = list(before)
            talk.client(b"MSH|^~\\&|LAB|H|E|H|20260105||ADT^A01|7|P|2.3\rPID|1||1^^^ ONE")
    assert in_capture(capture, tmp_path) == []


def test_what_a_device_says_of_its_software_is_followed(tmp_path: Path) -> None:
    path = Path(__file__).parents[2] / "captures" / "dicom" / "dicom.pcap"
    lookout = Lookout("s", file=path.name, key=b"k", setting=Setting())
    sensor = Sensor("s", file=path.name, talks=False, lookout=lookout)
    observations = [one for block in open_capture(path) for one in sensor.hear(block)] + sensor.finish()
    plain = Sensor("s", file=path.name, talks=False)
    assert {one.value for one in observations} >= {
        one.value for block in open_capture(path) for one in plain.hear(block)
    }
    assert all(one.rule != "firmware.downgrade" for one in lookout.found)


def test_a_sensor_without_a_lookout_imports_none_of_it() -> None:
    code = (
        "import sys; from garde.pipeline.sensor import Sensor; Sensor('s', file='f', flows=16);"
        "print([name for name in sys.modules if 'garde.detect' in name or 'dissect.listen' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
