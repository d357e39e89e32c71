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
from typing import Final, NamedTuple

from garde.dissect.medical.hl7v2_fields import Field, Message, recalled
from garde.dissect.spec import SENDER, Fact
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


#: Attribute, value, and where it stands.
_Said = tuple[str, str, int, int]


class _Equipment(NamedTuple):
    """What an entity identifier tells: a key, further keys, and facts whose places count from its first byte."""

    key: Key | None = None
    also: tuple[Key, ...] = ()
    facts: tuple[_Said, ...] = ()


class _Device:
    """What is known of one MDS of the message so far."""

    __slots__ = ("about", "also", "codes", "facts", "instances")

    def __init__(self) -> None:
        self.about: Key | None = None
        self.also: tuple[Key, ...] = ()
        self.codes: set[str] = set()
        #: identifiers taken: most observations of a message repeat the same one
        self.instances: set[bytes] = set()
        self.facts: list[_Said] = []

    def say(self, attribute: str, field: Field, value: str | None = None) -> None:
        text = field.text if value is None else value
        if text and len(self.facts) < MOST_FACTS + MOST_CODES:
            self.facts.append((attribute, text, field.start, field.end))

    def take(self, instance: Field) -> None:
        """What an identifier of equipment tells, the first time."""
        if instance.raw in self.instances:
            return
        self.instances.add(instance.raw)
        equipment, start = _equipment(instance), instance.start
        if equipment.key is not None:
            self.name(equipment.key, equipment.also)
        for attribute, text, begin, end in equipment.facts:
            if len(self.facts) < MOST_FACTS + MOST_CODES:
                self.facts.append((attribute, text, start + begin, start + end))

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

    def close(self, told: set[tuple[object, ...]]) -> Iterator[Fact]:
        """The message is over: all facts about its devices that ``told`` does not hold; it does afterwards."""
        for device in self._devices.values():
            words = (device.about, device.also, *[fact[:2] for fact in device.facts])
            if words in told:
                continue
            told.add(words)
            for attribute, value, start, end in device.facts:
                yield Fact(attribute, value, start, end, device.about or SENDER, also=device.also)
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
        self._last = _containment(message.field(4))
        device = self._device(self._last)
        if device is None:
            return
        if message.has(18):
            for instance in message.field(18).repetitions():
                device.take(instance)
        code = _term(observed)
        if not code:
            return
        if code in _ATTRIBUTES:
            device.say(_ATTRIBUTES[code], message.field(5))
        elif code == _MODEL:
            _model(device, message.field(5))
        elif code == _SYSTEM_ID:
            _system(device, message.field(5))
        elif code not in device.codes and len(device.codes) < MOST_CODES:
            device.codes.add(code)
            device.say("mdc.code", observed.component(1), code)

    def _participation(self, message: Message) -> None:
        device = self._device(self._last)
        if device is None:
            return
        equipment = message.field(10)
        for instance in equipment.repetitions():
            device.take(instance)
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


@recalled
def _containment(field: Field) -> str:
    """The medical device system of OBX-4 ``1.0.0.0``; empty where there is none."""
    number = field.text.partition(".")[0]
    return number if number.isdigit() else ""


@recalled
def _term(observed: Field) -> str:
    """The 11073 code of OBX-3; empty for another system's."""
    code = observed.component(1).text
    return code if code.isdigit() and observed.component(3).text.upper() == "MDC" else ""


@recalled
def _equipment(instance: Field) -> _Equipment:
    """An entity identifier (EI, v2.5.1 §2.A.28) of equipment, in the forms devices write it.

    ``serial^maker^EUI^EUI-64`` · ``EUI^model`` · ``EUI^^EUI^EUI-64`` · ``serial^model^maker.com^DNS`` ·
    ``name^space``. A bare name points at nothing: too many systems write "Unknown" or a counter there.
    """
    entity, space, universal, kind = (instance.component(number) for number in (1, 2, 3, 4))
    system = kind.text.upper()
    if system == "EUI-64" and (key := universal.eui64()):
        facts = [_said("eui64", universal, key)]
        if entity.eui64() != key:
            facts += [_said("serial", entity), _said("manufacturer", space)]
        elif space.text:
            facts.append(_said("model", space))
        return _told(Key("eui64", key), (), facts)
    if key := entity.eui64():
        return _told(Key("eui64", key), (), [_said("eui64", entity, key), _said("model", space)])
    if system == "DNS" and entity.text:
        named = f"{universal.text}|{space.text}|{entity.text}"
        facts = [_said("serial", entity), _said("model", space), _said("manufacturer", universal)]
        return _told(Key.of("equipment", named), (Key.of("serial", named),), facts)
    if entity.text and (space.text or universal.text):
        named = f"{universal.text}|{space.text}|{entity.text}"
        return _told(Key.of("equipment", named), (), [_said("friendly_name", entity)])
    return _Equipment()


def _said(attribute: str, field: Field, value: str | None = None) -> _Said:
    return attribute, field.text if value is None else value, field.start, field.end


def _told(key: Key, also: tuple[Key, ...], facts: list[_Said]) -> _Equipment:
    return _Equipment(key, also, tuple(fact for fact in facts if fact[1]))


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
