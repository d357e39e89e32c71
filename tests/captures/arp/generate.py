"""ARP: a request, a reply, a probe of an address nobody has yet, and an announcement."""

from pathlib import Path

from tests.captures import golden
from tests.captures.arp.messages import ANNOUNCEMENT, PROBE, REPLY, REQUEST
from tests.captures.build import Capture

BROADCAST = "ff:ff:ff:ff:ff:ff"


def exchange() -> Capture:
    capture = Capture()
    capture.frame(BROADCAST, "00:00:5e:00:53:41", 0x0806, REQUEST)
    capture.frame("00:00:5e:00:53:41", "00:00:5e:00:53:42", 0x0806, REPLY, vlan=(120,))
    capture.frame(BROADCAST, "00:00:5e:00:53:43", 0x0806, PROBE)
    capture.frame(BROADCAST, "00:00:5e:00:53:43", 0x0806, ANNOUNCEMENT)
    return capture


CAPTURES = {"arp": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
