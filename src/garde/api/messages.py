"""Messages: the log, the decisions in it, and who talked with whom.

Question: what was written down, in which order, and by whom?
Reference: DESIGN §2 rule 3; RFC 7011 for the words of a conversation. The log is given out from its beginning, oldest
first, and its cursor never ends: whoever asks again with the last one gets what was written since. Words about people
and who came to the door need the right to read the audit. Left out: reading backwards.

Example: ``GET /api/v1/messages?kind=Judgement&limit=500``
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Final, Union

from msgspec import UNSET, Meta, Struct, UnsetType

from garde.api.ask import Ask, Reply
from garde.api.records import Moment, Page, Paging
from garde.errors import Malformed, Missing
from garde.model.codec import KINDS
from garde.model.decision import OF_ACTIONS, OF_DEVICES, OF_FINDINGS, Access, Decision
from garde.model.device import Device
from garde.model.finding import Changed, Finding, Judgement
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.message import Message, moment
from garde.model.observation import Observation
from garde.model.zones.action import Action, Proposed, Ran

#: Messages that are looked at for one page, and at once: most of them may be about what the caller does not see.
MOST: Final = 10_000
TOGETHER: Final = 1_000

#: Any message, as it lies in the log.
AnyMessage: Any = Union[tuple(KINDS.values())]  # noqa: UP007  the table decides what is in it


class MessageRecord(Struct, frozen=True, kw_only=True):
    """A message of the log.

    Attributes:
        seq: its place in the log; absent where it was asked for by id.
        at: when it was said or seen.
        message: the message itself; times in it are nanoseconds since 1970.
    """

    at: Moment
    message: AnyMessage
    seq: int | UnsetType = UNSET


class DecisionRecord(Struct, frozen=True, kw_only=True):
    """A person's or a policy's word.

    Attributes:
        person: login of who decided, or ``policy:`` and the row of the policy.
        keys: keys that name the devices meant; ``about`` names any other noun.
        source: ``person``, or the list that the word was read from.
    """

    id: str
    at: Moment
    verb: str
    person: str
    keys: tuple[Key, ...]
    about: str
    attribute: str
    value: str
    reason: str
    until: Moment | None
    source: str


class ConversationRecord(Struct, frozen=True, kw_only=True):
    """One source, one target and one service in five minutes that begin at ``at``; both directions are counted."""

    id: str
    at: Moment
    sensor: str
    source: Key
    target: Key
    protocol: str
    port: int
    service: str
    packets: int
    octets: int
    last_at: Moment


class MessageQuery(Paging, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which messages; several kinds are alternatives."""

    kind: Annotated[tuple[Annotated[str, Meta(extra_json_schema={"enum": list(KINDS)})], ...], Meta(max_length=32)] = ()


class DecisionQuery(Paging, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose decisions, of which verb, about which noun; empty means all."""

    person: Annotated[str, Meta(max_length=120)] = ""
    verb: Annotated[str, Meta(max_length=40)] = ""
    about: Annotated[str, Meta(max_length=120)] = ""


def listed(ask: Ask) -> Reply:
    """The log, oldest first; ``next`` is always there."""
    query: MessageQuery = ask.query
    if unknown := set(query.kind) - KINDS.keys():
        raise Malformed("message.kind", f"There is no kind {min(unknown)[:80]!r}", hint=f"Kinds: {', '.join(KINDS)}")
    found, seq = _read(ask, "messages.read", [KINDS[name] for name in query.kind], lambda message: True)
    items = tuple(MessageRecord(seq=number, at=moment(one.at), message=one) for number, one in found)
    return _page(ask, items, seq)


def one(ask: Ask) -> MessageRecord:
    """A message by its id."""
    found = _one(ask, "messages.read", ask.path["message"])
    return MessageRecord(at=moment(found.at), message=found)


def decisions(ask: Ask) -> Reply:
    """What people and policies decided, oldest first; ``next`` is always there."""
    query: DecisionQuery = ask.query

    def wanted(message: Message) -> bool:
        return (
            isinstance(message, Decision)
            and query.person in ("", message.person)
            and query.verb in ("", message.verb)
            and query.about in ("", message.about)
        )

    found, seq = _read(ask, "audit.read", [Decision], wanted)
    return _page(ask, tuple(decision_record(message) for _, message in found), seq)


def conversations(ask: Ask) -> Reply:
    """Who talked with whom, as it was written down; ``next`` is always there."""
    found, seq = _read(ask, "devices.read", [Conversation], lambda message: True)
    return _page(ask, tuple(conversation_record(message) for _, message in found), seq)


def conversation(ask: Ask) -> ConversationRecord:
    """A conversation by its id."""
    name = ask.path["conversation"]
    found = ask.site.store.get(Conversation, [name]).get(name)
    if found is None or not seen(ask, "devices.read", [found])[0]:
        raise Missing("conversation.unknown", f"There is no conversation {name[:80]!r}")
    return conversation_record(found)


def seen(ask: Ask, right: str, messages: Sequence[Message]) -> list[bool]:
    """Which of these messages the caller may see with a right that reaches a part of the hospital.

    A message about a device is seen by whoever sees the device. Who came to the door, and words about people and the
    platform, are for those who read the audit of the whole hospital; what is about nothing, for a right without limits.
    """
    audits = ask.visitor.scope("audit.read").everything
    scope = ask.visitor.scope(right)
    if scope.everything:
        return [audits or not _is_audit(one) for one in messages]
    links = {str(key) for one in messages for key in _keys(one)}
    there = ask.site.store.linked(Device, links, 8) if links else {}
    abouts = {one.about for one in messages if isinstance(one, Decision) and one.about}
    findings = ask.site.store.get(Finding, abouts) if abouts else {}
    actions = ask.site.store.get(Action, abouts) if abouts else {}
    sees = ask.sees(right)

    def within(one: Message) -> bool:
        if isinstance(one, Judgement | Changed | Ran):
            return sees(one.device)
        if isinstance(one, Proposed):
            return sees(one.action.device)
        if isinstance(one, Decision) and one.about in findings:
            return sees(findings[one.about].device)
        if isinstance(one, Decision) and one.about in actions:
            return sees(actions[one.about].device)
        return any(scope.covers(device) for key in _keys(one) for device in there.get(str(key), ()))

    return [not _is_audit(one) and within(one) for one in messages]


def decision_record(word: Any) -> DecisionRecord:
    """A decision as it is given out."""
    return DecisionRecord(
        id=word.id, at=moment(word.at), verb=word.verb, person=word.person, keys=word.keys, about=word.about,
        attribute=word.attribute, value=word.value, reason=word.reason,
        until=moment(word.until) if word.until else None, source=word.source,
    )  # fmt: skip


def conversation_record(talk: Any) -> ConversationRecord:
    """A conversation as it is given out."""
    return ConversationRecord(
        id=talk.id, at=moment(talk.at), sensor=talk.sensor, source=talk.source, target=talk.target,
        protocol=talk.protocol, port=talk.port, service=talk.service, packets=talk.packets, octets=talk.octets,
        last_at=moment(talk.last_at),
    )  # fmt: skip


def _read(
    ask: Ask, right: str, kinds: Sequence[type[Message]], wanted: Callable[[Message], bool]
) -> tuple[list[tuple[int, Message]], int]:
    """Messages of a page and the place in the log up to which it was looked; a page may be short of its limit."""
    seq = ask.after(int) or 0
    found: list[tuple[int, Message]] = []
    looked = 0
    while looked < MOST:
        batch = ask.site.store.log(seq, kinds, TOGETHER)
        if not batch:
            break
        looked += len(batch)
        for (number, message), may in zip(batch, seen(ask, right, [one for _, one in batch]), strict=True):
            seq = number
            if may and wanted(message):
                found.append((number, message))
                if len(found) == ask.query.limit:
                    return found, seq
    return found, seq


def _page(ask: Ask, items: tuple[Any, ...], seq: int) -> Reply:
    cursor = ask.cursor(seq)
    return Reply(record=Page(items=items, next=cursor), next=cursor if items else "")


def _one(ask: Ask, right: str, name: str) -> Message:
    found = ask.site.store.messages([name]).get(name)
    if found is None or not seen(ask, right, [found])[0]:
        raise Missing("message.unknown", f"There is no message {name[:80]!r}")
    return found


def _is_audit(message: Message) -> bool:
    """Whether it is about people, access or the platform, and not about devices or findings."""
    if isinstance(message, Decision):
        return message.verb not in (*OF_DEVICES, *OF_FINDINGS, *OF_ACTIONS)
    return isinstance(message, Access)


def _keys(message: Message) -> Iterable[Key]:
    """The keys of the devices that a message is about."""
    if isinstance(message, Observation):
        return message.subject
    if isinstance(message, Conversation):
        return (message.source, message.target)
    return message.keys if isinstance(message, Decision) else ()
