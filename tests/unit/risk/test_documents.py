"""Which document speaks of which device."""

from __future__ import annotations

from garde.model.device import Claim, Device
from garde.model.risk.naming import Naming
from garde.model.risk.vulnerability import Bill, Component, Form, Reading, Source
from garde.risk.documents import asked, bill_of, form_of, product, products
from garde.risk.vulnerability.alias import agreed, packaged

NAMES = packaged()


def device(maker: str = "Philips Healthcare", model: str = "MX800", **more: str) -> Device:
    claims = {"manufacturer": maker, "model": model, **more}
    return Device(id="d", keys=(), claims={name: Claim(name, value, 0.9) for name, value in claims.items() if value})


def form(at: int, maker: str = "Philips", model: str = "mx800") -> Reading:
    one = Form(id=f"f{at}", edition="2019", maker=maker, model=model, answers=(), source=f"s{at}")
    return Reading(source=Source(id=f"s{at}", format="mds2", at=at), forms=(one,))


def bill(at: int, version: str = "", maker: str = "Philips") -> Reading:
    one = Bill(id=f"b{at}", of=Component(name="MX800", maker=maker, version=version), components=(), source=f"s{at}")
    return Reading(source=Source(id=f"s{at}", format="spdx", at=at), bills=(one,))


def test_the_form_dated_last() -> None:
    found = form_of(device(), [form(2), form(1), form(3, model="MX700"), form(4, maker="Other")], NAMES)
    assert found is not None and found.id == "f2"
    assert form_of(device(model=""), [form(2)], NAMES) is None


def test_the_bill_of_its_version_before_one_of_none() -> None:
    every = [bill(1, "L.0"), bill(2), bill(3, "M.1")]
    for version, expected in (("l.0", "b1"), ("m.1", "b3"), ("K", "b2")):
        found = bill_of(device(software=version), every, NAMES)
        assert found is not None and found.id == expected
    assert bill_of(device(software="K"), [bill(1, "L.0")], NAMES) is None


def test_a_bill_without_its_maker_goes_by_the_model() -> None:
    assert bill_of(device(), [bill(1, maker="")], NAMES) is not None
    assert form_of(device(), [form(1, maker="")], NAMES) is None


def test_links_meet() -> None:
    assert set(products(form(1))) & set(asked(device(), NAMES))
    assert set(products(bill(1, maker=""))) & set(asked(device(), NAMES))
    assert not set(products(form(1, model="MX700"))) & set(asked(device(), NAMES))
    assert product("Philips", "") == "" and products(Reading(source=Source(id="x", format="kev"))) == ()


def test_what_people_said_of_a_maker_counts_on_either_side() -> None:
    def said(name: str, maker: str, agrees: bool = True, at: int = 1) -> Naming:
        return Naming(id=f"n{at}", at=at, said=name, maker=maker, person="k.morel", agrees=agrees)

    strange = device(maker="Filips")
    assert form_of(strange, [form(1)], NAMES) is None
    names = agreed(NAMES, [said("Filips", "Philips")])
    assert form_of(strange, [form(1)], names) is not None
    assert set(products(form(1))) & set(asked(strange, names))
    assert agreed(NAMES, [said("Filips", "Philips"), said("Filips", "Philips", False, 2)]) is NAMES
    other = agreed(NAMES, [said("Philipps Medizin", "Philips")])
    written = form(1, maker="Philipps Medizin")
    assert form_of(device(), [written], other) is not None and form_of(device(), [written], NAMES) is None
    assert set(products(written)) & set(asked(device(), other))
