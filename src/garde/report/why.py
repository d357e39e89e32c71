"""Why: from a value on a device back to the packets it rests on.

Question: on what facts does this value rest, what speaks against it, and what would change it?
Reference: reference of the pages 7.15 (the Why drawer); DESIGN §2 rules 2 and 3. The page and `garde why` show this one
record.

Example:
    >>> from garde.model.key import Key
    >>> claim = Claim("model", "MX800", 0.93)
    >>> explain(Device(id="d-1", keys=(Key("ip", "10.0.0.1"),), claims={"model": claim}), "model").claim.value
    'MX800'
"""

from __future__ import annotations

import msgspec

from garde.errors import Missing
from garde.model.catalogue import attributes
from garde.model.device import Claim, Device
from garde.model.message import moment
from garde.report.table import printable


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What supports a value, and what contradicts it.

    Attributes:
        device: id.
        attribute: name in attributes.toml.
        claim: the winning value; of an attribute with many values, the best supported one.
        rivals: values that lost, best first; of an attribute with many values, the others, which do not compete.
        without: the best rival's value, when it would win if the strongest source of the claim had not spoken.
        conflict: whether the sources disagree too much to choose silently.
    """

    device: str
    attribute: str
    claim: Claim
    rivals: tuple[Claim, ...] = ()
    without: str = ""
    conflict: bool = False


def explain(device: Device, attribute: str) -> Explanation:
    """The reasons for one attribute of a device.

    Raises:
        Missing: no such attribute, or nothing is known of it on this device; the hint names what is known.
    """
    if attribute not in attributes():
        raise Missing("why.unknown-attribute", f"{attribute!r} is no attribute", hint="docs/reference/attributes.md")
    if attribute in device.claims:
        claim, rivals = device.claims[attribute], device.rivals.get(attribute, ())
    elif device.many.get(attribute):
        claim, *others = device.many[attribute]
        rivals = tuple(others)
    else:
        known = ", ".join(sorted({*device.claims, *device.many}))
        raise Missing("why.not-known", f"Nothing is known of {attribute} on {device.id}", hint=f"Known: {known}")
    return Explanation(
        device=device.id,
        attribute=attribute,
        claim=claim,
        rivals=rivals,
        without=_without(claim, rivals) if attribute in device.claims else "",
        conflict=attribute in device.conflicts,
    )


def as_text(answer: Explanation) -> str:
    """The explanation for a terminal."""
    lines = [f"{answer.attribute} of {answer.device}"]
    for mark, claim in (("=", answer.claim), *(("·", rival) for rival in answer.rivals)):
        lines.append(f"{mark} {printable(claim.value)}  ({claim.confidence:.0%})")
        for line in claim.sources:
            where = f"{line.place.file}, packet {line.place.packet}" if line.place else line.by or line.sensor
            if line.place and line.place.length:
                where += f", octets {line.place.offset} to {line.place.offset + line.place.length - 1}"
            lines.append(f"    {line.source} ({line.weight:.2f}), {moment(line.at)}, {where}")
    if answer.conflict:
        lines.append("! The sources disagree too much to choose silently: a person should look.")
    if answer.without:
        lines.append(f"Without its strongest source the value would be {printable(answer.without)}.")
    return "\n".join(lines)


def _without(claim: Claim, rivals: tuple[Claim, ...]) -> str:
    """The value that would win without the strongest source; noisy-or of the rest against the best rival."""
    if not rivals:
        return ""
    weights = sorted(line.weight for line in claim.sources)[:-1]
    doubt = 1.0
    for weight in weights:
        doubt *= 1 - weight
    return rivals[0].value if rivals[0].confidence > 1 - doubt else ""
