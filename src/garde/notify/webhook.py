"""Webhook: a message for another program, signed, under an id that stays the same at every try.

Question: which body and headers does the receiver get, and how does it know who sent them and whether it has them?
Reference: Standard Webhooks 1.0 (``webhook-id``, ``webhook-timestamp``, ``webhook-signature``: HMAC-SHA256 over
``id.timestamp.body``, ``v1,`` and base64); the IETF draft of the Idempotency-Key header (a quoted string); RFC 8259.
A message of the log loses what must not leave: values of attributes that are not sayable, and what people wrote.

Example:
    >>> secret = "whsec_" + base64.b64encode(b"0" * 24).decode()
    >>> headers("n-1", 1_614_265_330, b"{}", [secret])["webhook-id"]
    'n-1'
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from garde.errors import Malformed
from garde.model.decision import OF_DEVICES, OF_FINDINGS, Access, Decision
from garde.model.finding import Changed, Judgement
from garde.model.key import Key
from garde.model.message import Message, moment
from garde.model.observation import Observation
from garde.notify.letter import SAYABLE, Facts, Letter, sayable, visible

_PREFIX: Final = "whsec_"


def of_finding(facts: Facts, letter: Letter) -> bytes:
    """The body that speaks of a turn of a finding."""
    data = {
        "notice": facts.id,
        "finding": facts.finding,
        "rule": facts.rule,
        "kind": facts.kind,
        "severity": facts.severity,
        "status": facts.status,
        "count": facts.count,
        "since": moment(facts.since),
        "device": facts.device,
        "reasons": [f"{code}: {value}" for code, value in sayable(facts.reasons)],
        "subject": letter.subject,
        "lines": list(letter.lines),
        "link": facts.link,
        "site": facts.site,
    }
    return _body(f"finding.{facts.what}", facts.at, data)


def of_message(message: Message) -> bytes:
    """The body that hands on a message of the log, without what must not leave."""
    data = msgspec.to_builtins(_proper(message))
    data.pop("type", None)
    return _body(type(message).__name__.lower(), message.at, data)


def headers(name: str, seconds: int, body: bytes, secrets: Sequence[str] = ()) -> dict[str, str]:
    """The headers of one try.

    Args:
        name: id of the notice or the message.
        seconds: when it is sent, since 1970.
        secrets: each signs, so that the receiver may change from one to the next; none sends unsigned.

    Raises:
        Malformed: a secret is not ``whsec_`` and base64 of 24 to 64 bytes.
    """
    made = {
        "Content-Type": "application/json",
        "Idempotency-Key": f'"{name}"',
        "webhook-id": name,
        "webhook-timestamp": str(seconds),
    }
    if secrets:
        signed = f"{name}.{seconds}.".encode() + body
        signatures = (hmac.new(_key(secret), signed, hashlib.sha256).digest() for secret in secrets)
        made["webhook-signature"] = " ".join(f"v1,{base64.b64encode(one).decode('ascii')}" for one in signatures)
    return made


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        hint = "Write whsec_ and the base64 of 24 to 64 random bytes"
        raise Malformed("webhook.secret", "The webhook's secret is not of the form of Standard Webhooks", hint=hint)
    return key


def _body(kind: str, at: int, data: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"type": kind, "timestamp": moment(at), "data": _plain(data)})


def _proper(message: Message) -> Message:
    """The message without values that must not leave: DESIGN §2 rule 8, and no credential."""
    replace = msgspec.structs.replace
    match message:
        case Observation():
            kept = message.attribute in SAYABLE
            return replace(message, value=visible(message.value) if kept else "", subject=_addresses(message.subject))
        case Decision():
            # Of a finding, the value is a login or a role; of people and access it may be a secret.
            kept = message.verb in OF_FINDINGS or (message.verb in OF_DEVICES and message.attribute in SAYABLE)
            return replace(
                message, reason="", value=visible(message.value) if kept else "", keys=_addresses(message.keys)
            )
        case Judgement() | Changed():
            return replace(message, reasons=tuple(f"{code}: {value}" for code, value in sayable(message.reasons)))
        case Access() if message.outcome not in ("signed-in", "signed-out", "expired"):
            # What was typed as a name and matched nobody is now and then a password.
            return replace(message, person="")
    return message


def _addresses(keys: Sequence[Key]) -> tuple[Key, ...]:
    return tuple(key for key in keys if key.kind in ("mac", "ip"))


def _plain(value: Any) -> Any:
    """Half of a surrogate pair is no UTF-8 (RFC 3629 §3): it becomes a visible escape."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
