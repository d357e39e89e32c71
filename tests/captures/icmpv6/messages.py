"""Neighbour discovery messages written by hand from RFC 4861; nothing is shared with the dissector."""

from __future__ import annotations

TARGET = bytes.fromhex("20010db8000000000000000000000042")
#: Hop limit 64, lifetime 1800 s, source link-layer address, MTU.
ROUTER = bytes.fromhex("86000000 40000708 00000000 00000000 0101 00005e005341 0501 0000 000005dc")
TEST = bytes.fromhex("87000000 00000000") + TARGET
SOLICITATION = TEST + bytes.fromhex("0101 00005e005341")
#: Solicited, override.
ADVERTISEMENT = bytes.fromhex("88000000 60000000") + TARGET + bytes.fromhex("0201 00005e005342")
