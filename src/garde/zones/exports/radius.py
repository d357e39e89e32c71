"""RADIUS: a policy as access lists that come with the answer of the RADIUS server, one per kind of object.

Question: which lines does the switch put on the port where this device has just been accepted?
Reference: RFC 2865 §5.26 (Vendor-Specific); Cisco's ``ip:inacl#`` and ``ipv6:inacl#`` attribute-value pairs; domain
note 04 §2 and §8.2. The list filters what the device on the port sends, so the source is whoever is there: each object
of the policy has its list, and a device gets those of all that it is (`dacl`). Each line is a reply item as FreeRADIUS
writes it (users(5)). Left out: lists that the switch fetches by name.

Example::

    reply = dacl(ruleset, "Z2", ("zone:Z2", "kind:US"))   # 'ip:inacl#10=permit tcp any host 10.20.0.5 eq 104', …
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from garde.zones.exports.cisco import Ios
from garde.zones.exports.lines import cut, slug
from garde.zones.exports.neutral import Permit, Ruleset, in_order, label, short

_PAIR: Final = re.compile(r'Cisco-AVPair \+= "ip(?:v6)?:inacl#\d{1,6}=([^"]*)",?')


class Dacl(Ios):
    """Per-device lists in a reply."""

    name = "radius"
    says = "access lists in the answers of a RADIUS server"

    def head(self, name: str, six: bool) -> str:
        return f"# {'ipv6' if six else 'ip'} {name}"

    def opened(self, line: str) -> str | None:
        return line if re.fullmatch(r"# (ip|ipv6) GARDE-[\w.-]+", line) else None

    def remark(self, text: str) -> str:
        return f"# {text}"

    def numbered(self, lines: Iterable[str]) -> list[str]:
        found, number, six = [], 0, False
        for line in lines:
            if line.startswith("#"):
                found.append(line)
                continue
            number += 10
            six = six or "nd-na" in line
            found.append(f'Cisco-AVPair += "{"ipv6" if six else "ip"}:inacl#{number}={line}",')
        return found

    def spelt(self, line: str) -> str:
        pair = _PAIR.fullmatch(line)
        return super().spelt(pair[1]) if pair else line

    def fit(self, ruleset: Ruleset) -> Ruleset:
        """As of Cisco IOS, but whoever is on the port stands for the object itself."""
        fitted = super().fit(ruleset)
        return msgspec.structs.replace(fitted, permits=in_order(_whoever(one) for one in fitted.permits))

    def place(self, permit: Permit) -> str:
        """``ZONE.NAME``, of the object that sends."""
        zone = permit.way.split(">")[permit.answer]
        return _place(zone, permit.target if permit.answer else permit.source)

    def places(self, permits: Iterable[Permit]) -> set[str]:
        """Those that something is permitted to."""
        return {self.place(one) for one in permits}


RADIUS: Final = Dacl()


def dacl(ruleset: Ruleset, zone: str, words: Iterable[str]) -> tuple[str, ...]:
    """The attribute-value pairs for a device: what any of its objects may send, then nothing more.

    Args:
        ruleset: of sources by address (``by_mac=False``).
        zone: of the device.
        words: the objects that it is, as rules write them.
    """
    lists = RADIUS.lists(RADIUS.fit(ruleset))
    names = {_place(slug(label(zone)), cut(label(word))) for word in (*words, "any")}
    found: list[str] = []
    for six, family in ((False, "ip"), (True, "ipv6")):
        lines: dict[str, None] = dict.fromkeys(RADIUS.first(six))
        for name in sorted(names):
            held = lists.get(RADIUS.head(f"GARDE-{name}{'-V6' if six else ''}", six), ())
            lines |= dict.fromkeys(line for line in held[:-1] if not line.startswith("#"))
        lines[RADIUS.last(ruleset.mode == "enforce", six)] = None
        found += [f"{family}:inacl#{10 * number}={line}" for number, line in enumerate(lines, 1)]
    return tuple(found)


def _place(zone: str, name: str) -> str:
    return f"{zone}.{short(name)}"


def _whoever(permit: Permit) -> Permit:
    return msgspec.structs.replace(permit, targets=()) if permit.answer else msgspec.structs.replace(permit, sources=())
