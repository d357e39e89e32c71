"""Syslog: a notification for the hospital's log collector, as CEF or as ECS JSON.

Question: which bytes does a collector get, so that every field lands in its place whatever a device put into it?
Reference: RFC 5424 (syntax §6, structured data §6.3, BOM §6.4); framing by octet counting, RFC 6587 §3.4.1 and RFC 5425
§4.3; one datagram, RFC 5426 §3.1. Common Event Format, revision 27 (header escapes ``|`` and ``\\``,
extension ``=`` and ``\\``). Elastic Common Schema 8. Left out: RFC 3164; RFC 5848 signatures.

Example:
    >>> frame(b"<14>1 - - - - - -")
    b'17 <14>1 - - - - - -'
"""

from __future__ import annotations

import ipaddress
from typing import Any, Final

import msgspec

from garde import __version__
from garde.model.message import moment
from garde.notify.letter import Facts, sayable, visible

#: RFC 5424 §6.2.1: log audit is for what people must see to; severities of table 2.
FACILITY: Final = 13
_LEVEL: Final = {"low": 5, "medium": 4, "high": 3, "critical": 2}
_WORD: Final = {5: "notice", 4: "warning", 3: "err", 2: "crit"}
#: CEF severity, 0 to 10; ECS repeats it.
_WEIGHT: Final = {"low": 3, "medium": 5, "high": 8, "critical": 10}
#: ECS event.category by kind of finding; outages and gaps are the state of a host.
_CATEGORY: Final = {"vulnerability": "vulnerability", "exposure": "configuration", "threat": "intrusion_detection"}
#: ECS event.type by turn.
_TYPE: Final = {"closed": "end", "opened": "start", "reopened": "start"}
#: Structured data needs a private enterprise number (RFC 5424 §7.2.2). Garde has none of its own: this is the one that
#: RFC 5612 reserves for examples.
SD_ID: Final = "garde@32473"
#: RFC 5426 §3.2: receivers should take 2048 octets.
LARGEST_DATAGRAM: Final = 2048


def message(facts: Facts, host: str, form: str) -> bytes:
    """One RFC 5424 message.

    Args:
        facts: what it speaks of.
        host: name of this machine.
        form: ``cef`` or ``ecs``.
    """
    level = 6 if facts.what == "test" else _LEVEL.get(facts.severity, 4)
    text = cef(facts) if form == "cef" else ecs(facts)
    data = {
        "id": facts.id,
        "finding": facts.finding,
        "rule": facts.rule,
        "turn": facts.what,
        "severity": facts.severity,
        "status": facts.status,
        "device": facts.device,
    }
    head = (
        f"<{FACILITY * 8 + level}>1 {moment(facts.at)} {_name(host, 255)} garde - {_name(f'finding.{facts.what}', 32)} "
    )
    body = "".join(f' {key}="{_parameter(value)}"' for key, value in data.items() if value)
    return f"{head}[{SD_ID}{body}] ".encode() + b"\xef\xbb\xbf" + text.encode("utf-8", "backslashreplace")


def frame(one: bytes) -> bytes:
    """The message with its length before it, for a stream."""
    return str(len(one)).encode("ascii") + b" " + one


def cef(facts: Facts) -> str:
    """One CEF record.

    >>> cef(Facts(id="n", what="opened", at=0, since=0, rule="a|b", severity="high", sentence="x=1"))[:45]
    'CEF:0|Garde|Garde|0.1.0|a\\\\|b|x=1|8|externalId'
    """
    weight = _WEIGHT.get(facts.severity, 5)
    head = ("CEF:0", "Garde", "Garde", __version__, facts.rule, visible(facts.sentence, 512), str(weight))
    seen = "; ".join(f"{code}: {value}" for code, value in sayable(facts.reasons))
    fields = {
        "externalId": facts.id,
        "act": facts.what,
        "cat": facts.kind,
        "outcome": facts.status,
        "start": str(facts.since // 1_000_000),
        "rt": str(facts.at // 1_000_000),
        "cnt": str(facts.count),
        "deviceExternalId": facts.finding,
        **_cef_addresses(facts),
        "cs1Label": "reasons" if seen else "",
        "cs1": seen,
        "cs2Label": "device" if facts.device else "",
        "cs2": facts.device,
        "cs3Label": "ward" if facts.ward else "",
        "cs3": visible(facts.ward),
        "cs4Label": "link" if facts.link else "",
        "cs4": facts.link,
    }
    extension = " ".join(f"{key}={_extension(value)}" for key, value in fields.items() if value)
    return "|".join([head[0], *map(_header, head[1:]), extension])


def ecs(facts: Facts) -> str:
    """One ECS document, as a line of JSON."""
    host: dict[str, Any] = {"id": facts.device} if facts.device else {}
    host |= {"type": facts.noun} if facts.noun else {}
    for kind, value in _addresses(facts):
        host.setdefault(kind, []).append(value if kind == "ip" else value.upper().replace(":", "-"))
    document: dict[str, Any] = {
        "@timestamp": moment(facts.at),
        "ecs": {"version": "8.11.0"},
        "message": facts.sentence,
        "event": {
            "id": facts.id,
            "kind": "alert",
            "category": [_CATEGORY.get(facts.kind, "host")],
            "type": [_TYPE.get(facts.what, "change")],
            "action": f"finding-{facts.what}",
            "severity": _WEIGHT.get(facts.severity, 5),
            "module": "garde",
            "dataset": "garde.finding",
            "start": moment(facts.since),
            "reason": "; ".join(f"{code}: {value}" for code, value in sayable(facts.reasons)),
            "url": facts.link,
        },
        "log": {"level": _WORD[_LEVEL.get(facts.severity, 4)]},
        "rule": {"id": facts.rule, "name": facts.sentence, "uuid": facts.finding},
        "observer": {"vendor": "Garde", "product": "Garde", "version": __version__, "type": "sensor"},
        "organization": {"name": facts.site},
    }
    if host:
        document["host"] = host
    if facts.ward:
        document["host"] = host | {"geo": {"name": visible(facts.ward)}}
    return msgspec.json.encode(_clean(document)).decode("utf-8")


def _addresses(facts: Facts) -> list[tuple[str, str]]:
    """Those that are of the form their kind has: a collector's index refuses others."""
    good = []
    for kind, value in facts.addresses:
        try:
            good.append(
                (
                    kind,
                    str(ipaddress.ip_address(value))
                    if kind == "ip"
                    else bytes.fromhex(value.replace(":", "")).hex(":"),
                )
            )
        except ValueError:
            continue
    return [(kind, value) for kind, value in good if value and kind in ("ip", "mac")]


def _cef_addresses(facts: Facts) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, value in _addresses(facts):
        if kind == "mac":
            found.setdefault("dmac", value)
        else:
            found.setdefault("c6a3" if ":" in value else "dst", value)
    return found | ({"c6a3Label": "Destination IPv6 Address"} if "c6a3" in found else {})


def _name(text: str, most: int) -> str:
    """RFC 5424 §6: printable ASCII without spaces, or the nil value."""
    return "".join(c for c in text if "!" <= c <= "~")[:most] or "-"


def _parameter(text: str) -> str:
    """RFC 5424 §6.3.3: ``"``, ``\\`` and ``]`` are escaped."""
    shown = visible(text, 200)
    return shown.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _header(text: str) -> str:
    return visible(text, 512).replace("\\", "\\\\").replace("|", "\\|")


def _extension(text: str) -> str:
    return visible(text, 1023).replace("\\", "\\\\").replace("=", "\\=")


def _clean(value: Any) -> Any:
    """Without what is empty; half of a surrogate pair, which is no UTF-8, becomes a visible escape."""
    if isinstance(value, dict):
        return {key: kept for key, one in value.items() if (kept := _clean(one)) not in ("", [], {})}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value
