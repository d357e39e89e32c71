"""The threats stage: the device, its severity, and rules that only some devices can break."""

from __future__ import annotations

from garde.model.device import Device
from garde.model.key import Key
from garde.model.observation import Place
from garde.model.threat import Threat, threat
from garde.pipeline.threats import STAGE, as_records, by_key, judged


def device(name: str, ip: str, kind: str = "unknown") -> Device:
    return Device(id=name, keys=(Key("ip", ip),), kind=kind)


def made(
    rule: str, ip: str = "10.0.0.1", peer: str = "10.0.0.2", *, at: int = 5, sure: int = 80, packet: int = 3
) -> Threat:
    return threat(
        rule, at, sensor="s", technique="T1046", confidence=sure, subject=(Key("ip", ip),), peers=(Key("ip", peer),),
        reasons=("technique: T1046",), places=(Place("a.pcap", packet),),
    )  # fmt: skip


def test_a_threat_is_judged_on_its_device() -> None:
    one = judged(made("scan.hosts"), by_key([device("d-1", "10.0.0.1")]))
    assert one is not None and one.device == "d-1" and one.kind == "threat" and one.identifier == ""
    assert one.cause == (made("scan.hosts").id,)
    nobody = judged(made("scan.hosts"), {})
    assert nobody is not None and nobody.device == "" and nobody.identifier == "ip:10.0.0.1"


def test_a_vital_device_makes_it_worse() -> None:
    found = [
        judged(made("lab.replayed", sure=60), by_key([device("d-1", "10.0.0.1", kind)]))
        for kind in ("VENT_ICU", "PRINT")
    ]
    severities = [one.severity for one in found if one]
    assert severities[0] != severities[1] and severities[0] in ("high", "critical")


def test_rules_of_medical_devices_need_two_of_them() -> None:
    pump, monitor, printer = (
        device("d-1", "10.0.0.1", "INF_LVP"),
        device("d-2", "10.0.0.2", "MON_BED"),
        device("d-3", "10.0.0.2", "PRINT"),
    )
    assert judged(made("lateral.device"), by_key([pump, monitor])) is not None
    assert judged(made("lateral.device"), by_key([pump, printer])) is None
    assert judged(made("lateral.device"), {}) is None


def test_rules_of_pumps_are_for_pumps() -> None:
    assert judged(made("pump.command"), by_key([device("d-1", "10.0.0.1", "INF_SYR")])) is not None
    assert judged(made("pump.command"), by_key([device("d-1", "10.0.0.1", "MON_BED")])) is None
    assert judged(made("pump.command"), {}) is None


def test_records_join_what_is_one_finding() -> None:
    threats = [made("scan.hosts"), made("scan.hosts", at=9, sure=95, peer="10.0.0.3", packet=8), made("pump.command")]
    (record,) = as_records(threats, [device("d-1", "10.0.0.1")])
    assert record["device"] == "d-1" and record["peers"] == ["10.0.0.2", "10.0.0.3"] and record["confidence"] == 95
    assert record["where"] == [{"file": "a.pcap", "packet": 3}, {"file": "a.pcap", "packet": 8}]
    assert {"rule", "technique", "severity", "device", "peers", "reasons", "where"} <= set(record)
    assert as_records([made("scan.hosts")], [])[0]["device"] == "10.0.0.1"


class View:
    def __init__(self, *devices: Device) -> None:
        self._devices = by_key(devices)

    def linked(self, kind: type[Device], names: set[str], most: int = 1000) -> dict[str, list[Device]]:
        return {name: [self._devices[name]] for name in names if name in self._devices}


def test_the_stage_judges_threats_and_nothing_else() -> None:
    (one,) = STAGE.run([made("scan.hosts"), made("pump.command")], View(device("d-1", "10.0.0.1")))  # type: ignore[arg-type]
    assert getattr(one, "device", "") == "d-1"
