"""A name server answers, does not know, or is somebody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.probing.probes.dns import DNS, query, read
from tests.agents import dnsmasq
from tests.hostile import NONSENSE, datagrams, hostile, probed


def test_a_name_server() -> None:
    with dnsmasq() as port:
        known = probed(DNS, port, name="pacs.example", type="A")
        unknown = probed(DNS, port, name="no.example", type="A")
        assert probed(DNS, port, name="pacs.example", type="A", slow=0.0).state == "slow"
    assert (known.state, known.code, known.metrics["answers"]) == ("up", "ok", 1)
    assert (unknown.state, unknown.code) == ("down", "dns.nxdomain")


def test_peers_that_misbehave() -> None:
    with hostile("refuse") as port:
        assert probed(DNS, port).code == "probe.refused"
    with datagrams(lambda _: None) as port:
        assert probed(DNS, port, timeout=0.3).code == "probe.silent"
    with datagrams(lambda _: NONSENSE) as port:
        assert probed(DNS, port).code == "probe.garbage"
    with datagrams(lambda asked: bytes([asked[0] ^ 1]) + asked[1:2] + b"\x81\x80" + asked[4:]) as port:
        assert probed(DNS, port).code == "probe.garbage"


@pytest.mark.parametrize("name", ["a..b", "-a", "a b", "é", "x" * 64, ".".join(["abcdefghi"] * 26)])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(Malformed, match="probe.option"):
        query(1, name, 1)


@given(st.binary(max_size=60))
def test_any_answer(raw: bytes) -> None:
    asked = query(7, "a.example", 1)
    for octets in (raw, asked[:2] + b"\x81\x80" + raw):
        try:
            assert read(octets, asked).code
        except Malformed as error:
            assert error.code == "probe.garbage"
