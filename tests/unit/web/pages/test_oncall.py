"""The cards of the telephone and of the wall."""

from __future__ import annotations

from garde.web.pages.oncall import OnCallPage
from tests.pages import FINDING, Reader, documented

HERE = {"sec-fetch-site": "same-origin"}


def test_the_record_is_documented() -> None:
    assert documented(OnCallPage)


def test_a_card_is_taken_and_given_back_with_one_press(writer: Reader) -> None:
    assert len(writer.page("/oncall").select(".cards > li")) == 1
    path = f"/findings/{FINDING}/decisions"
    answer = writer.post(path, data={"verb": "take", "back": "/oncall"}, headers=HERE)
    assert answer.headers["location"] == "/oncall"
    assert "Give back" in writer.page("/oncall").text


def test_the_wall_has_cards_and_no_controls(reader: Reader) -> None:
    page = reader.page("/wall")
    assert page.select(".cards > li") and not page.select("form, button, a[href]")
    assert page.select_one("stale-banner .stale[hidden]") is not None
    assert "<script>alert" not in str(page)
