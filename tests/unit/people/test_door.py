"""The door, told as playbooks: who tries what, and whether it opens."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pyotp
import pytest

from garde.errors import Refused
from garde.model.decision import Access
from garde.model.finding import Judgement
from garde.model.person import Grant, Person
from garde.people import factor
from garde.people.door import STRANGER, Door
from garde.people.register import Register
from garde.people.sealing import Sealing
from garde.people.secret import IDLE, LONGEST, NOTED, Session
from garde.people.throttle import FREE
from garde.pipeline.shapes import SHAPES
from garde.store.sqlite import open_sqlite

NOW = 1_780_000_000_000_000_000
SECRET = "correct horse battery"
MINUTE = 60 * 10**9


class Scene:
    def __init__(self) -> None:
        self.store = open_sqlite("", SHAPES)
        self.register = Register(self.store, Sealing(bytes(32)))
        self.door = Door(self.register)
        self.admin = self.add("root", "administrator")
        self.anna = self.add("a.roy", "biomedical")

    def add(self, login: str, role: str) -> Person:
        return self.register.add("cli", NOW, login=login, name=login, grants=(Grant(role),), secret=SECRET)

    def enter(self, login: str, secret: str, code: str = "", origin: str = "10.0.0.9", now: int = NOW) -> str:
        return self.door.sign_in(login, secret, code, origin=origin, agent="", now=now)[1]

    def refused(self, *words: str, **more: object) -> str:
        with pytest.raises(Refused) as caught:
            self.enter(*words, **more)  # type: ignore[arg-type]
        return caught.value.code

    def accesses(self) -> list[tuple[str, str]]:
        log = self.store.log(0, (Access,), 1000)
        return [(one.person, one.outcome) for _, one in log if isinstance(one, Access)]


@pytest.fixture
def scene() -> Iterator[Scene]:
    one = Scene()
    yield one
    one.store.close()


def test_the_right_password_opens_and_is_noted(scene: Scene) -> None:
    cookie = scene.enter("A.Roy", SECRET)
    visitor = scene.door.visit(cookie, NOW)
    assert visitor.person == scene.anna and visitor.may("devices.read") and not visitor.may("people.manage")
    assert scene.accesses() == [("a.roy", "signed-in")]


def test_a_wrong_login_and_a_wrong_password_read_the_same(scene: Scene) -> None:
    assert scene.refused("a.roy", "wrong") == scene.refused("nobody", SECRET) == "access.refused"
    off = scene.register.change("root", NOW, scene.anna, active=False)
    assert scene.refused(off.login, SECRET) == "access.refused"


def test_an_account_waits_and_then_opens(scene: Scene) -> None:
    for number in range(FREE):
        assert scene.refused("a.roy", "wrong", origin=f"10.0.1.{number}") == "access.refused"
    assert scene.refused("a.roy", SECRET) == "access.wait"
    assert scene.enter("a.roy", SECRET, now=NOW + MINUTE)
    assert scene.register.credential(scene.anna).failures == 0


def test_the_last_administrator_never_waits(scene: Scene) -> None:
    for number in range(30):
        assert scene.refused("root", "wrong", origin=f"10.0.1.{number}") == "access.refused"
    assert scene.enter("root", SECRET, origin="10.0.2.1")


def test_an_origin_is_braked_before_a_password_is_hashed(scene: Scene) -> None:
    codes = [scene.refused("nobody", "wrong") for _ in range(40)]
    assert codes.count("access.refused") == 20 and codes[-1] == "access.throttled"
    assert len(scene.accesses()) == 20
    assert scene.enter("a.roy", SECRET, origin="10.0.0.8")


def test_much_guessing_is_a_finding(scene: Scene) -> None:
    for number in range(10):
        scene.refused("a.roy", "wrong", origin=f"10.0.1.{number}", now=NOW + number * 60 * MINUTE)
    ((_, told),) = scene.store.log(0, (Judgement,), 10)
    assert isinstance(told, Judgement) and told.rule == "access.guessing" and "login: a.roy" in told.reasons


def test_a_second_factor_is_asked_for_and_its_code_works_once(scene: Scene) -> None:
    key = factor.secret()
    codes = scene.register.set_factor(NOW, scene.anna, key, pyotp.TOTP(key).at(NOW // 10**9))
    later = NOW + 2 * MINUTE
    code = pyotp.TOTP(key).at(later // 10**9)
    assert scene.refused("a.roy", SECRET, now=later) == "access.code"
    assert scene.refused("a.roy", SECRET, "123", now=later) == "access.refused"
    assert scene.enter("a.roy", SECRET, code, now=later)
    assert scene.refused("a.roy", SECRET, code, now=later) == "access.refused"
    assert scene.enter("a.roy", SECRET, codes[0].upper(), now=later)
    assert scene.refused("a.roy", SECRET, codes[0], now=later) == "access.refused"


def test_a_session_ends_idle_at_last_and_with_its_person(scene: Scene) -> None:
    cookie = scene.enter("a.roy", SECRET)
    assert scene.door.visit(cookie, NOW + IDLE) == STRANGER
    for step in range(1, LONGEST // IDLE * 4):
        scene.door.visit(cookie, NOW + step * (NOTED + 1))
    assert scene.door.visit(cookie, NOW + LONGEST) == STRANGER
    other = scene.enter("a.roy", SECRET)
    scene.register.change("root", NOW, scene.anna, active=False)
    assert scene.door.visit(other, NOW) == STRANGER
    assert scene.door.visit("gs_made-up", NOW) == STRANGER


def test_the_last_use_is_written_down_now_and_then(scene: Scene) -> None:
    cookie = scene.enter("a.roy", SECRET)
    scene.door.visit(cookie, NOW + NOTED - 1)
    assert next(iter(scene.store.all(Session))).seen_at == NOW
    scene.door.visit(cookie, NOW + NOTED + 1)
    assert next(iter(scene.store.all(Session))).seen_at == NOW + NOTED + 1


def test_a_token_holds_what_it_was_given_until_it_ends(scene: Scene) -> None:
    made = scene.register.make_token(NOW, scene.anna, "export", ["devices.read"], NOW + 60 * MINUTE)
    visitor = scene.door.present(made, NOW)
    assert visitor.may("devices.read") and not visitor.may("devices.claim") and visitor.login == "a.roy"
    assert scene.door.present(made, NOW + 60 * MINUTE) == STRANGER
    assert scene.door.present("gt_made-up", NOW) == STRANGER
    assert scene.door.visit(made, NOW) == STRANGER, "a token is no cookie"
    scene.register.change("root", NOW, msgspec.structs.replace(scene.anna), grants=())
    assert not scene.door.present(made, NOW).may("devices.read"), "it never holds more than its person"


def test_a_kiosk_opens_one_ward(scene: Scene) -> None:
    scene.register.set_kiosk("root", NOW, "Réa A", "bleu-vert-42")
    with pytest.raises(Refused):
        scene.door.open_kiosk("Réa A", "wrong", origin="10.0.0.9", agent="", now=NOW)
    with pytest.raises(Refused):
        scene.door.open_kiosk("Bloc", "bleu-vert-42", origin="10.0.0.9", agent="", now=NOW)
    cookie = scene.door.open_kiosk("Réa A", "bleu-vert-42", origin="10.0.0.9", agent="", now=NOW)
    visitor = scene.door.visit(cookie, NOW)
    assert visitor.person is None and visitor.login == "kiosk:Réa A"
    assert [grant.ward for grant in visitor.scope("wards.read").grants] == ["Réa A"]
    assert not visitor.may("devices.read") and not visitor.may("findings.read")
