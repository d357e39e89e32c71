"""STARTTLS: mail, directory, chat and database connections that turn to TLS after a few words in clear.

Question: which certificate and which library stand behind a connection that did not begin with TLS?
Reference: RFC 3207 (SMTP), RFC 2595 (IMAP, POP3), RFC 6120 §5 (XMPP), RFC 7194 (IRC), RFC 4511 §4.14 (LDAP),
PostgreSQL protocol 3 (SSLRequest). Left out: what those protocols say of themselves; only the way to TLS is followed.

Example:
    >>> STARTTLS.looks_like(b"220 mail.example ESMTP\\r\\n", Hint())
    0.7
"""

from __future__ import annotations

from typing import Final

from garde.dissect.it.tls import EMITS, TlsSession
from garde.dissect.spec import STREAM, Dissector, Hint, Session

_LDAP_START_TLS: Final = b"1.3.6.1.4.1.1466.20037"
_POSTGRESQL: Final = bytes.fromhex("0000000804d2162f")
_GREETINGS: Final = (b"* OK", b"+OK ", b"<?xml version='1.0'?><stream:stream", b"<stream:stream", b"CAP LS", b"NICK ")


def _session() -> Session:
    return TlsSession(synced=False)


def looks_like(data: bytes, hint: Hint) -> float:
    """A greeting of a protocol that knows STARTTLS."""
    if data[:4] in (b"220 ", b"220-"):
        return 0.7 if b"SMTP" in data[:256].upper() else 0.0
    if data.startswith(_GREETINGS) or data[:8] == _POSTGRESQL or b":stream xmlns" in data[:80]:
        return 0.7
    if b"<stream:stream" in data[:80]:
        return 0.7
    return 0.7 if data[:1] == b"\x30" and _LDAP_START_TLS in data[:64] else 0.0


STARTTLS: Final = Dissector(
    name="starttls",
    layer=STREAM,
    reference="RFC 3207, RFC 2595, RFC 6120 §5, RFC 4511 §4.14",
    emits=EMITS,
    looks_like=looks_like,
    session=_session,
)
