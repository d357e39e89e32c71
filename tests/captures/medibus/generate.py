"""MEDIBUS: a gateway asks a ventilator behind a serial device server who it is."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.medibus.messages import ASK, INITIALISE, INITIALISED, NOISY

GATEWAY = Host("00:00:5e:00:53:60", "192.0.2.60")
SERVER = Host("00:90:e8:00:53:61", "192.0.2.61")


def exchange() -> Capture:
    capture = Capture()
    with capture.tcp(GATEWAY, SERVER, 4001) as talk:
        talk.client(INITIALISE)
        talk.server(INITIALISED)
        talk.client(ASK)
        talk.server(NOISY)
    return capture


CAPTURES = {"medibus": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
