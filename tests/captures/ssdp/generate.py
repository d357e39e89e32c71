"""SSDP: a device announces itself, a station searches and is answered."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.ssdp.messages import ANSWER, NOTIFY, SEARCH

GROUP = Host("01:00:5e:7f:ff:fa", "239.255.255.250")
DEVICE = Host("00:00:5e:00:53:41", "192.0.2.41")
STATION = Host("00:00:5e:00:53:42", "192.0.2.42")


def exchange() -> Capture:
    capture = Capture()
    capture.udp(DEVICE, GROUP, 1900, 1900, NOTIFY, ttl=2)
    capture.udp(STATION, GROUP, 50000, 1900, SEARCH, ttl=2)
    capture.udp(DEVICE, STATION, 1900, 50000, ANSWER)
    return capture


CAPTURES = {"ssdp": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
