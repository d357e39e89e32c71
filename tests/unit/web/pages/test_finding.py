"""One finding: what it says, what may be said of it, and what happens when two decide at once."""

from __future__ import annotations

import pytest

from garde.model.decision import Decision, word
from garde.model.finding import judgement
from garde.model.person import Grant
from garde.web.pages.finding import FindingPage
from garde.web.site import Site
from tests.pages import FINDING, STRANGER, Reader, documented, hospital

HERE = {"sec-fetch-site": "same-origin"}
SOON = "2026-07-01"
PATH = f"/findings/{FINDING}"


def decide(reader: Reader, **data: str) -> tuple[int, str]:
    answer = reader.post(f"{PATH}/decisions", data=data, headers=HERE)
    return answer.status_code, answer.text


def status(reader: Reader) -> str:
    return str(reader.get(f"{PATH}.json").json()["status"])


def test_the_record_is_documented() -> None:
    assert documented(FindingPage)


def test_it_says_what_why_since_when_and_what_next(reader: Reader) -> None:
    page = reader.page(PATH)
    assert page.h1 is not None and page.h1.text == "Sources contradict each other"
    assert "What next" in page.text and page.select_one(f"a[href='/devices/{STRANGER}/why/model']") is not None


def test_a_person_takes_it_gives_it_back_and_gives_it_on(writer: Reader) -> None:
    assert decide(writer, verb="take")[0] == 303 and status(writer) == "taken"
    assert decide(writer, verb="release")[0] == 303 and status(writer) == "open"
    assert decide(writer, verb="assign", value="role:network")[0] == 303
    assert "Network engineer" in writer.page(PATH).text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"verb": "accept", "until": SOON}, "finding.reason"),
        ({"verb": "accept", "reason": "known"}, "finding.until"),
        ({"verb": "silence", "reason": "known", "until": "soon"}, "finding.date"),
        ({"verb": "silence", "reason": "known", "until": "2036-01-01"}, "finding.date"),
        ({"verb": "close", "reason": "known"}, "finding.evidence"),
        ({"verb": "approve"}, "finding.approve"),
        ({"verb": "assign"}, "finding.nobody"),
        ({"verb": "claim", "reason": "x"}, "finding.verb"),
    ],
)
def test_a_form_that_cannot_be_taken_is_shown_again_with_what_was_typed(
    writer: Reader, data: dict[str, str], code: str
) -> None:
    answer, text = decide(writer, **data)
    assert answer in (403, 409, 422) and code in text
    assert status(writer) == "open"
    if data["verb"] == "close":
        return
    assert data.get("reason", "") in text


def test_acceptance_ends_and_is_told(writer: Reader) -> None:
    assert decide(writer, verb="accept", reason="replaced in summer", until=SOON)[0] == 303
    record = writer.get(f"{PATH}.json").json()
    assert (record["status"], record["until"][:10]) == ("accepted", "2026-07-02")
    assert "replaced in summer" in writer.page(PATH).text
    assert decide(writer, verb="reopen", reason="no longer")[0] == 303 and status(writer) == "open"


def test_two_people_who_decide_at_once_lose_nothing(own: Site, writer: Reader) -> None:
    own.say(word("take", "a.roy", own.now(), about=FINDING))
    answer, text = decide(writer, verb="silence", reason="my long reason", until=SOON, decided="")
    assert answer == 409 and "my long reason" in text and "a.roy" in text
    assert status(writer) == "taken"


def test_two_roles_agree_by_two_people(tmp_path: object) -> None:
    with hospital(tmp_path, demonstration=False) as site:  # type: ignore[arg-type]
        site.say(judgement("made.up", 5, severity="critical", identifier="x"))
        finding = next(one for one in site.queue.all(lambda name: True) if one.rule == "made.up")
        path = f"/findings/{finding.id}"
        readers = {}
        for login, role in (("k.morel2", "rssi"), ("dr.blin", "biomedical")):
            person = site.register.add("t", site.now(), login=login, name=login, grants=(Grant(role),))
            readers[role] = Reader(site)
            assert site.door is not None
            readers[role].cookies["garde"] = site.door.open(person, "password", origin="t", agent="", now=site.now())
        data = {"verb": "accept", "reason": "spare part ordered", "until": SOON}
        assert readers["rssi"].post(f"{path}/decisions", data=data, headers=HERE).status_code == 303
        assert readers["rssi"].get(f"{path}.json").json()["status"] == "open"
        assert readers["rssi"].post(f"{path}/decisions", data={"verb": "approve"}, headers=HERE).status_code == 303
        assert readers["rssi"].get(f"{path}.json").json()["status"] == "open", "one person is one voice"
        assert "Agree that it is accepted" in readers["biomedical"].get(path).text
        assert (
            readers["biomedical"].post(f"{path}/decisions", data={"verb": "approve"}, headers=HERE).status_code == 303
        )
        assert readers["biomedical"].get(f"{path}.json").json()["status"] == "accepted"
        said = [
            one.person
            for _, one in site.store.log(0, (Decision,), 99)
            if isinstance(one, Decision) and one.about == finding.id
        ]
        assert said == ["k.morel2", "k.morel2", "dr.blin"]


def test_one_that_is_not_there(reader: Reader) -> None:
    assert reader.get("/findings/f-none.json").json()["code"] == "finding.unknown"
