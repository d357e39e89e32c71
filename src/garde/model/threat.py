"""Threat: what a detector in a sensor concluded, before anybody knows which device it is.

Question: what was recognised, about which address, with whom, and in which packets?
Reference: domain note 09 §5 (alert model); DESIGN §2 rule 3. A sensor knows addresses only; the stage ``threats`` finds
the device and makes a `garde.model.finding.Judgement` of it. No value names a person: reasons are codes and counts.

Example:
    >>> one = threat("scan.ports", 5, sensor="s", technique="T1046", confidence=90,
    ...              subject=(Key("ip", "192.0.2.1"),), places=(Place("a.pcap", 3),))
    >>> one.technique, one.places[0].packet
    ('T1046', 3)
"""

from __future__ import annotations

from garde.model.key import Key
from garde.model.message import Message, digest
from garde.model.observation import Place


class Threat(Message, frozen=True, kw_only=True):
    """One conclusion of one detector.

    Attributes:
        sensor: name of the sensor.
        rule: a row of the catalogue of rules.
        technique: MITRE ATT&CK id, a row of ``detect/attack.toml``.
        confidence: 0 to 100.
        subject: keys of the device that is attacked or misbehaves, never empty.
        peers: keys of the other addresses, in the order in which they were met, bounded.
        reasons: ``code: value``, what was seen.
        places: packets that show it, the first first, bounded.
        identifier: what about the subject is meant, so that the same thing seen again is the same finding.
    """

    sensor: str
    rule: str
    technique: str
    confidence: int
    subject: tuple[Key, ...]
    peers: tuple[Key, ...] = ()
    reasons: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    identifier: str = ""


def threat(
    rule: str,
    at: int,
    *,
    sensor: str,
    technique: str,
    confidence: int,
    subject: tuple[Key, ...],
    peers: tuple[Key, ...] = (),
    reasons: tuple[str, ...] = (),
    places: tuple[Place, ...] = (),
    identifier: str = "",
) -> Threat:
    """A Threat whose id is the digest of its content."""
    where = [(place.file, place.packet) for place in places]
    name = digest("threat", sensor, rule, at, *subject, identifier, *reasons, *where)
    return Threat(
        id=f"t-{name}",
        at=at,
        sensor=sensor,
        rule=rule,
        technique=technique,
        confidence=confidence,
        subject=subject,
        peers=peers,
        reasons=reasons,
        places=places,
        identifier=identifier,
    )
