"""A mail conversation written by hand from RFC 3207; nothing is shared with the dissector."""

from __future__ import annotations

from tests.captures.tls import messages as tls

TALK = [
    ("server", b"220 mail.example ESMTP Postfix\r\n"),
    ("client", b"EHLO pump-7.example\r\n"),
    ("server", b"250-mail.example\r\n250 STARTTLS\r\n"),
    ("client", b"STARTTLS\r\n"),
    ("server", b"220 go\r\n"),
    *tls.TALK,
]
