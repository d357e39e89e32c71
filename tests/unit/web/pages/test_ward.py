"""A ward sees its own equipment in plain words, and reports a problem in a minute."""

from __future__ import annotations

import pytest

from garde.model.finding import judgement
from garde.model.photo import LARGEST
from garde.web.pages.ward import WardPage
from garde.web.site import Site
from tests.pages import HOSTILE, PUMP, STRANGER, Reader, documented

HERE = {"sec-fetch-site": "same-origin"}
WARD = "/ward/R%C3%A9a%20A"
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)


def report(reader: Reader, files: dict[str, object] | None = None, **data: str) -> tuple[int, str]:
    sent = files if files is not None else {"photo": ("", b"")}
    answer = reader.post(f"{WARD}/reports", data=data, files=sent, headers={**HERE, "accept": "application/json"})
    return answer.status_code, answer.text


def test_the_record_is_documented() -> None:
    assert documented(WardPage)


def test_a_quiet_ward_is_told_so(reader: Reader) -> None:
    page = reader.page(WARD)
    assert "Everything is normal in your ward." in page.text
    assert "critical" not in page.text.lower().split("care")[0]


def test_a_report_is_a_finding_the_ward_sees_at_once(writer: Reader) -> None:
    status, _ = report(
        writer, problem="no-link", device=PUMP, words=f"since noon {HOSTILE}", care="1", by="Léa",
        files={"photo": ("x.svg", JPEG, "image/svg+xml")},
    )  # fmt: skip
    assert status == 303
    page = writer.page(f"{WARD}?sent=1")
    assert "Your report was taken" in page.text and "Its values do not reach the record" in page.text
    (one,) = (
        writer.get("/alerts.json?rule=ward.report&shelf=open").json() or writer.get("/alerts.json?shelf=mine").json()
    )
    assert (one["severity"], one["device"], one["holder"]) == ("high", PUMP, "role:biomedical")
    assert {"ward: Réa A", "problem: no-link", "by: Léa"} <= set(one["reasons"])
    photo = writer.get(f"/findings/{one['id']}/photo")
    assert (photo.headers["content-type"], photo.content) == ("image/jpeg", JPEG)


@pytest.mark.parametrize(
    ("data", "files", "code"),
    [
        ({"problem": "boredom"}, None, "report.problem"),
        ({"problem": "other", "device": STRANGER}, None, "report.device"),
        ({"problem": "other"}, {"photo": ("a.jpg", b"<svg onload=alert(1)>")}, "report.photo"),
        ({"problem": "other"}, {"photo": ("a.jpg", JPEG + bytes(LARGEST))}, "report.photo"),
    ],
)
def test_what_cannot_be_reported(
    writer: Reader, data: dict[str, str], files: dict[str, object] | None, code: str
) -> None:
    status, text = report(writer, files, **data)
    assert status == 422 and code in text


def test_an_outage_of_its_device_is_told_and_one_elsewhere_is_not(own: Site, writer: Reader) -> None:
    own.say(judgement("certificate.expiry", 5, severity="high", kind="outage", device=PUMP, identifier="x"))
    own.say(judgement("certificate.expiry", 5, severity="high", kind="outage", device=STRANGER, identifier="x"))
    page = writer.page(WARD)
    assert "Everything works, except" in page.text and len(page.select(".cards li")) == 1


def test_wards_are_listed_and_an_unknown_one_is_missing(reader: Reader) -> None:
    assert reader.get("/ward").headers.get("location") == WARD or "Réa A" in reader.get("/ward").text
    assert reader.get("/ward/None", headers={"accept": "application/json", "authorization": "x"}).status_code == 404
