"""PostgreSQL greets us and lets a user begin; MySQL says its version."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from garde.errors import Malformed
from garde.probing.probes.sql import SQL, greeting, refusal
from tests.hostile import hostile, probed, slow, told
from tests.servers import postgres


def test_postgresql() -> None:
    with postgres() as url:
        port = urlsplit(url).port or 0
        greeted = probed(SQL, port)
        user = probed(SQL, port, user="garde", database="postgres")
        nobody = probed(SQL, port, user="nobody", database="postgres")
        with slow(port) as late:
            assert probed(SQL, late, slow=200).state == "slow"
    assert (greeted.state, greeted.evidence) == ("up", {"tls": "no"})
    assert (user.state, user.evidence["login"]) == ("up", "none")
    assert (nobody.state, nobody.code) == ("down", "sql.28000")


def test_mysql() -> None:
    body = b"\x0a8.0.36-site\0" + bytes(40)
    answer = told(SQL, len(body).to_bytes(3, "little") + b"\0" + body, engine="mysql")
    assert getattr(answer, "evidence", None) == {"version": "8.0.36-site"}
    full = greeting(b"\xff\x10\x04Too many connections")
    assert (full.code, full.down) == ("sql.1040", True)
    with pytest.raises(Malformed, match="probe.garbage"):
        greeting(b"\x09x\0")


def test_an_error_has_its_sqlstate() -> None:
    assert refusal(b"SFATAL\0C57P03\0Mstarting up\0\0").code == "sql.57p03"


@pytest.mark.parametrize(
    ("mood", "code"),
    [("refuse", "probe.refused"), ("hang", "probe.hanging"), ("garbage", "probe.garbage"), ("drip", "probe.dripping"),
     ("close", "probe.closed"), ("reset", "probe.reset")],
)  # fmt: skip
def test_peers_that_misbehave(mood: str, code: str) -> None:
    with hostile(mood, b"N" + b"R" + bytes(3)) as port:
        result = probed(SQL, port, timeout=0.5, user="x")
    assert (result.state, result.code) == ("down", code)


def test_a_hostile_greeting_of_mysql() -> None:
    with hostile("garbage") as port:
        assert probed(SQL, port, timeout=0.5, engine="mysql").code == "probe.garbage"
    with hostile("drip", b"\x20\0\0\0\x0a") as port:
        assert probed(SQL, port, timeout=0.5, engine="mysql").code == "probe.dripping"
