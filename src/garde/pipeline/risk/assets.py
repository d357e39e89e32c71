"""Assets: a device and its conversations as the judging of risk takes them.

Question: which names may a published weakness meet on this device, where does it stand, and who depends on it?
Reference: domain note 03 §1.1 and §6; capabilities meet here and not in each other (DESIGN §3): the inventory knows
the device and its kind, `garde.risk` scores. Left out: documents, which `garde.risk.fleet` matches.

Example::

    asset_of(device, talks, owners, levels, at=now, networks=chosen.site.networks)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from garde.inventory.kinds import Kind, kinds
from garde.model.device import Claim, Device
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.risk.criticality import Subject
from garde.risk.exposure import exposure
from garde.risk.fleet import Asset
from garde.risk.vulnerability.match import Part
from garde.risk.vulnerability.severity import Setting

#: Attributes under which a device tells its own version.
VERSIONS: Final = ("software", "firmware")


def asset_of(
    device: Device,
    talks: Sequence[Conversation],
    owners: Mapping[Key, str],
    levels: Mapping[str, int],
    *,
    at: int,
    networks: Sequence[str],
) -> Asset:
    """The asset of a device.

    Args:
        device: as the inventory has it.
        talks: its conversations, of both directions.
        owners: key → id of the device that has it, for its peers.
        levels: id of a device → criticality of its kind.
        at: now, in nanoseconds since 1970.
        networks: the site's own.
    """
    kind = kinds().get(device.kind)
    found = exposure(device, talks, at=at, networks=networks, device_of=owners)
    dependents, inherits = found.fan(levels)
    subject = Subject(
        id=device.id,
        kind=device.kind,
        model=device.value("model"),
        ward=device.value("ward"),
        kind_level=kind.criticality if kind else 0,
        life_sustaining=kind is not None and kind.life_sustaining == "yes",
        dependents=dependents,
        inherits=inherits,
    )
    return Asset(
        id=device.id,
        subject=subject,
        parts=tuple(parts_of(device)),
        facts=found.facts(),
        setting=setting_of(kind),
        site=device.value("facility"),
    )


def setting_of(kind: Kind | None) -> Setting:
    """Where a weakness would do its harm, as CVSS asks it."""
    return Setting(
        life_sustaining=kind is not None and kind.life_sustaining != "no",
        harm=kind is not None and kind.response == "RP0",
    )


def parts_of(device: Device) -> Iterator[Part]:
    """The device itself under its model, and its system."""
    maker, model = device.claims.get("manufacturer"), device.claims.get("model")
    version = next((device.claims[name] for name in VERSIONS if name in device.claims), None)
    if maker and model:
        yield Part(
            maker=maker.value, name=model.value, version=version.value if version else "",
            because=_rests(maker, model, *([version] if version else [])),
        )  # fmt: skip
    system = device.claims.get("os")
    if system:
        build = device.claims.get("os_build")
        yield Part(name=system.value, version=build.value if build else "", because=_rests(system))


def _rests(*claims: Claim) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.observation for claim in claims for line in claim.sources if line.observation))
