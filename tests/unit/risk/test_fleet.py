"""A fleet that learned piece by piece is the fleet that was built at once, and only what changed is scored again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Missing
from garde.model.risk.scoring import Reach, Scoring
from garde.model.risk.vulnerability import (
    Answer,
    Bill,
    Component,
    Exploited,
    Form,
    Likelihood,
    Reading,
    Source,
    Span,
    Statement,
    Vulnerability,
)
from garde.risk import matrix
from garde.risk.criticality import Subject
from garde.risk.fleet import Asset, Fleet
from garde.risk.grid import packaged
from garde.risk.vulnerability.answers import judged
from garde.risk.vulnerability.match import Part
from garde.risk.vulnerability.score import Facts, Seen
from garde.risk.vulnerability.severity import Setting

GRID = packaged()["CRIT-DMC 1"]
WORST = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
MILD = "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"
PUMP, SYSTEM = "CVE-2024-0001", "CVE-2024-0002"
LIBRARY, REVISED = "CVE-2024-0003", "CVE-2024-0004"


def said(name: str, maker: str, product: str, below: str = "", *, status: str = "affected", **more: Any) -> Statement:
    spans = (Span(high=below),) if below else (Span(every=True),)
    known = f"{name}-{maker}-{product}-{below}-{status}"
    return Statement(
        id=known, vulnerability=name, status=status, maker=maker, product=product, spans=spans, source="", **more
    )


def reading(name: str, *, at: int = 0, document: str = "", **more: Any) -> Reading:
    for field in ("statements", "vulnerabilities", "likelihoods", "exploited", "bills", "forms"):
        more[field] = tuple(msgspec.structs.replace(one, source=name) for one in more.get(field, ()))
    return Reading(source=Source(id=name, format="csaf", at=at, document=document), **more)


BILL = Bill(
    id="b-1",
    of=Component(maker="Acme", name="Pump", version="2.0"),
    components=(Component(name="zlib", version="1.2.11", purl="pkg:generic/zlib@1.2.11"), Component(name="libx")),
    source="",
)
FORM = Form(
    id="f-1",
    edition="2019",
    maker="ACME Inc.",
    model="Pump",
    answers=(Answer(question="AUTH-2", value="no"),),
    source="",
)
READINGS = {
    "pump": reading("pump", statements=[said(PUMP, "Acme", "Pump", "2.1")]),
    "system": reading("system", statements=[said(SYSTEM, "microsoft", "Windows 7")]),
    "library": reading("library", statements=[said(LIBRARY, "", "", "1.2.12", purl="pkg:generic/zlib")]),
    "severity": reading("severity", vulnerabilities=[Vulnerability(id=PUMP, vectors=(MILD,), source="")]),
    "withdrawn": reading("withdrawn", vulnerabilities=[Vulnerability(id=SYSTEM, withdrawn=True, at=9, source="")]),
    "kev": reading("kev", exploited=[Exploited(id=PUMP, maker="", product="", added=1, source="")]),
    "epss": reading("epss", at=5, likelihoods=[Likelihood(id=LIBRARY, chance=0.5, percentile=1.0, source="")]),
    "yesterday": reading(
        "yesterday", at=4, likelihoods=[Likelihood(id=LIBRARY, chance=0.1, percentile=1.0, source="")]
    ),
    "first": reading("first", at=1, document="A", statements=[said(REVISED, "Acme", "Pump", "9")]),
    "second": reading(
        "second",
        at=2,
        document="A",
        statements=[said(REVISED, "Acme", "Pump", "2.0")],
        vulnerabilities=[Vulnerability(id=REVISED, vectors=(MILD,), source="")],
    ),
    "bill": reading("bill", bills=[BILL]),
    "form": reading("form", forms=[FORM]),
    "fixed": reading("fixed", statements=[said(PUMP, "Acme", "Pump", status="fixed")]),
}


def asset(number: int, version: str = "2.0", maker: str = "Acme", **more: Any) -> Asset:
    name = f"d-{number}"
    part = Part(maker=maker, name="Pump", version=version, because=(f"seen-{number}",))
    system = Part(maker="Microsoft", name="Windows 7", because=(f"told-{number}",))
    given = {"parts": (part, system), "site": "North", "setting": Setting(harm=number % 2 == 0), **more}
    return Asset(id=name, subject=Subject(id=name, kind="INF_SYR", kind_level=3, ward=f"W{number % 3}"), **given)


ASSETS = (
    asset(1),
    asset(2),
    asset(3, "2.1"),
    asset(4, maker="Other"),
    asset(5, bill="b-1", maker="Other"),
    asset(6, ""),
    Asset(id="d-7", subject=Subject(id="d-7")),
)


def fleet(*names: str) -> Fleet:
    made = Fleet(GRID, (), [READINGS[name] for name in names])
    made.put(ASSETS)
    return made


@given(st.permutations(sorted(READINGS)), st.permutations(ASSETS), st.integers(0, len(ASSETS)), st.data())
def test_whatever_comes_first_the_fleet_is_the_same(names: list[str], assets: list[Asset], cut: int, data: Any) -> None:
    whole = fleet(*READINGS)
    grown = Fleet(GRID)
    grown.put(assets[:cut])
    for at, name in enumerate(names):
        if at == data.draw(st.integers(0, len(names) - 1)):
            grown.put(assets[cut:])
            grown.drop(["d-1", "d-5", "absent"])
        before = dict(grown.judged)
        changed = grown.learn([READINGS[name]])
        assert changed == {one for one in before if grown.judged[one].vulnerability != before[one].vulnerability}
        assert grown.learn([READINGS[name]]) == set()
    grown.put(assets)
    assert grown.judged == whole.judged


def test_a_weakness_rests_on_the_messages_of_the_device_it_counts_on() -> None:
    made = fleet("pump", "system")
    for number in (1, 2):
        term = next(one for one in made.judged[f"d-{number}"].vulnerability.terms if one.term == "cve")
        assert {line.fact: line.because[0] for line in term.lines} == {PUMP: f"seen-{number}", SYSTEM: f"told-{number}"}
    assert [line.fact for line in terms(made, "d-3")["cve"].lines] == [SYSTEM]
    assert terms(made, "d-7")["cve"].lines == ()


def terms(made: Fleet, name: str) -> dict[str, Any]:
    return {one.term: one for one in made.judged[name].vulnerability.terms}


def test_a_document_touches_only_the_devices_it_speaks_of() -> None:
    made = fleet()
    before = dict(made.judged)
    assert made.learn([READINGS["pump"]]) == {"d-1", "d-2", "d-6"}
    assert {name for name in before if made.judged[name] is not before[name]} == {"d-1", "d-2", "d-6"}
    assert made.learn([READINGS["severity"], READINGS["pump"]]) == {"d-1", "d-2", "d-6"}
    assert made.learn([READINGS["kev"]]) == {"d-1", "d-2", "d-6"}
    assert made.judged["d-1"].vulnerability.overrides and made.judged["d-1"].placed.vulnerability == 4
    assert made.learn([READINGS["library"]]) == set()
    assert made.learn([READINGS["bill"]]) == {"d-1", "d-2", "d-5"}
    assert made.learn([READINGS["yesterday"], READINGS["epss"]]) == {"d-1", "d-2", "d-5"}
    assert made.learn([READINGS["form"]]) == {"d-1", "d-2", "d-3", "d-6"}


def test_of_the_revisions_of_a_document_the_newest_counts_in_whatever_order_they_come() -> None:
    made = fleet("first")
    assert [one.asset for one in made.advisory(REVISED)] == ["d-1", "d-2", "d-3", "d-6"]
    assert made.learn([READINGS["second"]]) == {"d-1", "d-2", "d-3", "d-6"}
    assert [one.asset for one in made.advisory(REVISED)] == ["d-6"]
    assert terms(made, "d-1")["cve"].lines == terms(made, "d-3")["cve"].lines == ()
    late = fleet("second")
    assert late.learn([READINGS["first"]]) == set() and late.judged == made.judged
    same = reading("third", at=2, document="A", statements=[said(REVISED, "Acme", "Pump", "8")])
    made.learn([same])
    assert [one.asset for one in made.advisory(REVISED)] == ["d-1", "d-2", "d-3", "d-6"]


def test_a_form_and_a_bill_belong_to_the_product_and_the_bill_to_its_version() -> None:
    made = fleet("bill", "form", "library")
    assert [line.fact for line in terms(made, "d-1")["cve"].lines] == [LIBRARY]
    assert terms(made, "d-3")["cve"].lines == terms(made, "d-6")["cve"].lines == ()
    assert [line.fact for line in terms(made, "d-1")["mds2"].lines] != ["no form"]
    assert [line.fact for line in terms(made, "d-4")["mds2"].lines] == ["no form"]
    newer = msgspec.structs.replace(FORM, id="f-2", answers=(Answer(question="AUTH-2", value="yes"),))
    changed = made.learn([reading("newer", at=7, forms=[newer])])
    assert changed == {"d-1", "d-2", "d-3", "d-6"}
    made.learn([reading("older", at=6, forms=[msgspec.structs.replace(FORM, id="f-3")])])
    assert terms(made, "d-1")["mds2"].value == judged(newer).value


def test_a_form_of_the_caller_is_kept() -> None:
    own = Facts(form=judged(msgspec.structs.replace(FORM, id="own")), freshness=0.5)
    made = Fleet(GRID, (), READINGS.values())
    made.put([asset(1, facts=own)])
    assert made.judged["d-1"].vulnerability.confidence == 0.5


FACTS = Facts(
    support="out",
    network="wifi",
    diode=True,
    seen=(Seen("telnet", ("m1",)), Seen("smb1", ("m2",)), Seen("expired certificate", ("m3",))),
    because={"os": ("m4",), "exposure": ("m5",), "diode": ("m6",)},
)
#: A fact taken away → the term whose lines may change.
REMOVED: dict[str, tuple[dict[str, Any], str]] = {
    "support": ({"support": "unknown"}, "os"),
    "network": ({"network": "flat"}, "exposure"),
    "diode": ({"diode": False}, "exposure"),
    "telnet": ({"seen": FACTS.seen[1:]}, "configuration"),
    "seen": ({"seen": ()}, "configuration"),
    "form": ({"form": judged(None)}, "mds2"),
}


@given(st.sampled_from(sorted(REMOVED)), st.sets(st.sampled_from(sorted(READINGS))))
def test_a_fact_taken_away_changes_its_own_lines_only(fact: str, names: set[str]) -> None:
    given_form = msgspec.structs.replace(FACTS, form=judged(FORM))
    made = Fleet(GRID, (), [READINGS[name] for name in sorted(names - {"form"})])
    made.put([asset(1, facts=given_form)])
    before = terms(made, "d-1")
    fields, own = REMOVED[fact]
    made.put([asset(1, facts=msgspec.structs.replace(given_form, **fields))])
    after = terms(made, "d-1")
    assert {name for name in before if before[name] != after[name]} == {own}
    if fact in ("telnet", "diode"):
        gone = set(before[own].lines) - set(after[own].lines)
        assert len(gone) == 1 and set(after[own].lines) < set(before[own].lines)


@given(st.sampled_from(["pump", "system", "library"]))
def test_a_weakness_taken_away_takes_its_line_and_no_other(name: str) -> None:
    names = ("pump", "system", "library", "bill")
    with_it, without = fleet(*names), fleet(*(one for one in names if one != name))
    gone = READINGS[name].statements[0].vulnerability
    for one in with_it.judged:
        before, after = terms(with_it, one), terms(without, one)
        assert [line for line in before["cve"].lines if line.fact != gone] == list(after["cve"].lines)
        assert {key: before[key] for key in before if key != "cve"} == {
            key: after[key] for key in after if key != "cve"
        }


def test_a_grid_swapped_back_gives_the_matrix_it_gave_to_the_digest() -> None:
    made = fleet(*READINGS)
    first = matrix.snapshot(GRID, 1, (one.placed for one in made.judged.values()))
    stricter = msgspec.structs.replace(
        GRID, head=msgspec.structs.replace(GRID.head, version="2", thresholds=(1.1, 1.2, 1.3)), digest="other"
    )
    changes = made.swap(stricter)
    assert changes and [one.id for one in changes] == sorted(one.id for one in changes)
    for one in changes:
        assert one.before in first.rows and made.judged[one.id].placed == one.after
    second = matrix.snapshot(stricter, 2, (one.placed for one in made.judged.values()))
    assert second.id != first.id
    assert {one.id for one in made.swap(GRID)} == {one.id for one in changes}
    assert matrix.snapshot(GRID, 3, (one.placed for one in made.judged.values())).id == first.id
    assert made.swap(GRID) == ()


def test_scorings_given_with_a_grid_count_from_then_on() -> None:
    made = fleet()
    word = Scoring(id="s", at=0, grid=GRID.name, criterion="C1", value=1, person="p", role="r", reach=Reach(ward="W1"))
    assert {one.id for one in made.swap(GRID, [word])} == {"d-1", "d-4"}
    made.learn([READINGS["pump"]])
    made.put([asset(10)])
    assert made.judged["d-10"].placed.status == made.judged["d-1"].placed.status == "proposed"
    assert {one.id for one in made.swap(GRID, [])} == {"d-1", "d-10", "d-4"}


def test_a_grid_that_only_ranks_changes_nothing() -> None:
    made, ranking = fleet("pump"), packaged()["PIEU profile 1"]
    before = dict(made.judged)
    with pytest.raises(Missing):
        made.swap(ranking)
    with pytest.raises(Missing):
        Fleet(ranking)
    assert dict(made.judged) == before and made.grid is GRID


def test_a_component_is_found_in_bills_and_on_devices() -> None:
    made = fleet("bill")
    assert [tuple(one) for one in made.running("ZLIB")] == [(f"d-{n}", "zlib", "1.2.11") for n in (1, 2, 5)]
    assert made.running("zlib", below="1.2.11") == []
    assert len(made.running("zlib", below="1.2.12")) == 3
    assert [one.asset for one in made.undecided("libx", "3")] == ["d-1", "d-2", "d-5"]
    assert made.running("libx", below="3") == []
    assert [one.asset for one in made.running("pump", "ACME Inc.", below="2.1")] == ["d-1", "d-2"]
    assert [one.asset for one in made.undecided("pump", "2.1", "Acme")] == ["d-6"]
    made.drop(["d-1"])
    assert [one.asset for one in made.running("zlib")] == ["d-2", "d-5"]


def test_an_advisory_names_its_devices_and_their_verdicts() -> None:
    made = fleet("pump", "library", "bill")
    found = {one.asset: one.verdicts for one in made.advisory(PUMP)}
    assert {name: one[0].state for name, one in found.items()} == {
        "d-1": "affected",
        "d-2": "affected",
        "d-6": "unknown",
    }
    assert found["d-1"][0].because == ("seen-1",)
    assert [one.asset for one in made.advisory(LIBRARY)] == ["d-1", "d-2", "d-5"]
    made.learn(
        [msgspec.structs.replace(READINGS["fixed"], statements=(said(PUMP, "Acme", "Pump", "9", status="fixed"),))]
    )
    assert made.advisory("CVE-1999-0001") == []
    assert {one.asset for one in made.advisory(PUMP, every=True)} >= {"d-1", "d-2", "d-3", "d-6"}


def test_what_is_known_of_a_device_can_be_asked_for() -> None:
    made = fleet()
    assert made.asset("d-1") == ASSETS[0]
    with pytest.raises(Missing):
        made.asset("absent")
