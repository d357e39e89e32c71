"""DHCP, SNMP, DNS, LLDP and others: Garde and tshark read the same fields in our captures and in the corpus's."""

from __future__ import annotations

import csv
import re
import subprocess
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from garde.dissect.news import LONGEST, clean
from garde.model.observation import Observation
from tests.captures.golden import observations
from tests.corpus.place import captures, corpus

GOLDEN = Path(__file__).parents[1] / "captures"
#: Between the values of one field, in tshark's columns.
MARK = "\x1f"
#: A capture larger than this is left to the replay of the whole corpus.
LARGEST = 2 << 20
#: SNMP object → attribute, written again from RFC 1213, RFC 6933, RFC 3805 and RFC 2790.
OBJECTS = {
    "1.3.6.1.2.1.1.1.0": "snmp.description",
    "1.3.6.1.2.1.1.2.0": "snmp.object_id",
    "1.3.6.1.2.1.1.5.0": "hostname",
    "1.3.6.1.2.1.1.6.0": "location",
    "1.3.6.1.2.1.25.3.2.1.3.1": "model",
    "1.3.6.1.2.1.43.5.1.1.17.1": "serial",
    "1.3.6.1.2.1.47.1.1.1.1.11.1": "serial",
    "1.3.6.1.2.1.47.1.1.1.1.12.1": "manufacturer",
    "1.3.6.1.2.1.47.1.1.1.1.13.1": "model",
}


@cache
def _indexed() -> dict[str, str]:
    """File → its protocols, as the corpus's index counts them."""
    place = corpus()
    if place is None:
        return {}
    with (place / "INDEX.tsv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["content"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def of(protocol: str) -> list[Path]:
    """Our captures of a protocol, and the corpus's in which the index counts it."""
    place = corpus()
    counted = re.compile(rf"\b{protocol}:\d")
    found = sorted(GOLDEN.glob(f"{protocol}/*.pcap"))
    devices: set[Path] = set()
    for path in captures():
        # IoT Sentinel sets each device up many times over: once is enough here.
        if path.name.startswith("Setup-") and path.parent in devices:
            continue
        if place and counted.search(_indexed()[str(path.relative_to(place))]) and path.stat().st_size <= LARGEST:
            found.append(path)
            devices.add(path.parent)
    return found


def columns(path: Path, *fields: str, where: str) -> list[list[str]]:
    """One row per packet; every field as tshark prints it, all its values joined by MARK."""
    words = [word for field in fields for word in ("-e", field)]
    options = ["-T", "fields", "-E", f"aggregator={MARK}", "-E", "occurrence=a"]
    done = subprocess.run(["tshark", "-r", path, "-Y", where, *options, *words], capture_output=True, check=False)
    rows = done.stdout.decode("utf-8", "replace").split("\n")[:-1]
    # tshark reads a capture cut short up to its cut and then says so by its exit code: what it printed counts.
    assert done.returncode == 0 or b"cut short" in done.stderr, done.stderr.decode()
    return [row.split("\t") for row in rows]


def said(seen: list[Observation], source: str, *attributes: str, key: str = "mac") -> set[tuple[str, str, str]]:
    """The subject's key, attribute and value of what a dissector stated."""
    return {
        (subject.value, one.attribute, plain(one.value))
        for one in seen
        for subject in one.subject
        if one.source == source and one.attribute in attributes and subject.kind == key
    }


def name(path: Path) -> str:
    """Short name of a case."""
    return "-".join(path.parts[-2:])


def plain(value: str) -> str:
    """tshark escapes what cannot be printed in its own way: only the rest is compared."""
    return re.sub(r"\\[xu][0-9a-f]+|\\.|[^\x20-\x7e]+", "?", clean(value))


@pytest.mark.parametrize("path", of("dhcp"), ids=name)
def test_dhcp(path: Path) -> None:
    rows = columns(
        path,
        "dhcp.type",
        "dhcp.hw.mac_addr",
        "dhcp.option.dhcp",
        "dhcp.ip.your",
        "dhcp.option.type",
        "dhcp.option.hostname",
        "dhcp.option.vendor_class_id",
        "dhcp.option.request_list_item",
        where="dhcp.cookie && !_ws.malformed && !icmp",
    )
    expected = set()
    for operation, macs, kind, given, order, hostname, vendor, asked in rows:
        mac = macs.split(MARK)[0]
        if operation == "1":
            expected |= {(mac, "hostname", plain(hostname))} if hostname else set()
            expected |= {(mac, "dhcp.vendor_class", plain(vendor))} if vendor else set()
        if operation == "1" and asked and kind in ("1", "3", "8"):
            codes = [code for code in order.split(MARK) if code not in ("0", "255")]
            expected.add((mac, "dhcp.fingerprint", printed(asked.split(MARK), vendor, codes)))
        elif operation == "2" and kind == "5" and given != "0.0.0.0":
            expected.add((mac, "ip", given))
    seen = observations(path)
    told = said(seen, "dhcp", "dhcp.vendor_class")
    for one in said(seen, "dhcp", "dhcp.fingerprint"):
        asked, vendor, order = one[2].split("|")
        told.add((*one[:2], printed(asked.split(","), vendor, order.split(","))))
    assert told == {row for row in expected if row[1].startswith("dhcp.")}
    # A FQDN option gives further names, and a station that has an address says so in its requests.
    assert {row for row in expected if not row[1].startswith("dhcp.")} <= said(seen, "dhcp", "hostname", "ip")


def printed(asked: list[str], vendor: str, order: list[str]) -> str:
    """A fingerprint; options that overflow stand where option 52 is for tshark, at the end for RFC 2131 §4.1."""
    codes = sorted(order) if "52" in order else order
    return plain(f"{','.join(asked)}|{vendor}|{','.join(codes)}")[:LONGEST]


@pytest.mark.parametrize("path", of("snmp"), ids=name)
def test_snmp(path: Path) -> None:
    command = ["tshark", "-r", str(path), "-Y", "snmp.data == 2 && !_ws.malformed && !icmp", "-T", "pdml"]
    done = subprocess.run(command, capture_output=True, check=False)
    expected = set()
    for packet in ElementTree.fromstring(done.stdout).iter("packet"):
        fields = {field.get("name"): field for field in packet.iter("field")}
        sender = fields["ip.src"].get("show")
        if fields["snmp.error_status"].get("show") != "0":
            continue
        for binding in packet.iter("field"):
            parts = {field.get("name"): field for field in binding if (field.get("name") or "").startswith("snmp.")}
            attribute = OBJECTS.get(parts["snmp.name"].get("show") or "") if "snmp.name" in parts else None
            if attribute and "snmp.value.octets" in parts:
                octets = bytes.fromhex(parts["snmp.value.octets"].get("value") or "")
                expected.add((sender, attribute, plain(octets.decode("utf-8", "replace"))))
            elif attribute and "snmp.value.oid" in parts:
                expected.add((sender, attribute, (parts["snmp.value.oid"].get("show") or "").split(" ")[0]))
    expected = {row for row in expected if row[2]}
    assert said(observations(path), "snmp", *OBJECTS.values(), key="ip") == expected


@pytest.mark.parametrize("path", of("dns"), ids=name)
def test_dns(path: Path) -> None:
    where = "udp.port == 53 && dns.flags.response == 0 && dns.qry.name && frame.cap_len == frame.len"
    where += " && dns.flags.opcode < 2 && !_ws.malformed && !icmp"
    rows = columns(path, "frame.number", "udp.stream", "dns.qry.name", where=where)
    names = {int(row[0]): {plain(text.lower()) for text in row[2].split(MARK)} for row in rows}
    seen = [one for one in observations(path) if (one.source, one.attribute) == ("dns", "dns.query") and one.place]
    told = [one for one in seen if one.place and one.place.packet in names]
    assert [one for one in told if one.place and plain(one.value) not in names[one.place.packet]] == []
    # Later packets of a stream may be passed over, its first may not.
    first = {row[1]: int(row[0]) for row in reversed(rows)}.values()
    wanted = {text for number in first for text in names[number] if not text.endswith(".arpa") and text[:1] != "<"}
    assert wanted <= {plain(one.value) for one in seen}


@pytest.mark.parametrize("path", of("arp"), ids=name)
def test_arp(path: Path) -> None:
    where = "arp.opcode in {1, 2} && arp.hw.type == 1 && !_ws.malformed && !_ws.short"
    rows = columns(path, "arp.src.hw_mac", "arp.src.proto_ipv4", where=where)
    expected = {(mac, "ip", ip) for mac, ip in rows if ip and ip != "0.0.0.0" and not int(mac[:2], 16) & 1}
    assert said(observations(path), "arp", "ip") == expected


@pytest.mark.parametrize("path", of("lldp"), ids=name)
def test_lldp(path: Path) -> None:
    fields = ("eth.src", "lldp.tlv.system.name", "lldp.tlv.system.desc", "lldp.mgn.addr.ip4")
    expected = set()
    for mac, *values in columns(path, *fields, where="lldp && !_ws.malformed"):
        for attribute, text in zip(("hostname", "lldp.description", "ip"), values, strict=True):
            expected |= {(mac, attribute, plain(one)) for one in text.split(MARK) if one}
    seen = said(observations(path), "lldp", "hostname", "lldp.description", "ip")
    assert {row for row in seen if ":" not in row[2] or row[1] != "ip"} == expected


#: Protocol → filter, and tshark's fields that give each attribute.
FIELDS = {
    "cdp": ("cdp", {"hostname": ["cdp.deviceid"], "cdp.platform": ["cdp.platform"], "vlan": ["cdp.native_vlan"]}),
    "radius": ("radius", {"radius.nas": ["radius.NAS_Identifier"], "switch_port": ["radius.NAS_Port_Id"]}),
    "ssdp": ("ssdp && (http.response || http.request.method == NOTIFY)", {"ssdp.server": ["http.server"]}),
    "mdns": ("mdns && dns.flags.response == 1", {"ip": ["dns.a", "dns.aaaa"]}),
    "dhcpv6": (
        "dhcpv6.msgtype in {1, 3, 4, 5, 6, 8, 9, 11}",
        {"hostname": ["dhcpv6.client_domain"], "dhcpv6.enterprise": ["dhcpv6.vendorclass.enterprise"]},
    ),
    "ntp": ("ntp.flags.mode in {4, 5} && ntp.stratum in {1..15}", {"ntp.stratum": ["ntp.stratum"]}),
}


@pytest.mark.parametrize(
    ("protocol", "path"),
    [(protocol, path) for protocol in FIELDS for path in of(protocol)],
    ids=lambda case: case if isinstance(case, str) else name(case),
)
def test_fields(protocol: str, path: Path) -> None:
    where, wanted = FIELDS[protocol]
    names = [(attribute, field) for attribute, fields in wanted.items() for field in fields]
    rows = columns(path, *(field for _, field in names), where=f"({where}) && !_ws.malformed && !icmp")
    expected = {
        (attribute, plain(one).removesuffix("."))
        for row in rows
        for (attribute, _), text in zip(names, row, strict=True)
        for one in text.split(MARK)
        if one
    }
    seen = {(one.attribute, plain(one.value)) for one in observations(path) if one.source == protocol}
    assert {one for one in seen if one[0] in wanted} == expected


def test_there_is_something_to_compare() -> None:
    assert all(of(protocol) for protocol in ("dhcp", "snmp", "dns", "arp", "lldp", *FIELDS))
