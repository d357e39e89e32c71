"""Identity: what an identity provider says of somebody, and who that is here.

Question: these claims were verified; which person is this, are they expected, and which roles do they hold now?
Reference: OpenID Connect Core 1.0 §2, §5.1, §5.7 (only issuer and subject name somebody for ever); ``providers.toml``
is the table of profiles. Left out: how the claims came here and were verified (`garde.web.oidc`).

Example:
    >>> values_of({"realm_access": {"roles": ["garde-rssi", "offline"]}}, "realm_access.roles")
    ('garde-rssi', 'offline')
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

import msgspec

from garde.config import OidcRole
from garde.errors import GardeError, Malformed, Refused
from garde.model.person import Grant, Person
from garde.people.register import LONGEST, Register
from garde.people.roles import roles
from garde.registry import Registry

#: Who decides, in the log, when a provider's word changes a person.
BY: Final = "policy:oidc"
#: Most values of one claim that are looked at, and longest login and subject (Core §2: 255 ASCII characters).
MOST: Final = 1_000
_LOGIN: Final = 64
_SUBJECT: Final = 255


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one kind of provider speaks; the words are explained in ``providers.toml``."""

    name: str
    label: str
    scopes: tuple[str, ...]
    acr_values: tuple[str, ...]
    authentication: str
    userinfo: str
    login: tuple[str, ...]
    display: tuple[tuple[str, ...], ...]
    mail: str


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody, in the words of their provider.

    Attributes:
        subject: issuer and subject, ``issuer subject``: the only lasting name.
        login, name, mail, language: as the claims say; empty where they do not.
        grants: roles that the claims bring.
    """

    subject: str
    login: str = ""
    name: str = ""
    mail: str = ""
    language: str = ""
    grants: tuple[Grant, ...] = ()


@cache
def profiles() -> Registry[Profile]:
    """Every profile, in the order of the file."""
    text = (resources.files("garde.people") / "providers.toml").read_text("utf-8")
    return Registry(*msgspec.convert(tomllib.loads(text)["profile"], list[Profile]))


def profile_of(name: str) -> Profile:
    """The profile of that name.

    Raises:
        Malformed: there is none.
    """
    if name not in profiles():
        known = ", ".join(profiles().names)
        raise Malformed("oidc.profile", f"There is no profile {name!r}", where="[oidc]", hint=f"Profiles: {known}")
    return profiles()[name]


def checked(rows: Iterable[OidcRole]) -> tuple[OidcRole, ...]:
    """The rows of the mapping.

    Raises:
        Malformed: a role that does not exist, or a row that everybody would match.
    """
    for row in rows:
        if row.role not in roles():
            known = ", ".join(roles().names)
            raise Malformed(
                "person.role", f"There is no role {row.role!r}", where="[[oidc.role]]", hint=f"Roles: {known}"
            )
        if not row.claim or not row.value:
            raise Malformed("oidc.role", "A row names a claim and its value", where="[[oidc.role]]")
    return tuple(rows)


def values_of(claims: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """The words of a claim: of the whole name where it is there, else along its dots, through lists.

    >>> values_of({"otherIds": [{"origine": "RPPS"}, {"origine": "X"}]}, "otherIds.origine")
    ('RPPS', 'X')
    """
    if path in claims:
        return _words([claims[path]])
    here: list[Any] = [claims]
    for part in path.split("."):
        here = [one[part] for one in _flat(here) if isinstance(one, Mapping) and part in one]
    return _words(here)


def identity(profile: Profile, issuer: str, claims: Mapping[str, Any], rows: Iterable[OidcRole]) -> Identity:
    """Who the claims speak of.

    Raises:
        Malformed: there is no subject that can be kept.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT or not subject.isprintable():
        raise Malformed("oidc.claims", "The identity provider does not say who this is")
    logins = [words[0] for name in profile.login if (words := values_of(claims, name))]
    shown = [parts for names in profile.display if all(parts := [_first(claims, name) for name in names])]
    language = _first(claims, "locale")[:2].lower()
    return Identity(
        subject=f"{issuer} {subject}",
        login=logins[0][: _LOGIN + 1] if logins else "",
        name=" ".join(shown[0])[:LONGEST] if shown else "",
        mail=_first(claims, profile.mail)[:LONGEST] if profile.mail else "",
        language=language if language in ("fr", "en") else "",
        grants=tuple(
            dict.fromkeys(
                Grant(row.role, row.site, row.ward, row.kind)
                for row in rows
                if row.value in values_of(claims, row.claim)
            )
        ),
    )


def admit(register: Register, known: Identity, *, unknown: str, mapped: bool, at: int) -> Person:
    """The person of an identity, bound or added where the settings say so, with the roles that it brings.

    Args:
        unknown: ``refuse``, ``bind`` or ``add`` (`garde.config.OidcSection`).
        mapped: the provider says the roles; otherwise they are given in Garde.

    Raises:
        Refused: nobody is expected under that name, they may not sign in, or no role is left.
    """
    person = register.by_subject(known.subject)
    if person is None and unknown != "refuse":
        person = _bound(register, known, at)
    if person is None and unknown == "add":
        person = _added(register, known, mapped, at)
    if person is None:
        raise Refused(
            "oidc.unknown-person", "Nobody here goes by this identity", hint="Ask an administrator to let you in"
        )
    if not person.active:
        raise Refused("oidc.inactive", "This person may not sign in any more")
    if mapped and person.grants != known.grants:
        person = register.change(BY, at, person, grants=known.grants)
    if not person.grants:
        raise Refused("oidc.no-role", "You are known, and hold no role", hint="Ask an administrator to let you in")
    return person


def _bound(register: Register, known: Identity, at: int) -> Person | None:
    """A person who was added without a password and never came; anybody else's account is not taken over."""
    person = register.by_login(known.login) if known.login else None
    if person is None:
        return None
    if person.subject or register.credential(person).password:
        raise Refused(
            "oidc.login-taken", "Somebody else has this login here", hint="Ask an administrator to let you in"
        )
    return register.change(BY, at, person, subject=known.subject)


def _added(register: Register, known: Identity, mapped: bool, at: int) -> Person:
    if mapped and not known.grants:
        raise Refused("oidc.no-role", "You are known, and hold no role", hint="Ask an administrator to let you in")
    try:
        return register.add(
            BY,
            at,
            login=known.login,
            name=known.name,
            mail=known.mail,
            language=known.language,
            grants=known.grants,
            subject=known.subject,
        )
    except GardeError:
        raise Refused(
            "oidc.login", "The identity provider gives a login that cannot be one here",
            hint="Ask an administrator to let you in",
        ) from None  # fmt: skip


def _flat(values: Iterable[Any]) -> list[Any]:
    flat: list[Any] = []
    for value in values:
        flat += value[:MOST] if isinstance(value, list) else [value]
    return flat[:MOST]


def _words(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(one) for one in _flat(values) if isinstance(one, str | int) and not isinstance(one, bool))


def _first(claims: Mapping[str, Any], path: str) -> str:
    return next(iter(values_of(claims, path)), "")
