"""DNS: whether a name server answers a question.

Question: does this server resolve, and what does it say when it does not?
Reference: RFC 1035 §4.1 (header, question), §4.1.1 (RCODE), RFC 2606 (names for tests). An answer must carry our
identifier and our question back, or it is somebody else's. Left out: TCP, EDNS, DNSSEC, what the answer holds.

Example:
    >>> asked = query(7, "a.example", 1)
    >>> read(asked[:2] + bytes([0x81, 0x83]) + asked[4:], asked).code
    'dns.nxdomain'
"""

from __future__ import annotations

import re
import struct
from typing import Final

from garde.errors import Malformed
from garde.probing.line import Line
from garde.probing.result import Answer
from garde.probing.spec import Options, Probe

TYPES: Final = {"A": 1, "NS": 2, "SOA": 6, "PTR": 12, "MX": 15, "AAAA": 28, "SRV": 33}
#: RFC 1035 §4.1.1, RFC 2136 §2.2.
RCODES: Final = {1: "formerr", 2: "servfail", 3: "nxdomain", 4: "notimp", 5: "refused"}
_LABEL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")


def query(identifier: int, name: str, kind: int) -> bytes:
    """A question that wishes recursion.

    Raises:
        Malformed: a name that is none.
    """
    labels = [label for label in name.rstrip(".").split(".") if name != "."]
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Malformed("probe.option", f"{name[:60]!r} is not a name", where="RFC 1035 §2.3.1")
    asked = b"".join(bytes([len(label)]) + label.encode("ascii") for label in labels) + b"\0"
    return struct.pack(">6H", identifier, 0x0100, 1, 0, 0, 0) + asked + struct.pack(">HH", kind, 1)


def read(raw: bytes, asked: bytes) -> Answer:
    """What an answer says to a question.

    Raises:
        Malformed: it is none, or another's.
    """
    if len(raw) < 12 or raw[:2] != asked[:2] or not raw[2] & 0x80:
        raise Malformed("probe.garbage", "No answer to our question", where="RFC 1035 §4.1.1, offset 0")
    questions, answers = struct.unpack_from(">HH", raw, 4)
    rcode = raw[3] & 15
    if questions and raw[12 : len(asked)].lower() != asked[12:].lower():
        raise Malformed("probe.garbage", "Another question comes back", where="RFC 1035 §4.1.2, offset 12")
    return Answer(
        code=f"dns.{RCODES.get(rcode, rcode)}" if rcode else "ok",
        down=bool(rcode),
        metrics={"answers": float(answers), "rcode": float(rcode)},
    )


async def run(line: Line, options: Options) -> Answer:
    """One question over UDP."""
    kind = TYPES.get(options["type"].upper())
    if kind is None:
        raise Malformed("probe.option", f"{options['type'][:20]!r} is not one of {', '.join(TYPES)}")
    asked = query(int.from_bytes(line.random(2), "big"), options["name"], kind)
    return read(await line.ask(asked), asked)


DNS = Probe(name="dns", run=run, port=53, does="asks a name server one question", light=True,
            options={"name": ".", "type": "NS"})  # fmt: skip
