"""Equipment: commanded, loaded or administered by who never did so before."""

from __future__ import annotations

from garde.detect.medical.equipment import EQUIPMENT
from garde.detect.rules import rules
from garde.detect.spec import Setting
from tests.lookouts import Scene, end

WHO, DEVICE = end("10.0.0.66"), end("10.0.0.9", 502)


def test_a_second_writer_and_one_from_outside() -> None:
    scene = Scene(EQUIPMENT)
    for _ in range(3):
        scene.tell("field.write", end("10.0.0.1"), DEVICE, by="modbus", function=6)
    assert scene.rules == []
    scene.tell("field.write", WHO, DEVICE, by="modbus", function=6)
    assert scene.rules == ["building.write"]
    scene = Scene(EQUIPMENT)
    scene.tell("field.write", end("93.184.216.34"), DEVICE, by="bacnet", function="WriteProperty")
    assert scene.rules == ["building.write"]


def test_a_second_collector_of_a_monitor_and_a_change_of_its_alarms() -> None:
    scene = Scene(EQUIPMENT)
    scene.tell("monitor.associate", end("10.0.0.1"), DEVICE)
    scene.tell("monitor.associate", end("10.0.0.1"), DEVICE)
    assert scene.rules == []
    scene.tell("monitor.associate", WHO, DEVICE)
    scene.tell("monitor.set", WHO, DEVICE, operation=5)
    assert scene.rules == ["monitor.new-client", "monitor.alarm-change"]


def test_a_stranger_that_announces_itself_as_a_monitor() -> None:
    scene = Scene(EQUIPMENT)
    scene.tell("monitor.announced", end("10.0.0.7"), end("10.0.0.255"), mac="00:09:fb:01:02:03")
    scene.tell("monitor.announced", end("10.0.0.8"), end("10.0.0.255"), mac="00:09:fb:01:02:04")
    assert scene.rules == []
    scene.tell("monitor.announced", end("10.0.0.66"), end("10.0.0.255"), mac="02:00:00:01:02:03")
    assert scene.rules == ["monitor.new-client"]


def test_boot_from_another_server_and_a_result_from_another_analyser() -> None:
    scene = Scene(EQUIPMENT)
    scene.tell("boot.asked", WHO, end("10.0.0.2", 69), write=0, ext="bin")
    scene.tell("lab.result", end("10.0.0.7"), DEVICE, value="v")
    scene.tell("lab.result", end("10.0.0.7"), DEVICE, value="v")
    assert scene.rules == []
    scene.tell("boot.asked", WHO, end("10.0.0.3", 69), write=0, ext="bin")
    scene.tell("lab.result", WHO, DEVICE, value="v")
    assert scene.rules == ["firmware.boot", "lab.replayed"]


def test_serial_servers_that_are_set_up() -> None:
    scene = Scene(EQUIPMENT)
    scene.tried("10.0.0.66", "10.0.0.9", 30718, protocol=17)
    scene.tried("10.0.0.66", "10.0.0.9", 4001)
    assert scene.rules == ["serial.admin"]


def test_what_is_done_to_pumps_is_told_of_any_device_and_kept_for_pumps() -> None:
    scene = Scene(EQUIPMENT, Setting(servers=frozenset({"10.0.0.2"})))
    for who in ("10.0.0.2", "10.0.0.66"):
        scene.tell("http.request", end(who), end("10.0.0.9", 80), method="POST")
        scene.tell("file.seen", end(who), end("10.0.0.9", 80), octets=bytes(5000), by="http")
        scene.tell("login.clear", end(who), end("10.0.0.9", 80), by="telnet")
    assert scene.rules == ["pump.command", "pump.library", "pump.admin"]
    assert {one.subject[-1].value for one in scene.threats} == {"10.0.0.9"}
    assert all(rules()[name].kinds == ("INF_",) for name in scene.rules)


def test_commands_of_sdc_by_a_second_consumer() -> None:
    scene = Scene(EQUIPMENT)
    command = b"<a>http://standards.ieee.org/downloads/11073/SetService/SetValue</a>"
    for who, rules_ in (("10.0.0.1", []), ("10.0.0.66", ["sdc.command"])):
        scene.tell("file.seen", end(who), end("10.0.0.9", 80), octets=command, by="http")
        assert scene.rules == rules_


def test_a_program_sent_to_a_device() -> None:
    scene = Scene(EQUIPMENT)
    scene.tell("file.seen", WHO, DEVICE, octets=b"\x7fELF" + bytes(99), by="ftp")
    scene.tell("file.seen", WHO, DEVICE, octets=b"%PDF" + bytes(99), by="ftp")
    assert scene.rules == ["firmware.transfer"]
    assert rules()["firmware.transfer"].medical == "subject"
