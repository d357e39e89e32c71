"""BACnet: a controller, its properties, and one behind a router."""

from pathlib import Path

from tests.captures import golden
from tests.captures.bacnet.messages import TALK
from tests.captures.build import Capture, Host

CLIENT = Host("00:00:5e:00:53:41", "192.0.2.41")
SERVER = Host("00:00:5e:00:53:42", "192.0.2.42")


def exchange(talk: list[tuple[str, bytes]]) -> Capture:
    capture = Capture()
    for who, data in talk:
        if who == "client":
            capture.udp(CLIENT, SERVER, 40000, 47808, data)
        else:
            capture.udp(SERVER, CLIENT, 47808, 40000, data)
    return capture


CAPTURES = {"bacnet": exchange(TALK)}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
