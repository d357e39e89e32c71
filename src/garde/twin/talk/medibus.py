"""MEDIBUS: a ventilator on the serial line of a device server, as turns of a TCP dialogue.

Question: how does a gateway ask a machine without a network what it is, and what it measures?
Reference: domain note 01 §7: commands ``ESC cmd … SUM CR``, responses ``SOH cmd … SUM CR``, the sum modulo 256 in two
upper-case hex digits; initialise (51H), device identification (52H), measured values (24H), no operation (30H).

Example:
    >>> command(b"Q"), response(b"Q")
    (b'\\x1bQ6C\\r', b'\\x01Q52\\r')
"""

from __future__ import annotations

from random import Random

from garde.twin.tcp import MILLI, SECOND, Turn


def _closed(text: bytes) -> bytes:
    return text + f"{sum(text) & 0xFF:02X}".encode() + b"\r"


def command(text: bytes) -> bytes:
    """A command with its sum."""
    return _closed(b"\x1b" + text)


def response(text: bytes) -> bytes:
    """A response with its sum."""
    return _closed(b"\x01" + text)


def line(number: str, name: str, revision: str, rng: Random, polls: int = 6) -> list[Turn]:
    """Initialise, ask who is there, then poll measured values (code of two hex digits, value of four characters)."""
    turns = [
        Turn(True, command(b"Q")),
        Turn(False, response(b"Q"), 40 * MILLI),
        Turn(True, command(b"R"), 20 * MILLI),
        Turn(False, response(f"R{number}'{name}'{revision}".encode()), 60 * MILLI),
    ]
    for _ in range(polls):
        values = "".join(f"{code}{rng.randrange(5, 60):4d}" for code in ("B9", "D6", "78"))
        turns.append(Turn(True, command(b"$"), SECOND))
        turns.append(Turn(False, response(b"$" + values.encode()), 80 * MILLI))
    return turns
