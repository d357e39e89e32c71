"""LDAP: whether a directory takes a bind.

Question: does this directory answer, and what does it say to somebody without a name?
Reference: RFC 4511 §4.1.1 (LDAPMessage), §4.2 (bind), §4.1.9 (result codes), X.690 (BER). An anonymous bind reads
nothing; a directory that forbids it (48, 49, 8) is there and answers. Left out: searches, passwords, StartTLS.

Example:
    >>> read(bytes.fromhex("300c02010161070a010004000400"))
    0
"""

from __future__ import annotations

from typing import Final

from garde.errors import Malformed
from garde.probing.line import Line, Stream
from garde.probing.probes.http import secure
from garde.probing.result import Answer
from garde.probing.spec import Options, Probe

#: An anonymous simple bind, version 3, message 1; an unbind, message 2.
BIND: Final = bytes.fromhex("300c020101600702010304008000")
UNBIND: Final = bytes.fromhex("30050201024200")
#: Refusals of a bind that come from a directory in good health.
HEALTHY: Final = {0: "ok", 8: "ldap.stronger-auth", 48: "ldap.no-anonymous", 49: "ldap.credentials"}
UNHEALTHY: Final = {51: "ldap.busy", 52: "ldap.unavailable", 53: "ldap.unwilling"}
_MOST: Final = 1 << 16


def read(raw: bytes) -> int:
    """The result code of a bind response.

    Raises:
        Malformed: it is none.
    """
    kind, inner, rest = _element(raw)
    if kind != 0x30 or rest:
        raise _broken()
    kind, number, inner = _element(inner)
    if kind != 0x02 or number != b"\x01":
        raise _broken()
    kind, body, _ = _element(inner)
    if kind != 0x61:
        raise _broken()
    kind, code, _ = _element(body)
    if kind != 0x0A or not 1 <= len(code) <= 4:
        raise _broken()
    return int.from_bytes(code, "big")


async def receive(stream: Stream) -> bytes:
    """One LDAPMessage.

    Raises:
        Malformed: X.690 §8.1.
    """
    head = await stream.exactly(2)
    if head[0] != 0x30:
        raise _broken()
    length, more = head[1], b""
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            raise _broken()
        more = await stream.exactly(count)
        length = int.from_bytes(more, "big")
    if length > _MOST:
        raise Malformed("probe.flood", f"The peer announces {length} octets")
    return head + more + await stream.exactly(length)


async def run(line: Line, options: Options) -> Answer:
    """Bind as nobody, unbind."""
    async with line.stream(tls=secure(options), name=options["host"]) as stream:
        await stream.send(BIND)
        code = read(await receive(stream))
        line.lap("bind_ms")
        await stream.send(UNBIND)
    return Answer(
        code=HEALTHY.get(code) or UNHEALTHY.get(code) or f"ldap.{code}",
        down=code not in HEALTHY,
        metrics={"result": float(code)},
    )


def _element(raw: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content, and what follows."""
    if len(raw) < 2:
        raise _broken()
    length, at = raw[1], 2
    if length & 0x80:
        count = length & 0x7F
        at += count
        if not 1 <= count <= 4 or len(raw) < at:
            raise _broken()
        length = int.from_bytes(raw[2:at], "big")
    if len(raw) < at + length:
        raise _broken()
    return raw[0], raw[at : at + length], raw[at + length :]


def _broken() -> Malformed:
    return Malformed("probe.garbage", "No answer to a bind", where="RFC 4511 §4.2.2")


LDAP = Probe(name="ldap", run=run, port=389, does="binds to a directory as nobody", options={"tls": "no", "host": ""})
