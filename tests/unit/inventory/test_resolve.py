"""How many devices there are, and what belongs to each: one scene per rule of domain note 01 §1."""

from garde.inventory.resolve import device_id, resolve
from garde.model.key import Key
from tests.scene import Scene

SCOPE, PUMP, CT = "00:09:fb:00:00:01", "00:12:21:00:00:02", "00:0d:b8:00:00:03"
ROUTER, OTHER = "00:00:0c:00:00:06", "00:00:0c:00:00:07"
RANDOM = ("02:aa:00:00:00:01", "06:bb:00:00:00:02", "0a:cc:00:00:00:03")


def keys(scene: Scene) -> list[set[str]]:
    return sorted(
        ({key.value for key in device.keys if key.kind in ("mac", "ip")} for device in scene.devices()), key=sorted
    )


def test_one_interface_is_one_device() -> None:
    scene = Scene().arp(SCOPE, "10.0.0.1").heard(SCOPE, "10.0.0.1").says(SCOPE, "10.0.0.1", model="MX800")
    assert scene.device(SCOPE, "10.0.0.1").value("model") == "MX800"
    assert scene.device(SCOPE).id == device_id(Key("mac", SCOPE))
    assert len(scene.devices()) == 1


def test_group_addresses_are_nobody() -> None:
    scene = (
        Scene()
        .says("01:00:5e:00:00:fb", "224.0.0.251", hostname="SCOPE-01")
        .says("ff:ff:ff:ff:ff:ff", hostname="X-12345")
    )
    scene.says(SCOPE, "0.0.0.0", source="dhcp", hostname="SCOPE-01")
    assert keys(scene) == [{SCOPE}]


def test_addresses_behind_a_router_are_devices_of_their_own() -> None:
    scene = Scene().arp(ROUTER, "10.0.0.254").heard(ROUTER, "10.0.9.1", 62).heard(ROUTER, "10.0.9.2", 126)
    assert keys(scene) == [{ROUTER, "10.0.0.254"}, {"10.0.9.1"}, {"10.0.9.2"}]


def test_public_peers_behind_a_router_are_not_devices() -> None:
    scene = Scene().heard(ROUTER, "8.8.8.8", 57).arp(ROUTER, "10.0.0.254")
    assert keys(scene) == [{ROUTER, "10.0.0.254"}]
    assert keys(Scene(networks=("8.8.8.0/24",)).heard(ROUTER, "8.8.8.8", 57)) == [{ROUTER}, {"8.8.8.8"}]


def test_seen_on_both_sides_of_a_router_is_one_device() -> None:
    scene = Scene().arp(PUMP, "10.0.9.1").heard(PUMP, "10.0.9.1").heard(ROUTER, "10.0.9.1", 63)
    scene.says(ROUTER, "10.0.9.1", model="Space")
    assert keys(scene) == [{ROUTER}, {PUMP, "10.0.9.1"}]
    assert scene.device(PUMP).value("model") == "Space"


def test_proxy_arp_does_not_own_what_it_answers_for() -> None:
    scene = Scene().arp(ROUTER, "10.0.0.254").heard(ROUTER, "10.0.0.254", 255)
    for host in range(1, 6):
        scene.arp(ROUTER, f"10.0.9.{host}").heard(ROUTER, f"10.0.9.{host}", 63)
    assert len(scene.devices()) == 6
    assert scene.device(ROUTER).keys[-1] == Key("ip", "10.0.0.254")


def test_a_host_whose_packets_look_one_hop_away_keeps_its_asserted_address() -> None:
    assert keys(Scene().arp(PUMP, "10.0.0.2").heard(PUMP, "10.0.0.2", 63)) == [{PUMP, "10.0.0.2"}]


def test_an_asserted_address_beats_one_merely_carried() -> None:
    scene = (
        Scene().arp(OTHER, "10.0.0.9").arp(PUMP, "10.0.0.2").heard(OTHER, "10.0.0.2", 64).heard(PUMP, "10.0.0.2", 64)
    )
    scene.says(OTHER, "10.0.0.2", model="Space").heard(PUMP, "10.0.0.2", 64)
    assert scene.device(PUMP, "10.0.0.2").value("model") == "Space"
    assert not scene.device(OTHER).value("model")


def test_a_lease_that_changes_hands_does_not_merge() -> None:
    scene = (
        Scene()
        .arp(PUMP, "10.0.0.5")
        .says(ROUTER, "10.0.0.5", source="http", firmware="1.0")
        .heard(ROUTER, "10.0.0.5", 63)
    )
    scene.later(2).arp(SCOPE, "10.0.0.5").says(ROUTER, "10.0.0.5", source="http", firmware="9.9")
    assert scene.device(PUMP).value("firmware") == "1.0"
    assert scene.device(SCOPE, "10.0.0.5").value("firmware") == "9.9"
    assert Key("ip", "10.0.0.5") not in scene.device(PUMP).keys


def test_one_value_seen_of_both_holders_of_a_lease_is_evidence_for_both() -> None:
    scene = Scene().arp(PUMP, "10.0.0.5").heard(ROUTER, "10.0.0.5", 63).says(ROUTER, "10.0.0.5", model="P40")
    scene.later(2).arp(SCOPE, "10.0.0.5").says(ROUTER, "10.0.0.5", model="P40")
    assert scene.device(PUMP).value("model") == scene.device(SCOPE).value("model") == "P40"


def test_a_device_that_moves_stays_one() -> None:
    scene = Scene().arp(PUMP, "10.0.1.5").later(1).arp(PUMP, "10.0.2.7").says(PUMP, "10.0.2.7", sensor="t", ward="Bloc")
    assert keys(scene) == [{PUMP, "10.0.1.5", "10.0.2.7"}]


def test_randomised_addresses_join_by_a_strong_name() -> None:
    scene = Scene()
    for number, mac in enumerate(RANDOM):
        scene.later(1).arp(mac, f"10.0.0.{number + 10}").says(mac, source="dhcp", hostname="iPhone-de-Karim-42")
    assert len(scene.devices()) == 1
    generic = Scene()
    for number, mac in enumerate(RANDOM):
        generic.arp(mac, f"10.0.0.{number + 10}").says(mac, source="dhcp", hostname="iPhone")
    assert len(generic.devices()) == 3


def test_two_interfaces_join_by_serial_number_when_the_model_agrees() -> None:
    scene = (
        Scene()
        .says(SCOPE, "10.0.0.1", serial="DE1234", model="MX800")
        .says(PUMP, "10.0.0.2", serial="de1234", model="mx-800")
    )
    assert len(scene.devices()) == 1
    apart = (
        Scene()
        .says(SCOPE, "10.0.0.1", serial="DE1234", model="MX800")
        .says(PUMP, "10.0.0.2", serial="DE1234", model="P40")
    )
    assert len(apart.devices()) == 2


def test_a_default_serial_number_joins_nobody() -> None:
    scene = Scene()
    for number in range(12):
        scene.says(f"00:09:fb:00:01:{number:02x}", f"10.0.0.{number + 1}", serial="2019-DEFAULT", model="MX800")
    assert len(scene.devices()) == 12


def test_a_certificate_joins_two_interfaces_but_a_shared_one_nobody() -> None:
    scene = Scene()
    for number in range(2):
        scene.says(
            f"00:09:fb:00:01:{number:02x}",
            f"10.0.0.{number + 1}",
            source="tls.certificate",
            certificate__fingerprint="ab" * 32,
        )
    assert len(scene.devices()) == 1
    for number in range(2, 9):
        scene.says(
            f"00:09:fb:00:01:{number:02x}",
            f"10.0.0.{number + 1}",
            source="tls.certificate",
            certificate__fingerprint="ab" * 32,
        )
    assert len(scene.devices()) == 9


def test_a_dual_homed_station_joins_by_its_name_unless_something_contradicts() -> None:
    scene = (
        Scene()
        .says(SCOPE, "10.0.0.1", source="nbns", hostname="PC-RADIO-07")
        .says(PUMP, "10.0.1.1", source="nbns", hostname="pc-radio-07")
    )
    assert len(scene.devices()) == 1
    scene.says(SCOPE, "10.0.0.1", os="Windows 7").says(PUMP, "10.0.1.1", os="Linux")
    assert len(scene.devices()) == 2


def test_a_virtual_router_address_is_a_key_of_the_router_that_uses_it() -> None:
    virtual = "00:00:5e:00:01:07"
    scene = Scene().arp(ROUTER, "10.0.0.252").heard(virtual, "10.0.0.252", 255).arp(virtual, "10.0.0.254")
    assert Key("mac", virtual) in scene.device(ROUTER).keys
    assert not [device for device in scene.devices() if device.keys[0].value == virtual]


def test_what_speaks_of_one_equipment_is_that_equipment() -> None:
    scene = (
        Scene().arp(SCOPE, "10.0.0.1").says(Key("equipment", "BED-7"), SCOPE, "10.0.0.1", source="hl7", serial="S-1001")
    )
    assert scene.device(SCOPE, Key("equipment", "BED-7")).value("serial") == "S-1001"
    assert len(scene.devices()) == 1


def test_what_speaks_of_several_is_their_carrier() -> None:
    scene = Scene().arp(CT, "10.0.0.3")
    for bed in ("BED-7", "BED-8"):
        scene.says(Key("equipment", bed), CT, "10.0.0.3", source="hl7", serial=f"S-{bed}")
    gateway = scene.device(CT)
    assert len(scene.devices()) == 3
    assert not gateway.value("serial")
    assert (
        scene.device(Key("equipment", "BED-7")).carrier == scene.device(Key("equipment", "BED-8")).carrier == gateway.id
    )


def test_an_equipment_behind_a_gateway_that_also_has_an_address_is_one_device() -> None:
    eui = Key("eui64", "00:a0:37:ff:fe:9b:00:01")
    scene = (
        Scene()
        .arp("00:a0:37:9b:00:01", "10.0.0.8")
        .arp(CT, "10.0.0.3")
        .says(eui, CT, "10.0.0.3", source="hl7", serial="S-1")
    )
    assert len(scene.devices()) == 2
    assert scene.device("00:a0:37:9b:00:01", eui).value("serial") == "S-1"
    assert scene.device(eui).carrier == ""


def ct(scene: Scene, number: str, sender: str, ip: str) -> Scene:
    thing, also = Key("equipment", f"SIEMENS|Go|{number}"), Key("serial", f"SIEMENS|Go|{number}")
    return scene.says(
        thing, also, sender, ip, source="dicom.dataset", manufacturer="SIEMENS", model="Go", serial=number
    )


def test_a_modality_that_sends_its_own_images_is_their_maker() -> None:
    scene = ct(Scene().arp(CT, "10.0.0.3"), "66-001", CT, "10.0.0.3")
    assert scene.device(CT).value("serial") == "66-001"
    assert len(scene.devices()) == 1


def test_an_archive_that_forwards_images_keeps_its_own_identity() -> None:
    scene = Scene().arp(PUMP, "10.0.0.2").arp(CT, "10.0.0.3").says(PUMP, "10.0.0.2", source="dicom.association",
        dicom__accepts="1.2.840.10008.5.1.4.1.1.2")  # fmt: skip
    ct(scene, "66-001", PUMP, "10.0.0.2")
    ct(scene, "66-002", PUMP, "10.0.0.2")
    scene.says(CT, "10.0.0.3", source="snmp", serial="66-001", model="Go")
    assert len(scene.devices()) == 2
    assert not scene.device(PUMP).value("serial")
    assert scene.device(CT).value("manufacturer") == "SIEMENS"


def test_many_hosts_behind_one_address_are_one_device_with_a_conflict() -> None:
    scene = Scene().arp(PUMP, "10.0.0.2").says(PUMP, "10.0.0.2", serial="S-100", os="Windows 7")
    scene.says(PUMP, "10.0.0.2", source="intellivue", serial="X-999")
    device = scene.device(PUMP)
    assert device.conflicts == ("serial",)
    assert [claim.value for claim in device.rivals["serial"]] == ["S-100"]


def test_a_person_merges_and_splits_and_takes_it_back() -> None:
    scene = Scene().arp(SCOPE, "10.0.0.1").arp(PUMP, "10.0.0.2")
    assert len(scene.devices()) == 2
    scene.decides("merge", SCOPE, PUMP)
    assert len(scene.devices()) == 1
    scene.decides("split", SCOPE, PUMP)
    assert len(scene.devices()) == 2
    scene.decides("merge", SCOPE, PUMP).decides("withdraw", SCOPE, PUMP)
    assert len(scene.devices()) == 2


def test_a_split_undoes_an_automatic_merge() -> None:
    scene = Scene().says(SCOPE, serial="DE1234", model="MX800").says(PUMP, serial="DE1234", model="MX800")
    assert len(scene.devices()) == 1
    assert len(scene.decides("split", SCOPE, PUMP).devices()) == 2
    address = Scene().arp(SCOPE, "10.0.0.1").arp(SCOPE, "10.0.0.2").decides("split", SCOPE, "10.0.0.2")
    assert keys(address) == [{SCOPE, "10.0.0.1"}, {"10.0.0.2"}]


def test_a_person_outranks_the_wire_and_can_take_it_back() -> None:
    scene = (
        Scene().says(SCOPE, source="intellivue", model="MX800").decides("claim", SCOPE, attribute="model", value="MP70")
    )
    claim = scene.device(SCOPE).claims["model"]
    assert (claim.value, claim.confidence, claim.sources[0].by, claim.sources[0].reason) == (
        "MP70",
        1.0,
        "k.morel",
        "seen on site",
    )
    assert scene.device(SCOPE).rivals["model"][0].value == "MX800"
    assert scene.decides("withdraw", SCOPE, attribute="model").device(SCOPE).value("model") == "MX800"


def test_a_claim_may_name_several_devices() -> None:
    scene = (
        Scene()
        .arp(SCOPE, "10.0.0.1")
        .arp(PUMP, "10.0.0.2")
        .decides("claim", SCOPE, "10.0.0.2", attribute="ward", value="Réa A")
    )
    assert {device.value("ward") for device in scene.devices()} == {"Réa A"}


def test_files_alone_make_no_device() -> None:
    assert Scene().says(Key("serial", "A|B|C-123"), source="gmao", ward="Bloc").devices() == []


def test_only_limits_the_answer() -> None:
    from garde.inventory.evidence import fold

    records = fold({}, Scene().arp(SCOPE, "10.0.0.1").arp(PUMP, "10.0.0.2").seen).values()
    assert [device.keys[0].value for device in resolve(records, only={Key("mac", PUMP)})] == [PUMP]


def test_two_machines_of_one_type_behind_two_serial_servers_are_four_devices() -> None:
    scene = Scene()
    for number in (1, 2):
        mac, ip = f"00:90:e8:00:00:0{number}", f"10.0.0.{number}"
        scene.says(mac, ip, source="snmp", snmp__description="NPort 5110A", hostname=f"nport-{number}00")
        line = Key("equipment", f"Dräger|EvitaXL|8120@{ip}:4001")
        scene.says(line, mac, ip, source="medibus", manufacturer="Dräger", model="EvitaXL")
    found = scene.devices()
    assert sorted(device.value("model") for device in found if device.carrier) == ["EvitaXL", "EvitaXL"]
    assert sorted(device.kind for device in found if not device.carrier) == ["SER", "SER"]
    assert len(found) == 4
