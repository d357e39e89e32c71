"""A provider that is slow, down, hostile or wrong is refused within limits."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, OKPKey

from garde.errors import Unreachable
from garde.web import discovery
from garde.web.discovery import KEPT, LARGEST, Discovery, Metadata, client_of, read
from tests.provider.hostile import ISSUER, Hostile, key


def found(op: Hostile, clock: Callable[[], float] = lambda: 0.0) -> Discovery:
    return Discovery(ISSUER, client_of(transport=httpx.MockTransport(op.answer)), clock)


def code(ask: Callable[[], object]) -> str:
    with pytest.raises(Unreachable) as caught:
        ask()
    return caught.value.code


def test_answers_are_kept_for_an_hour() -> None:
    op, now = Hostile(), [0.0]
    one = found(op, lambda: now[0])
    for _ in range(3):
        assert one.metadata().token_endpoint == f"{ISSUER}/token"
        assert [kept.kid for kept in iter(one.keys())] == ["k1"]
    assert op.paths() == ["/.well-known/openid-configuration", "/keys"]
    now[0] = KEPT + 1
    one.keys()
    assert op.paths()[2:] == ["/.well-known/openid-configuration", "/keys"]


@pytest.mark.parametrize(
    ("metadata", "refusal"),
    [
        ({"issuer": "https://evil.test"}, "oidc.issuer"),
        ({"issuer": f"{ISSUER}/"}, "oidc.issuer"),
        ({"issuer": 5}, "oidc.answer"),
        ({"token_endpoint": "http://sso.chu.test/token"}, "oidc.answer"),
        ({"jwks_uri": "file:///etc/passwd"}, "oidc.answer"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "oidc.answer"),
        ({"authorization_endpoint": "https://[broken/"}, "oidc.answer"),
        ({"userinfo_endpoint": "//evil.test"}, "oidc.answer"),
        ({"authorization_endpoint": "https://sso.chu.test/a\r\nset-cookie: x=1"}, "oidc.answer"),
        ({"authorization_endpoint": "https://sso.chu.test/é"}, "oidc.answer"),
        ({"token_endpoint": None}, "oidc.answer"),
    ],
)
def test_a_provider_that_describes_itself_wrongly(metadata: dict[str, Any], refusal: str) -> None:
    op = Hostile()
    op.metadata = metadata
    assert code(found(op).metadata) == refusal


@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 100_000, b"[]", b"null", b'{"keys": 5}', b'{"keys": [1]}'])
def test_keys_that_are_none(content: bytes) -> None:
    op = Hostile()
    op.instead["/keys"] = lambda _: httpx.Response(200, content=content)
    assert code(found(op).keys) == "oidc.answer"


def test_only_sound_public_keys_for_signatures_are_taken() -> None:
    rows: list[dict[str, Any]] = [
        OctKey.generate_key(256, {"kid": "oct"}).as_dict(private=True),
        OKPKey.generate_key("Ed25519", {"kid": "okp"}).as_dict(private=False),
        key("enc").as_dict(private=False) | {"use": "enc"},
        key("small").as_dict(private=False) | {"n": key().as_dict(private=False)["n"][:170]},
        key("vast").as_dict(private=False) | {"n": "A" * 100_000},
        key("odd").as_dict(private=False) | {"n": "%" * 400},
        {"kty": ["RSA"]},
        {"kty": "RSA", "n": 3, "e": None},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "pqc", "kid": "new"},
        {},
    ]
    op = Hostile()
    op.instead["/keys"] = lambda _: httpx.Response(200, json={"keys": rows})
    assert code(found(op).keys) == "oidc.answer"
    rows += [key().as_dict(private=True), ECKey.generate_key("P-256", {"kid": "ec"}).as_dict(private=False)]
    kept = found(op).keys()
    assert [(one.kid, one.is_private) for one in kept] == [("k1", False), ("ec", False)]


@given(row=st.dictionaries(st.sampled_from(["kty", "n", "e", "x", "y", "crv", "use", "kid", "alg"]), st.one_of(
    st.sampled_from(["RSA", "EC", "P-256", "sig", "AQAB", "A" * 344]), st.text(max_size=20), st.integers(), st.none()
)))  # fmt: skip
def test_any_row_is_a_key_or_nothing(row: dict[str, Any]) -> None:
    made = discovery._key(row)
    assert made is None or not made.is_private


class Parts(httpx.SyncByteStream):
    """An answer without end, and how much of it was read."""

    def __init__(self) -> None:
        self.read = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.read += 1 << 10
            yield b" " * (1 << 10)


def test_an_answer_without_end_is_cut() -> None:
    op, parts = Hostile(), Parts()
    op.instead["/keys"] = lambda _: httpx.Response(200, stream=parts)
    assert code(found(op).keys) == "oidc.too-large"
    assert parts.read <= LARGEST + (1 << 10)


def test_an_answer_that_drips_is_cut() -> None:
    now = [0.0]

    class Drips(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for _ in range(1000):
                now[0] += 1.0
                yield b" "

    op = Hostile()
    op.instead["/keys"] = lambda _: httpx.Response(200, stream=Drips())
    bounded = discovery.Bounded(httpx.MockTransport(op.answer), lambda: now[0])
    one = Discovery(ISSUER, httpx.Client(transport=bounded))
    assert code(one.keys) == "oidc.unreachable"
    assert now[0] < 15


def test_a_packed_answer_is_not_unpacked() -> None:
    op = Hostile()
    op.instead["/keys"] = lambda _: httpx.Response(
        200, content=gzip.compress(b" " * (1 << 24), mtime=0), headers={"content-encoding": "gzip"}
    )
    assert code(found(op).keys) == "oidc.answer"
    assert {request.headers["accept-encoding"] for request in op.asked} == {"identity"}


@pytest.mark.parametrize("status", [204, 301, 404, 429, 500])
def test_an_error_is_no_answer_and_nothing_is_followed(status: int) -> None:
    op = Hostile()
    op.instead["/keys"] = lambda _: httpx.Response(status, headers={"location": "https://evil.test/keys"}, json={})
    assert code(found(op).keys) == "oidc.unreachable"
    assert {request.url.host for request in op.asked} == {"sso.chu.test"}


def test_nothing_answers() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        issuer = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert code(Discovery(issuer, client_of()).metadata) == "oidc.unreachable"


def test_a_silent_peer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "SILENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        issuer = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert code(Discovery(issuer, client_of()).metadata) == "oidc.unreachable"


def test_a_slow_provider_does_not_take_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "WAIT", 0.01)
    one, leave, inside = found(Hostile()), threading.Event(), threading.Semaphore(0)

    def wait() -> None:
        with one.turn():
            inside.release()
            leave.wait(10)

    threads = [threading.Thread(target=wait) for _ in range(discovery.TOGETHER)]
    for thread in threads:
        thread.start()
    for _ in threads:
        inside.acquire(timeout=10)

    def ask() -> None:
        with one.turn():
            raise AssertionError("there was no place left")

    assert code(ask) == "oidc.busy"
    leave.set()
    for thread in threads:
        thread.join(10)
    with one.turn():
        pass


def test_cookies_of_the_provider_are_not_kept() -> None:
    op = Hostile()
    right = op._keys
    op.instead["/keys"] = lambda request: httpx.Response(
        200, json=right(request).json(), headers={"set-cookie": "spy=1; Path=/"}
    )
    one = found(op)
    one.keys()
    one.ask("GET", f"{ISSUER}/userinfo", headers={"authorization": "Bearer at-1"})
    assert "cookie" not in op.asked[-1].headers


def test_authorities_that_cannot_be_read(tmp_path: Path) -> None:
    assert code(lambda: client_of(str(tmp_path / "none.pem"))) == "oidc.authority"
    (tmp_path / "none.pem").write_text("no certificate")
    assert code(lambda: client_of(str(tmp_path / "none.pem"))) == "oidc.authority"


@given(content=st.binary(max_size=200))
def test_any_bytes_are_metadata_or_a_refusal(content: bytes) -> None:
    with pytest.raises(Unreachable):
        read(httpx.Response(200, content=content), Metadata)
