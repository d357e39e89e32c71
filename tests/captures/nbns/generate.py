"""NetBIOS: a registration, a query that a name server answers, a node status, a host announcement."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.nbns.messages import ANNOUNCEMENT, ANSWER, QUERY, REGISTRATION, STATUS, STATUS_QUERY

STATION = Host("00:00:5e:00:53:41", "192.0.2.41")
OTHER = Host("00:00:5e:00:53:42", "192.0.2.42")
SERVER = Host("00:00:5e:00:53:43", "192.0.2.43")
ALL = Host("ff:ff:ff:ff:ff:ff", "192.0.2.255")


def exchange() -> Capture:
    capture = Capture()
    capture.udp(STATION, ALL, 137, 137, REGISTRATION)
    capture.udp(OTHER, SERVER, 137, 137, QUERY)
    capture.udp(SERVER, OTHER, 137, 137, ANSWER)
    capture.udp(OTHER, STATION, 50000, 137, STATUS_QUERY)
    capture.udp(STATION, OTHER, 137, 50000, STATUS)
    capture.udp(STATION, ALL, 138, 138, ANNOUNCEMENT)
    return capture


CAPTURES = {"nbns": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
