"""DHCPv6: a station solicits and is answered, and once more through a relay."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.dhcpv6.messages import RELAYED, RELAYED_REPLY, REPLY, SOLICIT

STATION = Host("00:09:fb:01:02:03", "fe80::3")
SERVER = Host("00:00:5e:00:53:01", "fe80::1")
RELAY = Host("00:00:5e:00:53:02", "2001:db8::2")
CENTRAL = Host("00:00:5e:00:53:03", "2001:db8::5")
SERVERS = Host("33:33:00:01:00:02", "ff02::1:2")


def exchange() -> Capture:
    capture = Capture()
    capture.udp(STATION, SERVERS, 546, 547, SOLICIT)
    capture.udp(SERVER, STATION, 547, 546, REPLY)
    capture.udp(RELAY, CENTRAL, 547, 547, RELAYED)
    capture.udp(CENTRAL, RELAY, 547, 547, RELAYED_REPLY)
    return capture


CAPTURES = {"dhcpv6": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
