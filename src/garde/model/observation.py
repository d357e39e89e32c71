"""Observation: one attribute of one subject, seen by one sensor at one time, and where in the bytes.

Question: who saw this value, when, and in which bytes of which packet?
Reference: DESIGN §1 and §2 rule 2; domain note 01 §1 (evidence model). An observation is what was seen, never what
somebody said; what a person says is a Decision.

Example:
    >>> place = Place(file="ct.pcap", packet=12, offset=66, length=4)
    >>> place.packet
    12
"""

from __future__ import annotations

import msgspec

from garde.model.key import Key
from garde.model.message import Message, digest


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a value stands in a capture.

    Attributes:
        file: name of the capture, or of the live interface.
        packet: number of the packet in the capture, from 1, as Wireshark counts.
        offset: first byte of the value in the captured packet, from 0.
        length: how many bytes; 0 when the value is not one run of bytes of this packet.
    """

    file: str
    packet: int
    offset: int = 0
    length: int = 0


class Observation(Message, frozen=True, kw_only=True):
    """One attribute of one subject.

    Attributes:
        sensor: name of the sensor that saw it.
        subject: keys of what the value is about, the most specific first, its carriers behind:
            ``(equipment?, mac?, ip?)``. Never empty.
        attribute: a name of attributes.toml.
        value: canonical text (attributes.toml gives the type).
        source: a name of sources.toml: which part of which protocol said so.
        weight: 0..1, how far this source is trusted for this attribute.
        place: where in the bytes; None when there are no bytes (a person's file, a probe).
        count: how many times the same value was seen since the previous observation of it.
    """

    sensor: str
    subject: tuple[Key, ...]
    attribute: str
    value: str
    source: str
    weight: float
    place: Place | None = None
    count: int = 1


def observe(
    *,
    sensor: str,
    at: int,
    subject: tuple[Key, ...],
    attribute: str,
    value: str,
    source: str,
    weight: float,
    place: Place | None = None,
    cause: tuple[str, ...] = (),
) -> Observation:
    """An Observation whose id is the digest of its content."""
    where = (place.file, place.packet, place.offset) if place else ()
    name = digest("observation", sensor, at, *subject, attribute, value, source, *where)
    return Observation(
        id=name,
        at=at,
        cause=cause,
        sensor=sensor,
        subject=subject,
        attribute=attribute,
        value=value,
        source=source,
        weight=weight,
        place=place,
    )
