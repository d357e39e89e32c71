"""An HL7 listener for the tests: MLLP, as an interface engine answers.

Example::

    with interface("AA") as (port, taken):
        ...
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterator

from tests.hostile import serving


@contextlib.contextmanager
def interface(code: str = "AA", *, control: str = "", answer: bytes | None = None) -> Iterator[tuple[int, list[str]]]:
    """A listener that answers each message with that MSA-1; yields its port and what it took.

    Args:
        code: MSA-1.
        control: MSA-2, in place of that of the message.
        answer: the whole frame, in place of an acknowledgement.
    """
    taken: list[str] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            frame = await reader.readuntil(b"\x1c\r")
            text = frame[1:-2].decode("utf-8")
            taken.append(text)
            fields = text.split("\r")[0].split("|")
            said = (
                answer
                or (
                    f"\x0bMSH|^~\\&|EAI|HOSPITAL|{fields[2]}|{fields[3]}|20261124080000||ACK^A08|1|T|{fields[11]}\r"
                    f"MSA|{code}|{control or fields[9]}\r\x1c\r"
                ).encode()
            )
            writer.write(said)
            await writer.drain()

    with serving(handle) as port:
        yield port, taken


def fields(message: str, segment: str) -> list[str]:
    """The fields of one segment."""
    found = re.search(rf"(?:^|\r){segment}\|([^\r]*)", message)
    assert found, message
    return found[1].split("|")
