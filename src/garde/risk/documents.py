"""Documents: which form and which bill of materials, among all that was imported, speak of a device.

Question: what did the supplier say of this model, and in which document is it said last?
Reference: domain note 03 §3 (MDS2); names are matched by the table of `garde.risk.vulnerability.alias`. A bill of
another version than the device runs is not its bill; a form is of the model, whatever its version. Left out: likeness
of names, which is a proposal for a person.

Example:
    >>> product("Becton, Dickinson and Company", "Alaris") == product("BD", "alaris")
    True
"""

from __future__ import annotations

from collections.abc import Iterable

from garde.model.device import Device
from garde.model.risk.vulnerability import Bill, Form, Reading
from garde.risk.vulnerability.alias import Aliases, packaged

#: Attributes under which a device tells its own version.
VERSIONS = ("software", "firmware")


def product(maker: str, model: str, names: Aliases | None = None) -> str:
    """The word of a model by a table of names, Garde's own where none is given; empty when the model has no name.

    By Garde's own it is the word under which the store finds documents, which must not change with what people say.
    """
    names = names or packaged()
    known = names.product(maker, model)
    return f"product:{names.maker(maker)}|{known}" if known else ""


def products(reading: Reading) -> tuple[str, ...]:
    """The words under which a document is found: the models that its forms and bills are about."""
    forms = (product(form.maker, form.model) for form in reading.forms)
    bills = (product(bill.of.maker, bill.of.name) for bill in reading.bills)
    return tuple(dict.fromkeys(word for word in (*forms, *bills) if word))


def asked(device: Device, names: Aliases) -> tuple[str, ...]:
    """The words under which the store finds documents about a device; none while maker or model is unknown.

    Bills often leave out their own maker, so that of a document without one the model's name is enough.

    Args:
        device: with its claims.
        names: the table in force; what people said of a maker stands behind Garde's own rows.
    """
    maker, model = device.value("manufacturer"), device.value("model")
    if not maker or not model:
        return ()
    known = names.maker(maker)
    said = (row for row in names.makers[len(packaged().makers) :] if names.maker(row.name) == known)
    makers = (maker, known, *(word for row in said for word in (row.name, *row.says)), "")
    return tuple(dict.fromkeys(product(one, model) for one in makers))


def form_of(device: Device, readings: Iterable[Reading], names: Aliases) -> Form | None:
    """The form of the device's model, the one dated last."""
    words = _words(device, names)[:1]
    found = [
        (reading.source.at, form.edition, form.id, form)
        for reading in readings
        for form in reading.forms
        if product(form.maker, form.model, names) in words
    ]
    return max(found, key=lambda one: one[:3])[3] if found else None


def bill_of(device: Device, readings: Iterable[Reading], names: Aliases) -> Bill | None:
    """The bill of the device's model and version, the one dated last; a bill of no version is of all."""
    words = _words(device, names)
    running = {device.value(name).casefold() for name in VERSIONS} - {""}
    found = [
        (bool(bill.of.version), reading.source.at, bill.id, bill)
        for reading in readings
        for bill in reading.bills
        if product(bill.of.maker, bill.of.name, names) in words
        and (not bill.of.version or not running or bill.of.version.casefold() in running)
    ]
    return max(found, key=lambda one: one[:3])[3] if found else None


def _words(device: Device, names: Aliases) -> tuple[str, ...]:
    """The model with its maker, and without, by the table in force."""
    maker, model = device.value("manufacturer"), device.value("model")
    return (product(maker, model, names), product("", model, names)) if maker and model else ()
