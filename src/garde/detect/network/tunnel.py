"""Tunnel: data carried in the names that are asked for, and names made by a generator.

Question: does a client talk through DNS, or look for whichever of many made-up names exists today?
Reference: domain note 09 §3 (subdomains longer than 40 with entropy above 3.8; unique names per domain; TXT and NULL);
MITRE ATT&CK T1071.004, T1572, T1568.002. The kill-switch name of WannaCry (domain note 09 §2) is here because it is a
name: it must be answered, never blocked. Memory: `Window` of 8,192 clients and domains, 2,048 names each.

Example:
    >>> unlikely("xjw93kqzv81tq"), unlikely("radiologie")
    (True, False)
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from garde.detect.spec import MINUTE, Alarm, Deaf, Detector, Setting
from garde.detect.window import Window
from garde.wire.signal import Signal

SPAN: Final = 10 * MINUTE
#: Unique names of one domain within the span; mean octets below the domain; mean entropy.
UNIQUE: Final = 50
LONG: Final = 26
RANDOM: Final = 3.2
#: Queries for records in which data travels best, of one domain.
CARRIERS: Final = 30
#: Domains that do not exist.
MISSING: Final = 12
MISSING_ANY: Final = 40
#: NULL, TXT, KEY, and the private use that iodine tries first.
_CARRIER: Final = frozenset({10, 16, 25, 65399})
#: Sinkholed names of worms; asking for them is proof enough.
KILL_SWITCHES: Final = frozenset(
    {
        "iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com",
        "ifferfsodp9ifjaposdfjhgosurijfaewrwergwea.com",
        "iuqssfsodp9ifjaposdfjhgosurijfaewrwergwea.com",
        "ayylmaotjhsstasdfasdfasdfasdfasdfasdfasdf.com",
    }
)
#: Services that ask long random names by design: reputation look-ups and content delivery.
_KNOWN: Final = frozenset(
    [
        "sophosxl.net",
        "mcafee.com",
        "spamhaus.org",
        "avqs.com",
        "surbl.org",
        "uribl.com",
        "barracudacentral.org",
        "senderbase.org",
        "e5.sk",
        "akamaiedge.net",
        "akadns.net",
        "cloudfront.net",
        "amazonaws.com",
        "azure.com",
        "trafficmanager.net",
        "googlevideo.com",
        "windows.net",
        "cloudapp.net",
        "local",
        "lan",
        "home",
    ]
)
_CONSONANTS: Final = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}")


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._asked: Window[tuple[str, int, float, int, int]] = Window(SPAN, most=1 << 13, each=2048)
        self._missing: Window[tuple[str, int]] = Window(SPAN, most=1 << 13, each=2048)

    def signal(self, one: Signal) -> Iterator[Alarm]:
        domain = one.text("domain")
        if one.kind == "dns.ask":
            if domain in KILL_SWITCHES:
                yield Alarm("worm.kill-switch", one.sender, 95, (one.receiver,), (f"name: {domain}",), (one.packet,))
            if domain not in _KNOWN and one.number("below") >= 8:
                yield from self._tunnel(one, domain)
        elif one.number("code") == 3 and "." in domain and domain not in _KNOWN:
            yield from self._generated(one, domain)

    def _tunnel(self, one: Signal, domain: str) -> Iterator[Alarm]:
        place = one.sender.ip, domain
        name = one.text("name")
        below, kind = int(one.number("below")), int(one.number("type"))
        self._asked.add(place, one.at, (name, below, one.number("entropy"), kind, one.packet))
        held = self._asked[place]
        if len(held) < CARRIERS or (len(held) > 4 * UNIQUE and len(held) % UNIQUE):
            return
        names = {entry[1][0]: entry[1] for entry in held}
        length = sum(what[1] for what in names.values()) / len(names)
        chance = sum(what[2] for what in names.values()) / len(names)
        carriers = sum(what[3] in _CARRIER for what in names.values())
        long = len(names) >= UNIQUE and length >= LONG and chance >= RANDOM
        carried = carriers >= CARRIERS and length >= 16
        many = len(names) >= 4 * UNIQUE and length >= 16 and chance >= 2.8
        if long or carried or many:
            yield Alarm(
                "dns.tunnel",
                one.sender,
                min(95, 75 + len(names) // 20),
                (one.receiver,),
                (
                    f"domain: {domain}",
                    f"names: {len(names)}",
                    f"length: {length:.0f}",
                    f"entropy: {chance:.1f}",
                    f"carriers: {carriers}",
                ),
                tuple(entry[1][4] for entry in held),
                domain,
            )

    def _generated(self, one: Signal, domain: str) -> Iterator[Alarm]:
        # An answer: the client is its receiver.
        client, server = one.receiver, one.sender
        self._missing.add(client.ip, one.at, (domain, one.packet))
        held = self._missing[client.ip]
        if len(held) < MISSING:
            return
        domains = {name for _, (name, _) in held}
        odd = sum(unlikely(name.split(".")[0]) for name in domains)
        if (len(domains) >= MISSING and odd >= 0.6 * len(domains)) or (len(domains) >= MISSING_ANY and odd >= 8):
            yield Alarm(
                "dns.generated",
                client,
                85,
                (server,),
                (f"missing domains: {len(domains)}", f"unpronounceable: {odd}"),
                tuple(packet for _, (_, packet) in held),
            )


def unlikely(label: str) -> bool:
    """Whether nobody would have chosen this label: long, and hardly a vowel, or digits strewn among letters."""
    if len(label) < 8:
        return False
    vowels = sum(letter in "aeiouy" for letter in label)
    digits = sum(letter.isdigit() for letter in label)
    switches = sum(a.isdigit() != b.isdigit() for a, b in itertools.pairwise(label))
    return bool(vowels < 0.22 * len(label) or _CONSONANTS.search(label) or (digits >= 3 and switches >= 4))


TUNNEL: Final = Detector(
    name="tunnel",
    rules=frozenset({"dns.tunnel", "dns.generated", "worm.kill-switch"}),
    sense=_Sense,
    signals=frozenset({"dns.ask", "dns.answer"}),
)
