"""FTP conversations written by hand from RFC 959 and RFC 4217; nothing is shared with the dissector."""

from __future__ import annotations

from tests.captures.tls import messages as tls

TALK = [
    ("server", b"220 ProFTPD 1.3.5 Server (CT archive)\r\n"),
    ("client", b"USER house\r\n"),
    ("server", b"331 Password for house\r\n"),
    ("client", b"PASS vicodin\r\n"),
    ("server", b"230 Welcome house\r\n"),
    ("client", b"SYST\r\n"),
    ("server", b"215 UNIX Type: L8\r\n"),
]
TALK_TLS = [
    ("server", b"220-FileZilla Server FTP\r\n220 ready\r\n"),
    ("client", b"AUTH TLS\r\n"),
    ("server", b"234 go\r\n"),
    *tls.TALK,
]
