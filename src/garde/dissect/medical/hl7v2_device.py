"""What an HL7 v2 message says of the devices that measured.

Question: which equipment is behind these observations, and which 11073 terms does it report?
Reference: HL7 v2.5.1 §7.4.2.18 (OBX-18), v2.8.2 §7.4.4 (PRT-10, PRT-16 to 22), IHE DEV TF-2 B.8 (containment in OBX-4)
and B.10 (EUI-64), ISO/IEEE 11073-10101 (codes). Left out: the values that were measured, patients, people (PRT-5).

Facts are about the equipment the message names (``eui64`` or ``equipment``), else about the sender. Attributes of a
device may stand in other segments than its id, so they wait for the end of the message; OBX-4 ``1.0.0.0`` tells which
medical device system (MDS) a segment belongs to.

Example: ``OBX|1|CWE|69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|…|||||||080019FFFE3ED02D^B40_GE`` gives
``mdc.code`` 69965 and ``model`` B40_GE about ``eui64:08:00:19:ff:fe:3e:d0:2d``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.medical.hl7v2_fields import Field, Message
from garde.dissect.spec import Fact
from garde.model.key import Key

#: Devices (MDS) of one message, facts about each, and terms of each, that are kept.
MOST_DEVICES: Final = 32
MOST_FACTS: Final = 64
MOST_CODES: Final = 128

#: Message types in which a device reports: observations, laboratory equipment, equipment status.
_REPORTS: Final = frozenset({"ORU", "OUL", "EAC", "EAR", "EQU", "ESU"})
#: OBX-3 code → attribute that OBX-5 then holds (11073-10101 §7.9, 11073-10206).
_ATTRIBUTES: Final = {
    "531969": "model_number",
    "531970": "manufacturer",
    "531972": "serial",
    "531974": "hardware",
    "531975": "software",
    "531976": "firmware",
}
_MODEL: Final = "67880"  # MDC_ATTR_ID_MODEL: manufacturer^model
_SYSTEM_ID: Final = "67972"  # MDC_ATTR_SYS_ID


class _Device:
    """What is known of one MDS of the message so far."""

    __slots__ = ("about", "also", "codes", "facts")

    def __init__(self) -> None:
        self.about: Key | None = None
        self.also: tuple[Key, ...] = ()
        self.codes: set[str] = set()
        self.facts: list[Fact] = []

    def say(self, attribute: str, field: Field, value: str | None = None) -> None:
        text = field.text if value is None else value
        if text and len(self.facts) < MOST_FACTS + MOST_CODES:
            self.facts.append(Fact(attribute, text, field.start, field.end))

    def name(self, key: Key, also: tuple[Key, ...] = ()) -> None:
        """Give it the key; an EUI-64 names better than what else was there."""
        if self.about is None or (key.kind == "eui64" and self.about.kind != "eui64"):
            self.about, self.also = key, also


class Devices:
    """The devices of one message."""

    def __init__(self) -> None:
        self._devices: dict[str, _Device] = {}
        self._last = ""

    def segment(self, message: Message, name: bytes) -> None:
        """Read an OBX or a PRT of an observation report; every other segment is passed over.

        In admissions, orders and bills the same fields name what a patient carries or was given: that is not for us.
        """
        if message.type[:3] not in _REPORTS:
            return
        if name == b"OBX":
            self._observation(message)
        elif name == b"PRT":
            self._participation(message)

    def close(self) -> Iterator[Fact]:
        """The message is over: all facts about its devices."""
        for device in self._devices.values():
            for fact in device.facts:
                if device.about is None:
                    yield fact
                else:
                    yield Fact(fact.attribute, fact.value, fact.start, fact.end, device.about, also=device.also)
        self._devices.clear()
        self._last = ""

    def _device(self, number: str) -> _Device | None:
        device = self._devices.get(number)
        if device is None and len(self._devices) < MOST_DEVICES:
            device = self._devices[number] = _Device()
        return device

    def _observation(self, message: Message) -> None:
        observed = message.field(3)
        coded = b"MDC" in observed.raw or b"mdc" in observed.raw
        if not coded and not message.has(18):
            self._last = ""
            return
        number = message.field(4).text.partition(".")[0]
        self._last = number if number.isdigit() else ""
        device = self._device(self._last)
        if device is None:
            return
        if message.has(18):
            for instance in message.field(18).repetitions():
                _equipment(device, instance)
        code, system = observed.component(1), observed.component(3).text.upper()
        if system != "MDC" or not code.text.isdigit():
            return
        if code.text in _ATTRIBUTES:
            device.say(_ATTRIBUTES[code.text], message.field(5))
        elif code.text == _MODEL:
            _model(device, message.field(5))
        elif code.text == _SYSTEM_ID:
            _system(device, message.field(5))
        elif code.text not in device.codes and len(device.codes) < MOST_CODES:
            device.codes.add(code.text)
            device.say("mdc.code", code)

    def _participation(self, message: Message) -> None:
        device = self._device(self._last)
        if device is None:
            return
        equipment = message.field(10)
        for instance in equipment.repetitions():
            _equipment(device, instance)
        di, made, lot = message.field(16), message.field(17), message.field(19)
        serial, kind = message.field(20), message.field(22)
        device.say("udi_di", di.component(1))
        if len(made.text) >= 8 and made.text[:8].isdigit():
            day = made.text
            device.say("manufacture_date", made, f"{day[:4]}-{day[4:6]}-{day[6:8]}")
        device.say("lot", lot)
        device.say("serial", serial)
        if kind.component(3).text.upper() == "MDC" and kind.component(1).text.isdigit():
            device.say("mdc.code", kind.component(1))


def _equipment(device: _Device, instance: Field) -> None:
    """An entity identifier (EI, v2.5.1 §2.A.28) of equipment, in the forms devices write it.

    ``serial^maker^EUI^EUI-64`` · ``EUI^model`` · ``EUI^^EUI^EUI-64`` · ``serial^model^maker.com^DNS`` ·
    ``name^space``. A bare name points at nothing: too many systems write "Unknown" or a counter there.
    """
    entity, space, universal, kind = (instance.component(number) for number in (1, 2, 3, 4))
    system = kind.text.upper()
    if system == "EUI-64" and (key := universal.eui64()):
        device.name(Key("eui64", key))
        device.say("eui64", universal, key)
        if entity.eui64() != key:
            device.say("serial", entity)
            device.say("manufacturer", space)
        elif space.text:
            device.say("model", space)
    elif key := entity.eui64():
        device.name(Key("eui64", key))
        device.say("eui64", entity, key)
        device.say("model", space)
    elif system == "DNS" and entity.text:
        named = f"{universal.text}|{space.text}|{entity.text}"
        device.name(Key.of("equipment", named), (Key.of("serial", named),))
        device.say("serial", entity)
        device.say("model", space)
        device.say("manufacturer", universal)
    elif entity.text and (space.text or universal.text):
        device.name(Key.of("equipment", f"{universal.text}|{space.text}|{entity.text}"))
        device.say("friendly_name", entity)


def _model(device: _Device, value: Field) -> None:
    maker, model = value.component(1), value.component(2)
    if model.text:
        device.say("manufacturer", maker)
        device.say("model", model)
    else:
        device.say("model", maker)


def _system(device: _Device, value: Field) -> None:
    part = next((part for part in (value.component(1), value.component(3)) if part.eui64()), None)
    if part is not None:
        device.name(Key("eui64", part.eui64()))
        device.say("eui64", part, part.eui64())
