"""A hospital under attack: devices, the stages of findings and response, an agent, and a gateway that remembers.

Example::

    scene = Under(device("d-1", "10.0.0.5", "INF_SYR", ward="Réa A"))
    scene.attack("threat.pump.command", "d-1", peer="203.0.113.9")
    scene.act()
    assert scene.gateway.cuts == {("ip:203.0.113.9/32", "device:d-1")}
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from garde.bus.log import LogBus
from garde.errors import Refused, Unreachable
from garde.model.decision import Decision, word
from garde.model.device import Claim, Device
from garde.model.finding import Finding, finding_id, judgement
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.message import Message, digest
from garde.model.zones.action import ALL, MINUTE, Action, Outcome, Ran, Step
from garde.pipeline import conversation, findings, rhythms
from garde.pipeline.actions import responding
from garde.pipeline.actions.acting import Acting
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.ports import Store
from garde.registry import Registry
from garde.respond.decide import Policy
from garde.respond.verbs import verbs
from garde.store.sqlite import open_sqlite
from tests.makers import START
from tests.unit.pipeline.test_runner import HandClock

NETWORKS = ("10.0.0.0/8",)


def device(name: str, ip: str, kind: str, *, ward: str = "", **parts: Any) -> Device:
    """A device with one address."""
    claims = {"ward": Claim("ward", ward, 1.0)} if ward else {}
    return Device(id=name, keys=(Key("ip", ip),), kind=kind, claims=claims, **parts)


class Gateway:
    """An enforcer that remembers what is in force, and every step that it was asked for.

    Attributes:
        trouble: step id or verb → what is raised instead.
    """

    def __init__(self, name: str = "gateway", can: Iterable[str] = ()) -> None:
        self.name = name
        self.verbs = frozenset(can or set(verbs().names) - {"call"})
        self.force: dict[str, Step] = {}
        self.asked: list[tuple[str, Step]] = []
        self.trouble: dict[str, Exception | Outcome] = {}

    def apply(self, step: Step) -> Outcome:
        return self._do("apply", step)

    def undo(self, step: Step) -> Outcome:
        return self._do("undo", step)

    def _do(self, way: str, step: Step) -> Outcome:
        self.asked.append((way, step))
        trouble = self.trouble.get(f"{way} {step.verb}")
        if isinstance(trouble, Outcome):
            return trouble
        if trouble is not None:
            raise trouble
        if way == "apply":
            self.force[step.id] = step
        else:
            self.force.pop(step.id, None)
        return Outcome(ok=True, detail=f"{way} {step.verb}")

    @property
    def cuts(self) -> set[tuple[str, str]]:
        """Paths that are cut now."""
        return {(step.target, step.other) for step in self.force.values() if step.verb == "cut"}

    @property
    def touched(self) -> set[str]:
        """Objects to which something was ever done, besides paths and captures."""
        return {step.target for _, step in self.asked if verbs()[step.verb].touches in ("peer", "device")}


DOWN = Unreachable("gateway.down", "The gateway does not answer")
NEVER = Refused("gateway.never", "The gateway does not know that port")


class Under:
    """A hospital in this process.

    Args:
        devices: known at the beginning.
        enforcers: without any, the agent gives orders to people.
    """

    def __init__(
        self, *devices: Device, policy: Policy | None = None, enforcers: tuple[Gateway, ...] | None = None
    ) -> None:
        self.store: Store = open_sqlite("", SHAPES)
        self.clock = HandClock(START)
        self.bus = LogBus(self.store)
        self.gateway = Gateway()
        self.enforcers = (self.gateway,) if enforcers is None else enforcers
        stages = (conversation.stage(), rhythms.STAGE, findings.stage(), responding.stage(NETWORKS, policy))
        self.runner = Runner(Registry(*stages), self.store, self.bus, self.clock)
        self.acting = self.agent()
        self.know(*devices)

    def agent(self) -> Acting:
        """A fresh one, as after a restart."""
        return Acting(self.enforcers, NETWORKS, self.store, self.bus, self.clock)

    def know(self, *devices: Device) -> None:
        with self.store.begin() as unit:
            unit.put(devices)

    def say(self, *messages: Message) -> None:
        """Messages arrive; the stages work once somebody looks."""
        self.bus.publish(messages)

    def later(self, minutes: float) -> None:
        self.runner.drain()
        self.clock.at += int(minutes * MINUTE)
        self.runner.drain()

    def talk(self, source: str, target: str, service: str, port: int = 104, minutes: float = 0) -> None:
        """A conversation that ended so long ago."""
        at = self.clock.at - int(minutes * MINUTE)
        self.say(
            Conversation(
                id=digest("talk", source, target, service, at), at=at, last_at=at, sensor="s", source=Key("ip", source),
                target=Key("ip", target), protocol="tcp", port=port, service=service, octets=1,
            )
        )  # fmt: skip

    def attack(
        self,
        rule: str,
        name: str,
        *,
        severity: str = "critical",
        confidence: int = 90,
        over: bool = False,
        **words: Any,
    ) -> str:
        """A threat is judged; returns the id of its finding."""
        reasons = [f"confidence: {confidence}"]
        for code, value in words.items():
            reasons += [f"{code}: {one}" for one in ([value] if isinstance(value, str) else value)]
        self.clock.at += 1
        self.say(
            judgement(
                rule, self.clock.at, severity=severity, device=name, kind="threat", reasons=tuple(reasons), over=over
            )
        )
        return finding_id(rule, name, "")

    def decide(self, verb: str, action: Action | str, person: str, **parts: Any) -> Decision:
        """A person says something, without any door that would refuse it."""
        self.clock.at += 1
        about = action if isinstance(action, str) else action.id
        if verb in ("approve", "override") and isinstance(action, Action):
            parts = {"attribute": action.shown} | parts
        said = word(verb, person, self.clock.at, about=about, **({"reason": "because"} | parts))
        self.say(said)
        return said

    def freeze(self, on: bool = True) -> None:
        self.decide("freeze" if on else "thaw", ALL, "anna")

    def act(self, turns: int = 3) -> None:
        """The agent works, and the stage hears of it."""
        self.runner.drain()
        for _ in range(turns):
            self.acting.turn()
            self.runner.drain()

    def actions(self, *wanted: str) -> list[Action]:
        """All, or those of these verbs, in order."""
        self.runner.drain()
        found = [one for one in self.store.all(Action) if not wanted or one.verb in wanted]
        return sorted(found, key=lambda one: (one.at, one.step, one.reach))

    def one(self, verb: str) -> Action:
        (found,) = self.actions(verb)
        return found

    def open(self, rule: str) -> list[Finding]:
        """Findings of a rule that somebody must look at."""
        self.runner.drain()
        return [one for one in self.store.all(Finding) if one.rule == rule and one.status != "closed"]

    def ran(self) -> list[str]:
        return [one.what for _, one in self.store.log(0, (Ran,), 999) if isinstance(one, Ran)]

    def close(self) -> None:
        self.store.close()
