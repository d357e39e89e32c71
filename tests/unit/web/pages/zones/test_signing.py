"""A person's word is taken in a role that they hold, with a reason where something is accepted to break."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from garde.errors import Malformed, Refused
from garde.gate import DEMONSTRATION
from garde.web.pages.zones.signing import approval, login_of, roles_of
from garde.web.site import Site


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
