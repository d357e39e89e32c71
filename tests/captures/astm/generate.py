"""ASTM: an analyser reports one result."""

from pathlib import Path

from tests.captures import golden
from tests.captures.astm.messages import RESULTS
from tests.captures.build import Capture, Host

DEVICE = Host("00:00:5e:00:53:30", "192.0.2.30")
MANAGER = Host("00:00:5e:00:53:31", "192.0.2.31")


def exchange() -> Capture:
    capture = Capture()
    with capture.tcp(DEVICE, MANAGER, 4000, mss=100) as talk:
        talk.client(RESULTS)
    return capture


CAPTURES = {"astm": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
