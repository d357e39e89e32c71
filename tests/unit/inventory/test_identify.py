"""Kinds and makers from traces: a scene per family of evidence, and abstention when unsure."""

import pytest

from garde.inventory.identify import Leaning, judge_kind
from garde.model.device import Source
from garde.model.key import Key
from tests.scene import Scene

A, IP = "02:00:00:00:00:01", "10.0.0.7"
STORE = "1.2.840.10008.5.1.4.1.1."


def kind(scene: Scene) -> str:
    return scene.device(A).kind


def test_the_maker_comes_from_the_block_of_addresses() -> None:
    claim = Scene().says("70:b3:d5:75:e1:23", hostname="X-100").device("70:b3:d5:75:e1:23").claims["manufacturer"]
    assert claim.value == "Cardinal Health"
    assert (claim.sources[0].source, claim.sources[0].reason) == ("oui", "oui.36: 70:b3:d5:75:e1:23")
    assert claim.sources[0].place.packet == 1
    assert not Scene().says("02:00:00:00:00:01", hostname="X-100").devices()[0].value("manufacturer")


@pytest.mark.parametrize(
    ("modality", "expected"),
    [("CT", "CT"), ("MR", "MR"), ("US", "US"), ("MG", "MAMMO"), ("PT", "NM_PET"), ("XA", "FLUORO"),
     ("ES", "ENDO"),
     ("DX", "XR_FIX"), ("ECG", "ECG"), ("OPT", "OPHT"), ("RTPLAN", "TPS")],
)  # fmt: skip
def test_what_proposes_storage_of_a_modality_acquires_it(modality: str, expected: str) -> None:
    scene = Scene().says(A, IP, source="dicom.association", dicom__modality=modality, dicom__role="storage-scu")
    assert kind(scene) == expected
    assert scene.device(A).claims["kind"].sources[0].reason.startswith("dicom.")


def test_the_roles_of_dicom() -> None:
    def roles(*names: str) -> str:
        return kind(Scene().says(A, IP, source="dicom.association", dicom__role=list(names)))

    assert roles("storage-scp", "query-scp", "retrieve-scp", "verification-scp") == "PACS"
    assert roles("storage-scp") == "PACS"
    assert roles("query-scu", "retrieve-scu", "storage-scp") == "VIEW"
    assert roles("worklist-scp") == "RIS"
    assert roles("print-scp") == "PRINT"
    assert roles("verification-scu") == "unknown"
    assert roles("mpps-scu", "worklist-scu") == "unknown"


def test_a_kind_says_on_which_packet_it_rests() -> None:
    scene = Scene().says(A, IP, hostname="X").says(A, IP, source="dicom.association", dicom__modality="CT")
    line = scene.device(A).claims["kind"].sources[0]
    assert (line.source, line.place.packet, line.observation) == ("identify", 2, scene.seen[1].id)
    assert line.reason == "dicom.ct: dicom.modality = CT"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"source": "hl7", "mdc__code": ["69965", "147842", "150456"], "hl7__role": "sender"}, "MON_BED"),
        ({"source": "hl7", "mdc__code": ["69985"], "hl7__role": "sender"}, "INF_LVP"),
        ({"source": "hl7", "mdc__code": "70001"}, "VENT_ICU"),
        ({"source": "intellivue", "service": "intellivue"}, "MON_BED"),
        ({"source": "astm", "astm__sender": "cobas^1.0"}, "CHEM"),
        ({"source": "astm", "astm__sender": "ABL800 FLEX^6.1"}, "BGA"),
        ({"source": "poct1a", "model": "Inform II", "poct1a__vendor": "ROCHE"}, "GLUC"),
        ({"source": "lldp", "capability": "bridge"}, "SWITCH"),
        ({"source": "lldp", "capability": ["bridge", "wlan-ap"]}, "AP"),
        ({"source": "cdp", "cdp__platform": "Cisco IP Phone 8841"}, "PHONE"),
        ({"source": "dhcp", "dhcp__vendor_class": "Hewlett-Packard JetDirect"}, "PRINT"),
        ({"source": "dhcp", "dhcp__vendor_class": "android-dhcp-13"}, "SMARTPHONE"),
        ({"source": "mdns", "mdns__service": "_ipp._tcp"}, "PRINT"),
        ({"source": "wsd", "wsd__type": "dn:NetworkVideoTransmitter"}, "CAM"),
        ({"source": "bacnet", "bacnet__instance": "1001", "bacnet__vendor_id": "5"}, "HVAC"),
        ({"source": "modbus", "modbus__role": "server"}, "PLC"),
        ({"source": "ssdp", "ssdp__type": "urn:Belkin:device:controllee:1"}, "IOT_PLUG"),
        ({"source": "hl7", "hl7__application": "LIS_CHU", "hl7__role": "receiver"}, "LIS"),
    ],
)  # fmt: skip
def test_traces_of_a_kind(said: dict[str, str | list[str]], expected: str) -> None:
    assert kind(Scene().says(A, IP, **said)) == expected


def test_a_washer_that_a_building_controller_reads_is_no_controller() -> None:
    scene = Scene().says("e4:75:1e:00:00:01", IP, source="modbus", modbus__role="server", manufacturer="Getinge")
    assert scene.device(IP).kind == "STERI"


@pytest.mark.parametrize(
    ("build", "system"),
    [
        ("5.1.2600", "Windows XP"),
        ("6.1.7601", "Windows 7 SP1"),
        ("10.0.19044", "Windows 10 21H2"),
        ("10.0.20348", "Windows Server 2022"),
    ],
)
def test_the_build_that_ntlm_states_names_the_system(build: str, system: str) -> None:
    assert Scene().says(A, IP, source="ntlm", os_build=build).device(A).value("os") == system


@pytest.mark.parametrize(
    "said",
    [{"hostname": "X-100"}, {"source": "dhcp", "dhcp__vendor_class": "MSFT 5.0"}, {"source": "oui", "vlan": "12"},
     {"source": "dns", "dns__query": "www.example.org"},
     {"source": "dicom.association", "dicom__role": "verification-scu"},
     {"source": "http", "user_agent": "curl/8.0"}, {"source": "snmp", "snmp__description": "Linux host 5.10"},
     {"source": "astm", "astm__sender": "unheard of"}],
)  # fmt: skip
def test_too_little_says_nothing(said: dict[str, str]) -> None:
    assert kind(Scene().says(A, IP, **said)) == "unknown"


def test_registry_numbers_name_makers() -> None:
    def maker(**said: str) -> str:
        return Scene().says(A, IP, **said).device(A).value("manufacturer")

    assert maker(dicom__implementation_uid="1.2.840.113619.6.95") == "GE Healthcare"
    assert maker(snmp__object_id="1.3.6.1.4.1.3592.1") == "Dräger"
    assert maker(snmp__object_id="1.3.6.1.4.1.8072.3.2.10") == ""
    assert maker(snmp__engine_id="80000e08030002b3c4d5e6") == "Dräger"
    assert maker(bacnet__vendor_id="5") == "Johnson Controls"
    assert maker(snmp__object_id="nonsense", bacnet__vendor_id="x", snmp__engine_id="zz", udi="?") == ""


def test_a_device_identifier_gives_its_parts() -> None:
    device = Scene().says(A, IP, source="hl7", udi="(01)03664532000012(10)LOT42(21)SN0001").device(A)
    assert (device.value("udi_di"), device.value("serial"), device.value("lot")) == (
        "03664532000012",
        "SN0001",
        "LOT42",
    )


def test_rules_that_disagree_leave_the_kind_unknown_with_a_conflict() -> None:
    scene = (
        Scene()
        .says(A, IP, source="intellivue", service="intellivue")
        .says(A, IP, source="dicom.association", dicom__modality="CT")
    )
    device = scene.device(A)
    assert (device.kind, device.conflicts) == ("unknown", ("kind",))
    assert {claim.value for claim in (device.claims["kind"], *device.rivals["kind"])} == {"MON_BED", "CT"}


def test_a_person_names_the_kind_by_label_or_code() -> None:
    scene = (
        Scene()
        .says(A, IP, source="dicom.association", dicom__modality="CT")
        .decides("claim", A, attribute="kind", value="Pousse-seringue")
    )
    device = scene.device(A)
    assert device.kind == "INF_SYR" and device.claims["kind"].confidence == 1.0


def test_evidence_of_one_family_counts_once() -> None:
    def leaning(weight: float, origin: str) -> Leaning:
        return Leaning(frozenset({"CT"}), Source("identify", "s", weight, 1, 1), origin)

    once = judge_kind((), [leaning(0.6, "dicom")], 1).claims[0].confidence
    again = judge_kind((), [leaning(0.6, "dicom"), leaning(0.5, "dicom")], 1).claims[0].confidence
    independent = judge_kind((), [leaning(0.6, "dicom"), leaning(0.5, "dhcp")], 1).claims[0].confidence
    assert once == pytest.approx(0.6) and again == pytest.approx(0.6) and independent == pytest.approx(0.8)


def test_a_child_behind_a_gateway_has_its_own_kind() -> None:
    scene = Scene()
    for bed, code in (("P-1", "69985"), ("V-1", "70001")):
        scene.says(Key("equipment", bed), A, IP, source="hl7", mdc__code=code)
    scene.says(A, IP, source="hl7", hl7__application="GATEWAY", hl7__role="sender")
    assert scene.device(Key("equipment", "P-1")).kind == "INF_LVP"
    assert scene.device(Key("equipment", "V-1")).kind == "VENT_ICU"
    assert kind(scene) == "GATE"


def test_what_forwards_for_many_is_a_router() -> None:
    scene = Scene().says(A, "10.0.0.254", source="lldp", capability=["bridge", "router"])
    scene.says(A, source="snmp", snmp__description="Catalyst L3 Switch Software")
    assert kind(scene) == "SWITCH"
    for host in range(1, 5):
        scene.heard(A, f"10.0.9.{host}", 63)
    assert kind(scene) == "ROUTER"


def test_what_speaks_for_several_is_a_gateway() -> None:
    scene = Scene()
    for bed in ("BED-1", "BED-2"):
        scene.says(Key("equipment", bed), A, IP, source="hl7", model="X")
    assert kind(scene) == "GATE"


def test_the_maker_of_a_network_card_contradicts_nobody() -> None:
    device = Scene().says("00:09:fb:00:00:01", manufacturer="Mindray").device("00:09:fb:00:00:01")
    assert device.value("manufacturer") == "Mindray" and device.conflicts == ()
    assert Scene().arp("28:b2:bd:00:00:01", "10.0.0.1").device("10.0.0.1").claims["manufacturer"].confidence < 0.5


def test_a_model_number_names_the_model_where_nothing_else_does() -> None:
    scene = Scene().says(A, IP, source="hl7", model_number="IntelliVue MX40", manufacturer="IntelliVue MX40")
    device = scene.device(A)
    assert (device.value("model"), device.value("manufacturer"), device.kind) == ("IntelliVue MX40", "", "MON_TEL")


def test_a_known_maker_is_shown_by_one_name() -> None:
    assert Scene().arp("00:09:fb:00:00:01", IP).device(IP).value("manufacturer") == "Philips"
