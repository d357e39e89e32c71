import re

import pytest

from garde.inventory.kinds import inherited, kinds, of_label

#: EMDN: one letter and one to six groups of two digits (domain note 02 §1).
EMDN = re.compile(r"^[A-Z](\d{2}){1,6}$")


def test_a_gateway_of_a_ventilator_counts_like_the_ventilator() -> None:
    assert inherited("GATE", ["VENT_ICU"]) == (4, "RP0")
    assert inherited("SER", ["ECG"]) == (2, "RP1")
    assert inherited("unknown", []) == (1, "RP2")


def test_an_unknown_software_class_counts_as_c() -> None:
    assert kinds()["PACER_PRG"].gating_class == "C"
    assert kinds()["BMS"].software_class == "" and kinds()["BMS"].gating_class == "C"
    assert kinds()["ECG"].gating_class == "B"


def test_every_kind_has_two_names_and_a_policy() -> None:
    assert len(kinds()) > 100
    for kind in kinds().values():
        assert kind.fr and kind.en and 1 <= kind.criticality <= 4
        assert not kind.emdn or EMDN.match(kind.emdn)
        assert not (kind.life_sustaining == "yes" and kind.response not in ("RP0", "RP1")), kind.name


def test_labels_lead_to_kinds_and_name_only_one() -> None:
    for kind in kinds().values():
        assert of_label(kind.name) == kind.name
    assert len({kind.fr for kind in kinds().values()}) == len({kind.en for kind in kinds().values()}) == len(kinds())
    assert of_label(" SCANNER ") == "CT" and of_label("") == ""


@pytest.mark.parametrize(
    ("code", "good"), [("Z12030205", True), ("J010792", True), ("z12", False), ("Z1", False), ("Z123", False)]
)
def test_the_shape_of_emdn(code: str, good: bool) -> None:
    assert bool(EMDN.match(code)) is good
