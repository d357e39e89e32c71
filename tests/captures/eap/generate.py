"""802.1X: a station starts, gives a machine as its identity and chooses TLS; a person and a machine account follow."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture
from tests.captures.eap.messages import ACCOUNT, MACHINE, PERSON, REQUEST, START, TLS

GROUP = "01:80:c2:00:00:03"
STATION = "00:00:5e:00:53:41"


def exchange() -> Capture:
    capture = Capture()
    capture.frame(GROUP, STATION, 0x888E, START)
    capture.frame(STATION, "00:00:5e:00:53:42", 0x888E, REQUEST)
    capture.frame(GROUP, STATION, 0x888E, MACHINE)
    capture.frame(GROUP, STATION, 0x888E, TLS)
    capture.frame(GROUP, "00:00:5e:00:53:43", 0x888E, PERSON)
    capture.frame(GROUP, "00:00:5e:00:53:44", 0x888E, ACCOUNT)
    return capture


CAPTURES = {"eap": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
