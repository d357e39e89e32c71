from garde.inventory.describe import aliases, device_id
from garde.model.key import Key
from tests.scene import Scene

A = "00:09:fb:00:00:01"


def test_every_key_leads_to_the_device() -> None:
    device = (
        Scene()
        .arp(A, "10.0.0.1")
        .says(A, source="snmp", serial="S-1001", model="MX800", manufacturer="Philips")
        .device(A)
    )
    assert Key("serial", "Philips|MX800|S-1001") in device.keys
    assert aliases(device)[0] == device.id
    assert set(aliases(device)) == {device_id(key) for key in device.keys}


def test_the_id_is_the_universal_mac_even_when_a_random_one_came_first() -> None:
    scene = (
        Scene()
        .says("02:aa:00:00:00:01", source="dhcp", hostname="PC-RADIO-07")
        .later(1)
        .says(A, source="dhcp", hostname="PC-RADIO-07")
    )
    assert scene.device(A, "02:aa:00:00:00:01").id == device_id(Key("mac", A))


def test_a_ttl_is_shown_as_it_was_sent() -> None:
    assert Scene().heard("00:00:0c:00:00:06", "10.0.9.1", 62).device("10.0.9.1").value("ttl") == "64"


def test_times_are_those_of_the_evidence() -> None:
    scene = Scene().says(A, hostname="SCOPE-1").later(2).says(A, hostname="SCOPE-1")
    device = scene.device(A)
    assert (device.first_at, device.last_at) == (scene.seen[0].at, scene.seen[1].at)
