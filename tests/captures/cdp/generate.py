"""CDP: a switch over IEEE 802.3 with SNAP."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture
from tests.captures.cdp.messages import SWITCH

GROUP = bytes.fromhex("01000ccccccc")
SNAP = bytes.fromhex("aaaa03 00000c 2000")


def exchange() -> Capture:
    capture = Capture()
    data = SNAP + SWITCH
    capture.raw(GROUP + bytes.fromhex("00005e005341") + len(data).to_bytes(2, "big") + data)
    return capture


CAPTURES = {"cdp": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
