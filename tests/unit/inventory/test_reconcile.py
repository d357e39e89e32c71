import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Refused
from garde.inventory import reconcile as subject
from garde.inventory.reconcile import canonical, columns, decode, reconcile, sniff
from garde.model.key import Key
from tests.scene import Scene

A, B, C = "00:09:fb:00:00:01", "00:12:21:00:00:02", "00:0d:b8:00:00:03"


def scene() -> Scene:
    made = Scene().says(A, "10.0.0.1", serial="SN-001", manufacturer="Philips", model="MX800", ward="Réa B")
    made.says(B, "10.0.0.2", serial="SN-002", manufacturer="B. Braun", model="Space")
    return made.says(C, "10.0.0.3", source="dhcp", hostname="ECHO-12.chu.lan")


FILE = """N° inventaire;N° série;Marque;Modèle;Service;Adresse MAC
DM-1;sn001;PHILIPS;MX-800;Réa A;
DM-2;SN-002;Fresenius;Space;Bloc;
DM-3;SN-003;Mindray;N22;Bloc;
DM-4;;;;Urgences;00-0D-B8-00-00-03
DM-5;=cmd|' /C calc'!A0;Philips;;Bloc;
;;Philips;MX800;Bloc;
DM-7;;;;;not a mac
DM-8;SN-001;Philips;;Bloc;
DM-9;;;;;;;;too;many
"""


def test_matched_ghosts_strangers_moved_conflicts_and_refused() -> None:
    outcome = reconcile(FILE.encode("cp1252"), "", scene().devices(), at=7, person="k.morel")
    assert (outcome.encoding, outcome.delimiter) == ("cp1252", ";")
    assert [(match.row.line, match.by) for match in outcome.matched] == [(2, "serial"), (5, "mac")]
    assert outcome.matched[0].moved == {"ward": ("Réa B", "Réa A")}
    assert [row.line for row in outcome.ghosts] == [3, 4, 6, 8]
    assert len(outcome.strangers) == 1 and outcome.strangers[0] == scene().device(B).id
    assert [(one.line, one.code) for one in outcome.refused] == [
        (6, "import.formula"), (7, "import.no-key"), (8, "key.mac"), (9, "import.duplicate"), (10, "import.columns"),
    ]  # fmt: skip


def test_what_the_file_contradicts_is_listed_and_deletes_nothing() -> None:
    outcome = reconcile(b"serial,model,udi\nSN-001,MP70,x\n", "serial=serial,model=model", scene().devices())
    assert outcome.conflicts[0].conflicts == {"model": ("MX800", "MP70")}
    made = scene()
    made.said.extend(outcome.decisions)
    device = made.device(A)
    assert {device.value("model"), device.rivals["model"][0].value} == {"MX800", "MP70"}
    assert "gmao" in {
        line.source for claim in (device.claims["model"], *device.rivals["model"]) for line in claim.sources
    }


def test_importing_twice_changes_nothing() -> None:
    first = reconcile(FILE.encode(), "", scene().devices(), at=7)
    again = reconcile(FILE.encode(), "", scene().devices(), at=9)
    assert [decision.id for decision in first.decisions] == [decision.id for decision in again.decisions]
    assert {decision.source for decision in first.decisions} == {"gmao"}
    assert {decision.keys[0] for decision in first.decisions} == {Key("mac", A), Key("mac", C)}


def test_a_serial_number_of_two_devices_is_not_guessed() -> None:
    twins = (
        Scene().says(A, "10.0.0.1", serial="SN-7", model="A").says(B, "10.0.0.2", serial="SN-7", model="B").devices()
    )
    outcome = reconcile(b"serial;marque\nSN-7;Edan\n", "", twins)
    assert not outcome.matched and len(outcome.ghosts) == 1
    outcome = reconcile(b"asset_tag;mac\nX;\n", "asset_tag=asset_tag", [])
    assert len(outcome.ghosts) == 1


def test_the_order_of_keys_is_that_of_the_domain_note() -> None:
    made = scene().decides("claim", C, attribute="asset_tag", value="DM-77")
    outcome = reconcile(b"inventaire;mac\nDM-77;00:09:fb:00:00:01\n", "", made.devices())
    assert [(match.by, match.device) for match in outcome.matched] == [("asset_tag", made.device(C).id)]
    assert outcome.conflicts[0].conflicts["mac"] == (C, A)


def test_a_host_name_matches_without_its_domain() -> None:
    assert reconcile(b"hostname\necho-12\n", "", scene().devices()).matched[0].by == "hostname"


@pytest.mark.parametrize(
    ("mapping", "message", "hint"),
    [("serail=N° série", "'serail' is not an attribute", "serial"), ("serial=N° serei", "no column", "N° série"),
     ("serial=N° série,serial=Marque", "two columns", ""), ("ward=Service", "recognises", "serial=COLUMN")],
)  # fmt: skip
def test_a_wrong_mapping_says_what_was_meant(mapping: str, message: str, hint: str) -> None:
    with pytest.raises(Malformed, match=message) as caught:
        columns(mapping, ["N° série", "Marque", "Service"])
    assert hint in caught.value.hint


def test_encodings_and_delimiters() -> None:
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        assert decode("Réa".encode(encoding))[0] == "Réa"
    assert [sniff(text) for text in ("a;b,c;d", "a,b\n", "a\tb\tc", '"a;b";c,d,e', "a")] == [";", ",", "\t", ",", ";"]


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [("manufacture_date", "03/09/2021", "2021-09-03"), ("manufacture_date", "44442", "2021-09-03"),
     ("ntp.stratum", "1 234,5", "1234.5"),
     ("manufacture_date", "2021-09-03 00:00", "2021-09-03"), ("ip", " 10.0.0.1", "10.0.0.1"),
     ("kind", "ICU ventilator", "VENT_ICU")],
)  # fmt: skip
def test_cells_in_the_form_of_their_attribute(attribute: str, value: str, expected: str) -> None:
    assert canonical(attribute, value) == expected


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("manufacture_date", "31/02/2021"),
        ("ntp.stratum", "x"),
        ("ip", "10.0.0"),
        ("kind", "toaster"),
        ("ward", "x" * 300),
    ],
)
def test_cells_that_are_not_are_malformed(attribute: str, value: str) -> None:
    with pytest.raises(Malformed):
        canonical(attribute, value)


def test_empty_and_huge_files(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Malformed, match="no row"):
        reconcile(b"\n\n", "", [])
    monkeypatch.setattr(subject, "LARGEST", 10)
    with pytest.raises(Refused):
        reconcile(b"x" * 11, "", [])


def test_a_quoted_cell_over_two_lines_keeps_the_line_numbers() -> None:
    outcome = reconcile(b'serial;ward\n"SN\n1";a\n;b\n', "", [])
    assert [row.line for row in outcome.ghosts] == [2]
    assert outcome.refused[0].line == 4


@given(st.binary(max_size=200) | st.builds(lambda rest: b"serial;ward;mac\n" + rest, st.binary(max_size=200)))
def test_any_bytes_are_a_table_or_malformed(data: bytes) -> None:
    try:
        outcome = reconcile(data, "", scene().devices())
    except Malformed:
        return
    assert len(outcome.strangers) + len(outcome.matched) == 3
