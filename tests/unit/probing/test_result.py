"""Results say whose failure it was."""

from __future__ import annotations

from garde.errors import Malformed, Unreachable
from garde.probing.result import failed, shown


def test_our_own_failure_says_nothing_of_the_peer() -> None:
    assert failed(Unreachable("prober.sockets", "x"), "tcp", "a", 1).state == "unknown"
    assert failed(Unreachable("probe.refused", "x"), "tcp", "a", 1).state == "down"
    found = failed(Malformed("probe.garbage", "x", where="offset 0"), "tcp", "a", 1, at=7)
    assert (found.state, found.evidence, found.at) == ("down", {"where": "offset 0"}, 7)


def test_what_a_peer_says_is_hostile() -> None:
    assert shown(b"\x1b[31mred\n" + b"x" * 500) == ".[31mred." + "x" * 191
