"""Signing: a person's word about a policy, or about one thing that it would break.

Question: may this person say yes to this, in which role, and which message does it make?
Reference: domain note 04 §7 (two people, in two roles, where devices of RP0 are touched); `garde.zones.simulate.locked`
counts what is said here. Left out: keeping it, which the risk stage does for every approval.

Example::

    site.risk.say(approval(site, request, "b-…", role="rssi", agrees="yes", reason="", person=""))
"""

from __future__ import annotations

import secrets

from starlette.requests import Request

from garde.errors import Malformed, Refused
from garde.gate import visitor_of
from garde.model.risk.matrix import Approval
from garde.pipeline.zones.drafting import SIGNERS
from garde.web.site import Site


def login_of(request: Request, typed: str) -> str:
    """Login of who speaks; in the demonstration people say their name."""
    visitor = visitor_of(request)
    return (typed.strip()[:80] or "web") if visitor.demonstration else visitor.login


def roles_of(request: Request) -> tuple[str, ...]:
    """The roles in which the reader may sign for the whole hospital."""
    held = visitor_of(request).scope("zones.sign").roles_over(None)
    return tuple(role for role in SIGNERS if role in held)


def approval(site: Site, request: Request, about: str, *, role: str, agrees: str, reason: str, person: str) -> Approval:
    """A person's word about a policy, a break or a path that must pass.

    Raises:
        Refused: the person does not hold the role, or gives no reason where one is needed.
        Malformed: neither yes nor no.
    """
    if role not in roles_of(request):
        raise Refused("approval.role", "You do not hold this role for the whole hospital", where=role)
    if agrees not in ("yes", "no"):
        raise Malformed("approval.word", "Say whether you agree")
    if not reason and (agrees == "no" or not about.startswith("p-")):
        raise Refused("approval.reason", "A refusal has a reason, and so has what is accepted to break", hint="Say why")
    visitor = visitor_of(request)
    login = login_of(request, person)
    return Approval(
        id=f"a-{secrets.token_hex(12)}", at=site.now(), about=about, person=login,
        name=visitor.person.name if visitor.person else login, role=role, agrees=agrees == "yes", reason=reason,
    )  # fmt: skip
