import pytest

from garde.inventory.evidence import fold
from garde.inventory.joins import Node, agree, contradict, found_by, meets, normal, token
from garde.model.key import Key
from tests.scene import Scene

A, B = "00:09:fb:00:00:01", "00:12:21:00:00:02"


@pytest.mark.parametrize(
    "name", ["localhost", "iPhone", "android", "ESP_32", "pump", "PC", "camera-1", "printer2", "abc", "monitor"]
)
def test_a_generic_name_is_no_key(name: str) -> None:
    assert token("hostname", name) == ""


def test_a_name_is_a_key_without_case_and_domain() -> None:
    assert token("hostname", "PC-Radio-07.chu.fr.") == token("hostname", "pc-radio-07") == "hostname:pc-radio-07"


@pytest.mark.parametrize("serial", ["0", "00000000", "12345", "N/A", "To be filled by O.E.M.", "unknown", "xxxx"])
def test_a_default_serial_is_no_key(serial: str) -> None:
    assert token("serial", serial) == ""


def test_a_udi_is_a_key_only_with_its_serial() -> None:
    assert token("udi", "(01)03664532000012(21)SN0001")
    assert not token("udi", "(01)03664532000012(17)271231(10)LOT42")


def node(**said: str) -> Node:
    found = Node(Key("mac", A))
    found.lines = list(fold({}, Scene().says(A, **said).seen)[f"mac:{A}"].lines)
    return found


def test_contradiction_and_agreement_compare_what_is_meant() -> None:
    assert not contradict(node(manufacturer="SIEMENS"), node(manufacturer="Siemens Healthineers"))
    assert contradict(node(manufacturer="Siemens"), node(manufacturer="Philips"))
    assert not contradict(node(os="Windows"), node(os="Windows 10"))
    assert agree(node(model="MX-800"), node(model="mx800")) and not agree(node(model="A"), node(serial="B"))
    assert normal("model", "MX-800 ") == "mx800"


def test_records_meet_by_the_texts_under_which_they_are_found() -> None:
    scene = (
        Scene()
        .says(A, "10.0.0.1", serial="S-1001")
        .says(Key("serial", "A|B|S-1001"), B, "10.0.0.2", source="hl7", model="B")
    )
    one, other = (
        fold({}, scene.seen)[name] for name in (f"mac:{A}|ip:10.0.0.1", f"thing:serial:A|B|S-1001|mac:{B}|ip:10.0.0.2")
    )
    assert found_by(one) & meets(other) == {"serial:s-1001"}
    assert f"mac:{A}" in found_by(one)


def test_what_lies_behind_a_router_is_not_found_by_the_router() -> None:
    record = fold({}, Scene().heard(A, "10.0.9.1", 62).seen)[f"mac:{A}|ip:10.0.9.1"]
    assert found_by(record) == {"ip:10.0.9.1"}


CHASSIS = "70:db:98:00:00:00"


def test_ports_that_tell_their_chassis_are_one_switch() -> None:
    scene = Scene().says(CHASSIS, "10.0.0.1", source="snmp", hostname="sw-1")
    for port in (1, 2, 3):
        scene.says(f"70:db:98:00:00:{port:02x}", source="lldp", lldp__chassis=CHASSIS)
    [switch] = scene.devices()
    assert {key.value for key in switch.keys if key.kind == "mac"} >= {CHASSIS, "70:db:98:00:00:03"}


def test_interfaces_of_one_name_numbered_in_a_row_are_one_device_and_far_ones_are_not() -> None:
    near, far = Scene(), Scene()
    for port in (1, 2, 3):
        near.says(f"70:db:98:00:00:{port:02x}", source="cdp", hostname="sw-1")
        far.says(f"70:db:98:{port:02x}:00:00", source="cdp", hostname="sw-1")
    assert (len(near.devices()), len(far.devices())) == (1, 3)


def test_a_chassis_that_is_no_address_joins_nobody() -> None:
    scene = Scene()
    for mac in (A, B):
        scene.says(mac, source="lldp", lldp__chassis="switch")
    assert len(scene.devices()) == 2


def test_a_port_is_found_by_its_chassis_and_meets_it() -> None:
    record = fold({}, Scene().says(A, source="lldp", lldp__chassis=CHASSIS).seen)[f"mac:{A}"]
    assert f"mac:{CHASSIS}" in found_by(record) & meets(record)
