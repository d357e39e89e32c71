"""The twin's octets, read by tshark: well-formed, of the protocols they claim, and true to the truth file."""

from __future__ import annotations

import json
import subprocess

import pytest

from garde.twin import make

#: Errors of this severity and above are those that tshark shows in red (Wireshark: PI_ERROR).
ERROR = "_ws.expert.severity >= 8388608"
#: tshark's name of every protocol that the twin writes, one of each. IntelliVue, POCT1-A and ASTM it does not know.
SPOKEN = {
    "arp", "bacapp", "cdp", "coap", "dhcp", "dhcpv6", "dicom", "dns", "eapol", "hl7", "http", "icmpv6", "lldp", "llmnr",
    "mdns", "modbus", "mqtt", "nbns", "ntlmssp", "ntp", "opcua", "radius", "rdp", "smb", "smb2", "snmp", "ssdp", "ssh",
    "syslog", "telnet", "tls", "vnc", "xml",
}  # fmt: skip


@pytest.fixture(scope="module", params=[False, True], ids=["whole", "joined"])
def written(request, tmp_path_factory):
    """A day of a hospital, and one of which the beginning was not seen."""
    folder = tmp_path_factory.mktemp("twin")
    out, truth = folder / "day.pcap", folder / "truth.json"
    make(devices=200, seed=11, out=out, truth=truth, midstream=request.param)
    return out, json.loads(truth.read_text("utf-8"))["devices"], request.param


def fields(path, where, *names):
    shape = [word for name in names for word in ("-e", name)]
    done = subprocess.run(
        ["tshark", "-r", path, "-Y", where, "-T", "fields", "-E", "occurrence=f", *shape],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_no_packet_is_malformed(written):
    path, _, joined = written
    # Without the association, no presentation context is known: that is the point of such a capture.
    where = f"(_ws.malformed || {ERROR})" + " && !dicom.pdv.ctx.invalid" * joined
    assert fields(path, where, "frame.number", "_ws.col.Protocol", "_ws.col.Info") == []


def test_every_protocol_is_recognised(written):
    path, _, _ = written
    stacks = {name for (stack,) in fields(path, "frame", "frame.protocols") for name in stack.split(":")}
    assert stacks >= SPOKEN


def test_checksums_hold(written):
    path, _, _ = written
    layers = ("ip", "tcp", "udp")
    checked = [word for layer in layers for word in ("-o", f"{layer}.check_checksum:TRUE")]
    where = " || ".join(f"{layer}.checksum.status == 0" for layer in layers)
    done = subprocess.run(["tshark", "-r", path, *checked, "-Y", where], capture_output=True, check=True, text=True)
    assert done.stdout == ""


def test_dicom_and_hl7_are_joined_after_their_opening_when_asked(written):
    path, _, joined = written
    opened = fields(path, "tcp.flags.syn == 1 && (tcp.port == 104 || tcp.port == 2575)", "frame.number")
    asked = fields(path, "dicom.pdu.type == 1 || dicom.pdu.type == 2", "frame.number")
    assert bool(opened) is not joined
    assert bool(asked) is not joined
    assert fields(path, "hl7", "frame.number")


def test_senders_are_the_devices_of_the_truth_and_no_others(written):
    path, truth, _ = written
    known = {key["value"] for row in truth for key in row["keys"] if key["kind"] == "mac"}
    assert {mac for (mac,) in fields(path, "frame", "eth.src")} == known


def test_hosts_tell_tshark_the_names_and_systems_that_are_theirs(written):
    path, truth, _ = written
    hosts = {key["value"]: row for row in truth for key in row["keys"] if key["kind"] == "mac"}
    rows = fields(path, "dhcp.option.hostname", "dhcp.hw.mac_addr", "dhcp.option.hostname")
    assert rows
    assert all(hosts[mac]["hostname"] == name for mac, name in rows)
    builds = dict(fields(path, "ntlmssp.messagetype == 3", "ntlmssp.auth.hostname", "ntlmssp.version.build_number"))
    wanted = {"Windows 10": {"19045", "17763"}, "Windows 11": {"22631"}, "Windows 7": {"7601"}}
    told = {row["hostname"]: row["os"] for row in truth if row["hostname"] in builds}
    assert told
    assert all(builds[name] in wanted[system] for name, system in told.items() if system in wanted)
