"""Syslog: both forms, a message of another address that is carried on, one without a host name."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.syslog.messages import BARE, CARRIED, NEW, OLD

STATION = Host("00:00:5e:00:53:41", "192.0.2.41")
RELAY = Host("00:00:5e:00:53:42", "192.0.2.42")
SERVER = Host("00:00:5e:00:53:43", "192.0.2.43")


def exchange() -> Capture:
    capture = Capture()
    capture.udp(STATION, SERVER, 514, 514, NEW)
    capture.udp(STATION, SERVER, 514, 514, OLD)
    capture.udp(RELAY, SERVER, 514, 514, CARRIED)
    capture.udp(STATION, SERVER, 514, 514, BARE)
    return capture


CAPTURES = {"syslog": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
