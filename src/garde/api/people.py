"""People: who may do what, and the keys of programs.

Question: who may sign in, in which roles and where; which tokens open what, and until when?
Reference: issue 3 part 1; `garde.people.register` writes each change with the message that says why. Reading and
managing people need the right over the whole hospital. A secret is shown once, when it is made; a token makes and
ends no others, so that one that is stolen neither outlives its end nor takes those of its person away.

Example: ``POST /api/v1/me/tokens`` with ``{"name": "lab script", "rights": ["devices.read"], "until": "2027-01-31"}``
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from garde.api.ask import Ask, Reply, until
from garde.api.records import Because, Moment, Page, Reason, Until
from garde.errors import Missing, Refused
from garde.model.message import moment
from garde.model.person import Grant, Person
from garde.people.roles import RIGHTS, roles
from garde.people.secret import Session, Token, digest_of

Word: TypeAlias = Annotated[str, Meta(max_length=120)]
Language: TypeAlias = Literal["", "fr", "en"]
Grants: TypeAlias = Annotated[tuple[Grant, ...], Meta(max_length=64)]


class MeRecord(Struct, frozen=True, kw_only=True):
    """Who asks.

    Attributes:
        known: somebody signed in, or a token was sent.
        login: the name under which their words stand in the log.
        rights: what they may do somewhere; ``grants`` says where.
        token: name of the token that was sent, or empty.
    """

    known: bool
    login: str
    name: str
    language: str
    grants: tuple[Grant, ...]
    rights: tuple[str, ...]
    token: str = ""


class PersonRecord(Struct, frozen=True, kw_only=True):
    """Somebody who may sign in.

    Attributes:
        id: stays when the login changes.
        language: empty takes the browser's.
        grants: roles, and the part of the hospital where each holds; an empty word is everywhere.
        elsewhere: they sign in at the identity provider.
    """

    id: str
    login: str
    name: str
    mail: str
    language: str
    grants: tuple[Grant, ...]
    active: bool
    made_at: Moment
    elsewhere: bool


class NewPerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to be let in; without a password they sign in elsewhere, or get one later."""

    login: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Word = ""
    mail: Word = ""
    language: Language = ""
    grants: Grants = ()
    password: Annotated[str, Meta(max_length=256)] = ""


class PersonChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different of a person; what is absent stays."""

    name: Word | UnsetType = UNSET
    mail: Word | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    grants: Grants | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    reason: Reason = ""


class NewPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A password; every session of the person ends."""

    password: Annotated[str, Meta(min_length=1, max_length=256)]


class RoleRecord(Struct, frozen=True, kw_only=True):
    """A role, and the rights that it brings."""

    name: str
    en: str
    fr: str
    rights: tuple[str, ...]


class TokenRecord(Struct, frozen=True, kw_only=True):
    """A program's key, without its secret.

    Attributes:
        id: digest of the secret.
        person: login of the person whose rights bound it, or empty when they are gone.
        rights: what it may do, never more than its person may.
        seen_at: when it was last used, give or take five minutes; null before.
    """

    id: str
    name: str
    person: str
    rights: tuple[str, ...]
    made_at: Moment
    seen_at: Moment | None
    ends_at: Moment


class SessionRecord(Struct, frozen=True, kw_only=True):
    """Where the caller is signed in.

    Attributes:
        id: digest of the cookie.
        way: how they signed in.
        origin, agent: network address and browser, to recognise it by.
        here: it is the session that asks.
    """

    id: str
    way: str
    origin: str
    agent: str
    made_at: Moment
    seen_at: Moment
    ends_at: Moment
    here: bool


class NewToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be made: what it is for, what it may do, until when (within a year)."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    rights: Annotated[
        tuple[Annotated[str, Meta(extra_json_schema={"enum": list(RIGHTS)})], ...], Meta(min_length=1, max_length=64)
    ]
    until: Until


class MadeToken(Struct, frozen=True, kw_only=True):
    """A key that was made; ``secret`` is shown this once."""

    token: TokenRecord
    secret: str


def me(ask: Ask) -> MeRecord:
    """Who the caller is, and what they may do."""
    visitor = ask.visitor
    person = visitor.person
    return MeRecord(
        known=visitor.known,
        login=visitor.login,
        name=person.name if person else "",
        language=person.language if person else "",
        grants=visitor.grants,
        rights=tuple(right for right in RIGHTS if visitor.may(right)),
        token=visitor.token.name if visitor.token else "",
    )


def listed(ask: Ask) -> Page[PersonRecord]:
    """Everybody who may sign in, by login."""
    ask.everywhere("people.read")
    found = ask.site.register.people()
    return Page(items=tuple(map(person_record, found)), total=len(found))


def one(ask: Ask) -> PersonRecord:
    """A person, by id or login."""
    ask.everywhere("people.read")
    return person_record(_person(ask))


def add(ask: Ask) -> Reply:
    """Let somebody in."""
    ask.everywhere("people.manage")
    new: NewPerson = ask.body
    made = ask.site.register.add(
        ask.visitor.login,
        ask.site.now(),
        login=new.login,
        name=new.name,
        grants=new.grants,
        secret=new.password,
        mail=new.mail,
        language=new.language,
    )
    record = person_record(made)
    return Reply(record=record, status=201, headers={"location": f"{ask.base}/people/{made.id}"})


def change(ask: Ask) -> PersonRecord:
    """Give a person other roles, another name, mail or language, or stop them from signing in."""
    ask.everywhere("people.manage")
    found = _meant(ask)
    wanted: PersonChange = ask.body
    parts = {
        name: value
        for name in ("name", "mail", "language", "grants", "active")
        if (value := getattr(wanted, name)) is not UNSET and value != getattr(found, name)
    }
    if not parts:
        return person_record(found)
    done = ask.site.register.change(ask.visitor.login, ask.site.now(), found, wanted.reason.strip(), **parts)
    return person_record(done)


def remove(ask: Ask) -> Reply:
    """Take a person out with their sessions and tokens; what they said stays."""
    ask.everywhere("people.manage")
    why: Because = ask.query
    ask.site.register.remove(ask.visitor.login, ask.site.now(), _meant(ask), why.reason.strip())
    return Reply(status=204)


def set_password(ask: Ask) -> Reply:
    """Give a person a new password."""
    ask.everywhere("people.manage")
    new: NewPassword = ask.body
    ask.site.register.set_password(ask.visitor.login, ask.site.now(), _meant(ask), new.password)
    return Reply(status=204)


def all_roles(ask: Ask) -> Page[RoleRecord]:
    """Every role, and what it may do."""
    found = [
        RoleRecord(name=role.name, en=role.en, fr=role.fr, rights=tuple(one for one in RIGHTS if one in role.rights))
        for role in roles()
    ]
    return Page(items=tuple(found), total=len(found))


def tokens(ask: Ask) -> Page[TokenRecord]:
    """The tokens of everybody."""
    ask.everywhere("people.manage")
    return _tokens(ask, ask.site.store.all(Token))


def revoke(ask: Ask) -> Reply:
    """Make anybody's token open nothing."""
    ask.everywhere("people.manage")
    return _revoked(ask, "")


def own_tokens(ask: Ask) -> Page[TokenRecord]:
    """The caller's tokens; a token sees itself."""
    name = ask.person().id
    found = ask.site.store.linked(Token, [name]).get(name, [])
    own = ask.visitor.token
    return _tokens(ask, [one for one in found if own is None or one.id == own.id])


def make_token(ask: Ask) -> Reply:
    """Make a token of one's own."""
    person = ask.person()
    if ask.visitor.token is not None:
        raise Refused("token.token", "A token makes no tokens", hint="Sign in with your password")
    new: NewToken = ask.body
    now = ask.site.now()
    secret = ask.site.register.make_token(now, person, new.name, new.rights, until(new.until, now))
    made = ask.site.store.get(Token, [digest_of(secret)])[digest_of(secret)]
    return Reply(record=MadeToken(token=_token_record(made, person.login), secret=secret), status=201)


def revoke_own(ask: Ask) -> Reply:
    """Make one's own token open nothing; a token ends itself and no other."""
    person, own = ask.person(), ask.visitor.token
    if own is not None and own.id != ask.path["token"]:
        raise Refused("token.token", "A token ends no other tokens", hint="Sign in with your password")
    return _revoked(ask, person.id)


def sessions(ask: Ask) -> Page[SessionRecord]:
    """Where the caller is signed in, latest first; what has ended is not there."""
    now, here = ask.site.now(), ask.visitor.session
    found = [one for one in _sessions(ask) if one.lives(now)]
    items = tuple(
        SessionRecord(
            id=one.id,
            way=one.way,
            origin=one.origin,
            agent=one.agent,
            made_at=moment(one.made_at),
            seen_at=moment(one.seen_at),
            ends_at=moment(one.ends_at),
            here=here is not None and here.id == one.id,
        )
        for one in sorted(found, key=lambda one: (-one.made_at, one.id))
    )
    return Page(items=items, total=len(items))


def end_session(ask: Ask) -> Reply:
    """Sign out, here or on another machine; a token signs nobody out."""
    found = next((one for one in _sessions(ask) if one.id == ask.path["session"]), None)
    if found is None:
        raise Missing("session.unknown", "There is no such session of yours")
    ask.site.register.end_session(ask.visitor.login, ask.site.now(), found)
    return Reply(status=204)


def person_record(person: Person) -> PersonRecord:
    """A person as they are given out."""
    return PersonRecord(
        id=person.id,
        login=person.login,
        name=person.name,
        mail=person.mail,
        language=person.language,
        grants=person.grants,
        active=person.active,
        made_at=moment(person.made_at),
        elsewhere=bool(person.subject),
    )


def _person(ask: Ask) -> Person:
    return ask.site.register.person(ask.path["person"])


def _meant(ask: Ask) -> Person:
    """The person of the path, in the version that the caller has seen."""
    found = _person(ask)
    ask.meant(person_record(found))
    return found


def _sessions(ask: Ask) -> list[Session]:
    """The sessions of the person who asks.

    Raises:
        Refused: a token asks.
    """
    name = ask.person().id
    if ask.visitor.token is not None:
        raise Refused("token.token", "A token neither sees nor ends sessions", hint="Sign in with your password")
    return ask.site.store.linked(Session, [name]).get(name, [])


def _tokens(ask: Ask, found: Iterable[Token]) -> Page[TokenRecord]:
    logins = {person.id: person.login for person in ask.site.register.people()}
    ordered = sorted(found, key=lambda token: (-token.made_at, token.id))
    return Page(items=tuple(_token_record(one, logins.get(one.person, "")) for one in ordered), total=len(ordered))


def _revoked(ask: Ask, owner: str) -> Reply:
    """Revoke the token of the path, when it is that person's; empty means anybody's.

    Raises:
        Missing: there is none.
    """
    name = ask.path["token"]
    found = ask.site.store.get(Token, [name]).get(name)
    if found is None or (owner and found.person != owner):
        raise Missing("token.unknown", "There is no such token", hint="Ask by the id in the list")
    ask.site.register.revoke_token(ask.visitor.login, ask.site.now(), found)
    return Reply(status=204)


def _token_record(token: Token, login: str) -> TokenRecord:
    return TokenRecord(
        id=token.id,
        name=token.name,
        person=login,
        rights=token.rights,
        made_at=moment(token.made_at),
        seen_at=moment(token.seen_at) if token.seen_at else None,
        ends_at=moment(token.ends_at),
    )
