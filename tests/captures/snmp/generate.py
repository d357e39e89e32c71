"""SNMP: an agent answers in versions 1 and 2c, another reports its engine and answers encrypted."""

from pathlib import Path

from tests.captures import golden
from tests.captures.build import Capture, Host
from tests.captures.snmp.messages import ENTITY, GET, PRINTER, PRIVATE, REPORT, SYSTEM, TRAP

MANAGER = Host("00:00:5e:00:53:41", "192.0.2.41")
AGENT = Host("00:00:5e:00:53:42", "192.0.2.42")
PRINTING = Host("00:00:5e:00:53:43", "192.0.2.43")
THIRD = Host("00:00:5e:00:53:44", "192.0.2.44")


def exchange() -> Capture:
    capture = Capture()
    capture.udp(MANAGER, AGENT, 50000, 161, GET)
    capture.udp(AGENT, MANAGER, 161, 50000, SYSTEM)
    capture.udp(AGENT, MANAGER, 161, 50000, ENTITY)
    capture.udp(AGENT, MANAGER, 50001, 162, TRAP)
    capture.udp(PRINTING, MANAGER, 161, 50000, PRINTER)
    capture.udp(THIRD, MANAGER, 161, 50000, REPORT)
    capture.udp(MANAGER, THIRD, 50000, 161, PRIVATE)
    return capture


CAPTURES = {"snmp": exchange()}

if __name__ == "__main__":
    golden.publish(Path(__file__).parent, CAPTURES)
