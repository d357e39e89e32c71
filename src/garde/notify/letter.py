"""Letter: what a notification says, whatever carries it.

Question: what happened, since when, so what, what next, and where does a person read more?
Reference: reference of the pages 6.2 (sentence first, code last; a link, never patient or credential data); domain
note README, rule 5. Of what was seen, only attributes of ``SAYABLE`` are repeated: none that holds free text, a
person's name or a bed. What comes from a device is clipped, and its control and direction characters are shown.
Left out: what people wrote (reasons, notes); it is read behind the link.

Example:
    >>> facts = Facts(id="n-1", what="opened", at=0, since=0, rule="r", severity="high", sentence="It is late")
    >>> write(facts, "fr").subject
    'It is late — nouveau, gravité élevée (r)'
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

import msgspec
from babel.dates import format_datetime

from garde.model.catalogue import attributes

#: Attributes whose values may leave in a notification: codes, versions, addresses and places, and the words of rules
#: about Garde itself. Text that a device or a person composes freely stays inside.
SAYABLE: Final = frozenset(
    {
        *("kind", "manufacturer", "model", "model_number", "firmware", "software", "hardware", "os", "os_build"),
        *("udi_di", "lot", "ward", "switch_port", "vlan", "mac", "ip", "service", "client", "tls.version"),
        *("tls.cipher", "tls.ja4", "certificate.fingerprint", "certificate.not_after", "certificate.key"),
        *("smb.dialect", "rdp.security", "vnc.version", "vnc.security", "snmp.version", "snmp.role", "mqtt.version"),
        *("dicom.modality", "dicom.role", "dicom.status", "hl7.version", "hl7.message_type", "hl7.role"),
        *("hl7.acknowledgement", "hl7.delay", "modbus.role", "opcua.security", "ntp.stratum"),
        *("stage", "message", "sensor", "channel", "count", "days", "port", "protocol", "cve", "since"),
        *("origin", "failures"),
    }
)
#: Characters of one value, and values of one letter, that are repeated.
WIDEST: Final = 80
MOST: Final = 6


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter is written from.

    Attributes:
        id: of the notice.
        what: one of `garde.model.finding.CHANGES`, or ``test``.
        at, since: when the turn was, and when the finding began, in nanoseconds since 1970.
        rule, kind, severity, status, finding, count: of the finding.
        sentence, next: what the rule says, in the recipient's language.
        device: id of the device, or empty.
        noun: what kind of thing the device is, in the recipient's language.
        ward: where it is.
        addresses: kind (``ip`` or ``mac``) and value.
        reasons: ``code: value``, as judged; filtered here.
        link: address of the page.
        site: name of the hospital.
    """

    id: str
    what: str
    at: int
    since: int
    rule: str
    kind: str = "gap"
    severity: str
    status: str = "open"
    finding: str = ""
    count: int = 1
    sentence: str
    next: str = ""
    device: str = ""
    noun: str = ""
    ward: str = ""
    addresses: tuple[tuple[str, str], ...] = ()
    reasons: tuple[str, ...] = ()
    link: str = ""
    site: str = "Garde"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A notification for a person.

    Attributes:
        subject: one line.
        lines: paragraphs, each one line.
        link: address of the page.
        foot: what is always said.
    """

    subject: str
    lines: tuple[str, ...]
    link: str
    foot: str


def write(facts: Facts, language: str) -> Letter:
    """The letter in French for ``fr``, else in English."""
    say = _Words(language)
    when = say("since", when=_moment(facts.since, language))
    began = f"{when}; {say('times', count=facts.count)}" if facts.count > 1 else when
    so_what = {"closed": "over", "test": "trial"}.get(facts.what, facts.kind)
    lines = [f"{facts.sentence}.", f"{began}.", say(so_what)]
    if facts.device:
        named = [facts.noun, say("ward", ward=visible(facts.ward)) if facts.ward else "", facts.device]
        lines.append(say("device", device=", ".join(filter(None, named))))
    if seen := sayable(facts.reasons):
        shown = "; ".join(f"{label(code, language)}: {value}" for code, value in seen)
        lines.append(say("seen", reasons=shown))
    if facts.next and facts.what != "closed":
        lines.append(say("next", next=facts.next))
    subject = f"{facts.sentence} — {say(facts.what)}, {say(facts.severity)} ({facts.rule})"
    return Letter(subject=visible(subject, 200), lines=tuple(lines), link=facts.link, foot=say("foot"))


def sayable(reasons: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Code and value of the reasons that may leave, made visible and clipped.

    >>> sayable(("model: X", "dicom.patient: DOE", "serial: 7"))
    (('model', 'X'),)
    """
    pairs = (reason.partition(": ") for reason in reasons)
    return tuple((code, visible(value)) for code, _, value in pairs if code in SAYABLE)[:MOST]


def label(code: str, language: str) -> str:
    """What people call an attribute, or a word of the rules about Garde itself."""
    known = attributes().get(code)
    if known is None:
        return words().get(f"code-{code}", {}).get("fr" if language == "fr" else "en", code)
    return known.fr if language == "fr" else known.en


def visible(text: str, most: int = WIDEST) -> str:
    """The text on one line: control, format and direction characters become visible escapes; clipped with ``…``."""
    shown = "".join(
        c if c.isprintable() or c == "\u00a0" else c.encode("unicode_escape").decode("ascii") for c in text[: most + 1]
    )
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


class _Words:
    def __init__(self, language: str) -> None:
        self._language = "fr" if language == "fr" else "en"

    def __call__(self, name: str, **values: object) -> str:
        said = words()[name][self._language]
        return said.format(**values) if values else said


@cache
def words() -> dict[str, dict[str, str]]:
    """Slug → language → sentence."""
    return tomllib.loads((resources.files("garde.notify") / "words.toml").read_text("utf-8"))


def _moment(at: int, language: str) -> str:
    try:
        when = dt.datetime.fromtimestamp(at // 1_000_000_000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return str(at)
    pattern = "dd/MM/yyyy HH:mm" if language == "fr" else "d MMM yyyy HH:mm"
    return str(format_datetime(when, pattern, locale="fr" if language == "fr" else "en"))
