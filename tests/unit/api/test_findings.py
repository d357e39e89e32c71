"""Findings for programs: the list in pages, one, and what people decide."""

from __future__ import annotations

import pytest

from garde.model.finding import Finding
from tests.hospital import ABOUT_GARDE, ABOUT_PUMP, ABOUT_STRANGER, House
from tests.unit.api.test_devices import walked

SOON = "2026-06-20"


def test_the_worst_comes_first_whatever_the_size_of_a_page(house: House) -> None:
    whole = [one["id"] for one in house.get("/findings")["items"]]
    assert whole == [ABOUT_PUMP, ABOUT_STRANGER, ABOUT_GARDE]
    assert walked(house, "/findings?limit=1") == whole


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("severity=high&severity=low", [ABOUT_PUMP, ABOUT_GARDE]),
        ("rule=ward.report", [ABOUT_PUMP]),
        ("kind=threat", [ABOUT_GARDE]),
        ("device=d-pump", [ABOUT_PUMP]),
        ("q=no+DISPLAY", [ABOUT_PUMP]),
        ("status=closed", []),
        ("shelf=open&kind=gap", [ABOUT_PUMP, ABOUT_STRANGER]),
    ],
)
def test_filters(house: House, query: str, found: list[str]) -> None:
    assert walked(house, f"/findings?{query}") == found


def test_a_finding_is_seen_by_whoever_sees_its_device(house: House) -> None:
    assert walked(house, "/findings", "biomedical-rea") == [ABOUT_PUMP]
    assert house.get("/findings", "biomedical-rea")["total"] == 1
    for name in (ABOUT_STRANGER, ABOUT_GARDE):
        house.get(f"/findings/{name}", "biomedical-rea", 404)
        house.get(f"/findings/{name}/decisions", "biomedical-rea", 404)
        answer = house.send("POST", f"/findings/{name}/decisions", {"verb": "take"}, "biomedical-rea")
        assert answer.status_code == 404
    assert house.get(f"/findings/{ABOUT_PUMP}", "biomedical-rea")["severity"] == "high"


def test_a_decision_changes_the_finding_and_is_told_by_whom(own: House) -> None:
    answer = own.send("POST", f"/findings/{ABOUT_PUMP}/decisions", {"verb": "take"}, "oncall")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["holder"]) == ("taken", "oncall")
    assert answer.headers["etag"] == own.ask("GET", f"/findings/{ABOUT_PUMP}").headers["etag"]
    assert walked(own, "/findings?shelf=mine", "oncall") == [ABOUT_PUMP]
    said = own.get(f"/findings/{ABOUT_PUMP}/decisions")["items"]
    assert [(one["verb"], one["person"]) for one in said] == [("take", "oncall")]
    assert answer.json()["decisions"] == [said[0]["id"]]
    assert own.get(f"/messages/{said[0]['id']}")["message"]["about"] == ABOUT_PUMP


def test_shelves_are_those_of_the_page(own: House) -> None:
    path = f"/findings/{ABOUT_STRANGER}/decisions"
    own.send("POST", path, {"verb": "silence", "reason": "at the maker's", "until": SOON})
    assert walked(own, "/findings?shelf=silent") == [ABOUT_STRANGER]
    # What nobody took, but a role is to have, is on the shelf of those who hold the role.
    assert walked(own, "/findings?shelf=mine", "biomedical") == [ABOUT_PUMP]
    assert walked(own, "/findings?shelf=mine", "auditor") == []
    own.send("POST", path, {"verb": "expect", "reason": "it is so"})
    assert walked(own, "/findings?shelf=accepted") == [ABOUT_STRANGER]
    assert walked(own, "/findings?shelf=open") == [ABOUT_PUMP, ABOUT_GARDE]


def test_a_decision_about_a_version_that_is_gone_is_refused(own: House) -> None:
    path = f"/findings/{ABOUT_PUMP}"
    tag = own.ask("GET", path).headers["etag"]
    first = own.send("POST", f"{path}/decisions", {"verb": "take"}, "oncall", **{"if-match": tag})
    assert first.status_code == 200
    second = own.send("POST", f"{path}/decisions", {"verb": "take"}, "rssi", **{"if-match": tag})
    assert (second.status_code, second.json()["code"]) == (412, "api.version")
    assert own.get(path)["holder"] == "oncall"
    again = own.send("POST", f"{path}/decisions", {"verb": "take"}, "rssi", **{"if-match": first.headers["etag"]})
    assert again.json()["holder"] == "rssi"


def test_accepting_needs_its_own_right_and_the_roles_that_the_policy_names(own: House) -> None:
    word = {"verb": "accept", "reason": "until the part comes", "until": SOON}
    path = f"/findings/{ABOUT_PUMP}/decisions"
    assert own.send("POST", path, word, "oncall").status_code == 403
    asked = own.send("POST", path, word, "rssi").json()
    assert asked["status"] == "open" and asked["approvals"] == []
    agreed = own.send("POST", path, {"verb": "approve"}, "biomedical-rea").json()
    assert (agreed["status"], agreed["approvals"]) == ("accepted", ["biomedical:biomedical-rea"])


def test_a_role_speaks_only_where_it_holds(own: House) -> None:
    word = {"verb": "accept", "reason": "until the part comes", "until": SOON}
    path = f"/findings/{ABOUT_PUMP}/decisions"
    own.send("POST", path, word, "rssi")
    # Biomedical engineer of another ward, network engineer everywhere: neither lets them agree here.
    assert own.send("POST", path, {"verb": "approve"}, "two-hats").status_code == 403
    assert own.get(f"/findings/{ABOUT_PUMP}")["status"] == "open"


def test_it_is_given_to_somebody_who_exists(own: House) -> None:
    path = f"/findings/{ABOUT_STRANGER}/decisions"
    assert own.send("POST", path, {"verb": "assign", "to": "role:biomedical"}).json()["holder"] == "role:biomedical"
    assert own.send("POST", path, {"verb": "assign", "to": "NETWORK"}).json()["holder"] == "network"
    for to in ("", "nobody", "role:nobody"):
        assert own.send("POST", path, {"verb": "assign", "to": to}).json()["code"] == "finding.nobody"


@pytest.mark.parametrize(
    ("word", "status", "code"),
    [
        ({"verb": "close", "reason": "x"}, 403, "finding.evidence"),
        ({"verb": "silence", "reason": "x"}, 403, "finding.until"),
        ({"verb": "silence", "until": SOON}, 403, "finding.reason"),
        ({"verb": "approve"}, 403, "finding.approve"),
        ({"verb": "forget"}, 422, "api.body"),
        ({"verb": "silence", "reason": "x", "until": "soon"}, 422, "api.date"),
    ],
)
def test_what_cannot_be_decided_is_a_problem(house: House, word: dict[str, str], status: int, code: str) -> None:
    answer = house.send("POST", f"/findings/{ABOUT_STRANGER}/decisions", word)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_finding_that_is_no_longer_held_in_memory_is_still_there(own: House) -> None:
    with own.site.store.begin() as unit:
        unit.put([Finding(id="f-old", rule="identity.conflict", status="closed", closed_at=1, closed_by="evidence")])
    assert own.get("/findings/f-old")["closed_by"] == "evidence"
