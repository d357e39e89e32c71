"""POCT1-A: a glucose meter says hello and reports."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.poct1a.messages import HELLO, OBSERVATION

DEVICE = Host("00:00:5e:00:53:30", "192.0.2.30")
MANAGER = Host("00:00:5e:00:53:31", "192.0.2.31")


def exchange() -> Capture:
    capture = Capture()
    with capture.tcp(DEVICE, MANAGER, 3001, mss=100) as talk:
        talk.client(HELLO + OBSERVATION)
    return capture


CAPTURES = {"poct1a": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
