"""Permits: a policy whose objects have become addresses, before any maker's words.

Question: which addresses may reach which, once "the PACS" and "zone Z2" are looked up, and what could not be looked up?
Reference: domain note 04 §8.4 (the neutral rule); RFC 8519 for its fields; RFC 4632 and 4291 for prefixes. Objects are
given as data: who knows the devices fills them in. Hardware addresses name the sources of an enforcement point on the
devices' own link; a host that has none is known by its addresses. A rule holds within its conduit: whom its words mean
elsewhere is not meant. Left out: source ports, which clients choose; helpers of protocols that agree on further ports.

Example:
    >>> from garde.model.zones.zone import Conduit, Rule, drafted
    >>> rule = Rule(source="zone:Z2", target="kind:PACS", protocol="tcp", low=104, high=104)
    >>> policy = drafted("one", 0, (), [Conduit(source="Z2", target="Z5", rules=(rule,))])
    >>> scanner = Host(id="d-1", zone="Z2", macs=("00:09:fb:00:00:01",), addresses=("10.2.0.7",))
    >>> archive = Host(id="d-2", zone="Z5", kind="PACS", addresses=("10.20.0.5",))
    >>> ruleset, unknown = resolved(policy, Objects(hosts=(scanner, archive)), generation=1, mode="enforce")
    >>> ruleset.permits[0].sources, ruleset.permits[0].targets, unknown
    (('00:09:fb:00:00:01',), ('10.20.0.5/32',), ())
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final, Protocol
from urllib.parse import quote

import msgspec

from garde.errors import Malformed
from garde.model.key import Key
from garde.model.message import digest
from garde.model.zones.zone import Policy, Rule

#: From seeing to stopping, domain note 04 §7: log; count and log; drop what comes from zones of low criticality; drop.
MODES: Final = ("observe", "shadow", "soft", "enforce")
#: Octets of a policy in any form; a gateway's own listing of 20,000 devices is below it.
MOST: Final = 16 << 20
#: The longest label: a comment of a set may have 128 characters in nftables, a remark 100 in Cisco IOS.
_LABEL: Final = 60
#: Pairs of lines that are compared one by one.
_COMPARED: Final = 1_000_000
_ANY: Final = "any"
_NUMBERS: Final = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmp"}
_PORTED: Final = ("tcp", "udp")


class Members(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What an object stands for today.

    Attributes:
        macs: hardware addresses, for an enforcement point that sees them.
        addresses: IPv4 and IPv6 addresses or prefixes, in any order.
    """

    macs: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    def tidy(self) -> Members:
        """The same in one spelling: sorted, prefixes joined where they can be.

        Raises:
            Malformed: an address is none.
        """
        macs = tuple(sorted({Key.of("mac", mac).value for mac in self.macs}))
        return Members(macs=macs, addresses=prefixes(self.addresses))


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """One device or server, as far as a rule's words and an enforcement point's addresses go.

    Attributes:
        id: of the device.
        zone: name of its zone.
        macs: hardware addresses; none when the enforcement point is not on its link.
        addresses: IPv4 and IPv6 addresses.
        kind: of the catalogue. model: ``MAKER|MODEL``. names: DNS names.
    """

    id: str
    zone: str
    macs: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    kind: str = ""
    model: str = ""
    names: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The objects of rules that mean it."""
        more = ((f"kind:{self.kind}",) if self.kind else ()) + ((f"model:{self.model}",) if self.model else ())
        return (_ANY, f"device:{self.id}", f"zone:{self.zone}", *more, *(f"name:{name}" for name in self.names))


class Objects(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The addresses behind a policy's objects.

    Attributes:
        hosts: the devices and servers that are known.
        names: DNS name → addresses it had when last asked for, of servers that are no host of ours.
        spared: names of zones where `soft` stops nothing, from or to.
    """

    hosts: tuple[Host, ...] = ()
    names: Mapping[str, tuple[str, ...]] = {}
    spared: tuple[str, ...] = ()

    @cached_property
    def _by_word(self) -> dict[tuple[str, str], list[Host]]:
        found: dict[tuple[str, str], list[Host]] = defaultdict(list)
        for host in self.hosts:
            for word in host.words:
                found[_ANY, word].append(host)
                found[host.zone, word].append(host)
        return dict(found)

    def of(self, name: str, zone: str, policy: Policy) -> Members:
        """What an object of a conduit stands for: those it means that are in the conduit's zone.

        Devices that have one are known by their hardware address, and by their IP addresses too.

        Args:
            name: as a rule writes it.
            zone: of the conduit on that side; ``any`` for every zone.

        Raises:
            Malformed: an ``ip:`` object is no prefix, or a host's address is none.
        """
        if name.startswith("ip:"):
            return Members(addresses=prefixes((name[3:],)))
        hosts = self._by_word.get((zone, name), ())
        addresses = [address for host in hosts for address in host.addresses]
        addresses += self.names.get(name[5:], ()) if name.startswith("name:") else ()
        meant = {f"zone:{zone}", _ANY} if zone != _ANY else {name}
        for one in policy.zones if name in meant else ():
            addresses += one.networks if f"zone:{one.name}" in (name, f"zone:{zone}") else ()
        return Members(macs=tuple(mac for host in hosts for mac in host.macs), addresses=tuple(addresses)).tidy()

    def sources(self, name: str, zone: str, policy: Policy) -> tuple[str, ...]:
        """The same as sources: a host with a hardware address is known by that alone.

        Raises:
            Malformed: as for `of`.
        """
        return (*self.of(name, zone, policy).macs, *self._without_macs.of(name, zone, policy).addresses)

    @cached_property
    def _without_macs(self) -> Objects:
        return msgspec.structs.replace(self, hosts=tuple(host for host in self.hosts if not host.macs))


class Permit(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One permission in addresses; the connection's answers are permitted with it unless ``answer`` says otherwise.

    Attributes:
        way: ``Z2>Z5``, the zones of its conduit, as labels.
        source, target: labels of the objects; ``any`` for whoever.
        protocol: ``tcp``, ``udp``, ``icmp`` (of both versions of IP) or a number as text.
        low, high: ports of the target, of the source in an answer; 0 and 0 for any.
        sources, targets: MAC addresses and prefixes, sorted; none for ``any``, or for an object that has none today.
        dscp: the mark that its packets carry, None when it is left as it is.
        answer: it stands for the way back, where no state is kept.
    """

    way: str
    source: str
    target: str
    protocol: str
    low: int = 0
    high: int = 0
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    dscp: int | None = None
    answer: bool = False

    @property
    def asking(self) -> str:
        """The source with the zone of its conduit, as one name."""
        return self.source if self.source == _ANY else f"{self.way.partition('>')[0]} {self.source}"

    @property
    def asked(self) -> str:
        """The target with the zone of its conduit, as one name."""
        return self.target if self.target == _ANY else f"{self.way.partition('>')[2]} {self.target}"

    @property
    def key(self) -> tuple[str, str, str, str, int, int, bool]:
        """What makes it the same permission although addresses or mark differ."""
        return self.way, self.source, self.target, self.protocol, self.low, self.high, self.answer


class Ruleset(msgspec.Struct, frozen=True, kw_only=True):
    """What an enforcement point shall hold, or holds.

    Attributes:
        generation: counts what was sent to this point, so that an older text is recognised.
        policy: id of the policy.
        mode: one of ``MODES``.
        permits: sorted.
        low: what `soft` may stop; ``spared``: what it must not, from or to.
    """

    generation: int
    policy: str
    mode: str
    permits: tuple[Permit, ...] = ()
    low: Members = Members()
    spared: Members = Members()


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A text read back.

    Attributes:
        ruleset: the permissions in it.
        strange: statements, word for word, that this form never writes for those permissions, or ``absent: `` and one
            that it always does.
    """

    ruleset: Ruleset
    strange: tuple[str, ...] = ()


class Form(Protocol):
    """One enforcement point's language.

    Attributes:
        name: the word for it on the command line.
        says: what it is for, in one line.
        macs: whether it can tell a source by its hardware address (``by_mac`` of `resolved`).
    """

    @property
    def name(self) -> str: ...

    @property
    def says(self) -> str: ...

    @property
    def macs(self) -> bool: ...

    def fit(self, ruleset: Ruleset) -> Ruleset:
        """What of a ruleset this form can express; reading what it renders gives exactly this back."""
        ...

    def render(self, ruleset: Ruleset) -> str:
        """The text, the same for the same ruleset."""
        ...

    def parse(self, text: str | bytes) -> Reading:
        """A text of this form, as rendered or as the enforcement point shows it.

        Raises:
            Malformed: it is not of this form.
        """
        ...


def resolved(
    policy: Policy, objects: Objects, *, generation: int, mode: str, at: int = 0, by_mac: bool = True
) -> tuple[Ruleset, tuple[str, ...]]:
    """The policy in addresses, and the labels of objects that have none or that nobody knows.

    Args:
        generation: at least 1.
        mode: one of ``MODES``.
        at: rules that ended before this are left out, nanoseconds since 1970.
        by_mac: sources are told by hardware address where there is one.

    Raises:
        Malformed: a rule's protocol, ports or mark are none.
        ValueError: no such mode or generation (a programming mistake).
    """
    if mode not in MODES or generation < 1:
        raise ValueError(f"{mode!r}, generation {generation}")
    permits, unknown = set(), set()
    seen: dict[tuple[str, str], tuple[str, tuple[str, ...], tuple[str, ...]]] = {}

    def held(name: str, zone: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """Label, sources and targets of an object in a zone."""
        # Anyone in a zone is the zone; anyone anywhere needs no address.
        word = f"zone:{zone}" if name == _ANY and zone != _ANY else name
        if (word, zone) not in seen:
            free = word == _ANY
            targets = () if free else objects.of(word, zone, policy).addresses
            sources = objects.sources(word, zone, policy) if by_mac and not free else targets
            seen[word, zone] = label(word), sources, targets
            if not free and not sources and not targets:
                unknown.add(f"{label(zone)} {label(word)}")
        return seen[word, zone]

    for conduit in policy.conduits:
        way = f"{label(conduit.source)}>{label(conduit.target)}"
        for rule in conduit.rules:
            if rule.until and rule.until <= at:
                continue
            protocol, low, high = _service(rule)
            source, sources, _ = held(rule.source, conduit.source)
            target, _, targets = held(rule.target, conduit.target)
            permits.add(
                Permit(
                    way=way,
                    source=source,
                    target=target,
                    protocol=protocol,
                    low=low,
                    high=high,
                    sources=sources,
                    targets=targets,
                    dscp=rule.dscp,
                )
            )
    soft = mode == "soft"
    low_zones = [zone.name for zone in policy.zones if soft and zone.name not in objects.spared]
    ruleset = Ruleset(
        generation=generation,
        policy=policy.id,
        mode=mode,
        permits=in_order(permits),
        low=_together(objects, policy, low_zones),
        spared=_together(objects, policy, objects.spared if soft else ()),
    )
    return ruleset, tuple(sorted(unknown))


def in_order(permits: Iterable[Permit]) -> tuple[Permit, ...]:
    """Each permit once, sorted, whatever is None."""
    return tuple(
        sorted(set(permits), key=lambda one: (one.key, one.sources, one.targets, -1 if one.dscp is None else one.dscp))
    )


def label(name: str) -> str:
    """An object's name for a comment: whatever a device called itself, it cannot end the comment.

    >>> label('model:Acme "X"\\n|9'), label("é" * 50)
    ('model:Acme%20%22X%22%0A|9', '%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%~ewgqghsf64')
    """
    safe = quote(name, safe=":|._-/")
    return safe if len(safe) <= _LABEL else f"{safe[: _LABEL - 11]}~{short(name)}"


def short(name: str) -> str:
    """Ten letters and digits that stand for a name where only letters and digits may stand."""
    return digest("label", name)[:10]


def prefixes(addresses: Iterable[str]) -> tuple[str, ...]:
    """Addresses and prefixes as the fewest prefixes that cover them, IPv4 first.

    Raises:
        Malformed: one of them is none.
    """
    four: list[ipaddress.IPv4Network] = []
    six: list[ipaddress.IPv6Network] = []
    for address in addresses:
        try:
            network = ipaddress.ip_network(address, strict=False)
        except ValueError:
            raise Malformed("export.address", f"{address!r} is neither an address nor a prefix") from None
        if isinstance(network, ipaddress.IPv4Network):
            four.append(network)
        elif "%" in address:
            raise Malformed("export.address", f"{address!r} is valid on one link only")
        else:
            six.append(network)
    return (
        *map(str, ipaddress.collapse_addresses(four)),
        *map(str, ipaddress.collapse_addresses(six)),
    )


def version(prefix: str) -> int:
    """4 or 6 for a prefix, 0 for a MAC address."""
    return 0 if "/" not in prefix else 6 if ":" in prefix else 4


def decoded(text: str | bytes) -> str:
    """A text that came from outside.

    Raises:
        Malformed: it is too long or not UTF-8, or has characters that no configuration has.
    """
    if len(text) > MOST:
        raise Malformed("export.size", f"{len(text)} octets; at most {MOST} are read")
    try:
        words = text.decode() if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise Malformed("export.utf8", str(error)) from None
    found = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", words)
    if found:
        raise Malformed("export.character", f"{found[0]!r} does not stand in a configuration", where=f"{found.start()}")
    return words


def unlike(place: str, has: Sequence[str], wants: Sequence[str]) -> tuple[list[str], list[str]]:
    """Lines that only the one side has, and that only the other has, each behind the name of its place.

    >>> unlike("a", ["x", "drop", "y"], ["x", "y"])
    (['a: drop'], [])
    """
    start = 0
    while start < min(len(has), len(wants)) and has[start] == wants[start]:
        start += 1
    has, wants = has[start:], wants[start:]
    if len(has) * len(wants) > _COMPARED:
        # Two long texts with nothing in common: their order is the least of it.
        more, less = Counter(has) - Counter(wants), Counter(wants) - Counter(has)
        return [f"{place}: {line}" for line in more.elements()], [f"{place}: {line}" for line in less.elements()]
    extra, absent = [], []
    for tag, low, high, first, end in difflib.SequenceMatcher(None, has, wants, autojunk=False).get_opcodes():
        if tag != "equal":
            extra += [f"{place}: {line}" for line in has[low:high]]
            absent += [f"{place}: {line}" for line in wants[first:end]]
    return extra, absent


def _service(rule: Rule) -> tuple[str, int, int]:
    protocol = _NUMBERS.get(rule.protocol, rule.protocol)
    named = protocol in (*_PORTED, "icmp")
    if not named and not (re.fullmatch(r"[1-9]\d{0,2}", protocol) and int(protocol) < 256):
        raise Malformed("export.protocol", f"{rule.protocol!r} is no protocol", hint="tcp, udp, icmp, or 1 to 255")
    low, high = rule.low, rule.high
    if not 0 <= low <= high < 1 << 16 or (high and protocol not in _PORTED):
        raise Malformed(
            "export.ports", f"{low} to {high} are no ports of {protocol}", where=f"{rule.source} to {rule.target}"
        )
    if rule.dscp is not None and not 0 <= rule.dscp < 64:
        raise Malformed("export.dscp", f"{rule.dscp} is no DSCP of 0 to 63")
    return protocol, low, high


def _together(objects: Objects, policy: Policy, names: Iterable[str]) -> Members:
    held = [objects.of(f"zone:{name}", name, policy) for name in names]
    macs = (mac for one in held for mac in one.macs)
    return Members(macs=tuple(macs), addresses=tuple(one for each in held for one in each.addresses)).tidy()
