"""Attacking from the command line, on paper: which ways lead to the patient record, and what closing one does.

Question: somebody is on the Internet, in an office, or holds this device: how do they come to the record?
Reference: issue 6 part 8. Part of the composition root. Nothing is sent to any device: the ways are worked out from
what was seen, and from a policy where a file of one is given. Left out: how ways are found
(`garde.pipeline.risk.attacks`).

Example::

    print(as_text(ways("internet", ["medical:information"], store=None, config=None)))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path as File
from typing import Final

import msgspec

from garde import config as settings
from garde.app import find, opened
from garde.errors import Malformed, Unreachable
from garde.judging import judged
from garde.model.device import Device
from garde.model.flow import Conversation
from garde.model.zones.zone import Policy
from garde.pipeline.risk.attacks import RECORD, Attack, as_record, attack, ground_of, pair
from garde.risk.ground import INTERNET
from garde.risk.paths import Path

#: Starts that are no device.
STARTS: Final = (INTERNET, "office")
#: Largest file of a policy, in octets.
LARGEST: Final = 64 << 20


def ways(
    start: str,
    close: Sequence[str] = (),
    *,
    to: Sequence[str] = (),
    policy: File | None = None,
    most: int = 5,
    store: str | None,
    config: File | None,
) -> Attack:
    """The likeliest ways.

    Args:
        start: ``internet``, ``office``, or a device by id, address, name or serial number.
        close: pairs of zones as ``FROM:TO``.
        to: kinds that must not be reached; empty for those that hold the record.
        policy: file with a policy as JSON, whose rules open ways besides those that were seen.
        most: ways, 1 or more.
        store, config: as everywhere.

    Raises:
        GardeError: the store or the file is not usable, or a device, a zone or a kind is not known.
    """
    pairs = [pair(one) for one in close]
    drawn = _policy(policy) if policy else None
    chosen = settings.load(config)
    with opened(chosen, store) as (kept, _):
        begin = start if start in STARTS else find(kept, start).id
        devices, talks = list(kept.all(Device)), list(kept.all(Conversation))
    with judged(store=store, config=config) as assessment:
        fleet = assessment.fleet
        facts = {name: fleet.facts(name) for name in fleet.judged}
    ground = ground_of(devices, facts, talks, networks=chosen.site.networks, policy=drawn)
    return attack(ground, begin, close=pairs, to=to or RECORD, most=most)


def as_json(found: Attack) -> str:
    """The attack as JSON."""
    return msgspec.json.encode(as_record(found)).decode("utf-8")


def as_text(found: Attack) -> str:
    """The ways, one a line, and what closing does to them."""
    return "\n".join(_lines(found))


def _lines(found: Attack) -> Iterator[str]:
    if not found.ways:
        yield f"No path leads from {found.start} to any of {len(found.targets)} targets"
    for number, path in enumerate(found.ways, 1):
        yield f"{number}. {_percent(path.chance)}  {_words(path)}"
    if found.effect is None:
        for closing in found.closings:
            closed = " to ".join(closing.conduit)
            yield f"Closing {closed} cuts {closing.vanished}; the likeliest left is {_percent(closing.after)}"
        return
    yield ""
    closed = ", ".join(f"{source} to {target}" for source, target in found.close)
    yield (
        f"Closed {closed}: {len(found.effect.vanished)} of {len(found.ways)} paths vanish; the likeliest falls "
        f"from {_percent(found.effect.before)} to {_percent(found.effect.after)}"
    )
    for one in found.effect.longer:
        yield f"To {one.before.nodes[-1].id} now {_percent(one.after.chance)}  {_words(one.after)}"
    if found.effect.lost:
        yield f"No path leads any more to {', '.join(found.effect.lost)}"


def _words(path: Path) -> str:
    """Ids and kinds, which are Garde's own words; what devices call themselves may steer a terminal."""
    parts = [path.nodes[0].id]
    for step, node in zip(path.steps, path.nodes[1:], strict=True):
        over = "/".join(word for word in (step.service, str(step.port) if step.port else "") if word) or "any"
        many = f", {len(node.members)} alike" if len(node.members) > 1 else ""
        parts.append(f"-{over}-> {node.id} ({node.kind or 'unknown'}, {node.zone or 'no zone'}{many})")
    return " ".join(parts)


def _percent(chance: float) -> str:
    return f"{100 * chance:.2g} %"


def _policy(file: File) -> Policy:
    try:
        if file.stat().st_size > LARGEST:
            raise Unreachable("policy.too-large", f"More than {LARGEST >> 20} MiB", where=file.name)
        return msgspec.json.decode(file.read_bytes(), type=Policy)
    except OSError as error:
        raise Unreachable("policy.unreadable", error.strerror or "It cannot be read", where=str(file)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed("policy.shape", f"This is no policy: {error}", where=str(file)) from None
