"""What is true of every page: it is found, it is safe, it is light, and it is built as the rules say."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

from garde.gate import HEADERS, LARGEST
from garde.web.site import STATIC, Site, asset, attribute_label, bars, inside, kind_label
from tests.pages import BIOMEDICAL, FINDING, PUMP, STRANGER, Reader, claim

PAGES = (
    "/devices",
    "/devices?kind=INF_SYR",
    "/devices?kind=INF_SYR&not.ward=R%C3%A9a+A",
    f"/devices/{STRANGER}",
    f"/devices/{STRANGER}/why/model",
    f"/devices/{PUMP}",
    f"/devices/{PUMP}/why/ward",
    "/",
    "/alerts",
    "/alerts?shelf=closed",
    f"/findings/{FINDING}",
    "/risk",
    "/risk?by=ward",
    "/risk/devices",
    "/risk/devices?ward=R%C3%A9a+A",
    "/risk/treatments",
    "/risk/matrices",
    "/risk/roadmap",
    "/risk/scoring?kind=INF_SYR",
    "/risk/models",
    f"/risk/models/one?device={STRANGER}",
    "/risk/software?name=dcmtk&below=9",
    "/risk/advisories",
    "/risk/forms",
    "/risk/names",
    "/risk/sources",
    "/risk/money?run=1",
    f"/devices/{STRANGER}/risk",
    f"/devices/{PUMP}/risk",
    "/zones",
    "/zones?view=map",
    "/zones?view=picture",
    "/zones?from=Z2&to=Z5",
    "/zones/flows?from=Z2&to=Z5",
    "/zones/close?from=Z2&to=Z5",
    "/zones/policy",
    "/onboarding",
    "/onboarding?state=unknown",
    "/actions",
    "/actions?shelf=over",
    "/oncall",
    "/ward",
    "/ward/R%C3%A9a%20A",
    "/search?q=r%C3%A9a",
    "/people",
    f"/people/{BIOMEDICAL}",
    "/kiosks",
    "/sensors",
    "/audit",
    "/evidence",
    "/sign-in",
    "/kiosk",
    "/import",
    "/style",
    "/glossary",
    "/accessibility",
    "/nothing-here",
)
#: The only htmx attributes that pages may use (reference of the pages §3.3).
ALLOWED = {
    "hx-get", "hx-post", "hx-target", "hx-swap", "hx-trigger", "hx-select", "hx-include", "hx-push-url", "hx-confirm",
    "hx-indicator", "hx-sync", "hx-preserve",
}  # fmt: skip
TEMPLATES = sorted((Path(__file__).parents[3] / "src/garde/web/templates").rglob("*.html"))


def soup(reader: Reader, path: str) -> BeautifulSoup:
    return reader.page(path, 404 if path == "/nothing-here" else 200)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole(site: Site, path: str, language: str) -> None:
    page = soup(Reader(site, language), path)
    assert page.html is not None and page.html["lang"] == language
    assert len(page.find_all("h1")) == 1 and len(page.find_all("main")) == 1
    assert page.title is not None and page.title.text.strip()
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for tag in page.find_all(["input", "select", "textarea"]):
        named = (
            tag.find_parent("label") or tag.get("aria-labelledby") or page.find("label", attrs={"for": tag.get("id")})
        )
        assert tag.get("type") == "hidden" or named, tag
    for table in page.find_all("table"):
        assert table.caption is not None, table
    for tag in page.find_all(attrs={"aria-labelledby": True}):
        assert str(tag["aria-labelledby"]) in ids, tag


@pytest.mark.parametrize("path", PAGES)
def test_no_page_needs_what_the_policy_forbids(reader: Reader, path: str) -> None:
    for tag in soup(reader, path).find_all(True):
        assert not tag.has_attr("style"), tag
        assert not [name for name in tag.attrs if name.startswith(("on", "hx-on"))], tag
        assert {name for name in tag.attrs if name.startswith("hx-")} <= ALLOWED, tag
        assert not str(tag.get("href", "")).lower().startswith(("javascript:", "data:", "http:", "//")), tag
        assert tag.name != "style"
        if tag.name == "script":
            assert str(tag["src"]).startswith("/static/") and not tag.text.strip()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_no_template_trusts_text(template: Path) -> None:
    text = template.read_text("utf-8")
    assert "| safe" not in text and "|safe" not in text and "autoescape" not in text
    assert not re.search(r'hx-trigger="[^"]*\[', text), "event filters need eval"
    assert not re.search(r'\bstyle="', text)


def shape(target: str) -> tuple[str, frozenset[str]]:
    """What addresses of one shape have in common: the screen, and which parameters are given."""
    parts = urlsplit(target)
    path = re.sub(r"/(d|f|p|j|w|a|o)-[\w-]+", "/…", re.sub(r"/why/[\w.]+", "/why", parts.path))
    path = re.sub(r"/(messages|ward)/.*", r"/\1/…", path)
    return path, frozenset(part.partition("=")[0] for part in parts.query.split("&") if part)


def links(page: BeautifulSoup, path: str) -> list[str]:
    """Where a page leads within the site; a jump inside the page must find its target."""
    found = []
    for tag in page.find_all(["a", "link", "script"]):
        target = str(tag.get("href") or tag.get("src") or "")
        if target.startswith("#"):
            assert page.find(id=target[1:]) is not None, (path, target)
        elif target:
            found.append(urljoin(path, target).partition("#")[0])
    return [target for target in found if not urlsplit(target).netloc]


def test_every_link_resolves(reader: Reader) -> None:
    """One address of each shape stands for its like; filters are followed one at a time."""
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = ["/devices", *PAGES[1:-1]]
    while todo:
        path = todo.pop()
        if shape(path) in seen or len(shape(path)[1]) > 1:
            continue
        seen.add(shape(path))
        answer = reader.get(path)
        assert answer.status_code in (200, 303), (path, answer.status_code)
        if answer.headers.get("content-type", "").startswith("text/html"):
            todo += links(BeautifulSoup(answer.text, "html.parser"), path)
    assert len(seen) > 25


@pytest.mark.parametrize("path", [*PAGES, "/devices.json", "/devices.csv", "/static/garde.css"])
def test_every_answer_carries_the_headers(reader: Reader, path: str) -> None:
    answer = reader.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", PAGES)
def test_hostile_text_harms_no_page(reader: Reader, path: str) -> None:
    answer = reader.get(path)
    assert "<script>alert" not in answer.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", answer.text)


def test_the_hostile_device_is_shown_isolated(reader: Reader) -> None:
    for path in ("/devices", f"/devices/{STRANGER}", f"/devices/{STRANGER}/why/model"):
        texts = [
            tag for tag in reader.page(path).find_all(string=re.compile("<script>")) if isinstance(tag.parent, Tag)
        ]
        shown = [tag for tag in texts if tag.parent is not None and tag.parent.name not in ("title", "option")]
        assert shown and all(tag.find_parent("bdi") is not None for tag in shown), path


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "http://elsewhere.example"}],
)
def test_another_site_may_not_post(reader: Reader, headers: dict[str, str]) -> None:
    answer = reader.post("/preferences", data={"lang": "fr"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "page.cross-origin")


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://garde.test"}, {}])
def test_this_site_and_programs_may_post(reader: Reader, headers: dict[str, str]) -> None:
    answer = reader.post("/preferences", data={"lang": "fr", "back": "/import"}, headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/import")
    assert "lang=fr" in answer.headers["set-cookie"]


def test_too_large_a_body_is_refused(reader: Reader) -> None:
    answer = reader.post("/import", content=b"", headers={"content-length": str(LARGEST + 1)})
    assert (answer.status_code, answer.json()["code"]) == (413, "page.too-large")


@pytest.mark.parametrize("back", ["//x.example", "http://x.example", "/\\x.example", "javascript:1", "", "/a\nb"])
def test_nobody_is_sent_elsewhere(back: str) -> None:
    assert inside(back) == "/"


def test_an_error_speaks_to_people_and_to_programs(site: Site) -> None:
    assert "Aucun dispositif" in Reader(site, "fr").get("/devices/d-none").text
    answer = Reader(site).get("/devices/d-none.json")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "device.unknown"
    assert Reader(site).post("/devices").status_code == 405


def test_language_and_theme_are_remembered(reader: Reader) -> None:
    page = BeautifulSoup(reader.get("/devices", headers={"cookie": "lang=fr; theme=dark"}).text, "html.parser")
    assert page.html is not None and (page.html["lang"], page.html["data-theme"]) == ("fr", "dark")
    page = BeautifulSoup(reader.get("/devices", headers={"cookie": "lang=xx; theme=x"}).text, "html.parser")
    assert page.html is not None and (page.html["lang"], page.html["data-theme"]) == ("en", "system")


def test_pages_are_light(reader: Reader) -> None:
    """Budgets of the reference of the pages §8; the vendored files count where they are."""
    assert len(reader.get("/devices").content) <= 60_000
    assert len(gzip.compress((STATIC / "garde.css").read_bytes(), mtime=0)) <= 14_000
    scripts = [*STATIC.glob("*.js"), *STATIC.glob("vendor/*.js")]
    assert sum(len(gzip.compress(file.read_bytes(), mtime=0)) for file in scripts) <= 30_000


def test_pages_do_without_vendored_files(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    monkeypatch.setitem(site.templates.globals, "asset", lambda name: "" if "vendor" in name else asset(name))
    page = Reader(site).page("/devices")
    assert "vendor" not in str(page.head)


def test_labels() -> None:
    assert (kind_label("CT", "fr"), kind_label("", "fr"), kind_label("x-ray gun", "en")) == (
        "scanner",
        "inconnu",
        "x-ray gun",
    )
    assert (attribute_label("serial", "fr"), attribute_label("zz", "en")) == ("numéro de série", "zz")


@pytest.mark.parametrize(("confidence", "many"), [(0.0, 1), (0.31, 2), (0.5, 2), (0.93, 5), (1.0, 5)])
def test_confidence_is_bars(confidence: float, many: int) -> None:
    assert bars(claim("model", "x", confidence)) == many
    assert bars(None) == 0
