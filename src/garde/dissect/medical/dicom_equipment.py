"""What a data set says of the equipment that made it.

Question: which maker, model, serial, software and station does an image or a performed procedure step name?
Reference: DICOM PS3.3 C.7.5.1 (General Equipment), C.7.3.1 (General Series), C.4.13 (MPPS relationship and
information), C.12.1 (character set). Left out: Contributing Equipment (0018,A001) and secondary capture equipment,
which describe other things than the maker of the data.

Example: Manufacturer "ACME", model "CT9", serial "77" → facts about ``equipment:ACME|CT9|77``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.medical.dicom_dataset import DataSet, text
from garde.dissect.spec import Fact
from garde.model.key import Key

#: Elements of a composite object that describe equipment, by tag.
EQUIPMENT: Final = {
    0x00080005: "charset",
    0x00080055: "dicom.ae",
    0x00080060: "dicom.modality",
    0x00080070: "manufacturer",
    0x00080080: "facility",
    0x00081010: "dicom.station_name",
    0x00081040: "ward",
    0x00081090: "model",
    0x00181000: "serial",
    0x00181008: "asset_tag",
    0x00181020: "software",
}
#: Unique Device Identifier (0018,1009) stands in an item of UDI Sequence (0018,100A).
INSIDE: Final = {0x00181009: "udi"}
#: SoftwareVersions is the last; elements stand in rising order (PS3.5 §7.1).
LAST: Final = 0x00181020

#: Elements of an N-CREATE of a Modality Performed Procedure Step.
PERFORMED: Final = {
    0x00080005: "charset",
    0x00080060: "dicom.modality",
    0x00400241: "dicom.ae",
    0x00400242: "dicom.station_name",
    0x00400243: "location",
}
PERFORMED_LAST: Final = 0x00400243

_SOURCE: Final = "dicom.dataset"
#: Attributes of which a data set may hold several, separated by a backslash (PS3.5 §6.4).
_MANY: Final = frozenset({"software"})


def equipment(data: DataSet) -> Iterator[Fact]:
    """Facts about the equipment that made a composite object, keyed by maker, model and serial (else station)."""
    values = _texts(data)
    individual = values.get("serial") or values.get("dicom.station_name", "")
    maker, model = values.get("manufacturer", ""), values.get("model", "")
    # A maker alone, or a modality alone, points at nothing.
    if not individual and not model:
        return
    about = Key.of("equipment", f"{maker}|{model}|{individual}")
    also: tuple[Key, ...] = ()
    if maker and values.get("serial"):
        also += (Key.of("serial", f"{maker}|{model}|{values['serial']}"),)
    if values.get("udi"):
        also += (Key.of("udi", values["udi"]),)
    for name, value in values.items():
        element = data.values[name]
        yield Fact(name, value, element.start, element.end, about, _SOURCE, also)


def performed(data: DataSet) -> Iterator[Fact]:
    """Facts of a performed procedure step, which only the modality itself creates: they are about the sender."""
    for name, value in _texts(data).items():
        element = data.values[name]
        yield Fact(name, value, element.start, element.end, source=_SOURCE)


def _texts(data: DataSet) -> dict[str, str]:
    charset = data.values["charset"].raw.decode("ascii", "replace").strip(" \x00") if "charset" in data.values else ""
    out: dict[str, str] = {}
    for name, element in data.values.items():
        value = text(element, charset)
        if name not in _MANY:
            value = value.split("\\")[0].strip()
        if value and name != "charset":
            out[name] = " ".join(part.strip() for part in value.split("\\")) if name in _MANY else value
    return out
