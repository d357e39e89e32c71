"""Photo: a picture that a ward sends with its report, of the label or the screen of a device.

Question: what does the reporting person see that words do not say?
Reference: reference of the pages 7.13. Its kind is known by its first octets, never by its name. Left out: any change
to the picture; who sends it is asked that no patient is on it.

Example:
    >>> kind_of(b"\\xff\\xd8\\xff\\xe0..."), kind_of(b"<svg>")
    ('image/jpeg', '')
"""

from __future__ import annotations

from typing import Final

import msgspec

LARGEST: Final = 6 << 20
_STARTS: Final = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


class Photo(msgspec.Struct, frozen=True, kw_only=True):
    """A picture.

    Attributes:
        id: id of the finding that it belongs to.
        kind: media type.
        data: its octets, at most ``LARGEST``.
    """

    id: str
    kind: str
    data: bytes


def kind_of(data: bytes) -> str:
    """The media type of a picture that browsers show, or empty."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _STARTS if data.startswith(start)), "")
