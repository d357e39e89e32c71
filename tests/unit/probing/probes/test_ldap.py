"""A directory takes a bind, or says why not."""

from __future__ import annotations

import pytest

from garde.errors import Malformed
from garde.probing.probes.ldap import LDAP, read
from tests.agents import slapd
from tests.hostile import hostile, probed, slow


def test_a_directory_takes_us_and_another_forbids_it() -> None:
    with slapd() as port:
        result = probed(LDAP, port)
        with slow(port) as late:
            assert probed(LDAP, late, slow=200).state == "slow"
    assert (result.state, result.code, result.metrics["result"]) == ("up", "ok", 0)
    with slapd("disallow bind_anon") as port:
        result = probed(LDAP, port)
    assert (result.state, result.code) == ("up", "ldap.no-anonymous")


@pytest.mark.parametrize(
    ("mood", "code"),
    [("refuse", "probe.refused"), ("hang", "probe.hanging"), ("garbage", "probe.garbage"), ("drip", "probe.dripping"),
     ("close", "probe.closed"), ("reset", "probe.reset")],
)  # fmt: skip
def test_peers_that_misbehave(mood: str, code: str) -> None:
    with hostile(mood, b"\x30\x0c\x02\x01\x01\x61") as port:
        result = probed(LDAP, port, timeout=0.5)
    assert (result.state, result.code) == ("down", code)


def test_codes() -> None:
    assert read(bytes.fromhex("300c02010161070a013304000400")) == 51
    with pytest.raises(Malformed, match="probe.garbage"):
        read(bytes.fromhex("300c02010261070a010004000400"))
