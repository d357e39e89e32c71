"""Signal and Happening: what a detector is given, and forgets.

Question: what does a detector hear of the traffic, when packets never leave the sensor?
Reference: DESIGN §4 (packets never cross the bus); domain note 09 §4 and §5. A `Signal` is a transient fact that a
listener (`garde.dissect.listen`) heard in a payload: codes, counts, and digests of what may name a person. A
`Happening` is a turn in the life of a flow. Both live inside one process and are never stored.

Example:
    >>> a, b = Endpoint("", "192.0.2.1", 4000), Endpoint("", "192.0.2.2", 445)
    >>> Signal("smb.tree", at=0, packet=7, flow=1, sender=a, receiver=b, values={"share": "IPC$"}).text("share")
    'IPC$'
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from garde.wire.flow import Endpoint

#: Turns of a flow's life: it began; the other end answered; it refused; it stayed silent; what went through so far.
OPENED: Final = "opened"
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
SILENT: Final = "silent"
TRAFFIC: Final = "traffic"


class Signal(msgspec.Struct, frozen=True, gc=False):
    """One transient fact.

    Attributes:
        kind: ``protocol.what``, a row of what the listener ``tells``.
        at: nanoseconds since 1970.
        packet: number of the packet in the capture, from 1.
        flow: number of the flow.
        sender, receiver: of the payload that showed it.
        values: codes, counts, digests; never a name of a person.
        octets: a file carried by the flow, bounded, for those who scan files; never stored.
    """

    kind: str
    at: int
    packet: int
    flow: int
    sender: Endpoint
    receiver: Endpoint
    values: Mapping[str, str | int | float] = {}
    octets: bytes = b""

    def text(self, name: str) -> str:
        """A value as text; empty when it is absent."""
        return str(self.values.get(name, ""))

    def number(self, name: str) -> float:
        """A value as a number; 0 when it is absent or no number."""
        value = self.values.get(name, 0)
        return value if isinstance(value, (int, float)) else 0


class Happening(msgspec.Struct, frozen=True, gc=False):
    """One turn of a flow.

    Attributes:
        what: OPENED, ACCEPTED, REFUSED, SILENT or TRAFFIC.
        at: nanoseconds since 1970.
        packet: number of the flow's first packet.
        flow: number of the flow.
        protocol: IP protocol number, or EtherType of a frame.
        client, server: who began and who was spoken to.
        packets, octets: of client and server in this bucket of five minutes, so far (TRAFFIC).
        bucket: number of the bucket (TRAFFIC).
        opened: the opening itself was seen, so that ``client`` is certain.
    """

    what: str
    at: int
    packet: int
    flow: int
    protocol: int
    client: Endpoint
    server: Endpoint
    packets: tuple[int, int] = (0, 0)
    octets: tuple[int, int] = (0, 0)
    bucket: int = 0
    opened: bool = False
