"""802.1X: under which identity a station asks to enter the network, and by which method.

Question: who does this station say it is, and how does it prove it?
Reference: IEEE 802.1X-2010 §11 (EAPOL); RFC 3748 (EAP). Left out: the contents of the methods. An identity may name a
person: only one that names a machine (``host/…``, an account that ends in ``$``, or a MAC) is stated.

Example: EAP-Response/Identity ``host/ct01.chu.example`` gives ``eap.identity`` and ``hostname`` ct01.chu.example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import FRAME, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.wire.flow import Payload

ETHERTYPE: Final = 0x888E
#: EAP type → the method's name (IANA's registry of EAP methods).
METHODS: Final = {
    4: "md5-challenge",
    6: "gtc",
    13: "tls",
    17: "leap",
    18: "sim",
    21: "ttls",
    23: "aka",
    25: "peap",
    26: "mschapv2",
    43: "fast",
    50: "aka-prime",
    52: "pwd",
    55: "teap",
}
_MACHINE: Final = re.compile(
    rb"host/([\w.-]+)|(?:[\w.-]+\\)?([\w.-]+)\$(?:@[\w.-]+)?|(?:[0-9A-Fa-f]{2}[:-]?){5}[0-9A-Fa-f]{2}"
)


def _facts(payload: Payload) -> Iterator[Fact]:
    data = payload.data
    if len(data) < 4 or data[0] not in (1, 2, 3) or data[1] > 8:
        raise Malformed("eap.eapol", "no EAPOL version and type (802.1X §11.3)", where="offset 0")
    size = int.from_bytes(data[2:4], "big")
    if 4 + size > len(data):
        raise Malformed("eap.length", "the body is longer than the frame (802.1X §11.3.3)", where="offset 2")
    if data[1] != 0:
        return
    if size < 4 or data[4] not in (1, 2, 3, 4) or int.from_bytes(data[6:8], "big") > size:
        raise Malformed("eap.code", "no EAP packet (RFC 3748 §4)", where="offset 4")
    end = 4 + int.from_bytes(data[6:8], "big")
    # Behind the packet's own end stands padding.
    if data[4] == 2 and end > 8:
        yield from _response(data, end)


def _response(data: bytes, end: int) -> Iterator[Fact]:
    """What the station answers (RFC 3748 §5)."""
    kind = data[8]
    if kind == 1:
        found = _MACHINE.fullmatch(data, 9, end)
        if found:
            yield Fact("eap.identity", found[0].decode("ascii"), 9, end)
            if found.lastindex:
                name = found[found.lastindex].decode("ascii").lower()
                yield Fact("hostname", name, *found.span(found.lastindex))
    elif kind in METHODS:
        yield Fact("eap.method", METHODS[kind], 8, 9)


def _looks_like(data: bytes, hint: Hint) -> float:
    return 0.9 if hint.protocol == ETHERTYPE and len(data) >= 4 and data[0] in (1, 2, 3) and data[1] <= 8 else 0.0


EAP = Dissector(
    name="eap",
    layer=FRAME,
    reference="IEEE 802.1X-2010 (EAPOL), RFC 3748 (EAP)",
    emits=frozenset({"eap.identity", "eap.method", "hostname"}),
    looks_like=_looks_like,
    session=stateless(_facts),
)
