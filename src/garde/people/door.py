"""The door: signing in and being recognised.

Question: is this person who they say, may they try again now, and whose cookie or token is this?
Reference: issue 3 part 1; NIST SP 800-63B §5.2.2. A refusal never says which of login, password and code was wrong.
Order of a try: the origin's bucket, the account's wait, the password, then the code. The account of the last
administrator never waits: there only the origin's bucket brakes.

Example::

    door = Door(register)
    person, cookie = door.sign_in("a.roy", "correct horse battery", "", origin="10.0.0.9", agent="", now=now)
    door.visit(cookie, now).person.login   # 'a.roy'
"""

from __future__ import annotations

import threading
from typing import Final

import msgspec

from garde.errors import Refused
from garde.model.finding import judgement
from garde.model.person import Grant, Person
from garde.people import factor, password
from garde.people.register import Register, access
from garde.people.roles import roles
from garde.people.scope import Scope
from garde.people.secret import KIOSK, LONGEST, NOTED, Credential, Kiosk, Session, Token, digest_of, fresh
from garde.people.throttle import Throttle, wait_after

_MINUTE: Final = 60 * 1_000_000_000
#: Passwords that are looked at together: each keeps a processor busy for a while.
TOGETHER: Final = 2
#: Failures in a row after which somebody is told.
TOLD: Final = 10


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for a page.

    Attributes:
        person: None for a kiosk and for a stranger.
        session: how they were recognised; None for a token and a stranger.
        token: the program's key.
        grants: roles with their reach.
        bound: rights to which a token is limited; None for people.
        demonstration: everybody may see the demonstration hospital.
    """

    person: Person | None = None
    session: Session | None = None
    token: Token | None = None
    grants: tuple[Grant, ...] = ()
    bound: frozenset[str] | None = None
    demonstration: bool = False

    @property
    def known(self) -> bool:
        """Whether somebody signed in."""
        return self.person is not None or bool(self.grants)

    @property
    def login(self) -> str:
        """The name under which their words stand in the log."""
        if self.person is not None:
            return self.person.login
        if self.session is not None and self.session.ward:
            return f"kiosk:{self.session.ward}"
        return "demonstration" if self.demonstration else ""

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles held, each once."""
        return tuple(dict.fromkeys(grant.role for grant in self.grants))

    def scope(self, right: str) -> Scope:
        """Where they hold a right."""
        if self.bound is not None and right not in self.bound:
            return Scope()
        return Scope(tuple(grant for grant in self.grants if right in roles()[grant.role].rights))

    def may(self, right: str) -> bool:
        """Whether they hold it anywhere; the empty right is everybody's."""
        return not right or bool(self.scope(right).grants)


#: The one who signed in nowhere.
STRANGER: Final = Visitor()


class Door:
    """Lets people in; safe to use from several threads."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._origins = Throttle(most=20, every=5 * _MINUTE)
        self._hashing = threading.BoundedSemaphore(TOGETHER)

    # --- coming in --------------------------------------------------------------------------------------------------

    def sign_in(self, login: str, secret: str, code: str, *, origin: str, agent: str, now: int) -> tuple[Person, str]:
        """The person and the cookie of a new session.

        Raises:
            Refused: ``access.throttled`` (too many tries from there), ``access.wait`` (the account waits),
                ``access.code`` (the password is right and a code is needed), ``access.refused`` (anything else).
        """
        login = login.strip().casefold()[:64]
        if not self._origins.passes(origin, now):
            raise Refused("access.throttled", "Too many tries from this machine", hint="Wait a few minutes")
        person = self._register.by_login(login)
        kept = self._register.credential(person) if person else Credential(id="")
        if person and now < kept.wait_until and not self._register.sole_administrator(person):
            self._register.note(access(login, "locked", "password", now, origin))
            raise Refused("access.wait", "This account waits after wrong tries", hint="Try again in some minutes")
        with self._hashing:
            right = password.matches(kept.password, secret)
        if person is None or not right or not person.active:
            self._failed(person, kept, login, "password", origin, now)
            raise _refused()
        way = "password"
        if kept.factor:
            if not code.strip():
                raise Refused("access.code", "Type the code that your telephone shows")
            way, kept = self._coded(person, kept, code, login, origin, now)
        return person, self.open(person, way, origin=origin, agent=agent, now=now, kept=kept)

    def _coded(
        self, person: Person, kept: Credential, code: str, login: str, origin: str, now: int
    ) -> tuple[str, Credential]:
        step = factor.accepted(self._register.factor_key(kept), code, now, kept.used)
        if step:
            return "factor", msgspec.structs.replace(kept, used=step)
        spent = factor.kept(code)
        if spent in kept.recovery:
            left = tuple(one for one in kept.recovery if one != spent)
            return "recovery", msgspec.structs.replace(kept, recovery=left)
        self._failed(person, kept, login, "factor", origin, now)
        raise _refused()

    def open(
        self,
        person: Person,
        way: str,
        *,
        origin: str,
        agent: str,
        now: int,
        kept: Credential | None = None,
        sid: str = "",
        hint: bytes = b"",
    ) -> str:
        """A new session of somebody who proved who they are; returns its cookie."""
        cookie, name = fresh("gs")
        session = Session(
            id=name, person=person.id, way=way, made_at=now, seen_at=now, ends_at=now + LONGEST,
            origin=origin[:64], agent=agent[:200], sid=sid, hint=hint,
        )  # fmt: skip
        with self._register.store.begin() as unit:
            if kept is not None:
                stored = unit.get(Credential, [person.id]).get(person.id, kept)
                if stored.used != kept.used and stored.used >= kept.used:
                    raise _refused()  # the same code came twice at the same moment
                unit.put([msgspec.structs.replace(kept, failures=0, wait_until=0)])
            unit.put([session])
            unit.append([access(person.login, "signed-in", way, now, origin)])
        return cookie

    def open_kiosk(self, ward: str, code: str, *, origin: str, agent: str, now: int) -> str:
        """The cookie of a ward's shared machine.

        Raises:
            Refused: too many tries, or not the code.
        """
        if not self._origins.passes(f"kiosk {origin}", now):
            raise Refused("access.throttled", "Too many tries from this machine", hint="Wait a few minutes")
        kiosk = self._register.store.get(Kiosk, [ward]).get(ward)
        with self._hashing:
            right = password.matches(kiosk.code if kiosk else "", code)
        if kiosk is None or not right:
            self._register.note(access(f"kiosk:{ward}", "refused", "kiosk", now, origin))
            raise _refused()
        cookie, name = fresh("gk")
        session = Session(
            id=name, person="", ward=ward, way="kiosk", made_at=now, seen_at=now, ends_at=now + KIOSK,
            origin=origin[:64], agent=agent[:200],
        )  # fmt: skip
        with self._register.store.begin() as unit:
            unit.put([session])
            unit.append([access(f"kiosk:{ward}", "signed-in", "kiosk", now, origin)])
        return cookie

    def _failed(self, person: Person | None, kept: Credential, login: str, way: str, origin: str, now: int) -> None:
        messages: list[object] = [access(login, "refused", way, now, origin)]
        with self._register.store.begin() as unit:
            if person is not None:
                stored = unit.get(Credential, [person.id]).get(person.id, kept)
                failures = stored.failures + 1
                unit.put([msgspec.structs.replace(stored, failures=failures, wait_until=now + wait_after(failures))])
                if failures % TOLD == 0:
                    messages.append(
                        judgement(
                            "access.guessing", now, severity="medium", kind="threat", identifier=login,
                            reasons=(f"login: {login}", f"origin: {origin}", f"failures: {failures}"),
                        )
                    )  # fmt: skip
            unit.append(messages)  # type: ignore[arg-type]

    # --- being recognised -------------------------------------------------------------------------------------------

    def visit(self, cookie: str, now: int) -> Visitor:
        """Whose cookie it is; a stranger when it is nobody's or has ended."""
        name = digest_of(cookie)
        session = self._register.store.get(Session, [name]).get(name)
        if session is None or not session.lives(now):
            return STRANGER
        if now - session.seen_at > NOTED:
            session = msgspec.structs.replace(session, seen_at=now)
            with self._register.store.begin() as unit:
                if unit.get(Session, [name]):
                    unit.put([session])
        if session.way == "kiosk":
            return Visitor(session=session, grants=(Grant("ward", ward=session.ward),))
        person = self._register.store.get(Person, [session.person]).get(session.person)
        if person is None or not person.active:
            return STRANGER
        return Visitor(person=person, session=session, grants=person.grants)

    def present(self, secret: str, now: int) -> Visitor:
        """Whose bearer token it is; a stranger when it is nobody's, was revoked or has ended."""
        name = digest_of(secret)
        token = self._register.store.get(Token, [name]).get(name)
        if token is None or now >= token.ends_at:
            return STRANGER
        person = self._register.store.get(Person, [token.person]).get(token.person)
        if person is None or not person.active:
            return STRANGER
        if now - token.seen_at > NOTED:
            with self._register.store.begin() as unit:
                if unit.get(Token, [name]):
                    unit.put([msgspec.structs.replace(token, seen_at=now)])
        return Visitor(person=person, token=token, grants=person.grants, bound=frozenset(token.rights))


def _refused() -> Refused:
    return Refused("access.refused", "Login, password and code do not belong together")
