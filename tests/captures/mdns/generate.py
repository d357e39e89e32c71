"""mDNS: a printer announces itself, a station asks for printers, a reflector repeats another one."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.mdns.messages import ANNOUNCEMENT, INFORMATION, QUERY

GROUP = Host("01:00:5e:00:00:fb", "224.0.0.251")
PRINTER = Host("00:00:5e:00:53:41", "192.0.2.41")
REFLECTOR = Host("00:00:5e:00:53:01", "192.0.2.1")


def exchange() -> Capture:
    capture = Capture()
    capture.udp(Host("00:00:5e:00:53:42", "192.0.2.42"), GROUP, 5353, 5353, QUERY, ttl=255)
    capture.udp(PRINTER, GROUP, 5353, 5353, ANNOUNCEMENT, ttl=255)
    capture.udp(REFLECTOR, GROUP, 5353, 5353, ANNOUNCEMENT, ttl=255)
    capture.udp(Host("00:00:5e:00:53:43", "192.0.2.43"), GROUP, 5353, 5353, INFORMATION, ttl=255)
    return capture


CAPTURES = {"mdns": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
