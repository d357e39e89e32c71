"""Traffic shows that a device is in use; that it is not, only a person says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.table import DISSECTORS
from garde.errors import Malformed
from garde.inventory.kinds import kinds
from garde.model.rhythm import Rhythm, used
from garde.model.zones.action import MINUTE
from garde.respond.use import BEDSIDE, parse, signs, use

NOW = 1_000_000 * MINUTE


def seen(service: str, minutes: int) -> Rhythm:
    return used(Rhythm(id="ip:10.0.0.5"), service, NOW - minutes * MINUTE)


@pytest.mark.parametrize(
    ("kind", "service", "minutes", "state", "codes"),
    [
        ("MON_BED", "intellivue", 1, "in-use", ("waveforms",)),
        ("MON_BED", "hl7", 15, "in-use", ("vitals",)),
        ("MON_BED", "hl7", 16, "unknown", ()),
        ("INF_SYR", "hl7", 29, "in-use", ("infusion",)),
        ("CT", "dicom", 59, "in-use", ("association",)),
        ("CT", "dicom", 61, "unknown", ()),
        ("CHEM", "hl7", 30, "in-use", ("results",)),
        ("HVAC", "bacnet", 30, "in-use", ("control",)),
        ("PRINT", "bacnet", 1, "unknown", ()),
        ("CT", "http", 0, "unknown", ()),
    ],
    ids=lambda value: str(value),
)
def test_a_service_shows_use_for_a_while(
    kind: str, service: str, minutes: int, state: str, codes: tuple[str, ...]
) -> None:
    found = use(kind, [seen(service, minutes)], NOW)
    assert (found.state, found.codes, found.possible) == (state, codes, True)


def test_silence_is_unknown_and_only_the_bedside_says_idle() -> None:
    assert use("MON_BED", [], NOW).state == "unknown"
    assert use("MON_BED", [], NOW, idle_at=NOW - BEDSIDE).state == "idle"
    assert use("MON_BED", [], NOW, idle_at=NOW - BEDSIDE - 1).state == "unknown"
    # What is seen outweighs what was said: somebody may have connected a patient since.
    assert use("MON_BED", [seen("intellivue", 1)], NOW, idle_at=NOW).state == "in-use"


@given(
    st.sampled_from(sorted(kinds())), st.lists(st.tuples(st.sampled_from(["hl7", "dicom", "http"]), st.integers(0, 99)))
)
def test_traffic_never_shows_that_a_device_is_idle(kind: str, uses: list[tuple[str, int]]) -> None:
    assert use(kind, [seen(*one) for one in uses], NOW).possible


def test_every_row_names_a_dissector_and_kinds_that_there_are() -> None:
    for sign in signs():
        assert sign.service in DISSECTORS.names
        assert set(sign.kinds) <= set(kinds())


def test_a_mistake_names_its_line() -> None:
    with pytest.raises(Malformed, match=r"use.toml, line 3\)"):
        parse('[[use]]\ncode = "x"\nservise = "hl7"\nminutes = 9', "use.toml")
    with pytest.raises(Malformed, match="line 4"):
        parse('[[use]]\ncode = "x"\nservice = "hl7"\nminutes = 0', "use.toml")
