"""Acceptance 6: 100,000 random and mutated payloads into every dissector: facts or Malformed, no growth of memory."""

from __future__ import annotations

import gc
import random
import resource

import pytest

from garde.dissect.spec import STREAM, Dissector, Hint
from garde.dissect.table import DISSECTORS
from garde.errors import Malformed
from garde.wire.flow import Payload
from tests.captures.seeds import AT, Player, check, conversations, weight

PAYLOADS = 100_000
#: Payloads of one session, before a fresh one takes its place.
SESSION = 50
#: Growth of the process between a tenth and the end of the run, in KiB, and of one session, in octets.
GROWTH, HEAVIEST = 48 * 1024, 4 << 20


def damaged(rng: random.Random, seeds: list[bytes]) -> bytes:
    """Random octets, or a seed with a few of them changed, cut, moved or mixed with another."""
    kind = rng.randrange(8)
    if kind == 0 or not seeds:
        return rng.randbytes(rng.randrange(1, 120))
    data = bytearray(rng.choice(seeds))
    at = rng.randrange(len(data))
    if kind <= 3:
        for _ in range(kind):
            data[rng.randrange(len(data))] = rng.randrange(256)
    elif kind == 4:
        del data[at:]
    elif kind == 5:
        del data[:at]
    elif kind == 6:
        data[at : at + 2] = b"\xff\xff"
    else:
        data[at:] = rng.choice(seeds)[at:]
    return bytes(data)


@pytest.mark.parametrize("row", list(DISSECTORS), ids=lambda row: row.name)
def test_a_hundred_thousand_payloads(row: Dissector) -> None:
    rng = random.Random(row.name)
    talks = conversations().get(row.name, [])
    seeds = [data[:384] for talk in talks for _, data in talk[:40]]
    stream = row.layer == STREAM
    hint = Hint((40000, 104), 6)
    player = Player(row)
    facts = malformed = rss = 0
    sent = [0, 0]
    for number in range(PAYLOADS):
        if number % SESSION == 0 or player.session.done:
            player = Player(row)
            sent = [0, 0]
            # Half of the sessions begin with an unharmed beginning, so that the damage meets states deep inside.
            whole = rng.choice(talks)[: rng.randrange(4)] if talks and rng.random() < 0.5 else []
        else:
            whole = []
        for way, data in [*whole, (number & 1, damaged(rng, seeds))]:
            gap = -1 if stream and rng.random() < 0.05 else 0
            payload = Payload(player.flow, way, AT + number, data, number, 54, sent[way] if stream else 0, gap)
            sent[way] += len(data)
            try:
                found = list(player.session.feed(payload))
            except Malformed:
                malformed += 1
                player.session.done = True
                break
            check(row, found)
            facts += len(found)
        if number % 4 == 0:
            assert 0.0 <= row.looks_like(data, hint) <= 1.0
        if number % 20_000 == 10_000:
            gc.collect()
            assert weight(player.session) < HEAVIEST, row.name
            rss = rss or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - rss < GROWTH, row.name
    assert malformed or facts or not seeds, f"{row.name} said nothing to any payload"
