"""CoAP messages written by hand from RFC 7252; nothing is shared with the dissector."""

from __future__ import annotations

#: GET coap://pump.example/status/battery?x=1, with a token of two octets.
GET = bytes.fromhex("42010001abcd") + b"\x3cpump.example" + b"\x86status" + b"\x07battery" + b"\x43x=1"
TALK = [
    ("client", GET),
    ("server", bytes.fromhex("62450001abcd") + b"\xffok"),
    ("client", bytes.fromhex("40010002") + b"\xb7patient\x06dupont"),
]
