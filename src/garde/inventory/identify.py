"""Identify: what the evidence implies of kind, maker, model and system.

Question: which kind of thing leaves these traces, and which packets say so?
Reference: domain note 01 §2 to §7, §10; knowledge is in catalogue/. Every conclusion carries the sightings it rests on
and the name of the rule. Left out: weighing conclusions against each other (`garde.inventory.claims`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from garde.inventory import oui
from garde.inventory.claims import Support, Verdict, judge
from garde.model.catalogue import trust
from garde.model.device import Source


class Leaning(NamedTuple):
    """Evidence for a set of kinds: the device is one of them."""

    kinds: frozenset[str]
    source: Source
    family: str


class Conclusions(NamedTuple):
    """What follows from a device's evidence: supports of attributes, and leanings towards kinds."""

    supports: list[tuple[str, Support]]
    kinds: list[Leaning]


def conclude(facts: Mapping[str, Sequence[Support]], macs: Sequence[str], first: int, last: int) -> Conclusions:
    """Everything that follows from what was seen."""
    out = Conclusions([], [])
    for mac in macs:
        block = oui.block(mac)
        if block is not None:
            line = Source("oui", "", trust("oui", "manufacturer"), first, last, reason=f"oui.{block.bits}: {mac}")
            out.supports.append(("manufacturer", Support(block.name, line, "mac")))
    return out


def judge_kind(said: Sequence[Support], leanings: Sequence[Leaning], now: int) -> Verdict:
    """The kind, from what was said of it and what the evidence leans to."""
    return judge("kind", said, now) if said else Verdict((), 0.0)
