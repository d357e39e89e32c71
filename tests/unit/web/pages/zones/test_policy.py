"""One policy: rules with their reasons, signatures, modes that stay locked, and texts for enforcement points."""

from __future__ import annotations

import msgspec
import pytest

from garde.model.risk.matrix import Approval
from garde.model.zones.force import Force
from garde.web.pages.zones.policy import Entry, PolicyPage, Question
from garde.web.site import Site
from garde.zones.draft import stops
from garde.zones.exports.neutral import Form
from garde.zones.exports.table import FORMS
from tests.pages import HOSTILE, Reader, documented
from tests.unit.web.pages.zones.conftest import drafted_by


@pytest.fixture
def name(drafter: Reader) -> str:
    return drafted_by(drafter)


def accept_all(reader: Reader, name: str) -> None:
    """Let two people in two roles accept every break, and sign."""
    found = reader.get(f"/zones/policy/{name}/simulation.json").json()["simulation"]
    for person, role in (("anna", "rssi"), ("bruno", "biomedical")):
        said = {"role": role, "agrees": "yes", "reason": "seen with the ward", "person": person}
        for one in [*found["breaks"], *found["missing"]]:
            answer = reader.post(f"/zones/policy/{name}/breaks", data=said | {"about": one["id"]})
            assert answer.status_code == 303, answer.text[:200]
        assert reader.post(f"/zones/policy/{name}/approvals", data=said).status_code == 303


@pytest.mark.parametrize("record", [PolicyPage, Entry, Question], ids=lambda one: one.__name__)
def test_the_records_are_documented(record: type) -> None:
    assert documented(record)


def test_each_rule_says_on_what_it_rests(drafter: Reader, name: str) -> None:
    page = drafter.page(f"/zones/policy/{name}")
    rules = page.find(id="rules").find_next("tbody").find_all("tr")  # type: ignore[union-attr]
    assert any("must: store" in row.text for row in rules)
    judged = page.find(id="review").find_next("tbody").text  # type: ignore[union-attr]
    assert "the plan has no conduit" in judged and "<script>" not in str(page.find("main")).replace("&lt;", "")


def test_a_conduit_is_shown_alone(drafter: Reader, name: str) -> None:
    page = drafter.page(f"/zones/policy/{name}?from=Z2&to=Z5")
    assert page.select_one(".chips a[aria-current]").text.startswith("Z2 → Z5")  # type: ignore[union-attr]
    assert "It allows nothing." in drafter.page(f"/zones/policy/{name}?from=Z3&to=Z5").text


def test_it_goes_one_mode_after_the_other_and_stops_nothing_while_locked(
    lived: Site, drafter: Reader, name: str
) -> None:
    def move(mode: str, reason: str = "tried") -> int:
        data = {"mode": mode, "reason": reason, "person": "anna"}
        return drafter.post(f"/zones/policy/{name}/mode", data=data).status_code

    assert move("shadow", "") == 403 and move("soft") == 403 and move("nonsense") == 403
    assert move("shadow") == 303
    locked = drafter.post(f"/zones/policy/{name}/mode", data={"mode": "soft", "reason": "now"})
    assert locked.status_code == 403 and "policy.locked" in locked.text
    accept_all(drafter, name)
    assert "Free: nothing would break" in drafter.page(f"/zones/policy/{name}").text
    assert move("soft") == 303 and move("enforce") == 303 and move("observe") == 303
    assert lived.drafting.draft(name).mode == "observe"


def test_one_person_does_not_sign_for_two_roles(lived: Site, drafter: Reader, name: str) -> None:
    for role in ("rssi", "biomedical"):
        said = {"role": role, "agrees": "yes", "person": "anna"}
        assert drafter.post(f"/zones/policy/{name}/approvals", data=said).status_code == 303
    policy = lived.drafting.policy(name)
    assert lived.drafting.vital(policy)
    assert len(lived.drafting.unsigned(policy, lived.drafting.words([name]))) == 1


def test_a_word_taken_back_counts_no_more(lived: Site, drafter: Reader, name: str) -> None:
    for agrees, reason in (("yes", ""), ("no", "the maker objects")):
        said = {"role": "rssi", "agrees": agrees, "reason": reason, "person": "anna"}
        assert drafter.post(f"/zones/policy/{name}/approvals", data=said).status_code == 303
    assert "rssi" in lived.drafting.unsigned(lived.drafting.policy(name), lived.drafting.words([name]))
    assert "the maker objects" in drafter.page(f"/zones/policy/{name}").text


@pytest.mark.parametrize(
    "words", [{"role": "oncall", "agrees": "yes"}, {"role": "rssi", "agrees": "no"}, {"role": "rssi", "agrees": "x"}]
)
def test_what_is_no_signature_is_refused(lived: Site, drafter: Reader, name: str, words: dict[str, str]) -> None:
    assert drafter.post(f"/zones/policy/{name}/approvals", data=words).status_code in (403, 422, 400)
    assert list(lived.store.all(Approval)) == []


@pytest.mark.parametrize("form", list(FORMS), ids=lambda form: form.name)
def test_each_export_reads_back_as_this_policy(drafter: Reader, name: str, form: Form) -> None:
    answer = drafter.get(f"/zones/policy/{name}/export/{form.name}")
    assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"]
    assert HOSTILE not in answer.text
    read = form.parse(answer.text)
    # Most forms know only whether they stop; the controller keeps no name of the policy.
    assert read.strange == () and read.ruleset.permits and not stops(read.ruleset.mode)
    assert read.ruleset.policy in (name, "")


def test_a_mud_file_is_for_models_only_and_the_page_says_what_is_left_open(drafter: Reader, name: str) -> None:
    answer = drafter.get(f"/zones/policy/{name}/export/mud")
    assert answer.status_code in (200, 404) and ("export.models" in answer.text or "ietf-mud" in answer.text)
    told = drafter.get(f"/zones/policy/{name}/export/nftables.json").json()
    assert told["policy"] == name and told["texts"]["nftables"] and "unknown" in told


def test_it_says_which_gateway_holds_it(lived: Site, drafter: Reader, name: str) -> None:
    held = Force(id="gw-1", policy=name, mode="shadow", generation=3, token="t", state="confirmed", at=5, person="anna")
    other = msgspec.structs.replace(held, id="gw-2", policy="p-other")
    with lived.store.begin() as unit:
        unit.put([held, other])
    section = drafter.page(f"/zones/policy/{name}").find("section", attrs={"aria-labelledby": "points"})
    assert section is not None and "gw-1: shadow, confirmed" in " ".join(section.text.split())
    assert "gw-2" not in section.text


def test_what_is_not_there(drafter: Reader, name: str) -> None:
    for path in ("/zones/policy/p-none", "/zones/policy/p-none/simulation", f"/zones/policy/{name}/export/none"):
        assert drafter.get(path).status_code == 404
