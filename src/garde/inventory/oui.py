"""OUI: who was given this block of MAC addresses?

Question: which company does a MAC address name, if it names any?
Reference: IEEE 802-2014 §8.2 (MA-L 24 bits, MA-M 28, MA-S 36; the U/L bit); docs/decisions/0002 for the table.
The longest block wins: a company with a small block is not the registry that holds the large one.
Left out: legacy ethernet numbers that were never registered.

The text of the table (2 MB, sorted) is bisected, not parsed: who looks up fifty makers should not read 59,000 rows.

Example:
    >>> block("70:B3:D5:75:E1:23").name, block("70:b3:d5:75:e1:23").bits
    ('Cardinal Health', 36)
    >>> block("02:00:00:00:00:01") is None
    True
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec

from garde.inventory.makers import blocks
from garde.model.key import is_group_mac, is_local_mac

#: Names under which the registry itself holds blocks that it hands out in smaller parts, or that hide the holder.

REGISTRY: Final = ("IEEE Registration Authority", "Private")


class Block(msgspec.Struct, frozen=True):
    """A block of addresses: its holder and its length in bits (24, 28 or 36)."""

    name: str
    bits: int


@lru_cache(maxsize=1 << 16)
def block(mac: str) -> Block | None:
    """The smallest block that holds this MAC; None for local and group addresses and for unassigned blocks.

    Args:
        mac: six octets in colon notation, either case.
    """
    try:
        if len(mac) != 17 or is_local_mac(mac) or is_group_mac(mac):
            return None
    except ValueError:
        return None
    digits = mac.replace(":", "").upper()
    # 00:00:00 was Xerox's; today it is what laboratories and simulators write.
    if digits.startswith("000000"):
        return None
    for bits in (36, 28, 24):
        name = _holder(digits[: bits // 4], bits)
        if name and not name.startswith(REGISTRY):
            return Block(name, bits)
    return None


@lru_cache(maxsize=1 << 16)
def _holder(prefix: str, bits: int) -> str:
    ours = blocks().get(prefix)
    padded = prefix.ljust(12, "0")
    spelled = ":".join(padded[i : i + 2] for i in range(0, 12, 2))
    field = spelled[:8] if bits == 24 else f"{spelled}/{bits}"
    return _row(field.encode("ascii")) or (ours.name if ours else "")


def _row(field: bytes) -> str:
    """The name in the row that begins with this field: bisection over the sorted text, '#' sorts before digits."""
    table = _table()
    low, high = 0, len(table)
    while low < high:
        middle = (low + high) // 2
        start = table.rfind(b"\n", low, middle) + 1 or low
        end = table.find(b"\n", middle)
        end = len(table) if end < 0 else end
        head, _, name = table[start:end].partition(b"\t")
        if head == field:
            return name.decode("utf-8", "replace").strip()
        if head < field:
            low = end + 1
        else:
            high = start
    return ""


@cache
def _table() -> bytes:
    """The rows of the registry's listing as one text; empty where the package is absent."""
    # Found, not imported: the package itself would load an HTTP client.
    package = find_spec("pymanuf")
    if package is None or package.origin is None:
        return b""
    try:
        return Path(package.origin).with_name("manuf.txt").read_bytes()
    except OSError:
        return b""
