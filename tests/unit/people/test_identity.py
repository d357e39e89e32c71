"""What a provider says of somebody, and whether they are let in under it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde import app
from garde.config import Config, OidcRole
from garde.errors import GardeError, Malformed, Refused
from garde.model.decision import Decision
from garde.model.person import Grant
from garde.people.identity import BY, Identity, admit, checked, identity, profile_of, profiles, values_of
from garde.people.register import Register
from garde.people.sealing import Sealing

ISSUER = "https://sso.chu.test"
ADMIN = Grant("administrator")
WARD = Grant("ward", ward="Réa A")
ROWS = (
    OidcRole("realm_access.roles", "garde-rssi", "rssi"),
    OidcRole("groups", "/rea-a", "ward", ward="Réa A"),
    OidcRole("groups", "/rea-b", "ward", ward="Réa B"),
)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with app.opened(Config(), f"sqlite:///{tmp_path / 'garde.db'}") as (kept, _):
        yield Register(kept, Sealing(bytes(32)))


def anna(**parts: Any) -> Identity:
    return Identity(**({"subject": f"{ISSUER} u-1", "login": "A.Roy", "name": "Anna Roy"} | parts))


def test_profiles_say_what_they_must() -> None:
    assert profiles().names == ("generic", "keycloak", "pro-sante-connect")
    for profile in profiles():
        assert profile.scopes[0] == "openid" and profile.login and profile.display
        assert profile.authentication in ("client_secret_basic", "client_secret_post")
        assert profile.userinfo in ("none", "any", "signed")
    with pytest.raises(Malformed) as caught:
        profile_of("okta")
    assert caught.value.code == "oidc.profile"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("realm_access.roles", ("a", "b")),
        ("https://chu.test/roles", ("x",)),
        ("exercices.activities.role", ("1", "2", "3")),
        ("number", ("7",)),
        ("truth", ()),
        ("none", ()),
        ("realm_access", ()),
        ("realm_access.roles.deeper", ()),
        ("", ()),
        (".", ()),
    ],
)
def test_words_of_a_claim(path: str, words: tuple[str, ...]) -> None:
    claims = {
        "realm_access": {"roles": ["a", "b"]}, "https://chu.test/roles": "x", "number": 7, "truth": True, "none": None,
        "exercices": [{"activities": [{"role": "1"}, {"role": "2"}]}, {"activities": [{"role": "3"}]}, 5],
    }  # fmt: skip
    assert values_of(claims, path) == words


@given(
    claims=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda below: st.lists(below, max_size=4) | st.dictionaries(st.sampled_from("abc"), below, max_size=3),
    ),
    path=st.text(alphabet="abc.", max_size=8),
)
def test_any_claim_has_words(claims: Any, path: str) -> None:
    words = values_of({"a": claims}, path)
    assert len(words) <= 1_000 and all(isinstance(word, str) for word in words)


def test_claims_become_an_identity() -> None:
    claims = {
        "sub": "u-1", "preferred_username": "a.roy", "given_name": "Anna", "family_name": "Roy", "locale": "fr-FR",
        "email": "a.roy@chu.test", "realm_access": {"roles": ["garde-rssi"]}, "groups": ["/rea-a", "/rea-a", "/x"],
    }  # fmt: skip
    assert identity(profile_of("keycloak"), ISSUER, claims, ROWS) == Identity(
        subject=f"{ISSUER} u-1",
        login="a.roy",
        name="Anna Roy",
        mail="a.roy@chu.test",
        language="fr",
        grants=(Grant("rssi"), WARD),
    )
    assert identity(profile_of("generic"), ISSUER, {"sub": "u-1"}, ROWS) == Identity(subject=f"{ISSUER} u-1")


@pytest.mark.parametrize("sub", [None, "", 7, "x" * 256, "a\nb", ["u-1"]])
def test_somebody_without_a_lasting_name_is_nobody(sub: object) -> None:
    with pytest.raises(Malformed):
        identity(profile_of("generic"), ISSUER, {"sub": sub}, ())


def test_a_mapping_names_roles_that_exist() -> None:
    assert checked(ROWS) == ROWS
    for row in (OidcRole("groups", "x", "root"), OidcRole("", "x", "rssi"), OidcRole("groups", "", "rssi")):
        with pytest.raises(Malformed):
            checked([row])


def refusal(register: Register, known: Identity, unknown: str = "bind", mapped: bool = False) -> str:
    with pytest.raises(Refused) as caught:
        admit(register, known, unknown=unknown, mapped=mapped, at=5)
    return caught.value.code


def test_a_stranger_is_refused_bound_or_added(register: Register) -> None:
    assert refusal(register, anna(), "refuse") == refusal(register, anna(), "bind") == "oidc.unknown-person"
    added = admit(register, anna(grants=(WARD,), language="fr"), unknown="add", mapped=True, at=5)
    assert (added.login, added.grants, added.subject, added.language) == ("a.roy", (WARD,), f"{ISSUER} u-1", "fr")
    assert admit(register, anna(grants=(WARD,), login="renamed"), unknown="refuse", mapped=True, at=6) == added


def test_only_an_account_that_waits_for_its_owner_is_bound(register: Register) -> None:
    register.add("cli", 1, login="a.roy", name="Anna", grants=(WARD,))
    assert refusal(register, anna(), "refuse") == "oidc.unknown-person"
    bound = admit(register, anna(), unknown="bind", mapped=False, at=5)
    assert (bound.subject, bound.grants) == (f"{ISSUER} u-1", (WARD,))
    assert refusal(register, anna(subject=f"{ISSUER} u-2"), "add") == "oidc.login-taken"


def test_a_local_account_is_never_taken_over(register: Register) -> None:
    register.add("cli", 1, login="a.roy", name="Anna", grants=(ADMIN,), secret="correct horse battery")
    assert refusal(register, anna(), "add") == refusal(register, anna(), "bind") == "oidc.login-taken"
    assert register.person("a.roy").subject == ""


def test_the_providers_roles_hold_from_the_next_sign_in(register: Register) -> None:
    register.add("cli", 1, login="chief", name="Chief", grants=(ADMIN,))
    admit(register, anna(grants=(WARD, Grant("rssi"))), unknown="add", mapped=True, at=5)
    changed = admit(register, anna(grants=(WARD,)), unknown="add", mapped=True, at=6)
    assert changed.grants == (WARD,)
    assert refusal(register, anna(), "add", mapped=True) == "oidc.no-role"
    assert register.person("a.roy").grants == ()
    said = [one for _, one in register.store.log(0, [Decision], 100) if isinstance(one, Decision)]
    assert {one.person for one in said if one.about == "a.roy"} == {BY}


def test_roles_given_here_stay_when_the_provider_says_none(register: Register) -> None:
    register.add("cli", 1, login="a.roy", name="Anna", grants=(WARD,))
    assert admit(register, anna(), unknown="bind", mapped=False, at=5).grants == (WARD,)


def test_the_last_administrator_cannot_lose_that_through_a_provider(register: Register) -> None:
    admit(register, anna(grants=(ADMIN,)), unknown="add", mapped=True, at=5)
    assert refusal(register, anna(grants=(WARD,)), mapped=True) == "person.last-administrator"
    assert register.person("a.roy").grants == (ADMIN,)


def test_somebody_without_a_role_or_out_of_service_is_not_let_in(register: Register) -> None:
    assert refusal(register, anna(), "add", mapped=True) == "oidc.no-role"
    assert register.people() == []
    person = admit(register, anna(grants=(WARD,)), unknown="add", mapped=True, at=5)
    register.change("cli", 6, person, active=False)
    assert refusal(register, anna(grants=(WARD,)), mapped=True) == "oidc.inactive"


@pytest.mark.parametrize("login", ["", "a roy", "x" * 65, "a/b"])
def test_a_login_that_cannot_be(register: Register, login: str) -> None:
    assert refusal(register, anna(login=login, grants=(WARD,)), "add", mapped=True) == "oidc.login"


NAMES = ("sub", "name", "email", "preferred_username", "groups", "locale")
WORDS = st.text(max_size=9) | st.lists(st.text(max_size=5)) | st.integers() | st.none()


@given(claims=st.dictionaries(st.sampled_from(NAMES), WORDS))
def test_any_claims_name_somebody_or_nobody(claims: dict[str, Any]) -> None:
    try:
        known = identity(profile_of("generic"), ISSUER, claims, ROWS)
    except GardeError as error:
        assert error.code == "oidc.claims"
    else:
        assert known.subject == f"{ISSUER} {claims['sub']}"
