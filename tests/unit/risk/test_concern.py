"""A place is worked out once for all who stand in it, and again only where a document touches it."""

from __future__ import annotations

from garde.model.risk.vulnerability import Bill, Component, Reading, Source, Span, Statement, Vulnerability
from garde.risk.concern import Concerns, Place, bare
from garde.risk.vulnerability.alias import packaged
from garde.risk.vulnerability.match import Part
from garde.risk.vulnerability.severity import Setting

NAME = "CVE-2024-0001"
SAID = Statement(
    id="s", vulnerability=NAME, status="affected", purl="pkg:generic/zlib", spans=(Span(high="2"),), source="r"
)
BILL = Bill(id="b", of=Component(name="x"), components=(Component(name="zlib", purl="pkg:generic/zlib@1"),), source="r")
OWN = Part(name="zlib", purl="pkg:generic/zlib@1")


def reading(name: str = "r", **more: object) -> Reading:
    return Reading(source=Source(id=name, format="csaf"), **more)  # type: ignore[arg-type]


def test_the_messages_of_a_part_stand_in_front_of_its_lines_and_of_no_others() -> None:
    concerns = Concerns(packaged())
    own = concerns.held(Place((OWN,), "", Setting()))
    theirs = concerns.held(Place((Part(name="other"),), "b", Setting()))
    assert concerns.learn([reading(statements=(SAID,), bills=(BILL,))]) == {own, theirs}
    told = Part(name="zlib", purl="pkg:generic/zlib@1", because=("m",))
    assert bare(told) == OWN and bare(OWN) is OWN
    assert [line.because for line in concerns.of(own).lines_of([told])] == [("m", "s", "r")]
    assert [line.because for line in concerns.of(theirs).lines_of([told])] == [("s", "r")]
    assert concerns.of(own).lines_of([OWN]) is concerns.of(own).lines


def test_the_surest_part_is_the_one_that_counts() -> None:
    concerns = Concerns(packaged())
    doubtful = Part(name="zlib", purl="pkg:generic/zlib")
    place = concerns.held(Place((doubtful, OWN), "", Setting()))
    concerns.learn([reading(statements=(SAID,))])
    assert concerns.of(place).own == ((0, 1),)
    assert concerns.of(place).weaknesses[0].confidence == 1.0


def test_what_is_known_of_a_weakness_reaches_those_who_have_it_also_after_it_was_taken_back() -> None:
    concerns = Concerns(packaged())
    place = concerns.held(Place((OWN,), "", Setting()))
    concerns.held(Place((Part(name="other"),), "", Setting()))
    concerns.learn([reading(statements=(SAID,))])
    taken = Vulnerability(id=NAME, withdrawn=True, at=1, source="w")
    assert concerns.learn([reading("w", vulnerabilities=(taken,))]) == {place}
    assert concerns.of(place).weaknesses == ()
    given = Vulnerability(id=NAME, at=2, source="v")
    assert concerns.learn([reading("v", vulnerabilities=(given,))]) == {place}
    assert [one.id for one in concerns.of(place).weaknesses] == [NAME]


def test_a_place_that_nobody_holds_is_no_longer_touched() -> None:
    concerns = Concerns(packaged())
    place = concerns.held(Place((OWN,), "b", Setting()))
    concerns.release(place)
    concerns.release(place)
    assert concerns.learn([reading(statements=(SAID,), bills=(BILL,))]) == set()
    assert concerns.places(OWN) == set()


def test_parts_are_called_by_name_package_and_formal_name() -> None:
    concerns = Concerns(packaged())
    package = Part(name="lib", purl="pkg:generic/zlib@1")
    formal = Part(maker="Other", name="box", cpe="cpe:2.3:a:gnu:zlib:1:*:*:*:*:*:*:*")
    concerns.held(Place((OWN, package, formal), "", Setting()))
    assert concerns.called("Zlib") == {OWN, package, formal}
    assert concerns.called("zlib", "gnu") == {OWN, package}
    assert concerns.called("none") == set()
