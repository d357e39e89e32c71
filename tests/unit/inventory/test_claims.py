import pytest

from garde.inventory.claims import (
    CONFLICT,
    Support,
    belief,
    combine,
    conflict,
    decayed,
    family,
    gather,
    judge,
    log_odds,
    noisy_or,
    pignistic,
    plausibility,
)
from garde.model.catalogue import trust
from garde.model.device import Source
from tests.scene import DAY


def said(value: str, source: str, *, attribute: str = "model", first: int = 0, at: int = 0, by: str = "") -> Support:
    line = Source(source=source, sensor="s", weight=trust(source, attribute), first_at=first or at, at=at, by=by)
    return Support(value, line, family(source))


def test_the_computed_vectors_of_the_domain_note() -> None:
    assert noisy_or([0.55, 0.30, 0.92]) == pytest.approx(0.9748, abs=5e-5)
    assert log_odds(0.05, [12, 40, 3]) == pytest.approx(0.987, abs=5e-4)
    mass, conflict = combine([
        {frozenset({"mon"}): 0.6, frozenset({"mon", "pump"}): 0.2},
        {frozenset({"mon"}): 0.7}, {frozenset({"pump"}): 0.4},
    ])  # fmt: skip
    assert conflict == pytest.approx(0.352)
    assert (belief(mass, "mon"), plausibility(mass, "mon"), pignistic(mass, "mon", 3)) == pytest.approx(
        (0.815, 0.926, 0.861), abs=5e-4
    )


def test_total_conflict_leaves_nothing_to_believe() -> None:
    assert combine([{frozenset({"a"}): 1.0}, {frozenset({"b"}): 1.0}]) == ({}, 1.0)


def test_sources_of_one_family_do_not_add_up() -> None:
    alone = judge("model", [said("MX800", "ssdp")], 0).claims[0]
    related = judge("model", [said("MX800", "ssdp"), said("MX800", "upnp.description")], 0).claims[0]
    independent = judge("model", [said("MX800", "ssdp"), said("mx-800", "mdns")], 0).claims[0]
    assert related.confidence == max(trust("ssdp", "model"), trust("upnp.description", "model"))
    assert independent.confidence > related.confidence >= alone.confidence
    assert independent.value == "MX800"


def test_a_sighting_counts_half_after_its_half_life() -> None:
    assert decayed(0.8, 30 * DAY, 30) == pytest.approx(0.4)
    assert decayed(0.8, -1, 30) == 0.8
    claim = judge("firmware", [said("1.0", "http", attribute="firmware")], 30 * DAY).claims[0]
    assert claim.confidence == pytest.approx(trust("http", "firmware") / 2)


def test_the_loser_is_kept_and_disagreement_measured() -> None:
    verdict = judge(
        "serial", [said("A-1", "intellivue", attribute="serial"), said("B-2", "snmp", attribute="serial")], 0
    )
    assert [claim.value for claim in verdict.claims] == ["A-1", "B-2"]
    assert verdict.conflict == pytest.approx(0.93 * 0.88) and verdict.conflict > CONFLICT
    finding = conflict("d-1", "serial", verdict.claims, 7)
    assert finding.rule == "identity.conflict" and finding.reasons == ("serial: A-1", "serial: B-2")
    assert finding.id == conflict("d-1", "serial", verdict.claims[::-1], 7).id


def test_a_newer_version_replaces_the_older_without_conflict() -> None:
    verdict = judge(
        "firmware",
        [said("1.0", "snmp", attribute="firmware", at=1), said("2.0", "snmp", attribute="firmware", at=2)],
        2,
    )
    assert verdict.claims[0].value == "2.0" and verdict.conflict < CONFLICT


def test_a_finer_word_takes_the_support_of_the_general_one() -> None:
    verdict = judge("os", [said("Windows", "dhcp", attribute="os"), said("Windows 10", "ntlm", attribute="os")], 0)
    assert [claim.value for claim in verdict.claims] == ["Windows 10"]
    assert verdict.claims[0].confidence == pytest.approx(noisy_or([0.85, 0.85]))


def test_a_person_outranks_every_sensor() -> None:
    verdict = judge("model", [said("MX800", "intellivue"), said("MP70", "person", by="k")], 0)
    assert [claim.value for claim in verdict.claims] == ["MP70", "MX800"]
    assert verdict.claims[0].confidence == 1.0 and verdict.conflict == 0.0


def test_many_values_stand_beside_each_other() -> None:
    claims = gather(
        "hostname", [said("A-1", "dhcp", attribute="hostname"), said("B-2", "nbns", attribute="hostname")], 0
    )
    assert [claim.value for claim in claims] == ["A-1", "B-2"]


def test_a_model_inside_a_longer_one_supports_it() -> None:
    verdict = judge("model", [said("LaserJet M507", "snmp"), said("HP LaserJet M507", "mdns")], 0)
    assert [claim.value for claim in verdict.claims] == ["HP LaserJet M507"] and verdict.conflict == 0.0
    assert len(judge("model", [said("MP7", "snmp"), said("XMP70", "mdns")], 0).claims) == 2
