"""NTP: a client, a server, a server that answers control questions."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.ntp.messages import ANSWER, CONTROL, REQUEST

CLIENT = Host("00:00:5e:00:53:41", "192.0.2.41")
SERVER = Host("00:00:5e:00:53:42", "192.0.2.42")


def exchange() -> Capture:
    capture = Capture()
    capture.udp(CLIENT, SERVER, 50000, 123, REQUEST)
    capture.udp(SERVER, CLIENT, 123, 50000, ANSWER)
    capture.udp(SERVER, CLIENT, 123, 50001, CONTROL)
    return capture


CAPTURES = {"ntp": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
