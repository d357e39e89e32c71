"""STIX: bundles that the standard's own library reads strictly, with ids that stay."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
import stix2
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.model.device import Claim, Device
from garde.model.finding import KINDS, Finding
from garde.model.key import Key
from garde.notify.stix import OBSERVABLES, bundle, observable

DEVICE = Device(
    id="d-1",
    keys=(Key("mac", "00:09:fb:00:00:01"), Key("ip", "10.0.0.1"), Key("ip", "2001:db8::1"), Key("hostname", "pump")),
    kind="INF_SYR",
    first_at=1_699_000_000_000_000_000,
    last_at=1_700_000_000_000_000_000,
    claims={"ward": Claim("ward", "Réa A", 1.0)},
)
FINDING = Finding(
    id="f-1",
    rule="vulnerability.known",
    identifier="CVE-2019-12255",
    kind="vulnerability",
    device="d-1",
    severity="high",
    reasons=("model: P-40", "owner: Dr Morel"),
    first_at=1_699_500_000_123_000_000,
    last_at=1_700_000_000_456_000_000,
)
LINK = "https://garde.chu.example"


def said(*findings: Finding, devices: tuple[Device, ...] = (DEVICE,)) -> dict[str, Any]:
    return bundle(
        findings, {one.id: one for one in devices}, lambda rule: (f"Rule {rule}", "Mend it"), site="CHU", link=LINK
    )


def read(made: dict[str, Any]) -> dict[str, list[Any]]:
    """By type, through the library: it refuses what the standard does not allow."""
    parsed = stix2.parse(json.dumps(made), allow_custom=False, version="2.1")
    found: dict[str, list[Any]] = {}
    for one in parsed.objects:
        found.setdefault(one.type, []).append(one)
    return found


def test_ids_of_observables_are_those_of_the_library() -> None:
    for kind, value, made in (
        ("ip", "10.0.0.1", stix2.IPv4Address(value="10.0.0.1")),
        ("ip", "2001:db8::1", stix2.IPv6Address(value="2001:db8::1")),
        ("mac", "00:09:fb:00:00:01", stix2.MACAddress(value="00:09:fb:00:00:01")),
    ):
        one = observable(kind, value)
        assert one is not None and one["id"] == made.id


@pytest.mark.parametrize(
    ("kind", "value"), [("ip", "x"), ("mac", "00:01"), ("mac", "00:09:fb:00:00:01:02:03"), ("hostname", "pump")]
)
def test_what_is_no_address_is_no_observable(kind: str, value: str) -> None:
    assert observable(kind, value) is None


def test_a_known_vulnerability_is_sighted_on_its_device() -> None:
    found = read(said(FINDING))
    (weakness,), (sighting,), (thing,) = found["vulnerability"], found["sighting"], found["infrastructure"]
    assert weakness.external_references[0].external_id == "CVE-2019-12255"
    assert sighting.sighting_of_ref == weakness.id and sighting.count == 1
    (data,) = found["observed-data"]
    assert len(data.object_refs) == 3 and sighting.observed_data_refs == [data.id]
    links = {(one.source_ref, one.relationship_type, one.target_ref) for one in found["relationship"]}
    assert (thing.id, "has", weakness.id) in links and len(links) == 4
    assert thing.name == "INF_SYR, Réa A, d-1"


def test_a_note_carries_the_words_the_link_and_nothing_that_must_stay() -> None:
    (note,) = read(said(FINDING))["note"]
    assert note.content.split("\n") == [
        "Rule vulnerability.known.",
        "vulnerability, high, open",
        "model: P-40",
        "Mend it",
    ]
    assert note.external_references[0].url == f"{LINK}/findings/f-1"
    assert note.created_by_ref.startswith("identity--")


def test_a_threat_gives_a_pattern_over_its_addresses() -> None:
    (one,) = read(said(msgspec.structs.replace(FINDING, kind="threat")))["indicator"]
    assert (
        one.pattern
        == "[mac-addr:value = '00:09:fb:00:00:01' OR ipv4-addr:value = '10.0.0.1' OR ipv6-addr:value = '2001:db8::1']"
    )


def test_a_finding_about_garde_itself_is_a_note_about_the_hospital() -> None:
    found = read(said(msgspec.structs.replace(FINDING, kind="gap", device="")))
    assert set(found) == {"identity", "note"}
    assert found["note"][0].object_refs == [found["identity"][0].id]


def test_nothing_found_is_still_a_bundle() -> None:
    assert set(read(said())) == {"identity"}


def test_the_same_findings_are_the_same_bundle_and_ids_outlive_changes() -> None:
    other = msgspec.structs.replace(FINDING, id="f-2", identifier="CVE-2020-1")
    assert said(FINDING, other) == said(other, FINDING)
    later = msgspec.structs.replace(FINDING, status="closed", closed_at=FINDING.last_at + 10**9)
    first, second = read(said(FINDING))["note"][0], read(said(later))["note"][0]
    assert first.id == second.id and first.modified < second.modified


def test_only_observables_use_the_namespace_of_the_standard() -> None:
    for one in said(FINDING)["objects"]:
        spare = {"mac-addr", "ipv4-addr", "ipv6-addr"}
        assert (observable("ip", one.get("value", "")) or observable("mac", one.get("value", "")) or {}).get(
            "id", ""
        ) == (one["id"] if one["type"] in spare else "")
    assert str(OBSERVABLES) == "00abedb4-aa42-466c-9c01-fed23315a9b7"


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=60),
    st.sampled_from(KINDS),
    st.lists(st.tuples(st.sampled_from(["ip", "mac", "serial"]), st.text(max_size=20)), max_size=3),
)
def test_any_device_text_gives_a_bundle_that_the_library_reads(
    text: str, kind: str, keys: list[tuple[str, str]]
) -> None:
    device = msgspec.structs.replace(
        DEVICE, keys=tuple(Key(*key) for key in keys), claims={"ward": Claim("ward", text, 1.0)}
    )
    finding = msgspec.structs.replace(FINDING, kind=kind, identifier=text, reasons=(f"model: {text}",))
    read(said(finding, devices=(device,)))
