"""mDNS and DNS-SD: what a station calls itself and which services it announces.

Question: what is this station's name, which services does it offer, and what do their texts say of maker and model?
Reference: RFC 6762, RFC 6763 §6 (TXT). Only responses speak of their sender; a query says what it looks for. A
reflector or a sleep proxy repeats what others said: when a response gives addresses and none is its sender's, it is
about who has them; a further host's address beside the sender's own is that host's.
Left out: what a reflector repeats without an address.

Example: ``_ipp._tcp`` with TXT ``ty=HP LaserJet 400`` gives ``mdns.service`` and ``model``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from garde.dissect.naming.dns_message import AAAA, HINFO, PTR, SRV, TXT, A, Message, Resource, parse, plausible
from garde.dissect.spec import DATAGRAM, SENDER, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.model.key import Key
from garde.wire.flow import Payload

PORT: Final = 5353
#: The list of all service types: what it points to is the type (RFC 6763 §9).
_TYPES: Final = "_services._dns-sd._udp.local"
_SERVICE: Final = re.compile(r"(?:^|\.)(_[A-Za-z0-9-]{1,15}\._(?:tcp|udp))\.local$")
#: TXT key → attribute: Bonjour printing 1.2.1, AirPlay, HomeKit and device-info as they are met.
_KEYS: Final = {
    "ty": "model",
    "md": "model",
    "model": "model",
    "am": "model",
    "usb_mdl": "model_number",
    "mfg": "manufacturer",
    "usb_mfg": "manufacturer",
    "manufacturer": "manufacturer",
    "serialnumber": "serial",
    "serial": "serial",
    "fv": "firmware",
    "srcvers": "software",
    "fn": "friendly_name",
    "note": "location",
}
#: Longest text of a TXT record that is shown, in octets.
_LONGEST: Final = 120


def _facts(payload: Payload) -> Iterator[Fact]:
    message = parse(payload.data, "mdns.message")
    if message.opcode != 0:
        raise Malformed("mdns.opcode", "mDNS knows queries and responses only (RFC 6762 §18.3)", where="offset 2")
    if not message.response:
        for question in message.questions:
            found = _SERVICE.search(question.name)
            if found:
                yield Fact("client", f"mdns:{found[1].lower()}", question.start, question.end)
        return
    sender = payload.sender.ip
    speaker = _speaker(message, sender)
    hosts = [record for record in message.records if record.kind in (A, AAAA)]
    own = {record.name.lower() for record in hosts if message.address(record) == sender}
    for record in message.records:
        about = speaker
        if own and record.kind in (A, AAAA) and record.name.lower() not in own and message.address(record):
            about = Key("ip", message.address(record))
        for fact in _record(message, record):
            yield fact if about == SENDER else msgspec.structs.replace(fact, about=about)


def _speaker(message: Message, sender: str) -> Literal["sender"] | Key:
    """Who speaks: the sender, or whoever has the address given, when it is of the sender's family and another."""
    # A link-local sender may announce its global addresses only, so IPv6 proves nothing.
    kind = A if "." in sender else 0
    given = [message.address(record) for record in message.records if record.kind == kind]
    return SENDER if not given or sender in given or not given[0] else Key("ip", given[0])


def _record(message: Message, record: Resource) -> Iterator[Fact]:
    service = _SERVICE.search(record.name)
    if record.kind in (A, AAAA) and record.name.endswith(".local"):
        # The host name stands before the record's fixed part of ten octets, maybe as a pointer: no single run of bytes.
        yield Fact("hostname", record.name.removesuffix(".local"), record.start, record.start)
        address = message.address(record)
        if address:
            yield Fact("ip", address, record.start, record.end)
    elif record.kind == PTR and record.name.lower() == _TYPES:
        if listed := _SERVICE.search(message.name(record)):
            yield Fact("mdns.service", listed[1].lower(), record.start, record.end)
    elif record.kind == PTR and service:
        yield Fact("mdns.service", service[1].lower(), record.start, record.start)
        instance = message.name(record)
        if instance.endswith(record.name) and len(instance) > len(record.name):
            yield Fact("friendly_name", instance[: -len(record.name) - 1], record.start, record.end)
    elif record.kind == SRV and service:
        yield Fact("mdns.service", service[1].lower(), record.start, record.start)
    elif record.kind == HINFO:
        for attribute, (start, value) in zip(("hardware", "os"), message.strings(record), strict=False):
            yield Fact(attribute, value.decode("utf-8", "replace"), start, start + len(value))
    elif record.kind == TXT:
        yield from _text(message, record)


def _text(message: Message, record: Resource) -> Iterator[Fact]:
    for start, value in message.strings(record)[:32]:
        key, equals, said = value.partition(b"=")
        if not equals or not said or len(value) > _LONGEST:
            continue
        name = key.decode("ascii", "replace").lower()
        end = start + len(value)
        if name in _KEYS:
            yield Fact(_KEYS[name], said.decode("utf-8", "replace"), end - len(said), end)
            yield Fact("mdns.txt", value.decode("utf-8", "replace"), start, end)


def _looks_like(data: bytes, hint: Hint) -> float:
    return 0.9 if PORT in hint.ports and plausible(data) else 0.0


MDNS = Dissector(
    name="mdns",
    layer=DATAGRAM,
    reference="RFC 6762 (mDNS), RFC 6763 (DNS-SD)",
    emits=frozenset(
        {
            "client",
            "firmware",
            "friendly_name",
            "hardware",
            "hostname",
            "ip",
            "location",
            "manufacturer",
            "mdns.service",
        }
        | {"mdns.txt", "model", "model_number", "os", "serial", "software"}
    ),
    looks_like=_looks_like,
    session=stateless(_facts),
    situated=True,
)
