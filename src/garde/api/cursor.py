"""Cursors: where a list goes on.

Question: behind which item does the next page of this very list begin?
Reference: RFC 8288 (links); keyset paging: a cursor holds the place of the last item given, so nothing is given twice
or left out when others come or go. It carries no right, since each page asks again what may be seen; so it holds a
checksum over list and place, and no secret: it survives a restart and opens in every process.

Example:
    >>> cursor = made("/devices?order=name", ("ct-2", "d-1"))
    >>> opened(cursor, "/devices?order=name", tuple[str, str])
    ('ct-2', 'd-1')
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any, Final, TypeVar

import msgspec

from garde.errors import Malformed

Place = TypeVar("Place")
_CHECK: Final = 8
#: Longest cursor, in characters; a device's name may be long.
LONGEST: Final = 2_048


def made(question: str, place: Any) -> str:
    """The cursor behind a place of the list that answers a question."""
    body = msgspec.msgpack.encode(place)
    return base64.urlsafe_b64encode(_check(question, body) + body).decode("ascii").rstrip("=")


def opened(cursor: str, question: str, kind: type[Place]) -> Place:
    """The place in a cursor.

    Args:
        cursor: as it was given.
        question: what the list asks, without the cursor.
        kind: of what a place of this list is made.

    Raises:
        Malformed: it was altered, belongs to another list, or to other filters.
    """
    try:
        if len(cursor) > LONGEST:
            raise ValueError(f"{len(cursor)} characters")
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        check, body = raw[:_CHECK], raw[_CHECK:]
        # Base64 has several spellings of the same octets; one cursor has one.
        if check != _check(question, body) or base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=") != cursor:
            raise ValueError("checksum")
        return msgspec.msgpack.decode(body, type=kind)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise Malformed(
            "api.cursor", "This cursor does not belong to this list", hint="Begin again without one, same filters"
        ) from None


def _check(question: str, body: bytes) -> bytes:
    digest = hashlib.blake2b(question.encode("utf-8", "surrogatepass"), digest_size=_CHECK, person=b"garde cursor")
    digest.update(b"\x1f" + body)
    return digest.digest()
