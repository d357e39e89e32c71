"""TFTP: a telephone fetches its settings, and a switch leaves its own."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host

PHONE, SWITCH = Host("00:00:5e:00:53:61", "192.0.2.61"), Host("00:00:5e:00:53:62", "192.0.2.62")
SERVER = Host("00:00:5e:00:53:63", "192.0.2.63")
READ = b"\x00\x01SEP00005E005361.cnf.xml\x00octet\x00"
WRITE = b"\x00\x02switch-3b.cfg\x00netascii\x00blksize\x001428\x00"


def exchange() -> Capture:
    capture = Capture()
    capture.udp(PHONE, SERVER, 50000, 69, READ)
    capture.udp(SWITCH, SERVER, 50001, 69, WRITE)
    return capture


CAPTURES = {"tftp": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
