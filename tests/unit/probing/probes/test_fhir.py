"""A FHIR server says what it can do, in one piece or in chunks."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.probing.probes.fhir import FHIR, read
from tests.hostile import hostile, probed, serving, slow, told

STATEMENT = json.dumps(
    {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "status": "active",
     "software": {"name": "Server", "version": "7"}}
).encode()  # fmt: skip


def test_a_server_says_what_it_can_do() -> None:
    asked: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(STATEMENT) + STATEMENT)
        await writer.drain()

    with serving(handle) as port:
        result = probed(FHIR, port, tls="no", path="/r4/")
        with slow(port) as late:
            assert probed(FHIR, late, tls="no", slow=200).state == "slow"
    assert (result.state, result.code) == ("up", "ok")
    assert result.evidence == {"version": "4.0.1", "status": "active", "software": "Server 7"}
    assert asked[0].startswith(b"GET /r4/metadata HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("head", "body"),
    [(b"Transfer-Encoding: chunked", b"5\r\n" + STATEMENT[:5] + b"\r\n%x\r\n" % len(STATEMENT[5:]) + STATEMENT[5:]
      + b"\r\n0\r\n\r\n"), (b"X: y", STATEMENT)],
    ids=["chunks", "until-closed"],
)  # fmt: skip
def test_framings(head: bytes, body: bytes) -> None:
    answer = told(FHIR, b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + body)
    assert getattr(answer, "code", "") == "ok"


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"<html>", "probe.garbage"), (b"[]", "fhir.no-statement"), (b"[" * 5000, "probe.garbage")],
    ids=["html", "list", "deep"],
)
def test_what_is_no_statement(raw: bytes, code: str) -> None:
    with pytest.raises(Malformed, match=code):
        read(raw)
    assert getattr(told(FHIR, b"HTTP/1.1 403 no\r\nContent-Length: 0\r\n\r\n"), "code", "") == "http.403"


@pytest.mark.parametrize(
    ("mood", "code"),
    [("refuse", "probe.refused"), ("hang", "probe.hanging"), ("garbage", "probe.garbage"), ("drip", "probe.dripping"),
     ("close", "probe.closed"), ("reset", "probe.reset")],
)  # fmt: skip
def test_peers_that_misbehave(mood: str, code: str) -> None:
    with hostile(mood, b"HTTP/1.1 200 OK\r\n") as port:
        result = probed(FHIR, port, timeout=0.5, tls="no")
    assert (result.state, result.code) == ("down", code)


@given(
    st.dictionaries(
        st.sampled_from(["resourceType", "fhirVersion", "software", "status"]),
        st.one_of(st.none(), st.text(max_size=5), st.just("CapabilityStatement"), st.lists(st.none())),
    )
)
def test_any_object(said: dict[str, object]) -> None:
    try:
        assert read(json.dumps(said).encode()).code in ("ok", "fhir.no-version", "fhir.outcome")
    except Malformed:
        assert said.get("resourceType") != "CapabilityStatement"
