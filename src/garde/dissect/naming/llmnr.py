"""LLMNR: which single-label names a Windows network asks for, and who answers to them.

Question: what is the host name of who answers?
Reference: RFC 4795. Left out: the conflict bit, TCP.

Example: a response with an A record for ``brightspeed01`` gives ``hostname`` of the sender.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.naming.dns_message import AAAA, A, parse, plausible
from garde.dissect.spec import DATAGRAM, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.wire.flow import Payload

PORT: Final = 5355


def _facts(payload: Payload) -> Iterator[Fact]:
    message = parse(payload.data, "llmnr.message")
    if message.opcode != 0 or len(message.questions) != 1:
        raise Malformed("llmnr.question", "LLMNR has one question (RFC 4795 §2.1.1)", where="offset 2")
    question = message.questions[0]
    if not message.response:
        if not question.name.endswith(".arpa"):
            yield Fact("peer_name", question.name.lower(), question.start, question.end)
    elif any(record.kind in (A, AAAA) and record.name == question.name for record in message.answers):
        yield Fact("hostname", question.name.lower(), question.start, question.end)


def _looks_like(data: bytes, hint: Hint) -> float:
    return 0.9 if PORT in hint.ports and plausible(data) else 0.0


LLMNR = Dissector(
    name="llmnr",
    layer=DATAGRAM,
    reference="RFC 4795",
    emits=frozenset({"hostname", "peer_name"}),
    looks_like=_looks_like,
    session=stateless(_facts),
)
