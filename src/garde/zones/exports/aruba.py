"""Aruba: a policy as access lists of AOS-S and AOS-CX switches, and as session lists of mobility controllers.

Question: which list does this Aruba switch or controller need, and does it still hold it?
Reference: domain note 04 §8.3; HPE Aruba's ``ip access-list extended`` (AOS-S), ``access-list ip`` (AOS-CX), ``ip
access-list session`` (ArubaOS 8). The words differ by release: the golden texts show what is written. A session list
keeps state, so it needs no line for answers, and has no remarks: names of objects, policy and generation are not in
it. Left out: classes and policies by user role of AOS-S, which hold the same lines.

Example:
    >>> ace = Ace("tcp", "any", "10.20.0.5/32", 104, 104)
    >>> AOS_S.write(ace, False), CX.write(ace, False)
    ('permit tcp 0.0.0.0 255.255.255.255 10.20.0.5 0.0.0.0 eq 104', 'permit tcp any 10.20.0.5 eq 104')
    >>> CONTROLLER.write(ace, False)
    'any host 10.20.0.5 tcp 104 permit'
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Final

from garde.zones.exports.cisco import Ios
from garde.zones.exports.lines import Ace, Lines, network


class AosS(Ios):
    """Extended access lists of AOS-S (ProVision) switches."""

    name = "aruba-aos-s"
    says = "extended access lists of Aruba AOS-S switches"

    def head(self, name: str, six: bool) -> str:
        return f'ipv6 access-list "{name}"' if six else f'ip access-list extended "{name}"'

    def opened(self, line: str) -> str | None:
        return line if re.fullmatch(r'(ip access-list extended|ipv6 access-list) "GARDE-[\w.-]+"', line) else None

    def remark(self, text: str) -> str:
        return f'remark "{text}"'

    def first(self, six: bool) -> tuple[str, ...]:
        return tuple(self._anywhere(line, six) for line in super().first(six))

    def last(self, stops: bool, six: bool) -> str:
        return self._anywhere(super().last(stops, six), six)

    def numbered(self, lines: Iterable[str]) -> list[str]:
        return [*(f"   {number} {line}" for number, line in enumerate(lines, 1)), "   exit"]

    def address(self, end: str) -> str:
        if end == "any":
            return "0.0.0.0 255.255.255.255"
        held = ipaddress.ip_network(end)
        return str(held) if held.version == 6 else f"{held.network_address} {held.hostmask}"

    def write(self, ace: Ace, six: bool) -> str:
        return super().write(ace, six).replace("0.0.0.0 255.255.255.255", "::/0" if six else "0.0.0.0 255.255.255.255")

    def taken(self, rest: list[str]) -> str | None:
        found = super().taken(rest)
        return "any" if found == "::/0" else found

    @staticmethod
    def _anywhere(line: str, six: bool) -> str:
        return re.sub(r"\bany\b", "::/0" if six else "0.0.0.0 255.255.255.255", line)


class Cx(Ios):
    """Access lists of AOS-CX switches."""

    name = "aruba-cx"
    says = "access lists of Aruba AOS-CX switches"

    def head(self, name: str, six: bool) -> str:
        return f"access-list {'ipv6' if six else 'ip'} {name}"

    def opened(self, line: str) -> str | None:
        return line if re.fullmatch(r"access-list (ip|ipv6) GARDE-[\w.-]+", line) else None

    def remark(self, text: str) -> str:
        return f"comment {text}"

    def first(self, six: bool) -> tuple[str, ...]:
        if six:
            return "permit icmpv6 any any", "permit udp any eq 546 any eq 547"
        return super().first(six)

    def last(self, stops: bool, six: bool) -> str:
        return f"{'deny' if stops else 'permit'} any any any log count"

    def write(self, ace: Ace, six: bool) -> str:
        line = super().write(ace, six)
        return line.replace("permit icmp ", "permit icmpv6 ", 1) if six else line

    def read(self, line: str) -> Ace | None:
        # What stands first in every list is no permission of a policy, but the same words may be one.
        return super().read(line.replace("permit icmpv6 ", "permit icmp ", 1))

    def numbered(self, lines: Iterable[str]) -> list[str]:
        return [f"    {10 * number} {line}" for number, line in enumerate(lines, 1)]

    def address(self, end: str) -> str:
        return end.removesuffix("/128" if ":" in end else "/32")

    def taken(self, rest: list[str]) -> str | None:
        if not rest or rest[0] == "any":
            return rest.pop(0) if rest else None
        address, slash, mask = rest.pop(0).partition("/")
        six = ":" in address
        return network(address, mask if slash else "128" if six else "32", six)


class Controller(Lines):
    """Session access lists of ArubaOS mobility controllers."""

    name = "aruba-controller"
    says = "session access lists of Aruba controllers"
    answers = False
    remarks = False

    def head(self, name: str, six: bool) -> str:
        return f"ip access-list session {name}"

    def opened(self, line: str) -> str | None:
        return line if re.fullmatch(r"ip access-list session GARDE-[\w.-]+", line) else None

    def first(self, six: bool) -> tuple[str, ...]:
        return (
            ("ipv6 any any svc-icmp6 permit", "ipv6 any any svc-dhcp6 permit") if six else ("any any svc-dhcp permit",)
        )

    def write(self, ace: Ace, six: bool) -> str:
        ports = "" if not ace.high else f" {ace.low}" if ace.low == ace.high else f" {ace.low} {ace.high}"
        if ace.protocol == "icmp":
            what = "58" if six else "1"
        else:
            what = f"{ace.protocol}{ports or ' 0 65535'}" if ace.protocol in ("tcp", "udp") else ace.protocol
        ends = f"{self._address(ace.source)} {self._address(ace.target)}"
        return f"{'ipv6 ' if six else ''}{ends} {what} permit"

    def last(self, stops: bool, six: bool) -> str:
        return f"{'ipv6 ' if six else ''}any any any {'deny' if stops else 'permit'} log"

    def spelt(self, line: str) -> str:
        return re.sub(r" (queue (low|high)|position \d+)$", "", line)

    def read(self, line: str) -> Ace | None:
        words = line.split(" ")
        six = words[0] == "ipv6"
        rest = words[six:]
        source = self._taken(rest, six)
        target = self._taken(rest, six) if source else None
        found = re.fullmatch(r"(?:(tcp|udp) (\d{1,5})(?: (\d{1,5}))?|([1-9]\d{0,2})) permit", " ".join(rest))
        if source is None or target is None or found is None:
            return None
        low, high = int(found[2] or 0), int(found[3] or found[2] or 0)
        if (low, high) == (0, 65535):
            high = 0
        number = found[4] or ""
        protocol = found[1] or ("icmp" if number == ("58" if six else "1") else number)
        return Ace(protocol, source, target, low, high)

    @staticmethod
    def _address(end: str) -> str:
        if end == "any":
            return end
        held = ipaddress.ip_network(end)
        if held.prefixlen == held.max_prefixlen:
            return f"host {held.network_address}"
        return f"network {held}" if held.version == 6 else f"network {held.network_address} {held.netmask}"

    @staticmethod
    def _taken(rest: list[str], six: bool) -> str | None:
        if rest[:1] == ["any"]:
            return rest.pop(0)
        if rest[:1] == ["host"] and len(rest) > 1:
            address = rest[1]
            del rest[:2]
            return network(address, "128" if six else "32", six)
        if rest[:1] == ["network"] and len(rest) > 2:
            address, slash, length = rest[1].partition("/")
            mask = length if slash else rest[2]
            del rest[: 2 if slash else 3]
            return network(address, mask, six)
        return None


AOS_S: Final = AosS()
CX: Final = Cx()
CONTROLLER: Final = Controller()
