"""The register: who may be added, changed and removed, and what stands in the log of it."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest

from garde.errors import Conflict, Malformed, Missing, Refused
from garde.model.decision import Decision
from garde.model.person import Grant
from garde.people import factor
from garde.people.register import Register, described
from garde.people.sealing import Sealing
from garde.people.secret import Session, Token
from garde.pipeline.shapes import SHAPES
from garde.store.sqlite import open_sqlite

NOW = 1_780_000_000_000_000_000
ADMIN = (Grant("administrator"),)
DAY = 86_400 * 10**9


@pytest.fixture
def register() -> Iterator[Register]:
    store = open_sqlite("", SHAPES)
    yield Register(store, Sealing(bytes(32)))
    store.close()


def words(register: Register) -> list[tuple[str, str, str]]:
    log = register.store.log(0, (Decision,), 100)
    return [(one.person, one.verb, one.about) for _, one in log if isinstance(one, Decision)]


def test_a_person_is_found_by_login_whatever_its_case(register: Register) -> None:
    anna = register.add("cli", NOW, login=" A.Roy ", name="Anna Roy", grants=ADMIN)
    assert register.by_login("a.ROY") == anna == register.person("a.roy") == register.person(anna.id)
    assert words(register) == [("cli", "person.add", "a.roy")]
    with pytest.raises(Missing):
        register.person("nobody")


@pytest.mark.parametrize("login", ["", "a b", "x" * 65, "a\nb", '"><script>'])
def test_what_cannot_be_a_login(register: Register, login: str) -> None:
    with pytest.raises(Malformed):
        register.add("cli", NOW, login=login, name="X", grants=())


def test_a_login_is_taken_once_and_a_role_must_exist(register: Register) -> None:
    register.add("cli", NOW, login="a.roy", name="A", grants=())
    with pytest.raises(Conflict):
        register.add("cli", NOW, login="A.ROY", name="B", grants=())
    with pytest.raises(Malformed):
        register.add("cli", NOW, login="b", name="B", grants=(Grant("king"),))
    with pytest.raises(Conflict):
        register.add("cli", NOW, login="c", name="C", grants=ADMIN, first=True)


def test_the_last_administrator_stays(register: Register) -> None:
    anna = register.add("cli", NOW, login="a.roy", name="A", grants=ADMIN)
    register.add("cli", NOW, login="b", name="B", grants=(Grant("administrator", ward="Réa A"),))
    for change in (
        lambda: register.remove("x", NOW, anna),
        lambda: register.change("x", NOW, anna, active=False),
        lambda: register.change("x", NOW, anna, grants=()),
        lambda: register.change("x", NOW, anna, grants=(Grant("administrator", site="Nord"),)),
    ):
        with pytest.raises(Refused) as caught:
            change()
        assert caught.value.code == "person.last-administrator"
    register.add("cli", NOW, login="c", name="C", grants=ADMIN)
    register.remove("c", NOW, anna)
    assert register.by_login("a.roy") is None


def test_a_new_password_ends_every_session(register: Register) -> None:
    anna = register.add("cli", NOW, login="a.roy", name="A", grants=())
    with register.store.begin() as unit:
        unit.put([Session(id="s", person=anna.id, ends_at=NOW * 2)])
    with pytest.raises(Refused):
        register.set_password("a.roy", NOW, anna, "easy")
    register.set_password("a.roy", NOW, anna, "correct horse battery")
    assert not list(register.store.all(Session))
    assert "correct" not in str(register.store.log(0, (Decision,), 100))


def test_a_factor_is_set_by_its_first_code_and_lies_sealed(register: Register) -> None:
    anna = register.add("cli", NOW, login="a.roy", name="A", grants=())
    key = factor.secret()
    with pytest.raises(Refused):
        register.set_factor(NOW, anna, key, "000000" if pyotp.TOTP(key).at(NOW // 10**9) != "000000" else "111111")
    codes = register.set_factor(NOW, anna, key, pyotp.TOTP(key).at(NOW // 10**9))
    kept = register.credential(anna)
    assert key.encode() not in kept.factor and register.factor_key(kept) == key
    assert len(kept.recovery) == len(codes)
    assert register.make_recovery(NOW, anna) != codes
    register.remove_factor("admin", NOW, anna, "lost")
    assert register.credential(anna).factor == b""


def test_a_token_never_holds_more_than_its_person(register: Register) -> None:
    anna = register.add("cli", NOW, login="a.roy", name="A", grants=(Grant("auditor"),))
    made = register.make_token(NOW, anna, "export", ["audit.read"], NOW + DAY)
    (token,) = register.store.all(Token)
    assert made not in str(token)
    for rights, name, until in (
        (["people.manage"], "x", NOW + DAY),
        ([], "x", NOW + DAY),
        (["audit.read"], " ", NOW + DAY),
        (["audit.read"], "x", NOW),
        (["audit.read"], "x", NOW + 400 * DAY),
    ):
        with pytest.raises(Refused):
            register.make_token(NOW, anna, name, rights, until)
    register.revoke_token("admin", NOW, token)
    assert not list(register.store.all(Token))


def test_a_kiosk_that_is_closed_ends_what_it_opened(register: Register) -> None:
    with pytest.raises(Refused):
        register.set_kiosk("admin", NOW, "Réa A", "11111111")
    register.set_kiosk("admin", NOW, "Réa A", "bleu-vert-42")
    with register.store.begin() as unit:
        unit.put([Session(id="k", person="", ward="Réa A", way="kiosk", ends_at=NOW * 2)])
    register.set_kiosk("admin", NOW, "Réa A", "")
    assert not list(register.store.all(Session))


def test_grants_in_words() -> None:
    assert described((Grant("ward", ward="Réa A"), Grant("rssi"))) == "ward (ward=Réa A), rssi"
    assert described(()) == "no role"
