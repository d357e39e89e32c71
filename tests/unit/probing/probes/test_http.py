"""Web servers, honest and not."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.probing.probes.http import HTTP, HTTPS, parse, request
from tests.hostile import hostile, probed, slow
from tests.peers import Papers, papers


@contextlib.contextmanager
def server(status: int = 200, tls: Papers | None = None) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    if tls:
        made.socket = tls.context().wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made.server_address[1]
    finally:
        made.shutdown()
        made.server_close()
        thread.join(10)


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [(200, "up", "ok"), (404, "up", "ok"), (501, "up", "ok"), (503, "down", "http.503")],
)
def test_a_status(status: int, state: str, code: str) -> None:
    with server(status) as port:
        result = probed(HTTP, port)
    assert (result.state, result.code, result.metrics["status"]) == (state, code, status)
    assert "Python" in result.evidence["server"]


def test_over_tls_and_slow(tmp_path: Path) -> None:
    with server(tls=papers(tmp_path)) as port:
        assert probed(HTTPS, port).metrics["handshake_ms"] > 0
        assert probed(HTTP, port).state == "down"
        with slow(port) as late:
            assert probed(HTTPS, late, slow=200).state == "slow"


@pytest.mark.parametrize(
    ("mood", "code"),
    [("refuse", "probe.refused"), ("hang", "probe.hanging"), ("garbage", "probe.garbage"), ("drip", "probe.dripping"),
     ("close", "probe.closed"), ("reset", "probe.reset")],
)  # fmt: skip
def test_peers_that_misbehave(mood: str, code: str) -> None:
    with hostile(mood, b"HTTP/1.1 200 OK\r\n") as port:
        result = probed(HTTP, port, timeout=0.6)
    assert (result.state, result.code) == ("down", code)


def test_one_request_stays_one() -> None:
    with pytest.raises(Malformed, match="probe.option"):
        request("HEAD", "/ HTTP/1.1\r\nX: y", "host")


@given(st.binary(max_size=200))
def test_any_head(raw: bytes) -> None:
    for octets in (raw, b"HTTP/1.1 200 \r\n" + raw):
        try:
            assert 100 <= parse(octets).status < 600
        except Malformed:
            assert not octets.startswith(b"HTTP/1.1 200 \r\n")
