"""One policy: its rules and on what they rest, what it explains, who signed it, and what keeps it from holding.

Question: what does this policy allow and why, how well does it fit what was seen, and how far may it go?
Reference: reference of the pages 7.4; domain note 04 §6 (coverage, over-permission, review list), §7 (modes) and §8
(exports). A signature names the digest of the policy: another rule is another policy. Left out: what it would break
(`garde.web.pages.zones.simulation`).

Example: ``/zones/policy/p-…``
"""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError
from garde.gate import Guarded, status_of, visitor_of
from garde.model.risk.matrix import Approval
from garde.model.zones.force import Force
from garde.model.zones.zone import Conduit, Policy, Rule
from garde.report.fleet import name_of
from garde.web.pages.zones.signing import approval, login_of, roles_of
from garde.web.pages.zones.view import whole, zone_name
from garde.web.site import Site, json, kind_label, language_of
from garde.zones.draft import Draft
from garde.zones.exports.export import MUD_FORM, NAMES
from garde.zones.exports.neutral import MODES
from garde.zones.roll import label
from garde.zones.sift import REASONS, Review

#: Most rules and questions that are listed at once.
MOST: Final = 80
#: What a download is.
MEDIA: Final = {"json": "application/json", "txt": "text/plain"}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One rule for a reader.

    Attributes:
        rule: the record. source, target: whom it means, in words. service: what is spoken.
        ways: the zones of its conduit.
    """

    rule: Rule
    source: str
    target: str
    service: str
    ways: tuple[str, str]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Something observed that no rule was made of: a person must judge it.

    Attributes:
        review: the record. why: why no rule was made of it. group, target: who with whom, in words. service: by what.
    """

    review: Review
    why: str
    group: str
    target: str
    service: str


class PolicyPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        draft: figures and mode. policy: zones and conduits.
        names: zone → what people call it.
        conduits: source, target and how many rules each has. chosen: that whose rules are shown; empty for all.
        entries: those rules. left: how many are not listed.
        questions: what a person must judge.
        locks: why it may not stop anything, as code and value.
        words: who signed or refused, newest first. unsigned: roles whose word is missing.
        roles: in which the reader may sign. may_draft: the reader may change its mode.
        points: gateways that hold it, or held it last, each with mode and state.
        modes: all of them, in order. forms: in which it can be taken away.
        error: a word that could not be taken.
    """

    draft: Draft
    policy: Policy
    names: dict[str, str]
    conduits: tuple[tuple[str, str, int], ...]
    chosen: tuple[str, ...]
    entries: tuple[Entry, ...]
    left: int
    questions: tuple[Question, ...]
    locks: tuple[tuple[str, str], ...]
    words: tuple[Approval, ...]
    unsigned: tuple[str, ...]
    roles: tuple[str, ...]
    may_draft: bool
    points: tuple[Force, ...]
    modes: tuple[str, ...]
    forms: tuple[str, ...]
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "policy.html", page=policy_page(site, request))

    def data(request: Request) -> Response:
        whole(request)
        return json(site.drafting.policy(request.path_params["policy"]))

    def export(request: Request) -> Response:
        whole(request)
        name, form = request.path_params["policy"], request.path_params["export"]
        made = site.drafting.exported(name, form)
        ending = "json" if form == MUD_FORM else "txt"
        text = "[" + ",".join(made.texts.values()) + "]" if form == MUD_FORM else made.text
        headers = {"content-disposition": f'attachment; filename="{name}.{form}.{ending}"'}
        return Response(text, media_type=f"{MEDIA[ending]}; charset=utf-8", headers=headers)

    def exported(request: Request) -> Response:
        whole(request)
        return json(site.drafting.exported(request.path_params["policy"], request.path_params["export"]))

    async def sign(request: Request) -> Response:
        whole(request, "zones.sign")
        name = site.drafting.policy(request.path_params["policy"]).id
        async with request.form(max_files=0, max_fields=8) as form:
            words = {name: str(form.get(name, "")).strip()[:500] for name in ("role", "agrees", "reason", "person")}
        try:
            site.risk.say(approval(site, request, name, **words))
        except GardeError as error:
            return _again(site, request, error)
        return RedirectResponse(f"/zones/policy/{name}", 303)

    async def move(request: Request) -> Response:
        whole(request, "zones.draft")
        name = site.drafting.policy(request.path_params["policy"]).id
        async with request.form(max_files=0, max_fields=8) as form:
            words = {name: str(form.get(name, "")).strip()[:500] for name in ("mode", "reason", "person")}
        try:
            site.drafting.move(name, words["mode"], login_of(request, words["person"]), words["reason"])
        except GardeError as error:
            return _again(site, request, error)
        return RedirectResponse(f"/zones/policy/{name}", 303)

    return [
        Guarded("/zones/policy/{policy}.json", data, "zones.read"),
        Guarded("/zones/policy/{policy}", page, "zones.read"),
        Guarded("/zones/policy/{policy}/export/{export}.json", exported, "zones.read"),
        Guarded("/zones/policy/{policy}/export/{export}", export, "zones.read"),
        Guarded("/zones/policy/{policy}/approvals", sign, "zones.sign", methods=("POST",)),
        Guarded("/zones/policy/{policy}/mode", move, "zones.draft", methods=("POST",)),
    ]


def _again(site: Site, request: Request, error: GardeError) -> Response:
    return site.page(request, "policy.html", int(status_of(error)), page=policy_page(site, request, error))


def policy_page(site: Site, request: Request, error: GardeError | None = None) -> PolicyPage:
    """The record of the page.

    Raises:
        Missing: there is no such policy.
    """
    whole(request)
    code, plan = language_of(request).code, site.drafting.plan
    policy = site.drafting.policy(request.path_params["policy"])
    draft = site.drafting.draft(policy.id)
    chosen = (request.query_params.get("from", ""), request.query_params.get("to", ""))
    shown = [way for way in policy.conduits if not any(chosen) or (way.source, way.target) == chosen]
    entries = [_entry(site, way, rule, code) for way in shown for rule in way.rules]
    words = site.drafting.words([policy.id])
    return PolicyPage(
        draft=draft,
        policy=policy,
        names={name: zone_name(plan, name, code) for name in plan.areas},
        conduits=tuple((way.source, way.target, len(way.rules)) for way in policy.conduits),
        chosen=chosen if any(chosen) else (),
        entries=tuple(entries[:MOST]),
        left=max(len(entries) - MOST, 0),
        questions=tuple(_question(site, one, code) for one in draft.review[:MOST]),
        locks=tuple(_parted(text) for text in site.drafting.held(policy.id)),
        words=tuple(reversed(words)),
        unsigned=site.drafting.unsigned(policy, words),
        roles=roles_of(request),
        may_draft=visitor_of(request).scope("zones.draft").everything,
        points=tuple(one for one in site.store.all(Force) if one.policy == policy.id),
        modes=MODES,
        forms=NAMES,
        error=error,
    )


def said(site: Site, word: str, code: str) -> str:
    """An object of a rule in words: a device by its name, a kind and a zone by what people call them."""
    kind, _, name = word.partition(":")
    if kind == "device":
        device = site.fleet.get(name)
        return name_of(device) if device else name
    if kind == "kind":
        return kind_label(name, code)
    if kind == "zone":
        return zone_name(site.drafting.plan, name, code)
    return name.replace("|", " ") or word


def _entry(site: Site, way: Conduit, rule: Rule, code: str) -> Entry:
    port = rule.low if rule.low == rule.high else 0
    service = label(rule.protocol, port, rule.service)
    return Entry(
        rule=rule,
        source=said(site, rule.source, code),
        target=said(site, rule.target, code),
        service=service if rule.low == rule.high else f"{service} {rule.ports}",
        ways=(way.source, way.target),
    )


def _question(site: Site, one: Review, code: str) -> Question:
    port = one.ports[0] if len(one.ports) == 1 else 0
    return Question(
        review=one,
        why=REASONS[one.reason][code != "fr"] if one.reason in REASONS else one.reason,
        group=said(site, one.group, code),
        target=said(site, one.target, code),
        service=label(one.protocol, port, one.service),
    )


def _parted(text: str) -> tuple[str, str]:
    name, _, value = text.partition(": ")
    return name, value
