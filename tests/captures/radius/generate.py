"""RADIUS: a switch asks for a station and accounts for it, once through a proxy; a server changes its mind."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.radius.messages import ACCEPT, ACCOUNTING, CHANGE, REQUEST

SWITCH = Host("00:00:5e:00:53:41", "192.0.2.41")
PROXY = Host("00:00:5e:00:53:42", "192.0.2.42")
SERVER = Host("00:00:5e:00:53:43", "192.0.2.43")


def exchange() -> Capture:
    capture = Capture()
    capture.udp(SWITCH, PROXY, 50000, 1812, REQUEST)
    capture.udp(PROXY, SERVER, 50001, 1812, REQUEST)
    capture.udp(SERVER, PROXY, 1812, 50001, ACCEPT)
    capture.udp(SWITCH, SERVER, 50002, 1813, ACCOUNTING)
    capture.udp(SERVER, SWITCH, 50003, 3799, CHANGE)
    return capture


CAPTURES = {"radius": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
