"""A person's word: in a role that they hold for the whole hospital, under their own name, and with its reason."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.requests import Request

from garde.errors import Malformed, Refused
from garde.gate import DEMONSTRATION
from garde.model.person import Grant
from garde.model.risk.matrix import Approval
from garde.web.pages.zones.signing import approval, login_of, roles_of
from garde.web.site import Site
from tests.flowing import cross, live
from tests.pages import Reader, hospital

HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A hospital where people sign in, after eight days."""
    with hospital(tmp_path_factory.mktemp("signing"), demonstration=False) as site:
        cross(site)
        live(site)
        yield site


def reader(site: Site, login: str, *grants: Grant) -> Reader:
    """Somebody who signed in."""
    assert site.door is not None
    person = site.register.add("t", site.now(), login=login, name=login.title(), grants=grants)
    found = Reader(site)
    found.cookies["garde"] = site.door.open(person, "password", origin="t", agent="", now=site.now())
    return found


def test_people_sign_under_their_own_name_and_in_their_own_role(closed: Site) -> None:
    anna, bruno = reader(closed, "anna", Grant("rssi")), reader(closed, "bruno", Grant("network"))
    made = bruno.post("/zones/policy", data={"days": "14", "person": "somebody else"}, headers=HERE)
    where = str(made.headers["location"])
    assert closed.drafting.draft(where.rpartition("/")[2]).person == "bruno"

    def sign(who: Reader, role: str) -> int:
        said = {"role": role, "agrees": "yes", "person": "somebody else"}
        return who.post(f"{where}/approvals", data=said, headers=HERE).status_code

    assert sign(anna, "biomedical") == 403 and sign(bruno, "network") == 403
    assert sign(anna, "rssi") == 303
    (said,) = closed.store.all(Approval)
    assert (said.person, said.name, said.role) == ("anna", "Anna", "rssi")
    page = bruno.page(where)
    assert page.select_one("form[action$='/approvals']") is None and page.select_one("form[action$='/mode']")


def test_a_role_in_one_ward_signs_nothing_for_the_hospital(closed: Site) -> None:
    where = str(reader(closed, "bruno", Grant("network")).post(
        "/zones/policy", data={"days": "14"}, headers=HERE
    ).headers["location"])  # fmt: skip
    chloe = reader(closed, "chloe", Grant("rssi", ward="Réa A"), Grant("network"))
    said = {"role": "rssi", "agrees": "yes"}
    assert chloe.post(f"{where}/approvals", data=said, headers=HERE).status_code == 403
    assert list(closed.store.all(Approval)) == []


def test_what_is_accepted_to_break_needs_a_reason_and_a_signature_does_not(closed: Site) -> None:
    anna = reader(closed, "anna", Grant("rssi"))
    where = str(anna.post("/zones/policy", data={"days": "14"}, headers=HERE).headers["location"])
    one = closed.drafting.simulation(where.rpartition("/")[2]).breaks[0]
    said = {"role": "rssi", "agrees": "yes", "about": one.id}
    refused = anna.post(f"{where}/breaks", data=said, headers=HERE)
    assert refused.status_code == 403 and "approval.reason" in refused.text
    assert anna.post(f"{where}/breaks", data=said | {"reason": "agreed"}, headers=HERE).status_code == 303
    assert anna.post(f"{where}/approvals", data=said, headers=HERE).status_code == 303


@pytest.fixture
def request_() -> Request:
    return Request({"type": "http", "method": "POST", "path": "/", "headers": [], "state": {"visitor": DEMONSTRATION}})


def test_a_word_names_its_person_role_and_reason(own: Site, request_: Request) -> None:
    assert set(roles_of(request_)) == {"rssi", "biomedical"}
    said = approval(own, request_, "b-1", role="rssi", agrees="yes", reason="known", person=" anna ")
    assert (said.about, said.person, said.role, said.agrees, said.reason) == ("b-1", "anna", "rssi", True, "known")
    assert login_of(request_, "") == "web"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ({"role": "ward"}, Refused),
        ({"agrees": "perhaps"}, Malformed),
        ({"reason": ""}, Refused),
        ({"about": "p-1", "agrees": "no", "reason": ""}, Refused),
    ],
    ids=["role", "neither", "no reason", "refusal without reason"],
)
def test_what_is_no_word_is_refused(own: Site, request_: Request, words: dict[str, str], error: type) -> None:
    said = {"about": "b-1", "role": "rssi", "agrees": "yes", "reason": "known", "person": "anna"} | words
    with pytest.raises(error):
        approval(own, request_, said.pop("about"), **said)


def test_a_policy_is_signed_without_a_reason(own: Site, request_: Request) -> None:
    assert approval(own, request_, "p-1", role="biomedical", agrees="yes", reason="", person="anna").agrees
