"""DHCP: a lease from discover to acknowledgement, one through a relay, and options that overflow."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.dhcp.messages import ACK, DISCOVER, OFFER, OVERLOAD, RELAYED, RELAYED_ACK, REQUEST

NOBODY = Host("00:09:fb:01:02:03", "0.0.0.0")
ALL = Host("ff:ff:ff:ff:ff:ff", "255.255.255.255")
SERVER = Host("00:00:5e:00:53:01", "192.0.2.1")
RELAY = Host("00:00:5e:00:53:02", "198.51.100.1")
CENTRAL = Host("00:00:5e:00:53:03", "203.0.113.5")


def exchange() -> Capture:
    capture = Capture()
    capture.udp(NOBODY, ALL, 68, 67, DISCOVER)
    capture.udp(SERVER, ALL, 67, 68, OFFER)
    capture.udp(NOBODY, ALL, 68, 67, REQUEST)
    capture.udp(SERVER, ALL, 67, 68, ACK)
    capture.udp(RELAY, CENTRAL, 67, 67, RELAYED)
    capture.udp(CENTRAL, RELAY, 67, 67, RELAYED_ACK)
    capture.udp(RELAY, ALL, 67, 68, RELAYED_ACK)
    capture.udp(Host("00:09:fb:01:02:05", "0.0.0.0"), ALL, 68, 67, OVERLOAD)
    return capture


CAPTURES = {"dhcp": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
