"""LLMNR: a station asks for a name and its owner answers."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.llmnr.messages import ANSWER, QUERY

CLIENT = Host("00:00:5e:00:53:41", "192.0.2.41")
OWNER = Host("00:00:5e:00:53:42", "192.0.2.42")


def exchange() -> Capture:
    capture = Capture()
    capture.udp(CLIENT, Host("01:00:5e:00:00:fc", "224.0.0.252"), 50000, 5355, QUERY, ttl=1)
    capture.udp(OWNER, CLIENT, 5355, 50000, ANSWER)
    return capture


CAPTURES = {"llmnr": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
