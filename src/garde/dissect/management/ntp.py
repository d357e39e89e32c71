"""NTP: who asks for the time, who gives it, and how far that clock is from a reference.

Question: is this a client or a server of time, at which stratum?
Reference: RFC 5905 §7.3 (header), RFC 1305 (version 3), RFC 4330 (SNTP). Left out: control and private modes, which
only tell that they are open.

Example: mode 4, stratum 2 gives ``ntp.role`` server and ``ntp.stratum`` 2 of the sender.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import DATAGRAM, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.wire.flow import Payload

PORT: Final = 123
#: RFC 5905 figure 10.
_ROLES: Final = {1: "peer", 2: "peer", 3: "client", 4: "server", 5: "broadcast"}


def _facts(payload: Payload) -> Iterator[Fact]:
    data = payload.data
    if not _plausible(data):
        raise Malformed("ntp.header", "no NTP header (RFC 5905 §7.3)", where="offset 0")
    mode = data[0] & 7
    if mode in _ROLES:
        yield Fact("ntp.role", _ROLES[mode], 0, 1)
        if mode in (4, 5) and 1 <= data[1] <= 15:
            yield Fact("ntp.stratum", str(data[1]), 1, 2)
    elif data[1] & 0x80 if mode == 6 else data[0] & 0x80:
        # Only an answer tells that they are open (RFC 1305 appendix B.1: the R bit).
        yield Fact("capability", "ntp-control" if mode == 6 else "ntp-private", 0, 1)


def _plausible(data: bytes) -> bool:
    if not data:
        return False
    version, mode = data[0] >> 3 & 7, data[0] & 7
    if not 1 <= version <= 4 or mode == 0:
        return False
    if mode in (6, 7):
        return len(data) >= (12 if mode == 6 else 8)
    # Poll and precision are exponents of two: from 2^-3 to 2^17 seconds, and finer than two seconds.
    poll, precision = (int.from_bytes(data[pos : pos + 1], "big", signed=True) for pos in (2, 3))
    return len(data) >= 48 and data[1] <= 16 and -6 <= poll <= 17 and precision <= 1


def _looks_like(data: bytes, hint: Hint) -> float:
    return 0.8 if PORT in hint.ports and _plausible(data) else 0.0


NTP = Dissector(
    name="ntp",
    layer=DATAGRAM,
    reference="RFC 5905, RFC 1305, RFC 4330",
    emits=frozenset({"capability", "ntp.role", "ntp.stratum"}),
    looks_like=_looks_like,
    session=stateless(_facts),
)
