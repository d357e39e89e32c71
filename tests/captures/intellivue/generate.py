"""IntelliVue: a monitor announces itself, a collector associates, the monitor sends its MDS."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.intellivue.messages import ASSOCIATION, CONNECT, CREATE

MONITOR = Host("00:09:fb:00:00:01", "192.0.2.20")
COLLECTOR = Host("00:00:5e:00:53:41", "192.0.2.41")
BROADCAST = Host("ff:ff:ff:ff:ff:ff", "192.0.2.255")


def exchange() -> Capture:
    capture = Capture()
    capture.udp(MONITOR, BROADCAST, 24005, 24005, CONNECT)
    capture.udp(COLLECTOR, MONITOR, 24105, 24105, ASSOCIATION)
    capture.udp(MONITOR, COLLECTOR, 24105, 24105, CREATE)
    return capture


CAPTURES = {"intellivue": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
