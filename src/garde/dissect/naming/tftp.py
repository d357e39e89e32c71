"""TFTP: who fetches its software or its settings from whom.

Question: which station asks for a file, and which server gives files without asking who asks?
Reference: RFC 1350 §5 (packets), RFC 2347 (options). Left out: the names and the contents of files; transfers, which
leave port 69 and carry nothing that tells of a device.

Example: a read request to port 69 gives ``client`` tftp of the sender and ``service`` tftp of the receiver.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import DATAGRAM, RECEIVER, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.wire.flow import Payload

PORT: Final = 69
#: RFC 1350 §1: the modes of a transfer; ``mail`` is obsolete and never met.
_MODES: Final = (b"octet", b"netascii")


def _facts(payload: Payload) -> Iterator[Fact]:
    if not _request(payload.data):
        raise Malformed("tftp.request", "no read or write request (RFC 1350 §5)", where="offset 0")
    yield Fact("client", "tftp", 0, 2, source="sighting")
    yield Fact("service", "tftp", 0, 2, about=RECEIVER, source="sighting")


def _request(data: bytes) -> bool:
    """Opcode 1 or 2, a file name, a mode, each ended by a zero."""
    if data[:2] not in (b"\x00\x01", b"\x00\x02"):
        return False
    name, _, rest = data[2:].partition(b"\x00")
    mode, end, _ = rest.partition(b"\x00")
    return bool(name) and end == b"\x00" and mode.lower() in _MODES


def _looks_like(data: bytes, hint: Hint) -> float:
    return 0.9 if hint.ports[1] == PORT and _request(data) else 0.0


TFTP = Dissector(
    name="tftp",
    layer=DATAGRAM,
    reference="RFC 1350, RFC 2347",
    emits=frozenset({"client", "service"}),
    looks_like=_looks_like,
    session=stateless(_facts),
)
