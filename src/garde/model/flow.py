"""Conversation: who talked to whom, which service, how much, per five minutes.

Question: with whom does this device talk, and how much?
Reference: RFC 7011 (IPFIX) for the words; DESIGN §1 (Flow). The name of the class is Conversation because
`garde.wire.flow.Flow` is the live, per-packet thing.

Example:
    >>> Conversation(id="c", at=0, sensor="s", source=Key("ip", "10.0.0.1"), target=Key("ip", "10.0.0.2"),
    ...              protocol="tcp", port=104).port
    104
"""

from __future__ import annotations

from garde.model.key import Key
from garde.model.message import Message
from garde.model.observation import Place

#: Length of one bucket in nanoseconds.
BUCKET = 300 * 1_000_000_000


class Conversation(Message, frozen=True, kw_only=True):
    """One source, one target and one service in one five-minute bucket (``at`` is the start of the bucket).

    Attributes:
        source: who began (key ``mac`` or ``ip``).
        target: who was spoken to.
        protocol: ``tcp``, ``udp`` or an IANA protocol number as text.
        port: port of the target; 0 where there is none.
        service: name of the dissector that recognised it; empty when none did.
        packets, octets: both directions together.
        place: first packet of its flow, which may be before the bucket; None where a switch or another program counted.
        dscp: lowest marking seen from the source and from the target (RFC 2474 §3), -1 where none was.
    """

    sensor: str
    source: Key
    target: Key
    protocol: str
    port: int = 0
    service: str = ""
    packets: int = 0
    octets: int = 0
    last_at: int = 0
    place: Place | None = None
    dscp: tuple[int, int] = (-1, -1)
