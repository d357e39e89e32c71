"""Key: a name by which one thing on the network may be recognised.

Question: what can make two sightings the same device?
Reference: DESIGN §3 (inventory/keys), IEEE 802-2014 §8 (EUI-48, EUI-64, universally or locally administered).
Left out: how keys are joined into devices; that is `garde.inventory`.

Example:
    >>> Key.of("mac", "00-09-FB-01-02-03")
    Key(kind='mac', value='00:09:fb:01:02:03')
    >>> is_local_mac("02:00:00:00:00:01")
    True
"""

from __future__ import annotations

import ipaddress
from typing import Final

import msgspec

from garde.errors import Malformed

#: Kinds of key, from the one that names a single interface to the one that names a thing only loosely.
KINDS: Final = ("mac", "eui64", "serial", "udi", "certificate", "ae", "hostname", "ip", "equipment")


class Key(msgspec.Struct, frozen=True, order=True, gc=False):
    """A kind (one of ``KINDS``) and its canonical value.

    ``serial`` values are ``maker|model|serial``; ``equipment`` is what a gateway or a data set calls a device that may
    be someone else than the sender of the bytes.
    """

    kind: str
    value: str

    @classmethod
    def of(cls, kind: str, value: str) -> Key:
        """A key in canonical spelling.

        Raises:
            Malformed: the value is not of that kind.
        """
        if kind not in KINDS:
            raise Malformed("key.unknown-kind", f"{kind!r} is not a kind of key", hint=f"Kinds: {', '.join(KINDS)}")
        return cls(kind, _CANONICAL.get(kind, str.strip)(value))

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


def mac_text(raw: bytes) -> str:
    """Six or eight bytes as lower-case colon notation."""
    return raw.hex(":")


def is_local_mac(mac: str) -> bool:
    """Whether the U/L bit says locally administered: a randomised or virtual address that names no maker."""
    return bool(int(mac[:2], 16) & 0x02)


def is_group_mac(mac: str) -> bool:
    """Whether the I/G bit says group: multicast or broadcast, never one device."""
    return bool(int(mac[:2], 16) & 0x01)


def _canonical_mac(value: str) -> str:
    digits = value.replace(":", "").replace("-", "").replace(".", "").strip().lower()
    if len(digits) not in (12, 16) or any(c not in "0123456789abcdef" for c in digits):
        raise Malformed("key.mac", f"{value!r} is not a MAC address")
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def _canonical_ip(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value.strip()))
    except ValueError:
        raise Malformed("key.ip", f"{value!r} is not an IP address") from None


def _canonical_name(value: str) -> str:
    return value.strip().rstrip(".").lower()


_CANONICAL = {"mac": _canonical_mac, "eui64": _canonical_mac, "ip": _canonical_ip, "hostname": _canonical_name}
