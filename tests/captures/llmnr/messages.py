"""LLMNR messages written by hand from RFC 4795; nothing is shared with the dissector."""

from __future__ import annotations

from tests.captures.dns.messages import message, question, record

QUERY = message(0, [question("Echo-07")])
ANSWER = message(0x8000, [question("Echo-07")], [record(b"\xc0\x0c", 1, b"\xc0\x00\x02\x2a", life=30)])
