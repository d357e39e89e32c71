"""HTTP heard: requests without their address, accounts, bodies in all their wrappings."""

from __future__ import annotations

import gzip
import hashlib

from garde.dissect.listen.http import HTTP
from tests.lookouts import Listening


def files(play: Listening) -> list[bytes]:
    return [one.octets for one in play.told if one.kind == "file.seen"]


def test_a_request_tells_its_host_and_a_digest_of_its_address() -> None:
    play = Listening(HTTP, 80)
    data = b"GET /patient/DUPONT?x=1 HTTP/1.1\r\nHost: fhir:80\r\nUser-Agent: curl\r\n\r\n"
    assert play.likely(data) > 0.5
    play.client(data)
    (one,) = play.values("http.request")
    assert one["url"] == hashlib.sha256(b"fhir/patient/DUPONT?x=1").hexdigest()
    assert "DUPONT" not in str(one) and (one["host"], one["method"], one["agent"]) == ("fhir", "GET", "curl")


def test_an_account_refused_and_accepted() -> None:
    play = Listening(HTTP, 80)
    request = b"GET / HTTP/1.1\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\n\r\n"
    play.client(request)
    play.server(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")
    play.client(request)
    play.server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert [kind for kind in play.kinds() if kind.startswith("login")] == [
        "login.clear", "login.refused", "login.clear", "login.accepted",
    ]  # fmt: skip


def test_bodies_by_length_in_chunks_zipped_and_to_the_end() -> None:
    play = Listening(HTTP, 80)
    play.client(b"POST /a HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
    play.client(b"def")
    play.server(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
    zipped = gzip.compress(b"hello")
    play.server(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(zipped) + zipped)
    play.server(b"HTTP/1.1 200 OK\r\n\r\nto the end")
    assert files(play) == [b"abcdef", b"abcde", b"hello", b"to the end"]


def test_parts_of_a_study_that_is_stored() -> None:
    play = Listening(HTTP, 80)
    body = b"--b\r\nContent-Type: application/dicom\r\n\r\nONE\r\n--b\r\nX: y\r\n\r\nTWO\r\n--b--\r\n"
    head = b'POST /studies HTTP/1.1\r\nContent-Type: multipart/related; boundary="b"\r\nContent-Length: %d\r\n\r\n'
    play.client(head % len(body) + body)
    assert files(play) == [b"ONE", b"TWO"]


def test_a_gap_in_a_body_and_one_in_a_head() -> None:
    play = Listening(HTTP, 80)
    play.client(b"POST /a HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc")
    play.client(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", gap=500)
    assert [one["method"] for one in play.values("http.request")] == ["POST", "GET"]
