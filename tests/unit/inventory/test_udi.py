import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.inventory.udi import Udi, check_character, check_digit, parse, ppn_check, read

DI = "03664532000012"


@pytest.mark.parametrize(
    "text",
    [f"01{DI}1727120010LOT42\x1d21SN0001", f"]d201{DI}1727120010LOT42{{GS}}21SN0001",
     f"]C101{DI}1727120010LOT42<GS>21SN0001",
     f"(01){DI}(17)271200(10)LOT42(21)SN0001", f"01{DI}1727120010LOT42|21SN0001", f"01{DI}21SN0001\x1d1727120010LOT42"],
)  # fmt: skip
def test_gs1_in_every_form_a_scanner_writes(text: str) -> None:
    assert parse(text) == Udi(issuer="GS1", di=DI, serial="SN0001", lot="LOT42", expiry="2027-12-31")


def test_gs1_with_a_lost_separator_is_ambiguous_and_not_guessed() -> None:
    found = parse(f"01{DI}1727120010LOT4221SN0001")
    assert found.ambiguous and found.serial == ""
    assert not parse(f"01{DI}10LOT42\x1d21SN2110").ambiguous
    assert "serial" not in read(f"01{DI}21SN000110LOT42")


def test_gs1_check_digits_software_and_basic_udi() -> None:
    assert check_digit("0366453200001") == "2" and check_digit("0088454600001") == "0"
    with pytest.raises(Malformed, match="its check digit is 2"):
        parse("0103664532000013")
    found = parse(f"01{DI}80124.2.1\x1d8013ABC123")
    assert (found.software, found.basic) == ("4.2.1", "ABC123")


def test_two_digit_years_are_placed_within_fifty_years() -> None:
    assert parse(f"01{DI}11761231").made == "2076-12-31"
    assert parse(f"01{DI}11771231").made == "1977-12-31"


def test_hibcc() -> None:
    assert check_character("+A123BJC5D6E71") == "G"
    found = parse("+A123BJC5D6E71/$$52001510X3/16D20111212/S77DEFG45G")
    assert found == Udi(
        issuer="HIBCC", di="A123BJC5D6E71", serial="77DEFG45", lot="10X3", made="2011-12-12", expiry="2020-01-15"
    )
    with pytest.raises(Malformed, match="check character is G"):
        parse("+A123BJC5D6E71X")


@pytest.mark.parametrize(
    ("piece", "expiry", "lot", "serial"),
    [("$LOT1", "", "LOT1", ""), ("$+SER1", "", "", "SER1"), ("$$0928LOT1", "2028-09-30", "LOT1", ""),
     ("$$2093028LOT1", "2028-09-30", "LOT1", ""), ("$$3280930LOT1", "2028-09-30", "LOT1", ""),
     ("$$428093012LOT1", "2028-09-30", "LOT1", ""), ("$$62827412LOT1", "2028-09-30", "LOT1", ""),
     ("$$7LOT1", "", "LOT1", ""),
     ("$$+3280930SER1", "2028-09-30", "", "SER1"), ("$$8993280930LOT1", "2028-09-30", "LOT1", "")],
)  # fmt: skip
def test_hibcc_secondary_structures(piece: str, expiry: str, lot: str, serial: str) -> None:
    body = f"+A123BJC5D6E71/{piece}"
    found = parse(body + check_character(body))
    assert (found.expiry, found.lot, found.serial) == (expiry, lot, serial)


def test_iccbba() -> None:
    found = parse("=/A9999XYZ100T0944=,000025=A99971312345600=>014032=}013032&,1000000000000XYZ123")
    assert (found.di, found.serial, found.expiry, found.made) == (
        "A9999XYZ100T0944",
        "000025",
        "2014-02-01",
        "2013-02-01",
    )
    assert (found.donation, found.lot) == ("A99971312345600", "000000000000XYZ123")


def test_ifa() -> None:
    assert ppn_check("1112345678") == "42"
    found = parse("[)>\x1e06\x1d9N111234567842\x1d1TLOT1\x1dD280930\x1dSSER1\x1e\x04")
    assert found == Udi(issuer="IFA", di="111234567842", serial="SER1", lot="LOT1", expiry="2028-09-30")
    with pytest.raises(Malformed, match="its check is 42"):
        parse("[)>\x1e06\x1d9N111234567843\x1e\x04")


@pytest.mark.parametrize(
    "text",
    ["", "01", "0103664532", "99", "hello", "+A", "=/", "=/A9999", "&", "(01)123", "9N", "x" * 600, f"01{DI}17279900"],
)
def test_what_is_none_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text)
    assert read(text) == {}


@given(
    st.text(max_size=60)
    | st.text("0123456789()+=/$,&>\x1d.SDN", max_size=60)
    | st.builds(lambda t: f"01{DI}{t}", st.text("0123456789\x1d", max_size=40))
)
def test_any_text_is_an_identifier_or_malformed(text: str) -> None:
    with contextlib.suppress(Malformed):
        assert parse(text).di


@given(st.integers(0, 60), st.characters())
def test_mutations_of_a_valid_identifier(at: int, character: str) -> None:
    for good in (f"01{DI}1727120010LOT42\x1d21SN0001", "+A123BJC5D6E71/$$52001510X3/16D20111212/S77DEFG45G",
                 "=/A9999XYZ100T0944=,000025=>014032", "[)>\x1e06\x1d9N111234567842\x1dD280930\x1e\x04"):  # fmt: skip
        for text in (good[:at], good[:at] + character + good[at + 1 :]):
            with contextlib.suppress(Malformed):
                parse(text)
