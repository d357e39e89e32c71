"""Threats in the captures of the corpus: each known attack at its device, technique and packet; clean ones stay quiet.

The truth is read off the captures by hand, with Wireshark; file names say which attack was meant. Captures that are
not there are said to be absent, never passed over in silence.
"""

from __future__ import annotations

import ipaddress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from garde import app
from garde.capture.reader import open_capture
from tests.corpus.place import captures, corpus

PLACE = corpus()
pytestmark = pytest.mark.skipif(PLACE is None, reason="the corpus is not beside this checkout: set GARDE_CORPUS")


class Known(NamedTuple):
    """One attack: which rule must fire about which address, with which technique, at which packet."""

    file: str
    rule: str
    technique: str
    address: str
    packet: int


_ETERNAL = "attack/0xl3x1+zeek-EternalSafety/tests/traces/shadowbrokers"
_MPA = "attack/Mohamed-Habak+Medical-Packet-Analyzer-MPA-/demo_pcaps"
_SURICATA = "suricata-verify/OISF+suricata-verify/tests"
_ZEEK = "pcap/zeek+zeek/testing/btest/Traces"

ATTACKS = (
    Known(f"{_ETERNAL}/doublepulsar-backdoor-connect-win7.pcap", "smb.doublepulsar", "T1210", "192.168.198.203", 87),
    Known(
        f"{_ETERNAL}/doublepulsar-backdoor-connect-win7.pcap", "smb.doublepulsar-check", "T1210", "192.168.198.203", 86
    ),
    Known(f"{_ETERNAL}/eternalblue-success-unpatched-win7.pcap", "smb.eternalblue", "T1210", "192.168.198.203", 14),
    Known(f"{_ETERNAL}/eternalblue-success-unpatched-win7.pcap", "smb.doublepulsar", "T1210", "192.168.198.203", 566),
    Known(f"{_MPA}/data_exfiltration.pcap", "exfiltration.medical", "T1048", "192.168.1.5", 1),
    Known(f"{_MPA}/replay_attack.pcap", "hl7.replayed", "T1565.002", "192.168.1.10", 2),
    # Not filed under attack, but attacks all the same.
    Known(f"{_SURICATA}/smb-filename/input.pcap", "smb.eternalblue", "T1210", "10.4.30.5", 1163),
    Known(f"{_SURICATA}/smb-filename/input.pcap", "remote.tool-transfer", "T1570", "10.4.30.5", 614),
    Known(f"{_SURICATA}/smb-filename/input.pcap", "remote.service", "T1569.002", "10.4.30.5", 1084),
    Known(f"{_SURICATA}/smb-filename/input.pcap", "smb.ms17-010-check", "T1210", "10.4.30.101", 1162),
    Known(
        f"{_SURICATA}/smb2-05/20171220_smb_mimikatz_copy_to_host.pcap",
        "remote.tool-transfer",
        "T1570",
        "192.168.10.31",
        23,
    ),
    Known(
        f"{_SURICATA}/smb2-07/20171220_smb_psexec_add_user.pcap", "remote.tool-transfer", "T1570", "192.168.10.10", 23
    ),
    Known(
        f"{_SURICATA}/smb2-07/20171220_smb_psexec_add_user.pcap", "remote.service", "T1569.002", "192.168.10.10", 160
    ),
    Known(f"{_SURICATA}/smb-eicar-file/input.pcap", "file.test-virus", "T1204.002", "192.168.1.3", 20),
    Known(f"{_SURICATA}/smb-eicar-overlap/input.pcap", "file.test-virus", "T1204.002", "192.168.1.3", 15),
    Known(f"{_ZEEK}/ssh/sshguess.pcap", "access.brute-force", "T1110", "192.168.56.103", 4),
)
#: The attacker failed before anything reached the wire: there is no TCP in it, and nothing to find.
EMPTY = f"{_ETERNAL}/eternalblue-failed-patched-win7.pcap"
#: Captures that are no ordinary traffic though nobody filed them under attack, and what is rightly reported in them.
UNCLEAN = {
    **{one.file: set[str]() for one in ATTACKS},
    f"{_SURICATA}/smb-eicar-file-nbss-more-ffsmb/input.pcap": {"file.test-virus"},
    f"{_SURICATA}/smb-eicar-file-segmentation-postheader/input.pcap": {"file.test-virus"},
    # A scanner of the Internet knocks at a Modbus port with RDP.
    f"{_ZEEK}/modbus/modbus-and-non-modbus-p502.pcap": {"remote.from-outside"},
}
DAY = 86_400 * 1_000_000_000


@cache
def findings(path: Path) -> tuple[tuple[dict[str, Any], ...], int]:
    """What a replay finds, and how many devices it saw."""
    report = app.replay([path], findings=True)
    return tuple(report.findings or ()), len(report.devices)


def file_of(name: str) -> Path:
    assert PLACE is not None
    path = PLACE / name
    if not path.is_file():
        pytest.skip(f"{name} is not in this corpus")
    return path


@pytest.mark.parametrize(
    "known", ATTACKS, ids=lambda known: f"{known.rule}-{Path(known.file).parent.name}-{known.packet}"
)
def test_a_known_attack_is_found_at_its_device_technique_and_packet(known: Known) -> None:
    found, _ = findings(file_of(known.file))
    about = [one for one in found if one["rule"] == known.rule and one["address"] == known.address]
    assert len(about) == 1, [(one["rule"], one["address"]) for one in found]
    (one,) = about
    assert one["technique"] == known.technique
    assert known.packet in [place["packet"] for place in one["where"]]
    assert one["device"].startswith("d-")
    assert one["severity"] in ("medium", "high", "critical")


def test_the_attack_that_left_nothing_on_the_wire_is_not_made_up() -> None:
    found, _ = findings(file_of(EMPTY))
    assert found == ()


def test_the_harmless_demonstration_is_left_alone() -> None:
    found, _ = findings(file_of(f"{_MPA}/no_alerts.pcap"))
    assert found == ()


@pytest.mark.parametrize(
    "name", sorted(name for name, rules in UNCLEAN.items() if rules), ids=lambda name: Path(name).parent.name
)
def test_what_is_no_ordinary_traffic_is_reported_as_what_it_is(name: str) -> None:
    found, _ = findings(file_of(name))
    assert {one["rule"] for one in found if one["kind"] == "threat"} == UNCLEAN[name]


def test_clean_captures_stay_under_two_alerts_per_thousand_devices_and_day() -> None:
    """Alerts are threats; what is said of hygiene (SMB 1, readable passwords) is an exposure, and counted apart."""
    assert PLACE is not None
    alerts, devices, days = [], 0, 0.0
    for path in captures():
        name = str(path.relative_to(PLACE))
        if name in UNCLEAN or name.startswith("attack/"):
            continue
        found, many = findings(path)
        devices += many
        # A capture of a minute is counted as a day of its devices: what it shows in a day is not known, and most rules
        # look back no further than minutes.
        days += many * max(1.0, span(path) / DAY)
        alerts += [(name, one["rule"], one["address"]) for one in found if one["kind"] == "threat"]
    assert devices > 500
    assert 1000 * len(alerts) / days < 2, alerts


def span(path: Path) -> int:
    """Nanoseconds from the first to the last packet; stray clocks count as no time at all."""
    times = [at for block in open_capture(path) for at in block.records[:, 3].tolist()]
    long = max(times, default=0) - min(times, default=0)
    return long if 0 <= long < 30 * DAY else 0


def test_no_reason_names_what_could_be_a_patient() -> None:
    """Reasons are ``code: value`` of short codes, counts, addresses and names of protocols."""
    for known in {one.file for one in ATTACKS}:
        for one in findings(file_of(known))[0]:
            for reason in one["reasons"]:
                code, colon, value = reason.partition(": ")
                assert colon and len(code) < 40 and len(value) < 120
                assert "UNIQUE1" not in value and "123456" not in value
            for peer in one["peers"]:
                assert peer.count(":") in (0, 5) or ipaddress.ip_address(peer)
