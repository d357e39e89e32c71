"""Only the right answer, in the right browser, once, signed by the right provider, lets somebody in."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import RSAKey

from garde.errors import GardeError, Malformed, Refused, Unreachable, Untrusted
from garde.web.oidc import LASTS, Arrival, Provider
from tests.provider.hostile import GARDE, ISSUER, NOW, SECONDS, SECRET, Hostile, key, shared, shown_secret, unsigned


def arrive(op: Hostile, provider: Provider | None = None, now: int = NOW, **more: str) -> Arrival:
    """The whole way: there, agreed, and back."""
    provider = provider or op.garde()
    address, cookie = provider.begin("/alerts", NOW)
    return provider.finish(op.authorize(address, **more), cookie, now)


def refusal(op: Hostile, provider: Provider | None = None, now: int = NOW, **more: str) -> str:
    with pytest.raises(GardeError) as caught:
        arrive(op, provider, now, **more)
    return caught.value.code


def test_the_right_answer_names_somebody() -> None:
    op = Hostile()
    arrival = arrive(op)
    assert (arrival.who.subject, arrival.who.login, arrival.who.name) == (f"{ISSUER} u-1", "A.Roy", "Anna Roy")
    assert (arrival.back, arrival.sid) == ("/alerts", "sid-1")
    assert op.paths() == ["/.well-known/openid-configuration", "/token", "/keys", "/userinfo"]


def test_the_request_is_bound_and_its_redirect_is_fixed() -> None:
    provider = Hostile().garde()
    address, _ = provider.begin("/", NOW)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["redirect_uri"] == f"{GARDE}/sign-in/provider/callback"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert (asked["client_id"], asked["scope"]) == ("garde", "openid profile email")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    again = parse_qs(urlsplit(provider.begin("/", NOW)[0]).query)
    assert all(again[name][0] != asked[name] for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize(("alg", "kind"), [("RS256", "RSA"), ("PS256", "RSA"), ("ES256", "EC")])
def test_three_signatures_are_accepted(alg: str, kind: str) -> None:
    op = Hostile()
    op.shown, op.signs = [key("k2", kind)], (key("k2", kind), {"alg": alg, "kid": "k2"})
    assert arrive(op).who.login == "A.Roy"


# --- another browser, another time ------------------------------------------------------------------------------------


def test_a_stolen_code_opens_nothing_in_another_browser() -> None:
    op = Hostile()
    provider = op.garde()
    victim, _ = provider.begin("/", NOW)
    _, thief = provider.begin("/", NOW)
    stolen = op.authorize(victim)
    for cookie in (thief, "", "x", "é", thief[:-8], base64.urlsafe_b64encode(bytes(80)).decode()):
        with pytest.raises(Untrusted) as caught:
            provider.finish(stolen, cookie, NOW)
        assert caught.value.code == "oidc.state"
    assert "/token" not in op.paths()


def test_a_code_of_another_sign_in_is_refused_by_its_challenge() -> None:
    """A thief who puts a stolen code beside their own state lacks the verifier, and gets another nonce."""
    op = Hostile()
    provider = op.garde()
    stolen = dict(op.authorize(provider.begin("/", NOW)[0]))
    address, cookie = provider.begin("/", NOW)
    own = dict(op.authorize(address)) | {"code": stolen["code"]}
    with pytest.raises(Refused) as caught:
        provider.finish(list(own.items()), cookie, NOW)
    assert (caught.value.code, caught.value.where) == ("oidc.code", "invalid_grant")


def test_a_cookie_of_another_garde_does_not_open() -> None:
    op = Hostile()
    provider = op.garde()
    address, cookie = provider.begin("/", NOW)
    flipped = bytearray(base64.urlsafe_b64decode(cookie))
    flipped[-1] ^= 1
    with pytest.raises(Untrusted):
        provider.finish(op.authorize(address), base64.urlsafe_b64encode(flipped).decode(), NOW)


def test_a_state_works_once() -> None:
    op = Hostile()
    provider = op.garde()
    address, cookie = provider.begin("/", NOW)
    back = op.authorize(address)
    provider.finish(back, cookie, NOW)
    with pytest.raises(Untrusted) as caught:
        provider.finish(back, cookie, NOW)
    assert caught.value.code == "oidc.replayed"
    assert op.paths().count("/token") == 1


def test_a_code_works_once_even_where_the_state_was_forgotten() -> None:
    op = Hostile()
    address, cookie = op.garde().begin("/", NOW)
    back = op.authorize(address)
    op.garde().finish(back, cookie, NOW)
    with pytest.raises(Refused) as caught:
        op.garde().finish(back, cookie, NOW)
    assert caught.value.code == "oidc.code"


@pytest.mark.parametrize("now", [NOW + LASTS, NOW - 1])
def test_a_sign_in_lasts_ten_minutes(now: int) -> None:
    op = Hostile()
    op.claims = {"exp": SECONDS + 3_600}
    assert refusal(op, now=now) == "oidc.expired"
    assert "/token" not in op.paths()
    assert arrive(Hostile(), now=NOW + 200 * 10**9)


def test_a_parameter_that_stands_twice_is_refused() -> None:
    op = Hostile()
    provider = op.garde()
    address, cookie = provider.begin("/", NOW)
    back = op.authorize(address)
    with pytest.raises(Untrusted) as caught:
        provider.finish([*back, ("code", "other")], cookie, NOW)
    assert caught.value.code == "oidc.state"


# --- another provider -------------------------------------------------------------------------------------------------


def test_a_mixed_up_provider_gets_no_code() -> None:
    op = Hostile()
    assert refusal(op, iss="https://evil.test") == "oidc.issuer"
    assert "/token" not in op.paths()


def test_a_provider_that_names_itself_must_do_so() -> None:
    op = Hostile()
    provider = op.garde()
    address, cookie = provider.begin("/", NOW)
    back = [pair for pair in op.authorize(address) if pair[0] != "iss"]
    with pytest.raises(Untrusted) as caught:
        provider.finish(back, cookie, NOW)
    assert caught.value.code == "oidc.issuer"


@pytest.mark.parametrize(
    ("error", "code", "where"),
    [
        ("access_denied", "oidc.denied", ""),
        ("server_error", "oidc.provider", "server_error"),
        ("<script>", "oidc.provider", ""),
    ],
)
def test_a_provider_may_say_no(error: str, code: str, where: str) -> None:
    with pytest.raises(Refused) as caught:
        arrive(Hostile(), error=error, error_description="<script>")
    assert (caught.value.code, caught.value.where) == (code, where)


@pytest.mark.parametrize("code", ["", "x" * 5000, "a\x00b", "a\nb"])
def test_no_code_or_no_such_code(code: str) -> None:
    with pytest.raises(Malformed) as caught:
        arrive(Hostile(), code=code)
    assert caught.value.code == "oidc.answer"


# --- hostile ID tokens ------------------------------------------------------------------------------------------------

CLAIMS: list[tuple[dict[str, Any], str]] = [
    ({"iss": "https://evil.test"}, "oidc.issuer"),
    ({"iss": f"{ISSUER}/"}, "oidc.issuer"),
    ({"iss": None}, "oidc.issuer"),
    ({"aud": "another"}, "oidc.audience"),
    ({"aud": ["another", "third"]}, "oidc.audience"),
    ({"aud": ["garde", "another"]}, "oidc.audience"),
    ({"aud": ["garde", "another"], "azp": "another"}, "oidc.audience"),
    ({"aud": "another", "azp": "garde"}, "oidc.audience"),
    ({"aud": None}, "oidc.audience"),
    ({"aud": {"garde": 1}}, "oidc.audience"),
    ({"azp": "another"}, "oidc.audience"),
    ({"nonce": "another"}, "oidc.nonce"),
    ({"nonce": None}, "oidc.nonce"),
    ({"nonce": ["x"]}, "oidc.claims"),
    ({"exp": SECONDS - 61}, "oidc.expired"),
    ({"exp": None}, "oidc.claims"),
    ({"exp": "never"}, "oidc.claims"),
    ({"exp": True}, "oidc.claims"),
    ({"exp": float("nan")}, "oidc.claims"),
    ({"exp": float("inf")}, "oidc.claims"),
    ({"iat": SECONDS + 61}, "oidc.claims"),
    ({"iat": None}, "oidc.claims"),
    ({"nbf": SECONDS + 61}, "oidc.claims"),
    ({"at_hash": "x"}, "oidc.claims"),
    ({"at_hash": 1}, "oidc.claims"),
    ({"sub": None}, "oidc.claims"),
    ({"sub": ""}, "oidc.claims"),
    ({"sub": 7}, "oidc.claims"),
    ({"sub": "x" * 256}, "oidc.claims"),
    ({"sub": "a\nb"}, "oidc.claims"),
    ({"sub": "u-2"}, "oidc.subject"),
]


@pytest.mark.parametrize(("claims", "code"), CLAIMS, ids=lambda value: str(value)[:40])
def test_a_claim_that_does_not_hold(claims: dict[str, Any], code: str) -> None:
    op = Hostile()
    op.claims = claims
    if claims.get("sub") in ("", "x" * 256, "a\nb"):
        op.userinfo = {"sub": claims["sub"]}
    assert refusal(op) == code


@pytest.mark.parametrize("claims", [{"aud": ["garde"]}, {"aud": ["garde", "x"], "azp": "garde"}, {"exp": SECONDS - 59}])
def test_a_claim_that_holds(claims: dict[str, Any]) -> None:
    op = Hostile()
    op.claims = claims
    assert arrive(op).who.login == "A.Roy"


def tampered(op: Hostile) -> Callable[[dict[str, Any]], str]:
    """Signed for one subject, and then made to say another."""

    def forge(claims: dict[str, Any]) -> str:
        head, _, tail = op.sign(claims).split(".")
        body = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "admin"}).encode()).rstrip(b"=").decode()
        return f"{head}.{body}.{tail}"

    return forge


def forged(alg: str, kid: str | None = "k1", **header: Any) -> Callable[[Hostile], Callable[[dict[str, Any]], str]]:
    """Signed with a key of the attacker's own."""
    mine = RSAKey.generate_key(2048)

    def made(op: Hostile) -> Callable[[dict[str, Any]], str]:
        op.signs = (mine, {"alg": alg, **({"kid": kid} if kid else {}), **header})
        return op.sign

    return made


FORGED: list[tuple[str, Callable[[Hostile], Callable[[dict[str, Any]], str]], str]] = [
    ("none", lambda op: unsigned, "oidc.algorithm"),
    ("none without kid", lambda op: lambda claims: unsigned(claims, ""), "oidc.algorithm"),
    ("HS256 with the public key", lambda op: shared, "oidc.algorithm"),
    ("RS384", forged("RS384"), "oidc.algorithm"),
    ("own key under the known kid", forged("RS256"), "oidc.signature"),
    ("own key without kid", forged("RS256", None), "oidc.signature"),
    ("unknown kid", forged("RS256", "k9"), "oidc.key"),
    ("own key in the header", forged("RS256", jwk=key("k3").as_dict(private=False)), "oidc.signature"),
    ("address of own keys", forged("RS256", jku="https://evil.test/keys"), "oidc.signature"),
    ("tampered", tampered, "oidc.signature"),
    ("signature cut", lambda op: lambda claims: op.sign(claims)[:-20], "oidc.signature"),
    ("no signature", lambda op: lambda claims: op.sign(claims).rpartition(".")[0] + ".", "oidc.signature"),
    ("not a token", lambda op: lambda claims: "é.b.c", "oidc.signature"),
    ("empty", lambda op: lambda claims: "", "oidc.signature"),
    ("deep", lambda op: lambda claims: base64.urlsafe_b64encode(b"[" * 300).decode() + ".e30.x", "oidc.signature"),
    ("huge", lambda op: lambda claims: op.sign(claims | {"x": "y" * 190_000}), "oidc.signature"),
]


@pytest.mark.parametrize(("forge", "code"), [row[1:] for row in FORGED], ids=[row[0] for row in FORGED])
def test_a_forged_token(forge: Callable[[Hostile], Callable[[dict[str, Any]], str]], code: str) -> None:
    op = Hostile()
    op.forge = forge(op)
    assert refusal(op) == code
    assert {request.url.host for request in op.asked} == {"sso.chu.test"}


def test_a_replayed_id_token_has_another_nonce() -> None:
    op = Hostile()
    kept = op.token("nonce of another sign-in")
    op.forge = lambda _: kept
    assert refusal(op) == "oidc.nonce"


# --- tokens and userinfo ----------------------------------------------------------------------------------------------


def test_the_secret_is_shown_as_the_profile_says(tmp_path: Path) -> None:
    file = tmp_path / "oidc secret"
    file.write_text(f"{SECRET}\n")
    op = Hostile()
    arrive(op, op.garde(secret=file.as_uri()))
    token = op.asked[op.paths().index("/token")]
    assert shown_secret(token) == ("garde", SECRET)
    assert b"secret" not in token.content
    op = Hostile()
    op.claims, op.userinfo = {"acr": "eidas1"}, op.sign({"sub": "u-1"})
    arrive(op, op.garde(secret=file.as_uri(), profile="pro-sante-connect"))
    token = op.asked[op.paths().index("/token")]
    assert "authorization" not in token.headers
    assert parse_qs(token.content.decode())["client_secret"] == [SECRET]


@pytest.mark.parametrize("content", [None, b"", b"\xff"])
def test_a_secret_that_cannot_be_read_is_said_at_start(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Unreachable) as caught:
        Hostile().garde(secret=file.as_uri())
    assert caught.value.code == "oidc.secret"


@pytest.mark.parametrize(
    "answer",
    [
        {"token_type": "Bearer", "id_token": "x"},
        {"access_token": "a b", "token_type": "Bearer", "id_token": "x"},
        {"access_token": "a\r\nx: y", "token_type": "Bearer", "id_token": "x"},
        {"access_token": "a", "token_type": "mac", "id_token": "x"},
        {"access_token": "a", "token_type": "Bearer"},
        ["x"],
    ],
)
def test_a_token_answer_that_is_none(answer: object) -> None:
    op = Hostile()
    op.instead["/token"] = lambda _: httpx.Response(200, json=answer)
    assert refusal(op) == "oidc.answer"


def test_a_client_that_is_refused_is_told_the_code() -> None:
    op = Hostile()
    op.instead["/token"] = lambda _: httpx.Response(401, json={"error": "invalid_client"})
    with pytest.raises(Refused) as caught:
        arrive(op)
    assert caught.value.where == "invalid_client"
    op.instead["/token"] = lambda _: httpx.Response(400, text="<html>")
    assert refusal(op) == "oidc.code"


def psc(op: Hostile, **claims: Any) -> Provider:
    """Pro Santé Connect, with what it says in userinfo."""
    op.claims = {"acr": "eidas1"}
    says = {
        "iss": ISSUER, "aud": "garde", "sub": "u-1", "SubjectNameID": "899700218896", "given_name": "KIT",
        "family_name": "DOC0021889", "otherIds": [{"identifiant": "899700218896", "origine": "RPPS", "qualite": 1}],
        "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
    }  # fmt: skip
    op.userinfo = op.sign(says | claims)
    return op.garde(profile="pro-sante-connect")


def test_pro_sante_connect_names_a_professional() -> None:
    op = Hostile()
    arrival = arrive(op, psc(op))
    assert (arrival.who.login, arrival.who.name) == ("899700218896", "KIT DOC0021889")
    provider = psc(op)
    asked = parse_qs(urlsplit(provider.begin("/", NOW)[0]).query)
    assert (asked["acr_values"], asked["scope"]) == (["eidas1"], ["openid scope_all"])


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"sub": "u-2"}, "oidc.subject"),
        ({"iss": "https://evil.test"}, "oidc.issuer"),
        ({"aud": ["another"]}, "oidc.audience"),
        ({"exp": SECONDS - 61}, "oidc.expired"),
        ({"exp": float("nan")}, "oidc.expired"),
    ],
)
def test_signed_userinfo_is_held_to_its_words(claims: dict[str, Any], code: str) -> None:
    op = Hostile()
    assert refusal(op, psc(op, **claims)) == code


def test_userinfo_that_should_be_signed() -> None:
    op = Hostile()
    provider = psc(op)
    op.userinfo = {"sub": "u-1", "SubjectNameID": "1"}
    assert refusal(op, provider) == "oidc.signature"
    op.userinfo = unsigned({"sub": "u-1"})
    assert refusal(op, provider) == "oidc.algorithm"


@pytest.mark.parametrize("acr", [None, "eidas0", ""])
def test_a_weaker_check_than_asked_for_is_refused(acr: str | None) -> None:
    op = Hostile()
    provider = psc(op)
    op.claims = {"acr": acr}
    assert refusal(op, provider) == "oidc.acr"


def test_userinfo_cannot_speak_over_the_id_token() -> None:
    op = Hostile()
    op.claims = {"preferred_username": "anna"}
    op.userinfo = {"sub": "u-1", "preferred_username": "admin"}
    assert arrive(op).who.login == "anna"
    op.userinfo = {"sub": "u-2"}
    assert refusal(op) == "oidc.subject"
    assert arrive(op, op.garde(userinfo="none")).who.login == "anna"


# --- keys that change -------------------------------------------------------------------------------------------------


def test_a_new_key_is_fetched_and_an_old_one_forgotten() -> None:
    op = Hostile()
    provider = op.garde()
    ticks = iter(range(0, 10**6, 100))
    provider.found._clock = lambda: float(next(ticks))
    arrive(op, provider)
    op.shown, op.signs = [key("k2")], (key("k2"), {"alg": "RS256", "kid": "k2"})
    arrive(op, provider)
    op.signs = (key(), {"alg": "RS256", "kid": "k1"})
    assert refusal(op, provider) == "oidc.key"


def test_unknown_keys_do_not_make_garde_ask_without_end() -> None:
    op = Hostile()
    provider = op.garde()
    ticks = iter(range(50))
    provider.found._clock = lambda: float(next(ticks))
    arrive(op, provider)
    op.signs = (key("k2"), {"alg": "RS256", "kid": "k2"})
    for _ in range(5):
        assert refusal(op, provider) == "oidc.key"
    assert op.paths().count("/keys") == 1


# --- leaving ----------------------------------------------------------------------------------------------------------


def test_leaving_ends_the_providers_session() -> None:
    op = Hostile()
    provider = op.garde()
    arrival = arrive(op, provider)
    address = provider.leave(arrival.hint)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{ISSUER}/logout?")
    assert (asked["client_id"], asked["post_logout_redirect_uri"]) == ("garde", f"{GARDE}/sign-in")
    assert asked["id_token_hint"].count(".") == 2 and b"." not in arrival.hint[:1]
    assert "id_token_hint" not in provider.leave(b"")
    assert provider.leave(b"altered") == ""


def test_a_provider_that_is_down_keeps_nobody_in() -> None:
    op = Hostile()
    op.instead["/.well-known/openid-configuration"] = lambda _: httpx.Response(500)
    assert op.garde().leave(b"") == ""
    op = Hostile()
    op.metadata = {"end_session_endpoint": ""}
    assert op.garde().leave(b"") == ""


def test_the_provider_ends_sessions_once() -> None:
    op = Hostile()
    provider = op.garde()
    token = op.logout()
    assert provider.ended(token, NOW) == (f"{ISSUER} u-1", "sid-1")
    with pytest.raises(Untrusted) as caught:
        provider.ended(token, NOW)
    assert caught.value.code == "oidc.replayed"
    assert provider.ended(op.logout(jti="j-2", sub=None), NOW) == ("", "sid-1")
    assert provider.ended(op.logout(jti="j-3", sid=None), NOW) == (f"{ISSUER} u-1", "")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"nonce": "x"}, "oidc.claims"),
        ({"events": {}}, "oidc.claims"),
        ({"events": None}, "oidc.claims"),
        ({"events": ["http://schemas.openid.net/event/backchannel-logout"]}, "oidc.claims"),
        ({"sub": None, "sid": None}, "oidc.claims"),
        ({"sub": 1}, "oidc.claims"),
        ({"jti": None}, "oidc.claims"),
        ({"iss": "https://evil.test"}, "oidc.issuer"),
        ({"aud": "another"}, "oidc.audience"),
        ({"exp": SECONDS - 61}, "oidc.expired"),
        ({"iat": SECONDS - 601}, "oidc.expired"),
    ],
    ids=str,
)
def test_a_logout_token_that_does_not_hold(claims: dict[str, Any], code: str) -> None:
    op = Hostile()
    with pytest.raises(GardeError) as caught:
        op.garde().ended(op.logout(**claims), NOW)
    assert caught.value.code == code


def test_an_id_token_is_no_logout_token() -> None:
    op = Hostile()
    with pytest.raises(Untrusted):
        op.garde().ended(op.token("n"), NOW)


@given(token=st.text(max_size=300))
def test_any_logout_token_is_answered_with_a_refusal(token: str) -> None:
    with pytest.raises(Untrusted):
        GARDES[0].ended(token, NOW)


@given(query=st.lists(st.tuples(st.sampled_from(["code", "state", "iss", "error", "x"]) | st.text(), st.text())))
def test_any_query_is_answered_with_a_refusal(query: list[tuple[str, str]]) -> None:
    _, cookie = GARDES[0].begin("/", NOW)
    for kept in (cookie, ""):
        with pytest.raises(GardeError):
            GARDES[0].finish(query, kept, NOW)


@given(cookie=st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_cookie_is_answered_with_a_refusal(cookie: str) -> None:
    with pytest.raises(Untrusted):
        GARDES[0].finish([("state", "x"), ("code", "y")], cookie, NOW)


GARDES = [Hostile().garde()]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=5,
)
NAMES = ("iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash", "acr", "amr", "auth_time", "sid", "jti")
MORE = ("preferred_username", "name", "email", "locale", "groups", "events", "validate", "client_id", "")


@given(
    claims=st.dictionaries(st.sampled_from(NAMES + MORE), JSON, max_size=6), about=st.sampled_from(["token", "info"])
)
def test_any_signed_claims_name_somebody_or_are_refused(claims: dict[str, Any], about: str) -> None:
    op = Hostile()
    if about == "token":
        op.claims = claims
    else:
        op.userinfo = op.sign({"sub": "u-1"} | claims)
    try:
        arrival = arrive(op)
    except GardeError as error:
        assert error.code.startswith("oidc.")
    else:
        assert arrival.who.subject.startswith(f"{ISSUER} ")
        assert claims.get("aud", "garde") in ("garde", ["garde"]) or about == "info" or claims.get("azp") == "garde"


@settings(max_examples=40)
@given(claims=st.dictionaries(st.sampled_from(NAMES + MORE), JSON, max_size=6))
def test_any_signed_logout_ends_somebodys_sessions_or_none(claims: dict[str, Any]) -> None:
    op = Hostile()
    try:
        subject, sid = op.garde().ended(op.logout(**claims), NOW)
    except GardeError as error:
        assert error.code.startswith("oidc.")
    else:
        assert subject or sid
