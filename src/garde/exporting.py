"""Exports from the command line: a policy in the words of an enforcement point, with the addresses the store knows.

Question: what do I type to get the ruleset of a gateway, the lists of a switch or the MUD files of a policy?
Reference: issue 4 part 9 (contract of ``garde zones export``); `garde.zones.exports`. Part of the composition root.
``--format json`` prints `garde.zones.exports.export.Export`, ``text`` the texts alone.

Example::

    made = exported(Path("draft.json"), "nftables", mode="shadow", store="sqlite:///garde.db", config=None)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from garde import config as settings
from garde.app import SystemClock, opened
from garde.errors import Unreachable
from garde.model.device import Device
from garde.pipeline.zones.zoning import natures
from garde.zones import plan
from garde.zones.exports.export import Export, export
from garde.zones.exports.hosts import hosts
from garde.zones.exports.neutral import Objects
from garde.zones.party import party_of
from garde.zoning import proposed, read_policy

#: Address below which MUD files will lie, where nobody says another one.
BASE = "https://garde.invalid/mud/"


def exported(
    policy: Path | None,
    form: str,
    *,
    generation: int = 1,
    mode: str = "enforce",
    spared: Iterable[str] = (),
    on_link: bool = True,
    base: str = BASE,
    days: int = 14,
    store: str | None,
    config: Path | None,
) -> Export:
    """A policy in a form, as of now.

    Args:
        policy: file as ``propose`` prints it; None proposes one now.
        form: a name of `garde.zones.exports.export.NAMES`.
        generation: counts what was sent to this point.
        mode: one of `garde.zones.exports.neutral.MODES`.
        spared: zones that ``soft`` leaves alone.
        on_link: the gateway sees the devices' hardware addresses.
        base: address below which MUD files will lie.
        days: for a proposal.

    Raises:
        GardeError: the file, the configuration, the plan or the store is not usable.
    """
    chosen = settings.load(config)
    if policy is None:
        given = proposed(days=days, store=store, config=config).policy
    else:
        try:
            given = read_policy(policy.read_bytes(), policy.name)
        except OSError as error:
            raise Unreachable("policy.file", f"{policy} cannot be read: {error.strerror}") from None
    zones, kinds = plan.load(chosen.zones.plan, chosen.site.networks), natures()
    with opened(chosen, store) as (held, _):
        known = hosts(held.all(Device), lambda device: party_of(device, zones, kinds).zone, on_link=on_link)
    objects = Objects(hosts=known, spared=tuple(spared))
    return export(given, objects, form, generation=generation, mode=mode, at=SystemClock().now(), base=base)


def warnings(made: Export) -> Iterator[str]:
    """What the text leaves open, one sentence each."""
    yield from (f"nobody has an address: {one}" for one in made.unknown)
    yield from (f"further ports are not opened: {one}" for one in made.unfollowed)
    if made.left:
        yield f"{made.left} rules are of no model and stand in no file"
    for head, (lines, entries) in made.cost.items():
        yield f"{head}: {lines} lines, {entries} entries of the switch's table"
