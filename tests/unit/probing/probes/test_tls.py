"""When a certificate ends, as its holder shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.probing.probes.tls import TLS, read
from tests.hostile import hostile, probed, slow
from tests.peers import papers
from tests.unit.probing.probes.test_http import server


def test_a_certificate_of_one_day(tmp_path: Path) -> None:
    with server(tls=papers(tmp_path)) as port:
        result = probed(TLS, port)
        assert (result.state, result.code) == ("up", "tls.expiring")
        assert 0 < result.metrics["days_left"] <= 1 and result.evidence["issuer"] == "CN=Authority of the tests"
        assert result.evidence["version"] == "TLSv1.3"
        assert probed(TLS, port, days="0").code == "ok"
        with slow(port) as late:
            assert probed(TLS, late, slow=200, days="0").state == "slow"


def test_past_and_future(tmp_path: Path) -> None:
    made = x509.load_pem_x509_certificate(papers(tmp_path).certificate.read_bytes())
    der, ends = made.public_bytes(Encoding.DER), made.not_valid_after_utc.timestamp()
    assert (read(der, ends + 1).code, read(der, ends + 1).down) == ("tls.expired", True)
    assert read(der, made.not_valid_before_utc.timestamp() - 9).code == "tls.not-yet"


@pytest.mark.parametrize(
    ("mood", "code"),
    [("refuse", "probe.refused"), ("hang", "probe.hanging"), ("garbage", "probe.garbage"), ("drip", "probe.dripping"),
     ("close", "probe.closed"), ("reset", "probe.reset")],
)  # fmt: skip
def test_peers_that_misbehave(mood: str, code: str) -> None:
    with hostile(mood, b"\x16\x03\x03\x00\x7a\x02") as port:
        result = probed(TLS, port, timeout=0.5)
    assert (result.state, result.code) == ("down", code)


@given(st.binary(max_size=300))
def test_any_certificate(raw: bytes) -> None:
    with pytest.raises(Malformed, match=r"tls\.certificate"):
        read(raw, 0.0)
