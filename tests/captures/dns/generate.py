"""DNS: a query and its answer over UDP, a reverse query, and the same over TCP."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.dns.messages import ANSWER, ANSWER_OVER_TCP, OVER_TCP, QUERY, REVERSE

CLIENT = Host("00:00:5e:00:53:41", "192.0.2.41")
SERVER = Host("00:00:5e:00:53:42", "192.0.2.53")


def exchange() -> Capture:
    capture = Capture()
    capture.udp(CLIENT, SERVER, 40000, 53, QUERY)
    capture.udp(SERVER, CLIENT, 53, 40000, ANSWER)
    capture.udp(CLIENT, SERVER, 40001, 53, REVERSE)
    return capture


def stream() -> Capture:
    capture = Capture()
    with capture.tcp(CLIENT, SERVER, 53) as talk:
        talk.client(OVER_TCP)
        talk.server(ANSWER_OVER_TCP)
    return capture


CAPTURES = {"dns": exchange(), "dns-tcp": stream()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
