"""SMTP that turns to TLS."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.starttls.messages import TALK

CLIENT = Host("00:00:5e:00:53:41", "192.0.2.41")
SERVER = Host("00:00:5e:00:53:42", "192.0.2.42")


def exchange(talk: list[tuple[str, bytes]]) -> Capture:
    capture = Capture()
    with capture.tcp(CLIENT, SERVER, 25) as sides:
        for who, data in talk:
            (sides.client if who == "client" else sides.server)(data)
    return capture


CAPTURES = {"starttls": exchange(TALK)}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
