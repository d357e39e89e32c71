"""The log for programs: in order, without end, and cut to what the caller may see."""

from __future__ import annotations

import pytest

from garde.model.codec import KINDS
from tests.hospital import ABOUT_GARDE, ABOUT_PUMP, House
from tests.makers import observation
from tests.pages import PUMP


def followed(house: House, path: str, who: str = "rssi") -> tuple[list[dict[str, object]], str]:
    """Every item of a log, and its last cursor."""
    found: list[dict[str, object]] = []
    cursor = ""
    for _ in range(200):
        page = house.get(f"{path}{'&' if '?' in path else '?'}{f'cursor={cursor}' if cursor else ''}", who)
        cursor = page["next"]
        found += page["items"]
        if not page["items"]:
            return found, cursor
    raise AssertionError("endless")


def test_the_log_is_given_in_its_order_and_goes_on(own: House) -> None:
    whole, cursor = followed(own, "/messages?limit=3")
    assert [one["seq"] for one in whole] == sorted({one["seq"] for one in whole})
    assert len(whole) == len(own.site.store.log(0, (), 1000))
    own.site.say(observation(77))
    later = own.get(f"/messages?limit=3&cursor={cursor}")
    assert [one["message"]["id"] for one in later["items"]] == [observation(77).id]


def test_kinds(house: House) -> None:
    found, _ = followed(house, "/messages?kind=Judgement&kind=Decision")
    assert {one["message"]["type"] for one in found} == {"Judgement", "Decision"}
    answer = house.ask("GET", "/messages?kind=Gossip")
    assert (answer.status_code, answer.json()["code"]) == (422, "message.kind")
    assert all(name in answer.json()["hint"] for name in KINDS)


def test_a_message_is_given_as_it_lies_in_the_log(house: House) -> None:
    given = house.get(f"/messages/{observation(1).id}")
    assert given["at"] == "2026-05-28T20:26:40.000000Z"
    assert given["message"]["value"] == "M1" and given["message"]["at"] == observation(1).at
    assert "seq" not in given
    house.get("/messages/nonsense", status=404)


def test_who_came_to_the_door_is_for_those_who_read_the_audit(house: House) -> None:
    audit, _ = followed(house, "/messages", "auditor")
    kinds = {one["message"]["type"] for one in audit}
    assert "Access" in kinds and any(one["message"].get("verb") == "token.make" for one in audit)
    plain, _ = followed(house, "/messages", "biomedical")
    assert not any(one["message"]["type"] == "Access" for one in plain)
    assert not any(str(one["message"].get("verb", "")).partition(".")[2] for one in plain)
    token = next(one["message"]["id"] for one in audit if one["message"].get("verb") == "token.make")
    house.get(f"/messages/{token}", "auditor")
    house.get(f"/messages/{token}", "biomedical", 404)


def test_a_ward_hears_of_its_devices_only(house: House) -> None:
    found, _ = followed(house, "/messages?limit=2", "biomedical-rea")
    told = {(one["message"]["type"], one["message"].get("device", one["message"]["id"])) for one in found}
    assert told == {("Conversation", "c-0"), ("Conversation", "c-2"), ("Judgement", PUMP), ("Changed", PUMP)}
    house.get("/messages/w-said", "biomedical-rea", 404)
    house.get(f"/messages/{observation(1).id}", "biomedical-rea", 404)


def test_decisions_of_a_ward(own: House) -> None:
    for name in (ABOUT_PUMP, ABOUT_GARDE):
        own.send("POST", f"/findings/{name}/decisions", {"verb": "take"}, "oncall")
    found, _ = followed(own, "/decisions", "auditor-rea")
    assert [(one["verb"], one["about"]) for one in found] == [("take", ABOUT_PUMP)]
    every, _ = followed(own, "/decisions?person=oncall&verb=take", "auditor")
    assert [one["about"] for one in every] == [ABOUT_PUMP, ABOUT_GARDE]
    about, _ = followed(own, f"/decisions?about={ABOUT_GARDE}", "auditor")
    assert [one["person"] for one in about] == ["oncall"]


@pytest.mark.parametrize(("who", "names"), [("rssi", ["c-0", "c-1", "c-2", "c-3"]), ("biomedical-rea", ["c-0", "c-2"])])
def test_conversations(house: House, who: str, names: list[str]) -> None:
    found, _ = followed(house, "/conversations?limit=1", who)
    assert [one["id"] for one in found] == names
    for name in ("c-0", "c-1", "c-2", "c-3"):
        house.get(f"/conversations/{name}", who, 200 if name in names else 404)
