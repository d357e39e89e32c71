"""HTTP: whether a web server answers, and with which status.

Question: what does this server say of a path, over plain text or TLS?
Reference: RFC 9110 §9.3.2 (HEAD), §15 (status codes), RFC 9112 §4 and §6. A status from 500 is the server's own
failure; 501 means only that it knows no HEAD. Left out: redirects, which may lead to somebody who is not allowed.

Example:
    >>> parse(b"HTTP/1.1 200 OK\\r\\nServer: x\\r\\n\\r\\n")
    Head(status=200, fields={'server': 'x'})
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from garde.errors import Malformed
from garde.probing.line import MOST, Line, Stream
from garde.probing.result import Answer, shown
from garde.probing.spec import Options, Probe

_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)(?: [^\r\n]*)?\r?\n")
#: What a path may be made of (RFC 3986 §3.3 and §3.4): no space, no control, so that one request stays one.
_PATH: Final = re.compile(r"/[!-~]*")


class Head(NamedTuple):
    """Status and fields, names in lower case."""

    status: int
    fields: dict[str, str]


def parse(raw: bytes) -> Head:
    """The head of an answer.

    Raises:
        Malformed: RFC 9112 §4.
    """
    status = _STATUS.match(raw)
    if status is None:
        raise Malformed("probe.garbage", f"No HTTP: {shown(raw[:40])!r}", where="RFC 9112 §4, offset 0")
    fields: dict[str, str] = {}
    for line in raw[status.end() :].split(b"\r\n")[:200]:
        name, colon, value = line.partition(b":")
        if colon:
            fields.setdefault(shown(name).lower(), shown(value.strip()))
    return Head(int(status[1]), fields)


def request(method: str, path: str, host: str, accept: str = "*/*") -> bytes:
    """A request that asks for the connection to be closed.

    Raises:
        Malformed: a path that is none.
    """
    if not _PATH.fullmatch(path) or not re.fullmatch(r"[!-~]+", host):
        raise Malformed("probe.option", f"{path[:40]!r} is not a path")
    lines = (
        f"{method} {path} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: Garde",
        f"Accept: {accept}",
        "Connection: close",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


async def body(stream: Stream, head: Head) -> bytes:
    """The content behind a head (RFC 9112 §6).

    Raises:
        Malformed: its framing is broken, or it is longer than a probe reads.
    """
    if "chunked" in head.fields.get("transfer-encoding", "").lower():
        found = bytearray()
        while True:
            line = await stream.until(b"\r\n", 1024)
            digits = line.split(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", digits):
                raise Malformed("probe.garbage", "A chunk without its size", where="RFC 9112 §7.1")
            size = int(digits, 16)
            if size == 0:
                return bytes(found)
            if len(found) + size > MOST:
                raise Malformed("probe.flood", f"More than {MOST} octets")
            found += (await stream.exactly(size + 2))[:size]
    length = head.fields.get("content-length", "")
    if re.fullmatch(r"[0-9]{1,9}", length):
        return await stream.exactly(int(length))
    return await stream.rest()


def secure(options: Options) -> bool:
    """Whether TLS was asked for."""
    return options["tls"].lower() in ("1", "yes", "on", "true")


def host(line: Line, options: Options) -> str:
    """What stands in the field Host: the name that was given, or the address."""
    return options["host"] or (f"[{line.address}]" if ":" in line.address else line.address)


async def run(line: Line, options: Options) -> Answer:
    """HEAD of a path."""
    async with line.stream(tls=secure(options), name=options["host"]) as stream:
        await stream.send(request("HEAD", options["path"], host(line, options)))
        head = parse(await stream.until(b"\r\n\r\n"))
    wrong = head.status >= 500 and head.status != 501
    return Answer(
        code=f"http.{head.status}" if wrong else "ok",
        down=wrong,
        metrics={"status": float(head.status)},
        evidence={"server": head.fields["server"]} if "server" in head.fields else {},
    )


_OPTIONS: Final = {"path": "/", "host": ""}
HTTP = Probe(name="http", run=run, port=80, does="asks a web server for the head of a page", light=True,
             options={**_OPTIONS, "tls": "no"})  # fmt: skip
HTTPS = Probe(name="https", run=run, port=443, does="the same over TLS", options={**_OPTIONS, "tls": "yes"})
