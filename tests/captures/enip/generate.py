"""EtherNet/IP: list identity over TCP and UDP."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.enip.messages import TALK

CLIENT = Host("00:00:5e:00:53:41", "192.0.2.41")
SERVER = Host("00:00:5e:00:53:42", "192.0.2.42")


def exchange(talk: list[tuple[str, bytes]]) -> Capture:
    capture = Capture()
    with capture.tcp(CLIENT, SERVER, 44818) as sides:
        for who, data in talk:
            (sides.client if who == "client" else sides.server)(data)
    for who, data in talk:
        if who == "client":
            capture.udp(CLIENT, SERVER, 40000, 44818, data)
        else:
            capture.udp(SERVER, CLIENT, 44818, 40000, data)
    return capture


CAPTURES = {"enip": exchange(TALK)}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
