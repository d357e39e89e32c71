"""SQL: whether a database takes connections.

Question: does PostgreSQL or MySQL greet us, and may this user begin to sign in?
Reference: PostgreSQL protocol 3.0 (SSLRequest, StartupMessage, ErrorResponse; SQLSTATE), MySQL client/server protocol
(protocol version 10, ERR packet). Without a user nothing is asked but the greeting. Left out: passwords, which a probe
does not hold, and queries.

Example::

    garde probe 10.0.0.8 --with sql --set engine=postgresql --set user=garde
"""

from __future__ import annotations

import struct
from typing import Final

from garde.errors import Malformed
from garde.probing.line import Line, Stream
from garde.probing.result import Answer, shown
from garde.probing.spec import Options, Probe

SSL_REQUEST: Final = struct.pack(">II", 8, 80_877_103)
#: AuthenticationRequest by its code.
METHODS: Final = {0: "none", 2: "kerberos", 3: "password", 5: "md5", 7: "gss", 9: "sspi", 10: "scram"}
_MOST: Final = 1 << 16
#: Messages before a session is ready.
_PARAMETERS: Final = 200


def startup(user: str, database: str) -> bytes:
    """A StartupMessage of protocol 3.0."""
    words = ("user", user, "database", database or user, "application_name", "garde-probe")
    if any("\0" in word for word in words):
        raise Malformed("probe.option", "A name holds NUL")
    body = struct.pack(">I", 196_608) + b"".join(word.encode("utf-8") + b"\0" for word in words) + b"\0"
    return struct.pack(">I", len(body) + 4) + body


def refusal(body: bytes) -> Answer:
    """What an ErrorResponse says: its SQLSTATE."""
    fields = {part[:1]: shown(part[1:]) for part in body.split(b"\0") if part}
    return Answer(code=f"sql.{fields.get(b'C', 'error').lower()}", down=True, evidence={"said": fields.get(b"M", "")})


def greeting(body: bytes) -> Answer:
    """What MySQL says first.

    Raises:
        Malformed: it is no greeting of protocol 10.
    """
    if body[:1] == b"\xff" and len(body) >= 3:
        number = struct.unpack_from("<H", body, 1)[0]
        return Answer(code=f"sql.{number}", down=True, evidence={"said": shown(body[3:])})
    version, end, _ = body[1:].partition(b"\0")
    if body[:1] != b"\x0a" or not end:
        raise Malformed("probe.garbage", f"No greeting: {shown(body[:40])!r}", where="MySQL protocol 10, offset 4")
    return Answer(evidence={"version": shown(version)})


async def run(line: Line, options: Options) -> Answer:
    """Greet the engine."""
    engine = options["engine"] or ("mysql" if line.port == 3306 else "postgresql")
    if engine not in ("postgresql", "mysql"):
        raise Malformed("probe.option", f"{engine[:20]!r} is neither postgresql nor mysql")
    async with line.stream() as stream:
        if engine == "mysql":
            length = int.from_bytes((await stream.exactly(4))[:3], "little")
            if not 1 <= length <= _MOST:
                raise Malformed("probe.garbage", f"A greeting of {length} octets", where="MySQL protocol, offset 0")
            return greeting(await stream.exactly(length))
        return await _postgresql(line, stream, options)


async def _postgresql(line: Line, stream: Stream, options: Options) -> Answer:
    await stream.send(SSL_REQUEST)
    said = await stream.exactly(1)
    line.lap("greeting_ms")
    if said not in (b"S", b"N"):
        raise Malformed("probe.garbage", f"No answer to SSLRequest: {shown(said)!r}", where="PostgreSQL §55.2.10")
    evidence = {"tls": "yes" if said == b"S" else "no"}
    if not options["user"]:
        return Answer(evidence=evidence)
    if said == b"S":
        await stream.shake()
    await stream.send(startup(options["user"], options["database"]))
    kind = await stream.exactly(1)
    length = struct.unpack(">I", await stream.exactly(4))[0]
    if kind not in (b"R", b"E") or not 8 <= length <= _MOST:
        raise Malformed("probe.garbage", f"Message {shown(kind)!r}", where="PostgreSQL §55.2.1")
    body = await stream.exactly(length - 4)
    line.lap("login_ms")
    if kind == b"E":
        return refusal(body)
    method = struct.unpack_from(">I", body)[0]
    if method == 0:
        failure = await _ready(stream)
        if failure is not None:
            return failure
        await stream.send(b"X\0\0\0\4")
    return Answer(evidence=evidence | {"login": METHODS.get(method, str(method))})


async def _ready(stream: Stream) -> Answer | None:
    """Whether the session begins: whom it lets in, the server may still refuse."""
    for _ in range(_PARAMETERS):
        kind = await stream.exactly(1)
        length = struct.unpack(">I", await stream.exactly(4))[0]
        if kind not in b"SKNZE" or not 4 <= length <= _MOST:
            break
        body = await stream.exactly(length - 4)
        if kind == b"E":
            return refusal(body)
        if kind == b"Z":
            return None
    raise Malformed("probe.garbage", "The session does not begin", where="PostgreSQL §55.2.1")


SQL = Probe(name="sql", run=run, port=5432, does="greets PostgreSQL or MySQL",
            options={"engine": "", "user": "", "database": ""})  # fmt: skip
