"""DICOM: enumeration, mass retrieval, guessed entities, foreign toolkits, alteration, malformed messages.

Question: does somebody use the archive in a way no modality and no radiologist does?
Reference: domain note 09 §4, DCM-01 to DCM-04, DCM-06 to DCM-08; DICOM PS3.4 C.4, PS3.8 §9.3.4 (reject reasons 3 and
7). Memory: `Window` of 4,096 peers; 65,536 stored instances. DCM-05 is `garde.detect.intelligence.files`.

Example: 40 searches for 40 patients by one entity within ten minutes give ``dicom.enumeration``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.detect.spec import HOUR, MINUTE, Alarm, Deaf, Detector, Setting
from garde.detect.window import Window
from garde.wire.signal import Signal

#: DCM-01: distinct patients, and distinct dates, one entity searches for within ten minutes.
PATIENTS: Final = 40
DATES: Final = 20
#: DCM-02: studies fetched by one entity in an hour; a migration is announced by listing its archive.
STUDIES: Final = 60
#: DCM-03: rejections with changing titles.
REJECTED: Final = 10
#: DCM-04: implementation class UIDs and versions of toolkits that no modality is built from.
TOOLKITS: Final = {
    "1.2.826.0.1.3680043.8.498.1": "pydicom",
    "1.2.826.0.1.3680043.9.3811": "pynetdicom",
    "1.2.826.0.1.3680043.9.7133.1.1": "godicom",
    "1.2.826.0.1.3680043.2.60.0.1": "dicom.ts",
}
_VERSIONS: Final = ("PYNETDICOM", "PYDICOM", "GODICOM", "FO-DICOM", "NMAP", "METASPLOIT")


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._asked: Window[tuple[str, str, int]] = Window(10 * MINUTE, most=1 << 12, each=1024)
        self._fetched: Window[tuple[int, int]] = Window(HOUR, most=1 << 12, each=2048)
        self._rejected: Window[tuple[str, str, int]] = Window(10 * MINUTE, most=1 << 12, each=256)
        self._swept: Window[tuple[str, int]] = Window(10 * MINUTE, most=1 << 12, each=256)
        self._stored: dict[str, tuple[str, str]] = {}
        #: archive → destinations that were moved to, and how often
        self._moved: dict[str, dict[str, int]] = {}

    def signal(self, one: Signal) -> Iterator[Alarm]:
        if one.sender.ip in self._setting.servers:
            return
        what = getattr(self, "_" + one.kind.partition(".")[2])
        yield from what(one)

    def _find(self, one: Signal) -> Iterator[Alarm]:
        if not one.number("root"):
            return
        if one.number("wild") and not one.number("bounded"):
            yield Alarm(
                "dicom.enumeration",
                one.sender,
                75,
                (one.receiver,),
                ("patient: any", "date: any", f"level: {one.text('level')}", f"calling: {one.text('calling')}"),
                (one.packet,),
                one.receiver.ip,
            )
        place = one.sender.ip, one.receiver.ip
        self._asked.add(place, one.at, (one.text("patient"), one.text("date"), one.packet))
        held = self._asked[place]
        patients = {patient for _, (patient, _, _) in held if patient}
        dates = {date for _, (_, date, _) in held if date}
        walks = len(dates) >= DATES and not patients
        if len(patients) >= PATIENTS or walks:
            yield Alarm(
                "dicom.enumeration",
                one.sender,
                85,
                (one.receiver,),
                (
                    f"patients: {len(patients)}",
                    f"dates: {len(dates)}",
                    "minutes: 10",
                    f"calling: {one.text('calling')}",
                ),
                tuple(packet for _, (_, _, packet) in held),
                one.receiver.ip,
            )

    def _retrieve(self, one: Signal) -> Iterator[Alarm]:
        place = one.sender.ip, one.receiver.ip
        self._fetched.add(place, one.at, (max(1, int(one.number("studies"))), one.packet))
        held = self._fetched[place]
        studies = sum(many for _, (many, _) in held)
        if studies >= STUDIES:
            yield Alarm(
                "dicom.mass-retrieval",
                one.sender,
                min(95, 75 + studies // STUDIES),
                (one.receiver,),
                (f"studies: {studies}", "minutes: 60", f"calling: {one.text('calling')}"),
                tuple(packet for _, (_, packet) in held),
                one.receiver.ip,
            )
        target = one.text("destination")
        if one.text("command") == "C-MOVE" and target:
            known = self._moved.setdefault(one.receiver.ip, {})
            before = sum(known.values())
            if target not in known and before >= 20 and target != one.text("calling"):
                yield Alarm(
                    "dicom.new-destination",
                    one.sender,
                    75,
                    (one.receiver,),
                    (f"destination: {target}", f"known destinations: {len(known)}"),
                    (one.packet,),
                    target,
                )
            if len(known) < 256:
                known[target] = known.get(target, 0) + 1

    def _reject(self, one: Signal) -> Iterator[Alarm]:
        if one.number("source") != 1 or one.number("reason") not in (3, 7):
            return
        client, server = one.receiver, one.sender
        place = client.ip, server.ip
        self._rejected.add(place, one.at, (one.text("called"), one.text("calling"), one.packet))
        held = self._rejected[place]
        titles = {(called, calling) for _, (called, calling, _) in held}
        if len(held) >= REJECTED and len(titles) >= REJECTED // 2:
            yield Alarm(
                "dicom.guessed-entity",
                server,
                85,
                (client,),
                (f"rejected: {len(held)}", f"titles: {len(titles)}"),
                tuple(packet for _, (_, _, packet) in held),
                client.ip,
            )

    def _associate(self, one: Signal) -> Iterator[Alarm]:
        version = one.text("version").upper()
        tool = next((name for uid, name in TOOLKITS.items() if one.text("uid").startswith(uid)), "")
        tool = tool or next((name.lower() for name in _VERSIONS if version.startswith(name)), "")
        if tool:
            yield Alarm(
                "dicom.toolkit",
                one.sender,
                60,
                (one.receiver,),
                (f"toolkit: {tool}", f"calling: {one.text('calling')}"),
                (one.packet,),
                tool,
            )
        if not one.number("printable"):
            yield Alarm("dicom.malformed", one.receiver, 70, (one.sender,), ("title: not printable",), (one.packet,))
        place = one.sender.ip
        self._swept.add(place, one.at, (f"{one.receiver.ip} {one.text('called')}", one.packet))
        held = self._swept[place]
        hosts = {text.split(" ")[0] for _, (text, _) in held}
        titles = {text for _, (text, _) in held}
        if len(titles) >= 2 * REJECTED or len(hosts) >= REJECTED:
            yield Alarm(
                "dicom.sweep",
                one.sender,
                80,
                (one.receiver,),
                (f"called titles: {len(titles)}", f"hosts: {len(hosts)}"),
                tuple(packet for _, (_, packet) in held),
            )

    def _store(self, one: Signal) -> Iterator[Alarm]:
        name = f"{one.receiver.ip} {one.text('instance')}"
        before = self._stored.get(name)
        if len(self._stored) >= 1 << 16:
            del self._stored[next(iter(self._stored))]
        self._stored[name] = one.text("content"), one.sender.ip
        # Another sender encodes its own way: only who sends the same to the same place twice must send the same.
        if before is not None and before[0] != one.text("content") and one.number("size") > 1024:
            yield Alarm(
                "dicom.altered",
                one.receiver,
                70 if before[1] == one.sender.ip else 75,
                (one.sender,),
                ("instance: stored again with other content", f"calling: {one.text('calling')}"),
                (one.packet,),
                one.sender.ip,
            )

    def _change(self, one: Signal) -> Iterator[Alarm]:
        if one.text("command") == "N-DELETE":
            yield Alarm(
                "dicom.altered", one.receiver, 65, (one.sender,), ("command: N-DELETE",), (one.packet,), "N-DELETE"
            )

    def _malformed(self, one: Signal) -> Iterator[Alarm]:
        yield Alarm("dicom.malformed", one.receiver, 60, (one.sender,), (f"what: {one.text('what')}",), (one.packet,))


DICOM: Final = Detector(
    name="dicom",
    rules=frozenset(
        {
            "dicom.altered",
            "dicom.enumeration",
            "dicom.guessed-entity",
            "dicom.malformed",
            "dicom.mass-retrieval",
            "dicom.new-destination",
            "dicom.sweep",
            "dicom.toolkit",
        }
    ),
    sense=_Sense,
    signals=frozenset(
        {
            "dicom.associate",
            "dicom.change",
            "dicom.find",
            "dicom.malformed",
            "dicom.reject",
            "dicom.retrieve",
            "dicom.store",
        }
    ),
)
