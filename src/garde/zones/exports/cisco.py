"""Cisco IOS: a policy as extended access lists, for switches and routers.

Question: which access list does the interface of this zone need, and is it still the one that the switch shows?
Reference: Cisco IOS extended named access lists, IPv4 and IPv6; domain note 04 §8.2. A wildcard is the inverted mask. A
running configuration shows names for well-known ports, numbers before lines, or how often a line matched: all are read.

Example:
    >>> ace = Ace("tcp", "10.2.0.0/24", "10.20.0.5/32", 104, 104)
    >>> IOS.write(ace, six=False), IOS.read("permit tcp 10.2.0.0 0.0.0.255 host 10.20.0.5 eq 104") == ace
    ('permit tcp 10.2.0.0 0.0.0.255 host 10.20.0.5 eq 104', True)
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from garde.zones.exports.lines import Ace, Lines, network, port_numbers, ports, sides

_PROTOCOLS: Final = {
    "6": "tcp",
    "17": "udp",
    "1": "icmp",
    "58": "icmp",
    "gre": "47",
    "esp": "50",
    "ahp": "51",
    "ospf": "89",
}


class Ios(Lines):
    """Extended named access lists of Cisco IOS."""

    name = "acl"
    says = "extended access lists of Cisco IOS"

    def head(self, name: str, six: bool) -> str:
        return f"ipv6 access-list {name}" if six else f"ip access-list extended {name}"

    def opened(self, line: str) -> str | None:
        return line if re.fullmatch(r"(ip access-list extended|ipv6 access-list) GARDE-[\w.-]+", line) else None

    def first(self, six: bool) -> tuple[str, ...]:
        """DHCP; neighbour discovery, which an explicit last line would stop (RFC 4890 §4.4)."""
        if six:
            return "permit icmp any any nd-na", "permit icmp any any nd-ns", "permit udp any eq 546 any eq 547"
        return ("permit udp any eq 68 any eq 67",)

    def write(self, ace: Ace, six: bool) -> str:
        source, target = (self.address(end) for end in (ace.source, ace.target))
        port, established = ports(ace), " established" if ace.answer and ace.protocol == "tcp" else ""
        if ace.answer:
            return f"permit {ace.protocol} {source}{port} {target}{established}"
        return f"permit {ace.protocol} {source} {target}{port}"

    def last(self, stops: bool, six: bool) -> str:
        return f"{'deny' if stops else 'permit'} {'ipv6' if six else 'ip'} any any log"

    def spelt(self, line: str) -> str:
        line = re.sub(r"^(sequence )?\d{1,10} (?=remark|permit|deny|comment)", "", line)
        if line.startswith(("remark ", "comment ")):
            return line
        line = re.sub(r"( sequence \d{1,10})?( \(\d+ match(es)?\))?( sequence \d{1,10})?$", "", line)
        words = line.split(" ")
        if len(words) > 1:
            words[1] = _PROTOCOLS.get(words[1], words[1])
            numbers = port_numbers()
            words = [
                numbers.get((words[1], word), word) if _at_port(words, index) else word
                for index, word in enumerate(words)
            ]
        return " ".join(words)

    def read(self, line: str) -> Ace | None:
        words = line.split(" ")
        if words[0] != "permit":
            return None
        ace, rest = sides(words[1:], self.taken)
        if (
            ace is None
            or rest not in ([], ["established"])
            or not re.fullmatch(r"tcp|udp|icmp|[1-9]\d{0,2}", ace.protocol)
        ):
            return None
        return ace

    def address(self, end: str) -> str:
        """A prefix as this form writes it."""
        if end == "any":
            return end
        held = ipaddress.ip_network(end)
        if held.prefixlen == held.max_prefixlen:
            return f"host {held.network_address}"
        return str(held) if held.version == 6 else f"{held.network_address} {held.hostmask}"

    def taken(self, rest: list[str]) -> str | None:
        """An address off the front of the words."""
        if rest[:1] == ["any"]:
            return rest.pop(0)
        if len(rest) > 1 and rest[0] == "host":
            _, address = rest.pop(0), rest.pop(0)
            return network(address, "128" if ":" in address else "32", ":" in address)
        if rest and ":" in rest[0]:
            address, _, length = rest.pop(0).partition("/")
            return network(address, length, six=True)
        if len(rest) > 1:
            address, wildcard = rest.pop(0), rest.pop(0)
            return network(address, _inverted(wildcard), six=False)
        return None


IOS: Final = Ios()


def _inverted(wildcard: str) -> str:
    """The mask of a wildcard; a text that is none stays."""
    try:
        return str(ipaddress.IPv4Address(0xFFFFFFFF ^ int(ipaddress.IPv4Address(wildcard))))
    except ValueError:
        return wildcard


def _at_port(words: list[str], index: int) -> bool:
    return words[index - 1] == "eq" or words[index - 1] == "range" or (index > 1 and words[index - 2] == "range")
