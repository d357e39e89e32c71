"""HL7 v2: reports and an admission with their acknowledgements, over small segments; and one joined half-way."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.hl7.messages import ADMISSION, REPORT, acknowledgement

GATEWAY = Host("00:a0:37:00:53:10", "192.0.2.11")
LIS = Host("00:00:5e:00:53:21", "192.0.2.21")


def exchange() -> Capture:
    capture = Capture()
    with capture.tcp(GATEWAY, LIS, 2575, mss=536) as talk:
        for _ in range(2):
            talk.client(REPORT)
            talk.server(acknowledgement(b"77"))
        talk.client(ADMISSION + REPORT)
        talk.server(acknowledgement(b"78", b"AE") + acknowledgement(b"77"))
    return capture


def joined(whole: Capture) -> Capture:
    """The same, from the second segment of the first report on."""
    capture = Capture()
    capture.frames = whole.frames[4:]
    return capture


WHOLE = exchange()
CAPTURES = {"hl7": WHOLE, "hl7-joined": joined(WHOLE)}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
