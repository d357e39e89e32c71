"""Sigma: rules of others on what is asked for and connected to.

Question: does a question, a request or a connection match a rule?
Reference: Sigma specification 2 (pySigma parses the rules and their conditions; they are evaluated here). Log sources
read: ``dns``, ``proxy`` and ``webserver``, ``firewall`` and ``network_connection``, by the fields of the table
``FIELDS``. A rule that asks for a field that is not there does not match. Left out: correlation rules, placeholders,
addresses of pages (``c-uri``), which may name a patient. Where a site has no rules the library is not even imported.

Example::

    setting = Setting(sigma=(Path("tor.yml").read_text(),))
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from garde.detect.rules import techniques
from garde.detect.spec import Alarm, Deaf, Detector, Setting
from garde.errors import Malformed
from garde.wire.flow import Endpoint
from garde.wire.signal import ACCEPTED, REFUSED, SILENT, Happening, Signal

#: Category of a log source → the kind of event.
CATEGORIES: Final = {
    "dns": "dns",
    "dns_query": "dns",
    "proxy": "http",
    "webserver": "http",
    "firewall": "flow",
    "network_connection": "flow",
}
#: Field of a rule, in lower case without marks → field of an event.
FIELDS: Final = {
    "query": "query",
    "queryname": "query",
    "recordtype": "type",
    "chost": "host",
    "cshost": "host",
    "rdns": "host",
    "destinationhostname": "host",
    "cuseragent": "agent",
    "csuseragent": "agent",
    "csmethod": "method",
    "cmethod": "method",
    "srcip": "source",
    "sourceip": "source",
    "cip": "source",
    "dstip": "target",
    "destinationip": "target",
    "dstport": "port",
    "destinationport": "port",
    "sourceport": "sport",
    "action": "action",
    "initiated": "initiated",
}
_LEVELS: Final = {"critical": 95, "high": 85, "medium": 70, "low": 55, "informational": 40}
_TYPES: Final = {1: "A", 2: "NS", 5: "CNAME", 10: "NULL", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 255: "ANY"}


class Compiled:
    """One rule, ready to be asked."""

    def __init__(self, rule: Any) -> None:
        self.kind = CATEGORIES.get(rule.logsource.category or "", "")
        self.title = str(rule.title)[:120]
        self.confidence = _LEVELS.get(str(rule.level).lower(), 60) if rule.level else 60
        tags = [str(tag).lower().removeprefix("attack.") for tag in rule.tags]
        self.technique = next((tag.upper() for tag in tags if tag.upper() in techniques()), "")
        self.conditions = [one.parse() for one in rule.detection.parsed_condition]

    def matches(self, event: Mapping[str, str]) -> bool:
        """Whether an event meets one of the rule's conditions."""
        return any(_met(one, event) for one in self.conditions)


def compiled(texts: tuple[str, ...]) -> list[Compiled]:
    """The rules of all texts that can be asked about what Garde hears.

    Raises:
        Malformed: a text is no Sigma rule.
    """
    from sigma.collection import SigmaCollection
    from sigma.exceptions import SigmaError
    from yaml import YAMLError

    out: list[Compiled] = []
    for number, text in enumerate(texts, 1):
        try:
            found = SigmaCollection.from_yaml(text).rules
            out += [Compiled(rule) for rule in found if hasattr(rule, "detection")]
        except (SigmaError, YAMLError, AttributeError, TypeError, KeyError) as error:
            raise Malformed("sigma.rule", str(error).splitlines()[0], where=f"rules {number}") from None
    return [one for one in out if one.kind]


def _met(node: Any, event: Mapping[str, str]) -> bool:
    name = type(node).__name__
    if name == "ConditionAND":
        return all(_met(one, event) for one in node.args)
    if name == "ConditionOR":
        return any(_met(one, event) for one in node.args)
    if name == "ConditionNOT":
        return not any(_met(one, event) for one in node.args)
    if name == "ConditionValueExpression":
        return any(_equals(node.value, value) for value in event.values())
    if name == "ConditionFieldEqualsValueExpression":
        field = FIELDS.get(re.sub(r"[^a-z]", "", str(node.field).lower()), "")
        value = event.get(field)
        return value is not None and _equals(node.value, value)
    return False


def _equals(wanted: Any, value: str) -> bool:
    kind = type(wanted).__name__
    if kind == "SigmaString":
        return _pattern(_regex(wanted), True).fullmatch(value) is not None
    if kind == "SigmaCasedString":
        return _pattern(_regex(wanted), False).fullmatch(value) is not None
    if kind == "SigmaRegularExpression":
        return _pattern(str(wanted.regexp), False).search(value) is not None
    if kind in ("SigmaNumber", "SigmaBool"):
        return str(wanted).lower() == value.lower()
    if kind == "SigmaCIDRExpression":
        try:
            return ipaddress.ip_address(value) in ipaddress.ip_network(str(wanted.cidr), strict=False)
        except ValueError:
            return False
    if kind == "SigmaCompareExpression" and value.isdigit():
        number, limit = int(value), float(str(wanted.number))
        by = wanted.op.name
        return {"LT": number < limit, "LTE": number <= limit, "GT": number > limit, "GTE": number >= limit}.get(
            by, False
        )
    return kind == "SigmaNull" and not value


def _regex(wanted: Any) -> str:
    """A Sigma string, whose parts are text and wildcards."""
    marks = {"WILDCARD_MULTI": ".*", "WILDCARD_SINGLE": "."}
    return "".join(re.escape(part) if isinstance(part, str) else marks.get(part.name, "") for part in wanted.s)


@lru_cache(4096)
def _pattern(text: str, fold: bool) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE | re.DOTALL if fold else re.DOTALL)
    except re.error:
        # A dialect that Python does not read: it matches nothing.
        return re.compile(r"(?!)")


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._rules: dict[str, list[Compiled]] = {}
        for one in compiled(setting.sigma) if setting.sigma else ():
            self._rules.setdefault(one.kind, []).append(one)

    def signal(self, one: Signal) -> Iterator[Alarm]:
        event = {"source": one.sender.ip, "target": one.receiver.ip, "port": str(one.receiver.port)}
        if one.kind == "dns.ask":
            kind = int(one.number("type"))
            event |= {"query": one.text("name"), "type": _TYPES.get(kind, str(kind))}
            yield from self._asked("dns", event, one.sender, one.receiver, one.packet)
        else:
            event |= {name: one.text(name) for name in ("host", "agent", "method")}
            yield from self._asked("http", event, one.sender, one.receiver, one.packet)

    def happening(self, one: Happening) -> Iterator[Alarm]:
        if "flow" not in self._rules or one.what not in (ACCEPTED, REFUSED, SILENT):
            return
        event = {
            "source": one.client.ip,
            "target": one.server.ip,
            "port": str(one.server.port),
            "sport": str(one.client.port),
            "action": "accept" if one.what == ACCEPTED else "deny",
            "initiated": "true",
        }
        yield from self._asked("flow", event, one.client, one.server, one.packet)

    def _asked(
        self, kind: str, event: Mapping[str, str], subject: Endpoint, peer: Endpoint, packet: int
    ) -> Iterator[Alarm]:
        for rule in self._rules.get(kind, ()):
            if rule.matches(event):
                yield Alarm(
                    "sigma.match",
                    subject,
                    rule.confidence,
                    (peer,),
                    (f"rule: {rule.title}",),
                    (packet,),
                    rule.title,
                    rule.technique,
                )


SIGMA: Final = Detector(
    name="sigma",
    rules=frozenset({"sigma.match"}),
    sense=_Sense,
    signals=frozenset({"dns.ask", "http.request"}),
    flows=True,
)
