"""Acceptance 5: people sign in at a real OpenID provider; what is stolen, replayed, foreign or late is refused."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from garde.model.person import Grant
from garde.people.secret import Session
from tests.provider.real import SECRET, Browser, Garde, Op, joined, needed


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Garde, Op]]:
    with joined(tmp_path_factory.mktemp("joined")) as started:
        yield started


@pytest.fixture
def garde(both: tuple[Garde, Op]) -> Garde:
    return both[0]


def code(answer: httpx.Response, status: int = 403) -> str:
    assert answer.status_code == status, answer.text[:500]
    return answer.text.partition('<p class="code">')[2].partition("<")[0]


def test_somebody_signs_in_and_gets_the_roles_of_the_provider(garde: Garde) -> None:
    anna = garde.browser()
    answer = anna.sign_in("anna", "/devices?kind=CT")
    assert (answer.status_code, answer.headers["location"]) == (303, "/devices?kind=CT")
    assert "Anna Roy" in anna.ask("GET", "/devices").text
    person = garde.site.register.person("anna")
    assert person.grants == (Grant("rssi"), Grant("ward", ward="Réa A"))
    assert garde.said()[-1] == ("anna", "signed-in", "")


def test_somebody_without_a_role_is_told_so(garde: Garde) -> None:
    assert code(garde.browser().sign_in("guest")) == "oidc.no-role"
    assert garde.said()[-1] == ("guest", "refused", "oidc.no-role")
    assert garde.site.register.by_login("guest") is None


def test_a_stolen_answer_opens_nothing_elsewhere_and_nothing_twice(garde: Garde) -> None:
    victim, thief = garde.browser(), garde.browser()
    back = victim.agree(victim.leave(), "anna")
    assert code(thief.client.get(back)) == "oidc.state"
    own = parse_qs(urlsplit(thief.leave()).query)
    beside = back.replace(parse_qs(urlsplit(back).query)["state"][0], own["state"][0])
    assert code(thief.client.get(beside)) == "oidc.code"
    kept = victim.jar()
    assert victim.client.get(back).status_code == 303
    victim.client.cookies = kept
    assert code(victim.client.get(back)) == "oidc.replayed"


def test_a_code_works_once(garde: Garde) -> None:
    """Also where Garde itself has forgotten the state: the provider says no."""
    anna = garde.browser()
    back = anna.agree(anna.leave(), "anna")
    kept = anna.jar()
    assert anna.client.get(back).status_code == 303
    garde.provider._used.clear()
    anna.client.cookies = kept
    assert code(anna.client.get(back)) == "oidc.code"


def test_a_person_may_say_no(garde: Garde) -> None:
    guest = garde.browser()
    page = guest.ask("GET", guest.leave())
    answer = guest.ask("GET", f"{page.url}/abort")
    assert code(guest.client.get(guest._next(answer))) == "oidc.denied"


def test_an_answer_that_comes_too_late_is_refused(garde: Garde, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, now = garde.browser(), garde.site.now()
    back = anna.agree(anna.leave(), "anna")
    monkeypatch.setattr(garde.site, "now", lambda: now + 900 * 10**9)
    assert code(anna.client.get(back)) == "oidc.expired"
    assert garde.said()[-1] == ("", "expired", "oidc.expired")


def test_a_token_of_another_application_is_refused(garde: Garde, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider's token is right, and meant for the client of its own name."""
    anna = garde.browser()
    back = anna.agree(anna.leave(), "anna")
    verified = garde.provider._verified

    def elsewhere(*words: object) -> object:
        monkeypatch.setattr(garde.provider, "_client_id", "another")
        return verified(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(garde.provider, "_verified", elsewhere)
    assert code(anna.client.get(back)) == "oidc.audience"


def test_signing_out_here_signs_out_there(garde: Garde) -> None:
    anna = garde.browser()
    anna.sign_in("anna")
    answer = anna.ask("POST", "/sign-out")
    assert anna.ask("GET", "/devices").url.path == "/sign-in"
    last = anna.leave_provider(answer.headers["refresh"].removeprefix("0;url="))
    assert str(last.url) == f"{garde.address}/sign-in"
    assert 'name="login"' in anna.ask("GET", anna.leave()).text


def test_signing_out_there_signs_out_here(garde: Garde) -> None:
    """Back-channel: the provider itself tells Garde, from machine to machine."""
    one, other = garde.browser(), garde.browser()
    other.sign_in("anna")
    before = {session.id for session in garde.site.store.all(Session)}
    one.sign_in("anna")
    [mine] = [session for session in garde.site.store.all(Session) if session.id not in before]
    assert one.ask("GET", "/devices").url.path == "/devices"
    one.leave_provider(garde.provider.leave(mine.hint))
    assert garde.said()[-1] == ("anna", "signed-in", "")
    assert one.ask("GET", "/devices").url.path == "/sign-in"
    assert other.ask("GET", "/devices").url.path == "/devices"


@pytest.mark.parametrize("alg", ["PS256", "ES256"])
def test_other_signatures(tmp_path: Path, alg: str) -> None:
    client = {"id_token_signed_response_alg": alg, "userinfo_signed_response_alg": alg}
    with joined(tmp_path, {"client": client}, userinfo="signed") as (garde, _):
        assert garde.browser().sign_in("anna").status_code == 303


def test_a_provider_that_signs_with_the_secret_is_refused(tmp_path: Path) -> None:
    with joined(tmp_path, {"client": {"id_token_signed_response_alg": "HS256"}}) as (garde, _):
        assert code(garde.browser().sign_in("anna")) == "oidc.algorithm"


def test_a_level_that_was_not_reached_is_refused(tmp_path: Path) -> None:
    with joined(tmp_path, acr_values=("eidas1",)) as (garde, _):
        assert code(garde.browser().sign_in("anna")) == "oidc.acr"


def test_new_keys_are_taken_and_a_provider_that_is_down_is_said_to_be(tmp_path: Path) -> None:
    with joined(tmp_path) as (garde, op):
        assert garde.browser().sign_in("anna").status_code == 303
        op.stop()
        waiting = garde.browser()
        garde.provider.found._metadata = None
        answer = waiting.ask("POST", "/sign-in/provider", data={})
        assert code(answer, 503) == "oidc.unreachable"
        op.start()
        garde.provider.found._clock = lambda: 1e9
        assert garde.browser().sign_in("anna").status_code == 303


def test_the_product_signs_people_in_as_its_settings_say(tmp_path: Path) -> None:
    """`garde serve` with ``[oidc]``: the first person who comes is the administrator of the provider."""
    needed()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    op = Op(f"http://127.0.0.1:{port}")
    op.start()
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "garde.toml").write_text(
        f'[oidc]\nissuer = "{op.issuer}"\nclient_id = "garde"\nsecret = "{(tmp_path / "secret").as_uri()}"\n'
        'profile = "keycloak"\nunknown = "add"\n'
        '[[oidc.role]]\nclaim = "realm_access.roles"\nvalue = "garde-rssi"\nrole = "administrator"\n'
    )
    words = [
        str(Path(sys.executable).with_name("garde")),
        "serve",
        "--port",
        str(port),
        "--config",
        str(tmp_path / "garde.toml"),
    ]
    log = (tmp_path / "log").open("w+")
    home = os.environ | {"XDG_DATA_HOME": str(tmp_path)}
    process = subprocess.Popen(words, env=home, stdout=log, stderr=log, cwd=tmp_path)
    try:
        address = f"http://127.0.0.1:{port}"
        while "Garde is open" not in (tmp_path / "log").read_text():
            assert process.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.1)
        with Browser(address) as anna:
            assert anna.sign_in("anna", "/devices").headers["location"] == "/devices"
            assert "Anna Roy" in anna.ask("GET", "/devices").text
        said = (tmp_path / "log").read_text()
        assert not re.search(r"eyJ|state=|code=|Anna|Bearer", said), said
    finally:
        process.terminate()
        process.wait(30)
        op.stop()
        log.close()
