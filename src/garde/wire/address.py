"""Addresses as the kernel counts them, as people write them.

Question: what do the words of a flow table's row say?
Reference: IEEE 802-2014 §8 (hexadecimal with colons), RFC 791, RFC 5952 (text of IPv6), IEEE 802.1Q (VLAN id of 12
bits).

Example:
    >>> mac_text(0x020000000001), ip_text(4, 0, 0x0A000001), vlan_ids(2 << 60 | 10 << 12 | 20)
    ('02:00:00:00:00:01', '10.0.0.1', (10, 20))
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address

_WORD = (1 << 64) - 1


@lru_cache(1 << 16)
def mac_text(word: int) -> str:
    """48 bits as colon notation; empty for 0, which means that the link has no such address."""
    return word.to_bytes(6, "big").hex(":") if word else ""


@lru_cache(1 << 16)
def ip_text(family: int, high: int, low: int) -> str:
    """Two words of 64 bits as an address of family 4 or 6; empty for another family."""
    if family == 4:
        return f"{low >> 24}.{low >> 16 & 255}.{low >> 8 & 255}.{low & 255}"
    if family == 6:
        return str(IPv6Address((high & _WORD) << 64 | (low & _WORD)))
    return ""


@lru_cache(1 << 12)
def vlan_ids(word: int) -> tuple[int, ...]:
    """The VLAN ids, outermost first: 12 bits each, their number in bits 60 and 61."""
    count = word >> 60
    return tuple(word >> 12 * (count - 1 - i) & 0xFFF for i in range(count))
