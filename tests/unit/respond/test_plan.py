"""Playbooks become actions in order, each with its undo; the other end comes first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Missing
from garde.findings.rules import rules
from garde.model.key import Key
from garde.model.zones.action import Action
from garde.model.zones.zone import Rule
from garde.respond.decide import default
from garde.respond.decide import parse as policy_of
from garde.respond.plan import Playbook, chosen, load, parse, planned, playbooks
from garde.respond.threat import End, Threat
from garde.respond.use import Use
from garde.respond.windows import windows

PUMP = End(
    object="device:d-pump", device="d-pump", keys=(Key("ip", "10.0.0.5"),), kind="INF_SYR", ward="Réa A",
    response="RP0", use=Use(state="in-use", codes=("infusion",)),
)  # fmt: skip
STRANGER = End(object="ip:203.0.113.9/32", keys=(Key("ip", "203.0.113.9"),), response="outside")
STATION = End(object="device:d-pc", device="d-pc", kind="WORKSTATION", ward="Bloc", response="RP3")
COMMAND = Threat(
    finding="f-1", rule="threat.pump.command", severity="critical", confidence=90, turn=(1000, "c-1"), device=PUMP,
    peers=(STRANGER,),
)  # fmt: skip


def verbs_of(actions: tuple[Action, ...]) -> list[tuple[str, str, str]]:
    return [(one.verb, one.reach[0], one.mode) for one in actions if one.level >= 2]


@pytest.mark.parametrize("book", list(playbooks()), ids=lambda book: book.name)
def test_a_playbook_says_in_both_languages_what_to_do_and_how_care_goes_on(book: Playbook) -> None:
    assert book.degraded("fr") != book.degraded("en")
    assert all(step.fr != step.en for step in book.steps)
    known = [name for name in rules().names if name.startswith("threat.")]
    assert book.name == "any" or chosen(next(name for name in known if chosen(name) is book).strip()) is book


def test_a_threat_without_a_playbook_of_its_own_has_the_last_one() -> None:
    assert len(playbooks()) >= 9
    assert chosen("made.up") is playbooks()["any"]


def test_the_attacker_of_a_pump_in_use_is_cut_and_the_pump_is_not_touched() -> None:
    actions = planned(COMMAND, default())
    assert verbs_of(actions) == [
        ("cut", "ip:203.0.113.9/32", "automatic"),
        ("block", "ip:203.0.113.9/32", "automatic"),
    ]
    assert {one.reach[0] for one in actions if one.verb == "call"} == {"role:biomedical", "role:oncall", "role:rssi"}
    (cut,) = (one for one in actions if one.verb == "cut")
    assert [(step.target, step.other, step.other_keys) for step in cut.plan] == [
        ("ip:203.0.113.9/32", "device:d-pump", PUMP.keys)
    ]
    assert cut.ward == "Réa A" and cut.device == "d-pump"


def test_every_step_has_its_undo_and_ids_of_its_own() -> None:
    actions = planned(COMMAND, default())
    steps = [step for one in actions for step in (*one.plan, *one.undo)]
    assert len({step.id for step in steps}) == len(steps)
    for one in actions:
        assert [step.undoes for step in one.undo] == [step.id for step in reversed(one.plan)]


def test_a_hostile_device_in_use_is_not_touched_and_who_is_called_is_told_so() -> None:
    worm = msgspec.structs.replace(COMMAND, rule="threat.worm", device=PUMP, peers=(STATION,), names=("stop.example",))
    actions = planned(worm, default())
    assert verbs_of(actions) == [
        ("sinkhole", "name:stop.example", "automatic"),
        ("cut", "device:d-pump", "approval"),
    ]
    (call, *_) = (one for one in actions if one.verb == "call")
    assert [line for line in call.impact if line.startswith("withheld")] == [
        "withheld: restrict device:d-pump: in-use",
        "withheld: quarantine device:d-pump: in-use",
        "withheld: order device:d-pump: in-use",
    ]


def test_a_computer_is_quarantined_by_itself_only_when_it_is_sure() -> None:
    parts = {"device": STATION, "peers": (), "accounts": ("k.morel",)}
    ransom = msgspec.structs.replace(COMMAND, rule="threat.ransomware", **parts)
    assert verbs_of(planned(ransom, default())) == [
        ("disable-account", "account:k.morel", "approval"),
        ("quarantine", "device:d-pc", "automatic"),
        ("order", "device:d-pc", "option"),
    ]
    doubtful = msgspec.structs.replace(ransom, confidence=79, accounts=())
    assert verbs_of(planned(doubtful, default()))[0] == ("quarantine", "device:d-pc", "approval")


def test_a_device_to_protect_is_contained_only_where_no_attacker_is_known() -> None:
    idle = End(object="device:d-ct", device="d-ct", kind="CT", response="RP2", use=Use(state="idle"))
    book = parse(BOOK + '\n[[step]]\nverb = "quarantine"\non = "victim"\nfr = "g"\nen = "h"\n', "mine.toml")
    peer = msgspec.structs.replace(book, head=msgspec.structs.replace(book.head, hostile="peer"))
    threat = msgspec.structs.replace(COMMAND, rule="threat.worm", device=idle)
    assert verbs_of(planned(threat, default(), [peer])) == []
    alone = msgspec.structs.replace(threat, peers=())
    assert [verb for verb, _, _ in verbs_of(planned(alone, default(), [peer]))] == ["quarantine"]


def test_a_work_order_names_the_hours_in_which_the_device_rests() -> None:
    spare = msgspec.structs.replace(PUMP, use=Use(state="idle"))
    entered = msgspec.structs.replace(COMMAND, rule="threat.credentials.default", device=spare)
    actions = planned(entered, default(), calm={"device:d-pump": ["sun 03:00 UTC, 2 h, sure 0.68"]})
    (order,) = (one for one in actions if one.verb == "order")
    assert (order.mode, order.approve, order.firm) == ("option", ("rssi", "biomedical"), True)
    assert set(order.confirm) == {"clinician", "spare", "bedside"}
    assert "calm: sun 03:00 UTC, 2 h, sure 0.68" in order.impact
    assert not [line for one in actions if one.verb == "cut" for line in one.impact if line.startswith("calm")]


def test_while_a_device_is_worked_on_nothing_goes_by_itself() -> None:
    always = windows('[[window]]\nbegins = "00:00"\nends = "23:59"\nwards = ["Réa A"]', "w.toml")
    assert [mode for _, _, mode in verbs_of(planned(COMMAND, default(), windows=always))] == ["approval", "approval"]
    elsewhere = windows('[[window]]\nbegins = "00:00"\nends = "23:59"\nwards = ["Bloc"]', "w.toml")
    assert [mode for _, _, mode in verbs_of(planned(COMMAND, default(), windows=elsewhere))] == ["automatic"] * 2
    calls = [one.mode for one in planned(COMMAND, default(), windows=always) if one.level < 2]
    assert set(calls) == {"automatic"}


def test_what_would_be_lost_is_part_of_the_plan() -> None:
    monitor = End(object="device:d-m", device="d-m", kind="MON_BED", response="RP2", use=Use(state="unknown"))
    threat = msgspec.structs.replace(COMMAND, peers=(monitor,))
    actions = planned(threat, default(), partners={"device:d-m": [f"CT device:d-{n} unknown" for n in range(25)]})
    (block,) = (one for one in actions if one.verb == "block")
    assert {"kind: MON_BED", "response: RP2", "use: unknown", "patients: possible", "loses-more: 5"} <= set(
        block.impact
    )
    assert sum(line.startswith("loses: ") for line in block.impact) == 20


def test_a_restriction_names_what_it_leaves_and_is_not_planned_without() -> None:
    idle = End(object="device:d-ct", device="d-ct", kind="CT", response="RP2", use=Use(state="idle"))
    worm = msgspec.structs.replace(COMMAND, rule="threat.worm", device=idle, peers=())
    assert "restrict" not in [verb for verb, _, _ in verbs_of(planned(worm, default()))]
    left = (Rule(source="device:d-ct", target="device:d-pacs", protocol="tcp", low=104, high=104),)
    (restrict,) = (one for one in planned(worm, default(), allow={"device:d-ct": left}) if one.verb == "restrict")
    assert restrict.plan[0].allow == left and restrict.mode == "automatic"


def test_a_newer_turn_gives_the_same_actions_new_steps() -> None:
    first = planned(COMMAND, default())
    later = planned(msgspec.structs.replace(COMMAND, turn=(2000, "c-2")), default())
    assert [one.id for one in first] == [one.id for one in later]
    assert not {step.id for one in first for step in one.plan} & {step.id for one in later for step in one.plan}


def end_of(name: str, response: str, use: str) -> End:
    known = name.startswith("device:")
    return End(object=name, device=name[7:] if known else "", response=response, use=Use(state=use))


ENDS = st.builds(
    end_of,
    st.sampled_from(["device:d-1", "device:d-2", "ip:192.0.2.1/32"]),
    st.sampled_from(["RP0", "RP1", "RP2", "RP3", "outside", "unknown"]),
    st.sampled_from(["in-use", "idle", "unknown"]),
)


@given(
    st.sampled_from([book.head.rules[0].replace("*", "x") for book in playbooks()]),
    ENDS,
    st.lists(ENDS, max_size=4),
    st.sampled_from(["low", "medium", "high", "critical"]),
    st.integers(0, 100),
)
def test_whatever_comes_every_action_can_be_taken_back_and_none_touches_what_is_in_use(
    rule: str, device: End, peers: list[End], severity: str, confidence: int
) -> None:
    ends = {end.object: end for end in (*peers, device)}
    threat = Threat(
        finding="f", rule=rule, severity=severity, confidence=confidence, turn=(1, "c"), device=device,
        peers=tuple(end for name, end in ends.items() if name != device.object),
    )  # fmt: skip
    lax = policy_of('[[row]]\nmode = "automatic"', "lax.toml")
    for policy in (default(), lax):
        for action in planned(threat, policy):
            assert {one.undoes for one in action.undo} == {one.id for one in action.plan}
            touched = ends.get(action.reach[0])
            if action.touches in ("device", "peer") and touched is not None and touched.device:
                assert touched.use.state != "in-use"
                assert touched.response != "RP0" or len(set(action.approve)) == 2


BOOK = """[[playbook]]
name = "mine"
version = 1
rules = ["threat.worm"]
hostile = "device"
fr = "a"
en = "b"
degraded_fr = "c"
degraded_en = "d"

[[step]]
verb = "call"
to = ["rssi"]
fr = "e"
en = "f"
"""


def broken(**parts: Any) -> str:
    text = BOOK
    for before, after in parts.values():
        text = text.replace(before, after)
    return text


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (broken(a=("hostile =", "hostil =")), "mine.toml, line 5"),
        (broken(a=('"call"', '"cal"')), "mine.toml, line 12"),
        (broken(a=('["rssi"]', '["somebody"]')), "mine.toml, line 13"),
        (broken(a=("version = 1", "version = 0")), "mine.toml, line 3"),
        (broken(a=("[[step]]", "[[stp]]")), "mine.toml, line 11"),
        (BOOK + '\n[[step]]\nverb = "sinkhole"\nfr = "g"\nen = "h"\n', "mine.toml, line 17"),
        (BOOK.replace('verb = "call"\nto = ["rssi"]', 'verb = "cut"'), "mine.toml"),
        (BOOK + BOOK, "mine.toml"),
        ("x = ", "mine.toml"),
    ],
    ids=["field", "verb", "role", "version", "table", "on", "nobody", "two", "toml"],
)
def test_a_mistake_names_its_line(text: str, where: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(text, "mine.toml")
    assert caught.value.where == where


def test_a_site_s_playbooks_come_first(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(BOOK, "utf-8")
    own = load(str(tmp_path))
    assert chosen("threat.worm", own).name == "mine"
    assert chosen("threat.ransomware", own).name == "ransomware"
    assert load("") == ()


def test_a_playbook_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").mkdir()
    with pytest.raises(Missing, match="playbooks"):
        load(str(tmp_path))
