"""WS-Discovery: an SDC monitor says hello, a client probes, a printer and a camera answer, over IPv4 and IPv6."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.wsd.messages import CAMERA, PRINTER, PROBE, SDC_HELLO

GROUP = Host("01:00:5e:7f:ff:fa", "239.255.255.250")
GROUP6 = Host("33:33:00:00:00:0c", "ff02::c")


def exchange() -> Capture:
    capture = Capture()
    client = Host("00:00:5e:00:53:50", "192.0.2.50")
    capture.udp(Host("00:00:5e:00:53:51", "192.0.2.30"), GROUP, 3702, 3702, SDC_HELLO, ttl=1)
    capture.udp(Host("00:00:5e:00:53:52", "fe80::52"), GROUP6, 3702, 3702, SDC_HELLO, ttl=1)
    capture.udp(client, GROUP, 50000, 3702, PROBE, ttl=1)
    capture.udp(Host("00:00:5e:00:53:53", "192.0.2.31"), client, 3702, 50000, PRINTER)
    capture.udp(Host("00:00:5e:00:53:54", "192.0.2.32"), client, 3702, 50000, CAMERA)
    return capture


CAPTURES = {"wsd": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
