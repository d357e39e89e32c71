"""SMTP: whether a mail relay greets us.

Question: does this relay take a conversation, and does it offer STARTTLS?
Reference: RFC 5321 §3.1 (greeting), §4.1.1.1 (EHLO), §4.2 (replies), RFC 3207. No mail is sent. Left out: STARTTLS
itself, recipients.

Example:
    >>> reply([b"250-relay", b"250 SIZE 1000"])
    (250, ['relay', 'SIZE 1000'])
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from garde.errors import Malformed
from garde.probing.line import Line, Stream
from garde.probing.result import Answer, shown
from garde.probing.spec import Options, Probe

_LINE: Final = re.compile(rb"([2-5]\d\d)([ -]?)(.*)", re.DOTALL)
#: Lines of one reply that are read.
_MOST: Final = 100


def reply(lines: Sequence[bytes]) -> tuple[int, list[str]]:
    """Code and texts of a reply.

    Raises:
        Malformed: RFC 5321 §4.2.
    """
    codes, texts = set(), []
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            raise Malformed("probe.garbage", f"No reply: {shown(line[:40])!r}", where="RFC 5321 §4.2")
        codes.add(int(found[1]))
        texts.append(shown(found[3]))
    if len(codes) != 1:
        raise Malformed("probe.garbage", "The lines of a reply disagree", where="RFC 5321 §4.2.1")
    return codes.pop(), texts


async def receive(stream: Stream) -> tuple[int, list[str]]:
    """One reply, of one or several lines.

    Raises:
        Malformed: RFC 5321 §4.2.
    """
    lines: list[bytes] = []
    while len(lines) < _MOST:
        line = (await stream.until(b"\n", 2048)).rstrip(b"\r\n")
        lines.append(line)
        if line[3:4] != b"-":
            return reply(lines)
    raise Malformed("probe.flood", f"A reply of more than {_MOST} lines")


async def run(line: Line, options: Options) -> Answer:
    """Greeting, EHLO, QUIT."""
    if not re.fullmatch(r"[A-Za-z0-9.:\[\]-]{1,255}", options["name"]):
        raise Malformed("probe.option", f"{options['name'][:40]!r} is not a name")
    async with line.stream(tls=options["tls"] == "yes") as stream:
        code, texts = await receive(stream)
        line.lap("greeting_ms")
        evidence = {"greeting": texts[0]}
        if code == 220:
            await stream.send(f"EHLO {options['name']}\r\n".encode("ascii"))
            code, texts = await receive(stream)
            evidence["starttls"] = "yes" if "STARTTLS" in (text.upper() for text in texts) else "no"
            await stream.send(b"QUIT\r\n")
    fine = code == 250
    return Answer(code="ok" if fine else f"smtp.{code}", down=not fine, evidence=evidence)


SMTP = Probe(name="smtp", run=run, port=25, does="greets a mail relay", options={"name": "garde.invalid", "tls": "no"})
