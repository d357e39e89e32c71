"""Neighbour discovery: a router, a station that tests its address, and one that answers."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.icmpv6.messages import ADVERTISEMENT, ROUTER, SOLICITATION, TEST

ROUTERS = Host("00:00:5e:00:53:41", "fe80::1")
STATION = Host("00:00:5e:00:53:42", "fe80::42")
ALL = Host("33:33:00:00:00:01", "ff02::1")


def exchange() -> Capture:
    capture = Capture()
    capture.ip(ROUTERS, ALL, 58, ROUTER, ttl=255)
    capture.ip(Host(STATION.mac, "::"), Host("33:33:ff:00:00:42", "ff02::1:ff00:42"), 58, TEST, ttl=255)
    capture.ip(ROUTERS, Host("33:33:ff:00:00:42", "ff02::1:ff00:42"), 58, SOLICITATION, ttl=255)
    capture.ip(STATION, ROUTERS, 58, ADVERTISEMENT, ttl=255)
    return capture


CAPTURES = {"icmpv6": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
