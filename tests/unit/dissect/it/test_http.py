"""HTTP, exchange by exchange."""

from __future__ import annotations

import base64
import gzip

import pytest

from garde.dissect.it.http import HTTP
from garde.dissect.spec import Malformed
from tests.captures.http.messages import DESCRIPTION, PAGE, answer, get
from tests.captures.ntlm import messages as ntlm
from tests.playbook import Playbook


def test_client_server_and_title() -> None:
    book = Playbook(HTTP, port=80)
    asked, told = get("/", "User-Agent: curl/8.1"), answer(PAGE, "Server: Orthanc/1.12", "Content-Type: text/html")
    assert book.likely(asked) == 0.95 and book.likely(told) == 0.95
    book.client(asked)
    book.server(told)
    said = [(fact.attribute, fact.value, fact.about) for fact in book.facts]
    assert said == [
        ("client", "http", "sender"),
        ("user_agent", "curl/8.1", "sender"),
        ("peer_name", "pacs.example", "sender"),
        ("service", "http", "sender"),
        ("http.server", "Orthanc/1.12", "sender"),
        ("http.title", "Orthanc & Co", "sender"),
    ]
    places = {fact.attribute: (fact.start, fact.end) for fact in book.facts}
    assert asked[slice(*places["user_agent"])] == b"curl/8.1"
    assert told[slice(*places["http.server"])] == b"Orthanc/1.12"
    assert told[slice(*places["http.title"])] == b"Orthanc &amp; Co"


def test_an_encoded_page_has_a_title_without_place() -> None:
    book = Playbook(HTTP)
    book.client(get("/ui/index.html"))
    told = answer(gzip.compress(PAGE, mtime=0), "Content-Type: text/html", "Content-Encoding: gzip")
    book.server(told)
    (title,) = (fact for fact in book.facts if fact.attribute == "http.title")
    assert (title.value, title.start, title.end) == ("Orthanc & Co", told.index(b"\x1f\x8b"), told.index(b"\x1f\x8b"))


@pytest.mark.parametrize("path", ["/viewer/study/7", "/?patient=dupont", "/Patient/7"])
def test_inner_pages_may_name_patients(path: str) -> None:
    book = Playbook(HTTP)
    book.client(get(path))
    book.server(answer(PAGE, "Content-Type: text/html"))
    assert book.values("http.title") == []


@pytest.mark.parametrize("title", [b"Patient DUPONT", b"Study 10045533"])
def test_titles_that_name_patients(title: bytes) -> None:
    book = Playbook(HTTP)
    book.client(get("/"))
    book.server(answer(b"<title>" + title + b"</title>", "Content-Type: text/html"))
    assert book.values("http.title") == []


def test_pipelined_requests_meet_their_answers() -> None:
    book = Playbook(HTTP)
    book.client(get("/a/b/c") + get("/"))
    book.server(answer(b"<title>inner</title>", "Content-Type: text/html") + answer(PAGE, "Content-Type: text/html"))
    assert book.values("http.title") == ["Orthanc & Co"]


@pytest.mark.parametrize(
    ("path", "header", "api"),
    [
        ("/fhir/Device/1", "", "fhir"),
        ("/r4/Patient?name=dupont", "", "fhir"),
        ("/metadata", "", "fhir"),
        ("/x", "Accept: application/fhir+json", "fhir"),
        ("/dicom-web/studies/1.2.3", "", "dicomweb"),
        ("/wado?requestType=WADO", "", "dicomweb"),
        ("/x", "Accept: application/dicom+json", "dicomweb"),
        ("/onvif/device_service", "", "onvif"),
        ("/ipp/print", "", "ipp"),
        ("/metadata/instance", "", None),
        ("/index.html", "", None),
    ],
)
def test_interfaces(path: str, header: str, api: str | None) -> None:
    book = Playbook(HTTP)
    book.client(get(path, header) if header else get(path))
    found = [(fact.value, fact.about) for fact in book.facts if fact.attribute == "http.api"]
    assert found == ([(api, "receiver")] if api else [])
    assert not any("dupont" in fact.value for fact in book.facts)


def test_a_servers_media_type_is_its_own() -> None:
    book = Playbook(HTTP)
    book.server(answer(b"{}", "Content-Type: application/fhir+json"))
    assert [(fact.value, fact.about) for fact in book.facts if fact.attribute == "http.api"] == [("fhir", "sender")]


def test_realm_and_ntlm() -> None:
    token = base64.b64encode(ntlm.challenge({1: "PACS", 4: "ward.example"})).decode()
    book = Playbook(HTTP)
    told = answer(b"", 'WWW-Authenticate: Basic realm="é PACS"', f"WWW-Authenticate: NTLM {token}", status="401 No")
    book.server(told)
    (realm,) = (fact for fact in book.facts if fact.attribute == "http.realm")
    assert (realm.value, told[realm.start : realm.end].decode()) == ("é PACS", "é PACS")
    assert book.values("os_build") == ["6.1.7601"] and book.values("hostname") == ["PACS"]
    assert {fact.source for fact in book.facts if fact.attribute in ("hostname", "os_build")} == {"ntlm"}


def test_a_client_of_ntlm_is_named_and_its_user_is_not() -> None:
    token = base64.b64encode(ntlm.authenticate("WARD", "dr.house", "READER-3")).decode()
    book = Playbook(HTTP)
    book.client(get("/", f"Authorization: NTLM {token}", "Cookie: session=dr.house"))
    assert book.values("hostname") == ["READER-3"] and not any("house" in fact.value for fact in book.facts)


def test_upnp_description() -> None:
    book = Playbook(HTTP)
    told = answer(DESCRIPTION, 'Content-Type: text/xml; charset="utf-8"')
    book.server(told)
    (serial,) = (fact for fact in book.facts if fact.attribute == "serial")
    assert told[serial.start : serial.end] == b"0017882F1A2B" and serial.source == "upnp.description"


def test_the_same_facts_however_split() -> None:
    def play(step: int) -> Playbook:
        book = Playbook(HTTP)
        answers = answer(PAGE, "Server: x", "Content-Type: text/html") + answer(DESCRIPTION, "Content-Type: text/xml")
        for send, data in ((book.client, get("/") + get("/d.xml")), (book.server, answers)):
            for at in range(0, len(data), step):
                send(data[at : at + step])
        return book

    whole = play(10_000).facts
    assert len(whole) == 15
    assert play(1).facts == whole and play(13).facts == whole


def test_joins_in_the_middle() -> None:
    book = Playbook(HTTP)
    book.server(b"tail of a body\r\n" + answer(b"", "Server: Apache"), gap=-1)
    assert book.values("http.server") == ["Apache"]


def test_behind_a_tunnel_others_speak() -> None:
    book = Playbook(HTTP)
    book.client(b"CONNECT far.example:443 HTTP/1.1\r\n\r\n")
    book.server(b"HTTP/1.1 200 OK\r\n\r\n")
    assert book.session.done


def test_head_has_no_body() -> None:
    book = Playbook(HTTP)
    book.client(b"HEAD / HTTP/1.1\r\n\r\n")
    book.server(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nHTTP/1.1 200 OK\r\nServer: b\r\n\r\n")
    assert book.values("http.server") == ["b"]


def test_cameras_speak_rtsp() -> None:
    book = Playbook(HTTP)
    data = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: Rtsp Server/3.0\r\n\r\n"
    assert book.likely(data) == 0.95
    book.server(data)
    assert book.values("service") == ["rtsp"] and book.values("http.server") == ["Rtsp Server/3.0"]


@pytest.mark.parametrize(
    "other", [b"SSH-2.0-x\r\n", b"GETX / HTTP/1.1\r\n", b"GET name\r\n", b"\x16\x03\x01", b"", b"MSH|^~\\&"]
)
def test_other_protocols(other: bytes) -> None:
    assert Playbook(HTTP, port=80).likely(other) == 0.0


def test_no_http() -> None:
    with pytest.raises(Malformed):
        Playbook(HTTP).client(b"MSH|^~\\&|A|B\r")


def test_every_truncation_tells_a_beginning_of_the_whole() -> None:
    data = answer(DESCRIPTION, "Server: x", "Content-Type: text/xml")
    whole = Playbook(HTTP)
    whole.server(data)
    for size in range(len(data)):
        part = Playbook(HTTP)
        part.server(data[:size])
        assert part.facts == whole.facts[: len(part.facts)]
