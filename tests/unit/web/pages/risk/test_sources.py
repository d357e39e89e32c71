"""Documents: imported on the page, named with their publisher and day, refused with their place."""

from __future__ import annotations

import hashlib

import pytest

from garde.model.risk.vulnerability import Reading, Shelved
from garde.web.pages.risk.sources import SourcePage, SourcesPage
from garde.web.site import Site
from tests import feeds
from tests.pages import HOSTILE, Reader, documented
from tests.unit.web.pages.risk.conftest import documents, sent


def test_the_records_are_documented() -> None:
    assert documented(SourcesPage) and documented(SourcePage)


def test_what_is_imported_is_listed_with_digest_and_person(told: Site, writer: Reader) -> None:
    files = documents()
    page = writer.page("/risk/sources")
    for data in files.values():
        name = hashlib.sha256(data).hexdigest()
        assert page.find("a", href=f"/risk/sources/{name}") is not None
        one = writer.page(f"/risk/sources/{name}")
        assert name in one.text and "k.morel" in one.text
    assert {one.file for one in told.store.all(Shelved)} == set(files)
    counts = {one["source"]["format"]: one["kept"] for one in writer.get("/risk/sources.json").json()}
    assert counts["epss"] == 2 and counts.keys() == {"csaf", "kev", "epss", "cyclonedx", "mds2"}
    only = writer.page("/risk/sources?format=kev")
    assert len(only.select("tbody tr")) == 1


def test_the_same_document_again_changes_nothing(told: Site, writer: Reader) -> None:
    assert sent(writer, documents()).status_code == 303
    assert len(list(told.store.all(Reading))) == 5


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "feed"), (b"{}", "feed.format"), (b'{"catalogVersion": 1, "vulnerabilities": 2}', "kev"),
     (b"PK\x03\x04", "mds2"),
     (HOSTILE.encode(), "feed.format")],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_the_rest_is_kept(own: Site, writer: Reader, data: bytes, code: str) -> None:
    answer = sent(writer, {HOSTILE: data, "kev.json": feeds.octets(feeds.kev())})
    assert answer.status_code == 422 and code in answer.text and "<script>alert" not in answer.text
    assert [one.source.format for one in own.store.all(Reading)] == ["kev"]
    assert "Files not taken: 1" in answer.text and "Files taken: 1" in answer.text


def test_nothing_sent_is_said(writer: Reader) -> None:
    assert "source.empty" in writer.post("/risk/sources", data={"person": "x"}).text
    assert writer.get("/risk/sources/none").status_code == 404


def test_rows_that_were_refused_stand_with_their_place(own: Site, writer: Reader) -> None:
    document = feeds.kev()
    document["vulnerabilities"].append(document["vulnerabilities"][0] | {"cveID": "none"})
    document["count"] = 2
    assert sent(writer, {"kev.json": feeds.octets(document)}).status_code == 303
    (one,) = own.store.all(Reading)
    section = writer.page(f"/risk/sources/{one.source.id}").find(id="refused")
    assert section is not None and one.refused[0].place in section.parent.text  # type: ignore[union-attr]
