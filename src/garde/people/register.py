"""The register: people, their credentials, sessions and tokens, each change with the message that says why.

Question: who is this, and who changed what about whom?
Reference: issue 3 part 1; DESIGN §2 rule 3. A record and its message are written in one transaction. The last active
administrator can neither be removed nor waited out; a wrong login takes as long as a wrong password.

Example::

    register = Register(store, sealing)
    anna = register.add("cli", now, login="a.roy", name="Anna Roy", grants=(Grant("ward", ward="Réa A"),))
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable
from typing import Final

import msgspec

from garde.errors import Conflict, Malformed, Missing, Refused
from garde.model.decision import Access, word
from garde.model.message import Message, digest
from garde.model.person import Grant, Person
from garde.people import factor, password
from garde.people.roles import roles
from garde.people.sealing import Sealing
from garde.people.secret import Credential, Kiosk, Session, Token, digest_of
from garde.ports import Store, Unit

ADMINISTRATOR: Final = "administrator"
#: Longest words a person may have.
LONGEST: Final = 120


class Register:
    """People of one store."""

    def __init__(self, store: Store, sealing: Sealing) -> None:
        self.store = store
        self.sealing = sealing
        # One change at a time: "is this the last administrator?" must still hold when the change is written.
        self._lock = threading.Lock()

    # --- reading ----------------------------------------------------------------------------------------------------

    def people(self) -> list[Person]:
        """Everybody, by login."""
        return sorted(self.store.all(Person), key=lambda one: one.login)

    def person(self, name: str) -> Person:
        """The person of that id or login.

        Raises:
            Missing: there is none.
        """
        found = self.store.get(Person, [name]).get(name) or self.by_login(name)
        if found is None:
            raise Missing("person.unknown", f"There is no person {name!r}")
        return found

    def by_login(self, login: str) -> Person | None:
        """The person of that login."""
        return self._linked(f"login:{login.strip().casefold()}")

    def by_subject(self, subject: str) -> Person | None:
        """The person of that issuer and subject of OpenID Connect."""
        return self._linked(f"subject:{subject}")

    def _linked(self, link: str) -> Person | None:
        return next(iter(self.store.linked(Person, [link], 1).get(link, [])), None)

    def empty(self) -> bool:
        """Whether nobody was ever added: the first-run assistant is open."""
        return next(iter(self.store.all(Person)), None) is None

    def credential(self, person: Person) -> Credential:
        """How that person proves who they are."""
        return self.store.get(Credential, [person.id]).get(person.id) or Credential(id=person.id)

    def sole_administrator(self, person: Person) -> bool:
        """Whether nobody else could let people in again."""
        return governs(person) and not any(governs(one) for one in self.people() if one.id != person.id)

    # --- people -----------------------------------------------------------------------------------------------------

    def add(
        self,
        by: str,
        at: int,
        *,
        login: str,
        name: str,
        grants: tuple[Grant, ...],
        secret: str = "",
        mail: str = "",
        language: str = "",
        subject: str = "",
        first: bool = False,
    ) -> Person:
        """A new person.

        Args:
            by: login of who adds.
            secret: password, or empty for somebody who signs in elsewhere or gets one later.
            first: only while there is nobody.

        Raises:
            Malformed: a login or a role that cannot be.
            Conflict: the login is taken, or there is somebody already.
            Refused: the password is too easy.
        """
        login = login.strip().casefold()
        _login(login)
        _grants(grants)
        if secret:
            password.acceptable(secret, login)
        kept = Credential(id=f"p-{secrets.token_hex(10)}", password=password.hashed(secret) if secret else "")
        person = Person(
            id=kept.id,
            login=login,
            name=name.strip()[:LONGEST] or login,
            mail=mail.strip()[:LONGEST],
            language=language,
            grants=grants,
            made_at=at,
            subject=subject,
        )
        with self._lock, self.store.begin() as unit:
            if first and next(iter(unit.all(Person)), None) is not None:
                raise Conflict("person.first", "Somebody was added already", hint="Sign in")
            if unit.linked(Person, [f"login:{login}"], 1):
                raise Conflict("person.taken", f"There is a person {login!r} already")
            unit.put([person, kept])
            unit.append([word("person.add", by, at, about=login, value=described(grants))])
        return person

    def change(self, by: str, at: int, person: Person, reason: str = "", **parts: object) -> Person:
        """The person with other grants, name, mail, language or activity; sessions of somebody inactive end.

        Raises:
            Refused: nobody would be left to let people in.
            Malformed: a role that cannot be.
        """
        changed = msgspec.structs.replace(person, **parts)
        _grants(changed.grants)
        with self._lock, self.store.begin() as unit:
            self._governed(unit, person, changed)
            unit.put([changed])
            value = "; ".join(
                f"{name}: {described(changed.grants) if name == 'grants' else one}"
                for name, one in sorted(parts.items())
            )
            unit.append([word("person.change", by, at, about=person.login, value=value, reason=reason)])
            if not changed.active:
                _end(unit, person.id)
        return changed

    def remove(self, by: str, at: int, person: Person, reason: str = "") -> None:
        """Take a person, their credentials, sessions and tokens out; what they said stays in the log.

        Raises:
            Refused: nobody would be left to let people in.
        """
        with self._lock, self.store.begin() as unit:
            self._governed(unit, person, msgspec.structs.replace(person, active=False))
            _end(unit, person.id)
            unit.drop(Token, [one.id for one in unit.linked(Token, [person.id]).get(person.id, [])])
            unit.drop(Credential, [person.id])
            unit.drop(Person, [person.id])
            unit.append([word("person.remove", by, at, about=person.login, reason=reason)])

    def _governed(self, unit: Unit, before: Person, after: Person) -> None:
        if governs(before) and not governs(after):
            others = [one for one in unit.all(Person) if one.id != before.id and governs(one)]
            if not others:
                raise Refused(
                    "person.last-administrator",
                    "Nobody would be left who may let people in",
                    hint="Make somebody else administrator first",
                )

    # --- credentials ------------------------------------------------------------------------------------------------

    def set_password(self, by: str, at: int, person: Person, secret: str) -> None:
        """A new password; every session of the person ends.

        Raises:
            Refused: it is too easy.
        """
        password.acceptable(secret, person.login)
        hashed = password.hashed(secret)
        with self._lock, self.store.begin() as unit:
            kept = _credential(unit, person.id)
            unit.put([msgspec.structs.replace(kept, password=hashed, failures=0, wait_until=0)])
            _end(unit, person.id)
            unit.append([word("password.set", by, at, about=person.login)])

    def set_factor(self, at: int, person: Person, key: str, code: str) -> tuple[str, ...]:
        """Ask for a code from now on; returns recovery codes, shown once.

        Raises:
            Refused: the code does not belong to the key, so the telephone did not learn it.
        """
        step = factor.accepted(key, code, at, 0)
        if not step:
            raise Refused(
                "factor.wrong", "This is not the code that the telephone should show now", hint="Try the next"
            )
        codes = factor.recovery_codes()
        sealed = self.sealing.seal(key.encode("ascii"), f"factor {person.id}")
        with self._lock, self.store.begin() as unit:
            kept = _credential(unit, person.id)
            recovery = tuple(factor.kept(one) for one in codes)
            unit.put([msgspec.structs.replace(kept, factor=sealed, used=step, recovery=recovery)])
            unit.append([word("factor.set", person.login, at, about=person.login)])
        return codes

    def remove_factor(self, by: str, at: int, person: Person, reason: str = "") -> None:
        """Ask for no code any more."""
        with self._lock, self.store.begin() as unit:
            kept = _credential(unit, person.id)
            unit.put([msgspec.structs.replace(kept, factor=b"", used=0, recovery=())])
            unit.append([word("factor.remove", by, at, about=person.login, reason=reason)])

    def make_recovery(self, at: int, person: Person) -> tuple[str, ...]:
        """New recovery codes, shown once; the old ones work no more."""
        codes = factor.recovery_codes()
        with self._lock, self.store.begin() as unit:
            kept = _credential(unit, person.id)
            unit.put([msgspec.structs.replace(kept, recovery=tuple(factor.kept(one) for one in codes))])
            unit.append([word("recovery.make", person.login, at, about=person.login)])
        return codes

    def factor_key(self, kept: Credential) -> str:
        """The secret of the second factor."""
        return self.sealing.open(kept.factor, f"factor {kept.id}").decode("ascii")

    # --- tokens, kiosks, sessions -----------------------------------------------------------------------------------

    def make_token(self, at: int, person: Person, name: str, rights: Iterable[str], until: int) -> str:
        """A program's key; returns the secret, shown once.

        Raises:
            Refused: a right that the person does not hold, no name, or an end that is not within a year.
        """
        wanted = tuple(sorted(set(rights)))
        held = {right for role in person.roles for right in roles()[role].rights}
        if beyond := set(wanted) - held:
            raise Refused("token.rights", f"You do not hold {', '.join(sorted(beyond))}")
        if not wanted or not name.strip():
            raise Refused("token.empty", "A token has a name and at least one right")
        if not at < until <= at + 366 * 86_400 * 10**9:
            raise Refused("token.until", "A token ends within a year", hint="Choose a date")
        made = f"gt_{secrets.token_urlsafe(32)}"
        token = Token(
            id=digest_of(made), name=name.strip()[:LONGEST], person=person.id, rights=wanted, made_at=at, ends_at=until
        )
        with self.store.begin() as unit:
            unit.put([token])
            said = word("token.make", person.login, at, about=token.id[:12], value=f"{token.name}: {' '.join(wanted)}")
            unit.append([msgspec.structs.replace(said, until=until)])
        return made

    def revoke_token(self, by: str, at: int, token: Token) -> None:
        """The token opens nothing any more."""
        with self.store.begin() as unit:
            unit.drop(Token, [token.id])
            unit.append([word("token.revoke", by, at, about=token.id[:12], value=token.name)])

    def set_kiosk(self, by: str, at: int, ward: str, code: str) -> None:
        """A code for the ward's shared machine; an empty one closes it, and ends what it opened.

        Raises:
            Refused: a code that is guessed in no time.
        """
        if code and (len(code) < 8 or len(set(code)) < 4):
            raise Refused("kiosk.weak", "A kiosk's code has at least eight characters, four of them different")
        with self.store.begin() as unit:
            old = [one.id for one in unit.linked(Session, [f"ward:{ward}"]).get(f"ward:{ward}", [])]
            unit.drop(Session, old)
            unit.put([Kiosk(id=ward, code=password.hashed(code))] if code else [])
            unit.drop(Kiosk, [] if code else [ward])
            unit.append([word("kiosk.set", by, at, about=ward, value="open" if code else "closed")])

    def end_session(self, by: str, at: int, session: Session) -> None:
        """Sign out, here or on another machine."""
        with self.store.begin() as unit:
            unit.drop(Session, [session.id])
            unit.append([word("session.end", by, at, about=session.id[:12])])

    def note(self, *messages: Message) -> None:
        """Write messages that change no record."""
        with self.store.begin() as unit:
            unit.append(messages)


def governs(person: Person) -> bool:
    """Whether this person may let people in, everywhere."""
    return person.active and any(
        grant.role == ADMINISTRATOR and not (grant.site or grant.ward or grant.kind) for grant in person.grants
    )


def described(grants: Iterable[Grant]) -> str:
    """Grants in words: ``ward (ward=Réa A)``."""
    said = []
    for grant in grants:
        limits = [f"{name}={value}" for name in ("site", "ward", "kind") if (value := getattr(grant, name))]
        said.append(f"{grant.role} ({', '.join(limits)})" if limits else grant.role)
    return ", ".join(said) or "no role"


def access(person: str, outcome: str, way: str, at: int, origin: str = "", code: str = "") -> Access:
    """That somebody came to the door."""
    name = f"a-{digest(person, outcome, way, at, origin, secrets.token_hex(8))}"
    return Access(id=name, at=at, person=person[:LONGEST], outcome=outcome, way=way, origin=origin[:64], code=code)


def _credential(unit: Unit, name: str) -> Credential:
    return unit.get(Credential, [name]).get(name) or Credential(id=name)


def _end(unit: Unit, person: str) -> None:
    unit.drop(Session, [one.id for one in unit.linked(Session, [person]).get(person, [])])


def _login(login: str) -> None:
    if not login or len(login) > 64 or not all(letter.isalnum() or letter in "._-@+" for letter in login):
        raise Malformed(
            "person.login", f"{login!r} cannot be a login", hint="Letters, numbers, and . _ - @ +, at most 64"
        )


def _grants(grants: Iterable[Grant]) -> None:
    for grant in grants:
        if grant.role not in roles():
            raise Malformed(
                "person.role", f"There is no role {grant.role!r}", hint=f"Roles: {', '.join(roles().names)}"
            )
