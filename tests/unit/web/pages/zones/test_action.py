"""One action: agreed to as it was shown, confirmed, undone; and every refusal keeps what was typed."""

from __future__ import annotations

import pytest

from garde.model.zones.action import ran
from garde.web.pages.zones.action import ActionPage, Move
from garde.web.site import Site
from tests.flowing import acting
from tests.pages import NOW, PUMP, Reader, documented


def say(reader: Reader, name: str, **words: str) -> int:
    """Say something of an action."""
    return reader.post(f"/actions/{name}/decisions", data=words).status_code


def test_the_records_are_documented() -> None:
    assert documented(ActionPage) and documented(Move)


def test_it_shows_the_way_back_before_it_is_done(guard: Reader, threatened: Site) -> None:
    text = " ".join(guard.page(f"/actions/{acting(threatened, 'quarantine').id}").text.split())
    assert "Back: Move the port of" in text and "How care goes on" in text and "Biomedical engineer –" in text


def test_what_needs_a_look_at_the_bedside_waits_for_it(guard: Reader, threatened: Site) -> None:
    one = acting(threatened, "quarantine")
    assert say(guard, one.id, verb="approve", shown=one.shown, person="bruno") == 303
    assert (acting(threatened, "quarantine").status, acting(threatened, "quarantine").confirms) == (
        "waiting",
        ("bedside",),
    )
    assert say(guard, one.id, verb="confirm", what="bedside", value="idle", person="chloe") == 303
    assert acting(threatened, "quarantine").status == "approved"
    text = guard.page(f"/actions/{one.id}").text
    assert "bruno" in text and "chloe" in text


def test_what_was_not_shown_is_not_agreed_to(guard: Reader, threatened: Site) -> None:
    one = acting(threatened, "cut", "d-ct")
    answer = guard.post(f"/actions/{one.id}/decisions", data={"verb": "approve", "shown": "other", "person": "anna"})
    assert answer.status_code == 403 and "action.shown" in answer.text
    assert acting(threatened, "cut", "d-ct").status == "waiting"


def test_a_refusal_needs_a_reason_and_keeps_the_form_open(guard: Reader, threatened: Site) -> None:
    one = acting(threatened, "cut", "d-ct")
    assert say(guard, one.id, verb="refuse", reason="") == 403
    assert say(guard, one.id, verb="refuse", reason="the scanner is being repaired", person="anna") == 303
    assert acting(threatened, "cut", "d-ct").status == "refused"
    assert "the scanner is being repaired" in guard.page(f"/actions/{one.id}").text


def test_what_is_in_force_is_put_off_and_taken_back(guard: Reader, threatened: Site) -> None:
    one = acting(threatened, "cut", PUMP)
    threatened.say(ran(one, "ran.apply", NOW + 60 * 10**9, by="gateway"))
    until = acting(threatened, "cut", PUMP).until
    assert say(guard, one.id, verb="extend", minutes="300", reason="not over yet", person="anna") == 303
    assert acting(threatened, "cut", PUMP).until > until
    assert say(guard, one.id, verb="undo", reason="it was a repair", person="anna") == 303
    assert acting(threatened, "cut", PUMP).wants == "undo"


def test_a_work_order_is_shown_and_reported_done(guard: Reader, threatened: Site) -> None:
    one = acting(threatened, "cut", PUMP)
    threatened.say(ran(one, "order.apply", NOW + 60 * 10**9, by="hand", detail="On the gateway, drop <b>it</b>"))
    page = guard.page(f"/actions/{one.id}")
    assert "On the gateway, drop <b>it</b>" in page.text and page.find("b") is None
    assert say(guard, one.id, verb="confirm", what="by-hand", value="applied", person="anna") == 303
    assert acting(threatened, "cut", PUMP).status == "done"


def test_broken_glass_is_looked_at_by_somebody_else(guard: Reader, threatened: Site) -> None:
    one = acting(threatened, "cut", "d-ct")
    assert say(guard, one.id, verb="override", shown=one.shown, reason="it spreads", person="anna") == 303
    assert "Somebody broke the glass" in guard.page("/actions").text
    assert say(guard, one.id, verb="review", reason="looked", person="anna") == 403
    assert say(guard, one.id, verb="review", reason="looked", person="bruno") == 303
    assert "Somebody broke the glass" not in guard.page("/actions").text


@pytest.mark.parametrize("minutes", ["", "x", "-5", "²", "9" * 30])
def test_minutes_that_make_no_sense_put_nothing_off(guard: Reader, threatened: Site, minutes: str) -> None:
    one = acting(threatened, "cut", PUMP)
    threatened.say(ran(one, "ran.apply", NOW + 60 * 10**9, by="gateway"))
    assert say(guard, one.id, verb="extend", minutes=minutes, reason="r") == 403


def test_the_finding_shows_the_plan(guard: Reader, threatened: Site) -> None:
    page = guard.page(f"/findings/{acting(threatened, 'quarantine').why}")
    held = [one.id for one in (acting(threatened, "quarantine"), acting(threatened, "cut", "d-ct"))]
    assert page.find(id="plan") is not None
    assert all(page.find("a", href=f"/actions/{name}") is not None for name in held)


def test_an_action_that_is_not_there(guard: Reader) -> None:
    assert guard.get("/actions/a-none").status_code == 404
    assert say(guard, "a-none", verb="approve") == 404
