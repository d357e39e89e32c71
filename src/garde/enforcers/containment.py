"""Containment: cut, block and restrict on a Linux gateway under nftables, each step by a rule that bears its id.

Question: how does one step against a threat reach the gateway, so that the same step twice is one change and exactly it
is taken back?
Reference: nft(8) 1.0, family inet, hook forward; `garde.ports.Enforcer`; domain note 09 §6 (b). A table of its own, in
front of the policy's: it only drops, and what it lets pass goes on to the rules behind. A rule that drops ends by
itself after ``LONGEST``, by the gateway's clock, also when nobody comes to take it back. Left out: what is bridged and
never routed, ends of which only a MAC is known, and traffic that a flowtable hands past the chains.

Example:
    >>> from garde.model.key import Key
    >>> step = Step(id="s-1", verb="block", target="ip:10.9.9.9/32", keys=(Key("ip", "10.9.9.9"),))
    >>> lines(step, 0)[0]
    'insert rule inet garde_contain forward meta time < 90000 ip saddr { 10.9.9.9 } counter drop comment "s-1"'
"""

from __future__ import annotations

import ipaddress
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import msgspec

from garde.errors import Refused, Unreachable
from garde.model.key import Key
from garde.model.zones.action import Outcome, Step
from garde.model.zones.zone import Rule

TABLE: Final = "garde_contain"
#: Seconds after which a rule that drops ends without anybody: an hour more than an action may be put off.
LONGEST: Final = 25 * 3600
_BASE: Final = (
    f"add table inet {TABLE}",
    f"add chain inet {TABLE} forward {{ type filter hook forward priority -150; policy accept; }}",
)
_FAMILY: Final = {4: "ip", 6: "ip6"}
_ID: Final = re.compile(r"[a-z0-9-]{1,64}")


class Containment:
    """One gateway.

    Args:
        command: what runs a command there: ``("ssh", "-o", "BatchMode=yes", "garde@gw-1")``; empty for this machine.
        name: what the log calls it.
        patience: seconds to wait for an answer.
        now: seconds since 1970.
    """

    verbs: frozenset[str] = frozenset({"cut", "block", "restrict"})

    def __init__(
        self,
        command: Sequence[str] = (),
        *,
        name: str = "gateway",
        patience: float = 20.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self._command, self._patience, self._now = tuple(command), patience, now

    def apply(self, step: Step) -> Outcome:
        """Make it so; the same step again changes nothing.

        Raises:
            Unreachable: the gateway does not answer.
            Refused: an end has no IP address, or nft does not take it.
        """
        wanted = lines(step, int(self._now()))
        if self._handles(step.id):
            return Outcome(ok=True, detail="it was so already")
        self._load([*_BASE, *wanted])
        return Outcome(ok=True, detail=f"{len(wanted)} rules")

    def undo(self, step: Step) -> Outcome:
        """Remove the rules of a step, and look whether they are gone.

        Raises:
            Unreachable: the gateway does not answer.
        """
        handles = self._handles(step.id)
        if handles:
            self._load(f"delete rule inet {TABLE} forward handle {handle}" for handle in handles)
        if self._handles(step.id):
            return Outcome(ok=False, code="containment.left", detail="a rule is still there")
        return Outcome(ok=True, detail=f"{len(handles)} rules removed")

    def _handles(self, name: str) -> list[int]:
        """Of the rules that bear the id of a step."""
        if not any(_of(one, "table").get("name") == TABLE for one in self._listed("list", "tables", "inet")):
            return []
        rules = (_of(one, "rule") for one in self._listed("list", "table", "inet", TABLE))
        return [int(str(rule["handle"])) for rule in rules if rule.get("comment") == name]

    def _listed(self, *words: str) -> list[object]:
        try:
            found = msgspec.json.decode(self._run(["nft", "-j", *words], ""), type=dict[str, list[object]])
        except msgspec.MsgspecError as error:
            raise Unreachable("containment.answer", f"The gateway answered no list: {error}") from None
        return found.get("nftables", [])

    def _load(self, script: Iterable[str]) -> None:
        """All of it, or nothing."""
        self._run(["nft", "-f", "-"], "\n".join(script) + "\n")

    def _run(self, words: Sequence[str], text: str) -> str:
        whole = [*self._command, *words]
        try:
            done = subprocess.run(
                whole, input=text, capture_output=True, text=True, timeout=self._patience, check=False
            )
        except OSError as error:
            raise Unreachable("containment.command", f"{whole[0]} cannot be run: {error.strerror}") from None
        except subprocess.TimeoutExpired:
            raise Unreachable("containment.silent", f"No answer in {self._patience:g} s", where=whole[0]) from None
        if not done.returncode:
            return done.stdout
        said = done.stderr.strip()[:1000]
        # nft says 1 of a ruleset that it does not take; ssh says 255, a shell 126 and 127, of what never reached it.
        if done.returncode == 1 and words[1] == "-f" and "Operation not permitted" not in said:
            raise Refused("containment.ruleset", f"nft does not take it: {said}")
        raise Unreachable("containment.failed", f"({done.returncode}) {said}", where=whole[0])


def lines(step: Step, now: int) -> list[str]:
    """The rules of a step, as lines for nft.

    Args:
        step: to cut, block or restrict.
        now: seconds since 1970.

    Raises:
        Refused: an end has no IP address, or the verb is none of these.
    """
    if not _ID.fullmatch(step.id):
        raise Refused("containment.id", f"{step.id[:80]!r} is no id of a step")
    until = f"meta time < {now + LONGEST}"
    match step.verb:
        case "cut":
            # In front: what a restriction allows must not pass where it is cut.
            found = [f"insert {until} {one}" for one in _pairs(step)]
        case "block":
            here = _addresses(step.target, step.keys)
            found = [f"insert {until} {way}" for way in _both(here)]
        case "restrict":
            here = _addresses(step.target, step.keys)
            if not step.allow:
                raise Refused("containment.nothing-left", "To leave it nothing would be to isolate it")
            found = [f"add {one}" for rule in step.allow for one in _allowed(here, rule)]
            found += [f"add {until} {way}" for way in _both(here)]
        case _:
            raise Refused("containment.verb", f"{step.verb} is nothing that a gateway does")
    if not found:
        raise Refused("containment.address", "The two ends have no address of one family")
    return [_line(one, step.id) for one in found]


def _line(rule: str, name: str) -> str:
    """``insert WORDS`` or ``add WORDS`` as a command; a rule without a verdict drops."""
    how, _, words = rule.partition(" ")
    verdict = "" if words.endswith("accept") else " counter drop"
    return f'{how} rule inet {TABLE} forward {words}{verdict} comment "{name}"'


def _pairs(step: Step) -> Iterator[str]:
    here, there = _addresses(step.target, step.keys), _addresses(step.other, step.other_keys)
    for family, word in _FAMILY.items():
        if here.get(family) and there.get(family):
            one, other = _set(here[family]), _set(there[family])
            yield f"{word} saddr {one} {word} daddr {other}"
            yield f"{word} saddr {other} {word} daddr {one}"


def _both(here: dict[int, list[str]]) -> Iterator[str]:
    for family, found in here.items():
        yield f"{_FAMILY[family]} saddr {_set(found)}"
        yield f"{_FAMILY[family]} daddr {_set(found)}"


def _allowed(here: dict[int, list[str]], rule: Rule) -> Iterator[str]:
    """There, and the answers back."""
    ports = rule.ports
    if rule.protocol not in ("tcp", "udp") or ports == "any":
        raise Refused("containment.rule", f"{rule.protocol} {ports} is too wide for what a device may not do without")
    far = _addresses(rule.target, ()) if rule.target != "any" else None
    for family, found in here.items():
        word, own = _FAMILY[family], _set(found)
        if far is not None and not far.get(family):
            continue
        there, back = (f" {word} daddr {_set(far[family])}", f" {word} saddr {_set(far[family])}") if far else ("", "")
        yield f"{word} saddr {own}{there} {rule.protocol} dport {ports} accept"
        yield f"{word} daddr {own}{back} {rule.protocol} sport {ports} accept"


def _addresses(target: str, keys: Iterable[Key]) -> dict[int, list[str]]:
    """Family → the IP addresses of an end, each read as an address and written anew: none of its text reaches nft."""
    texts = [key.value for key in keys if key.kind == "ip"]
    if target.startswith("ip:"):
        texts.append(target.removeprefix("ip:"))
    found: dict[int, dict[str, None]] = {}
    for text in texts:
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise Refused("containment.address", f"{text[:80]!r} is no IP address") from None
        if network.prefixlen == 0:
            raise Refused("containment.everything", "That would be everybody")
        name = str(network.network_address) if network.num_addresses == 1 else str(network)
        found.setdefault(network.version, {})[name] = None
    if not found:
        raise Refused("containment.address", f"No IP address is known of {target[:80]}")
    return {family: list(names) for family, names in sorted(found.items())}


def _set(found: Iterable[str]) -> str:
    return f"{{ {', '.join(found)} }}"


def _of(one: object, kind: str) -> dict[str, object]:
    """The object of that kind in an entry of nft's list; empty when it is another kind."""
    found = one.get(kind) if isinstance(one, dict) else None
    return found if isinstance(found, dict) else {}
