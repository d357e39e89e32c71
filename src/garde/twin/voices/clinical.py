"""Clinical voices: imaging, bedside, laboratory and the systems that they report to.

Question: what do scanners, monitors, pumps and analysers say in a day, and to whom?
Reference: domain notes 01 §3–8 and 07 §1–3.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Final

from garde.twin.day import Day, Event, Voice
from garde.twin.fleet import Device
from garde.twin.hospital import FACILITY
from garde.twin.talk import (
    dicom,
    discovery,
    hl7,
    intellivue,
    laboratory,
)
from garde.twin.tcp import MILLI, SECOND, Turn

_TESTS: Final = {
    "BGA": (("pH", 7.4, ""), ("pCO2", 40.0, "mmHg"), ("pO2", 90.0, "mmHg")),
    "CHEM": (("NA", 140.0, "mmol/L"), ("K", 4.1, "mmol/L"), ("CREA", 80.0, "umol/L")),
    "HEMA": (("WBC", 7.1, "10*9/L"), ("RBC", 4.6, "10*12/L"), ("HGB", 138.0, "g/L")),
}


def _dicom(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A modality: worklist, procedure step, images, commitment; then a verification of its own."""
    storage = dicom.CLASSES[device.model.modality]

    def morning() -> list[Turn]:
        made_by, who = day.equipment(device), dicom.patient(rng)
        one = day.dialogue(device, day.pacs, [dicom.WORKLIST, dicom.MPPS, storage, dicom.COMMITMENT])
        query, found = dicom.schedule(made_by, device.ae, who, day.date)
        one.find(dicom.WORKLIST, query, [found])
        one.step(made_by, who, f"{made_by.root}.{rng.randrange(10**9)}", day.date)
        image = dicom.image(made_by, who, rng, day=day.date)
        one.store(image)
        one.store(dicom.image(made_by, who, rng, day=day.date))
        one.commit(image)
        return one.release()

    def check() -> list[Turn]:
        one = day.dialogue(device, day.pacs, [dicom.VERIFICATION])
        one.echo()
        return one.release()

    for _ in range(2):
        yield day.talk(device.station, day.pacs.station, 104, day.at(rng), morning, rng, started=day.started)
    yield day.talk(device.station, day.pacs.station, 104, day.at(rng), check, rng, started=day.started)


def _pacs(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """The archive forwards studies of others to a planning system or a console."""
    sources = [d for d in day.fleet.speaking("dicom") if d.model.modality in ("CT", "MR")]
    targets = [*day.fleet.speaking("view"), *(d for d in day.fleet.devices if d.model.kind == "TPS")]
    for target in targets[:4]:
        chosen = rng.sample(sources, min(4, len(sources)))

        def turns(target: Device = target, chosen: list[Device] = chosen) -> list[Turn]:
            classes = sorted({dicom.CLASSES[d.model.modality] for d in chosen})
            one = day.dialogue(device, target, classes)
            for source in chosen:
                one.store(dicom.image(day.equipment(source), dicom.patient(rng), rng, day=day.date))
            return one.release()

        if chosen:
            yield day.talk(device.station, target.station, 104, day.at(rng), turns, rng, started=day.started)


def _view(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A console looks for a study and has it sent."""

    def turns() -> list[Turn]:
        one = day.dialogue(device, day.pacs, [dicom.STUDY_FIND, dicom.STUDY_MOVE])
        query, found = dicom.query_study(dicom.patient(rng))
        one.find(dicom.STUDY_FIND, query, [found])
        one.move(query, device.ae)
        return one.release()

    for _ in range(2):
        yield day.talk(device.station, day.pacs.station, 104, day.at(rng), turns, rng, started=day.started)


def _pcd(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A bedside device reports to the interface engine over one long connection."""
    yield day.report(device, device.station, day.at(rng, 0.12, 0.2), rng)


def _sdc(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """An SDC provider says hello with its type and place; a participant talks to it in secret (IEEE 11073-20702 §9)."""
    uid = discovery.endpoint(rng)
    ward = device.ward
    code = device.model.mdc.partition("^")[0]
    place = discovery.location(FACILITY, ward.building, str(ward.floor), ward.code, str(device.bed))
    for number in (1, 2):
        at = day.at(rng, 0.11, 0.5)
        yield at, partial(discovery.hello, device.station, uid, code, place, at, sequence=number)
    certificate = day.certificate(f"{uid}.local", device.model.maker)
    turns = partial(day.kit.handshake, device.station.ip, certificate, rng, data=2400)
    yield day.talk(day.engine.station, device.station, 6464, day.at(rng), turns, rng)


def _intellivue(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A monitor is found and read by the central station of its ward, or by the engine where there is none."""
    centrals = [d for d in day.fleet.speaking("central") if d.ward is device.ward]
    reader = centrals[0].station if centrals else day.engine.station
    system = int(device.model.mdc.partition("^")[0]) & 0xFFFF
    at = day.at(rng, 0.11, 0.2)
    yield at, partial(intellivue.indicate, device.station, system, at)
    when = day.at(rng, 0.2, 0.6)
    yield (
        when,
        partial(
            intellivue.export,
            reader,
            device.station,
            when,
            rng,
            maker=device.model.maker,
            model=device.model.name,
            serial=device.serial,
            software=device.model.software,
            system=system,
            bed=f"{device.ward.code} {device.bed}",
        ),
    )


def _central(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A central station passes its monitors' values on to the engine."""
    everybody = list(day.fleet.speaking("intellivue"))
    monitors = [d for d in everybody if d.ward is device.ward][:3] or everybody[:1]
    if not monitors:
        return
    sender, engine = hl7.Application("PIC_iX"), hl7.Application("EAI")

    def turns() -> list[Turn]:
        number, now = day.number(), day.start + day.length // 2
        sources = [day.source(d) for d in monitors]
        message = hl7.measurement(sender, engine, number, sources, now, rng, device.ward.code)
        return hl7.exchange(message, hl7.acknowledgement(engine, sender, "R01", "2.6", number, "CA", now), 9 * MILLI)

    yield day.talk(device.station, day.engine.station, 2575, day.at(rng, 0.6), turns, rng, started=day.started)


def _engine(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """The engine passes admissions on to the laboratory."""
    yield _admissions(day, device, day.lis, "EAI", "LIS", rng)


def _ehr(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """The patient record tells admissions to the engine."""
    yield _admissions(day, device, day.engine, "DPI", "EAI", rng)


def _admissions(day: Day, source: Device, target: Device, name: str, to: str, rng: Random) -> Event:
    sender, receiver = hl7.Application(name), hl7.Application(to)
    begin = day.at(rng, 0.1, 0.15)

    def turns() -> list[Turn]:
        out: list[Turn] = []
        for step in range(40):
            now, number = begin + step * 10 * SECOND, day.number()
            event, ward = rng.choice(("A01", "A02", "A03", "A08")), rng.choice(("URG", "MED", "CARDIO"))
            message = hl7.admission(event, sender, receiver, number, ward, now, rng)
            answer = hl7.acknowledgement(receiver, sender, event, "2.5.1", number, "AE" if step == 17 else "AA", now)
            out += hl7.exchange(message, answer, rng.randrange(5, 400) * MILLI, 10 * SECOND)
        return out

    return day.talk(source.station, target.station, 2575, begin, turns, rng, started=day.started, close=False)


def _lis(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """The laboratory sends results to the engine."""
    sender, engine = hl7.Application("LIS"), hl7.Application("EAI")

    def turns() -> list[Turn]:
        out: list[Turn] = []
        for _ in range(20):
            number, now = day.number(), day.start + day.length // 3
            message = hl7.laboratory(sender, engine, number, "ABL90", ("Dedalus", "8.3", "DxLab"), now, rng)
            answer = hl7.acknowledgement(engine, sender, "R01", "2.5.1", number, "AA", now)
            out += hl7.exchange(message, answer, 30 * MILLI, 12 * SECOND)
        return out

    yield day.talk(device.station, day.engine.station, 2575, day.at(rng, 0.2, 0.3), turns, rng, started=day.started)


def _cabinet(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A medicine cabinet receives orders."""
    sender, cabinet = hl7.Application("EAI"), hl7.Application("PYXIS")

    def turns() -> list[Turn]:
        number, now = day.number(), day.start + day.length // 3
        message = hl7.order(sender, cabinet, number, now, rng)
        return hl7.exchange(message, hl7.acknowledgement(cabinet, sender, "O11", "2.5.1", number, "AA", now), 9 * MILLI)

    yield day.talk(day.engine.station, device.station, 2575, day.at(rng), turns, rng, started=day.started)


def _astm(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """An analyser hands results to the laboratory system."""
    model = device.model
    tests = _TESTS.get(model.kind, (("CULT", 1.0, ""),))
    sender = f"{model.name}^{model.software}^{device.serial}"
    for _ in range(2):
        at = day.at(rng)
        yield day.talk(
            device.station, day.lis.station, 4001, at, partial(laboratory.results, sender, tests, at, rng), rng
        )


def _poct1a(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A glucose meter in its dock."""
    at, model = day.at(rng), device.model
    yield day.talk(
        device.station,
        day.lis.station,
        3001,
        at,
        partial(laboratory.meter, model.maker, model.name, device.serial, model.software, device.eui64, at, rng),
        rng,
    )


CLINICAL: Final[dict[str, Voice]] = {
    "dicom": _dicom,
    "pacs": _pacs,
    "view": _view,
    "pcd": _pcd,
    "sdc": _sdc,
    "intellivue": _intellivue,
    "central": _central,
    "engine": _engine,
    "ehr": _ehr,
    "lis": _lis,
    "cabinet": _cabinet,
    "astm": _astm,
    "poct1a": _poct1a,
}
