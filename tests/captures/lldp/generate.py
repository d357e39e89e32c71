"""LLDP: a switch, and a telephone with LLDP-MED."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture
from tests.captures.lldp.messages import PHONE, SWITCH

NEAREST = "01:80:c2:00:00:0e"


def exchange() -> Capture:
    capture = Capture()
    capture.frame(NEAREST, "00:00:5e:00:53:41", 0x88CC, SWITCH)
    capture.frame(NEAREST, "00:00:5e:00:53:42", 0x88CC, PHONE)
    return capture


CAPTURES = {"lldp": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
