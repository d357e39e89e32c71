"""What is known of the ends of a threat: protected like the most protected that they may be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from garde.model.device import Claim
from garde.model.finding import Changed
from garde.model.key import Key
from garde.model.zones.action import MINUTE
from garde.pipeline.actions.ends import ALWAYS, PEERS, Ends
from tests.response import NETWORKS, Under, device

CT = device("d-ct", "10.0.0.6", "CT", ward="Imagerie")
PACS = device("d-pacs", "10.0.0.9", "PACS")
PRINTER = device("d-print", "10.0.0.20", "PRINT")
GATE = device("d-gate", "10.0.0.7", "GATE")
CHILD = device("d-vent", "10.0.0.8", "VENT_ICU", carrier="d-gate")


@pytest.fixture
def scene() -> Iterator[Under]:
    one = Under(CT, PACS, PRINTER, GATE, CHILD)
    yield one
    one.close()


def ends(scene: Under) -> Ends:
    scene.runner.drain()
    return Ends(scene.store, NETWORKS, scene.clock.at)


def test_a_device_is_found_by_its_id_and_by_its_address(scene: Under) -> None:
    by_id, by_ip = ends(scene).end("device:d-ct"), ends(scene).end("10.0.0.6")
    assert by_id == by_ip
    assert by_id and (by_id.kind, by_id.ward, by_id.response, by_id.use.state) == ("CT", "Imagerie", "RP2", "unknown")


@pytest.mark.parametrize(
    ("text", "object_", "response"),
    [
        ("203.0.113.9", "ip:203.0.113.9/32", "outside"),
        ("ip:203.0.113.9/32", "ip:203.0.113.9/32", "outside"),
        ("10.9.9.9", "ip:10.9.9.9/32", "unknown"),
        ("00:09:fb:00:00:01", "mac:00:09:fb:00:00:01", "unknown"),
        ("device:d-gone", "device:d-gone", "unknown"),
    ],
    ids=["outside", "object", "inside", "mac", "gone"],
)
def test_what_is_no_known_device_is_outside_or_unknown(scene: Under, text: str, object_: str, response: str) -> None:
    found = ends(scene).end(text)
    assert found and (found.object, found.response) == (object_, response)


def test_what_is_no_address_is_nothing(scene: Under) -> None:
    assert ends(scene).end("somebody") is None


def test_a_gateway_is_protected_and_in_use_like_those_that_it_speaks_for(scene: Under) -> None:
    found = ends(scene).end("device:d-gate")
    assert found and (found.response, found.use.state) == ("RP0", "unknown")
    scene.talk("10.0.0.8", "10.0.0.99", "medibus")
    found = ends(scene).end("device:d-gate")
    assert found and (found.use.state, found.use.codes) == ("in-use", ("ventilation",))


def test_a_doubt_about_what_it_is_protects_it(scene: Under) -> None:
    doubtful = device("d-x", "10.0.0.50", "PRINT", rivals={"kind": (Claim("kind", "VENT_ICU", 0.3),)})
    scene.know(doubtful)
    assert getattr(ends(scene).end("device:d-x"), "response", "") == "RP0"
    scene.know(device("d-x", "10.0.0.50", "PRINT", rivals={"kind": (Claim("kind", "VENT_ICU", 0.2),)}))
    assert getattr(ends(scene).end("device:d-x"), "response", "") == "RP3"


def test_an_address_that_several_held_is_protected_like_the_most_protected(scene: Under) -> None:
    scene.know(device("d-a", "10.0.0.60", "PRINT"), device("d-b", "10.0.0.60", "INF_SYR"))
    assert getattr(ends(scene).end("10.0.0.60"), "device", "") == "d-b"


def test_partners_of_a_day_are_named_the_most_protected_first(scene: Under) -> None:
    scene.talk("10.0.0.20", "10.0.0.9", "http", 80)
    scene.talk("10.0.0.6", "10.0.0.9", "dicom")
    scene.talk("10.0.0.7", "10.0.0.9", "hl7", minutes=25 * 60)
    look = ends(scene)
    pacs = look.end("device:d-pacs")
    assert pacs and look.partners(pacs) == ("CT device:d-ct in-use", "PRINT device:d-print unknown")


def test_a_restriction_leaves_the_way_to_its_systems_the_time_and_a_lease(scene: Under) -> None:
    scene.talk("10.0.0.6", "10.0.0.9", "dicom", 104)
    scene.talk("10.0.0.6", "10.0.0.9", "smb", 445)
    scene.talk("10.0.0.6", "10.0.0.20", "http", 80)
    scene.talk("10.0.0.6", "203.0.113.9", "tls", 443)
    scene.talk("10.0.0.9", "10.0.0.6", "dicom", 4242)
    look = ends(scene)
    scanner = look.end("device:d-ct")
    assert scanner
    rules = look.essential(scanner, ())
    assert [(rule.target, rule.ports) for rule in rules if rule.target != "any"] == [("ip:10.0.0.9/32", "104")]
    assert {(rule.protocol, rule.low, rule.service) for rule in rules if rule.target == "any"} == set(ALWAYS)
    hostile = look.end("device:d-pacs")
    assert hostile and look.essential(scanner, [hostile]) == ()


def test_a_threat_reads_its_ends_from_the_turn_of_its_finding(scene: Under) -> None:
    reasons = ("confidence: 80", "peer: 203.0.113.9", "peer: odd", "peer: 10.0.0.20", "name: a.example", "account: k")
    turn = Changed(
        id="c-1", at=scene.clock.at, finding="f-1", what="opened", before="", after="open", rule="threat.worm",
        kind="threat", device="d-ct", severity="high", reasons=reasons, count=2,
    )  # fmt: skip
    threat = ends(scene).threat(turn)
    assert (threat.finding, threat.severity, threat.count, threat.confidence) == ("f-1", "high", 2, 80)
    assert [end.object for end in threat.peers] == ["ip:203.0.113.9/32", "device:d-print"]
    assert (threat.names, threat.accounts, threat.turn) == (("a.example",), ("k",), (turn.at, "c-1"))
    assert threat.device == ends(scene).end("device:d-ct")


def test_calm_hours_are_said_where_somebody_knows_them(scene: Under) -> None:
    look = ends(scene)
    scanner = look.end("device:d-ct")
    assert scanner and look.calm(scanner) == ()
    for hour in range(30):
        if hour not in (20, 21, 22):
            scene.talk("10.0.0.6", "10.0.0.9", "dicom", minutes=hour * 60)
    (first, *_) = ends(scene).calm(scanner)
    assert first.endswith("UTC, 2 h, sure 0.21")


def test_who_speaks_for_whom_is_looked_up_once(scene: Under) -> None:
    reads: list[object] = []

    class Counting:
        def __getattr__(self, name: str) -> object:
            if name == "all":
                reads.append(name)
            return getattr(scene.store, name)

    first = Ends(Counting(), NETWORKS, 1)  # type: ignore[arg-type]
    second = Ends(Counting(), NETWORKS, 2, first)  # type: ignore[arg-type]
    assert (
        first.end("device:d-gate")
        and second.end("device:d-gate")
        and Ends(
            Counting(),
            NETWORKS,
            3,
            second,  # type: ignore[arg-type]
        ).end("device:d-ct")
    )
    assert len(reads) == 1


def test_a_flood_of_peers_is_bounded(scene: Under) -> None:
    reasons = tuple(f"peer: 203.0.113.{number}" for number in range(200))
    turn = Changed(
        id="c-1", at=1, finding="f-1", what="opened", before="", after="open", rule="x", kind="threat", reasons=reasons
    )
    assert len(ends(scene).threat(turn).peers) == PEERS


def test_the_bedside_speaks_for_a_while(scene: Under) -> None:
    look = ends(scene)
    assert look.end("device:d-ct", scene.clock.at - MINUTE).use.state == "idle"
    assert CT.keys == (Key("ip", "10.0.0.6"),)
