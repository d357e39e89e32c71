"""What Suricata's own tests expect of a capture, Garde says too, of whom the event says it.

Each folder of suricata-verify holds a capture and a test.yaml whose ``match`` lists name fields of Suricata's events.
A field that Garde has an attribute for becomes a value that must be among the observations; where the two differ, the
reason is in ``DIFFERENCES``, and a difference that is gone must leave the table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from garde.model.observation import Observation
from tests.captures.golden import observations
from tests.corpus.place import corpus

ABSENT = "the corpus is not beside this checkout; set GARDE_CORPUS to its folder"

Event = dict[str, str]
#: A name and a scalar on one line; scalars over several lines and lists in brackets are of fields that Garde has not.
_FIELD = re.compile(r"""\s+([a-z_][\w.\[\]]*):\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'\[{].*?)\s*(?: #.*)?$""")


class Expected(NamedTuple):
    """A field of an event, and what it means in Garde's words."""

    field: str
    attribute: str
    value: str
    event: Event


def plain(event: Event, field: str) -> str:
    return event[field].rstrip("\x00")


def lower(event: Event, field: str) -> str:
    return plain(event, field).lower()


def address(event: Event, field: str) -> str:
    return "" if event[field] == "0.0.0.0" else event[field]


def leased(event: Event, field: str) -> str:
    return address(event, field) if event["dhcp.dhcp_type"] == "ack" else ""


def named(**names: str) -> Callable[[Event, str], str]:
    """Suricata's word for a value → Garde's; what is not listed is compared as it is."""
    return lambda event, field: names.get(event[field], event[field])


def ntlm_version(event: Event, field: str) -> str:
    """``10.0 build 10586 rev 15`` without NTLM's own revision."""
    found = re.fullmatch(r"([\d.]+) build (\d+) rev \d+", event[field])
    assert found is not None, event[field]
    return f"{found[1]}.{found[2]}"


def rfb_version(event: Event, field: str) -> str:
    return f"{int(event[field])}.{int(event[field.replace('major', 'minor')])}"


def extension(event: Event, field: str) -> str:
    return event[field] if event[field.replace("values[0]", "name")] in EXTENSIONS else ""


#: Numbers of DHCP options behind Suricata's words (RFC 2132).
OPTIONS = {"subnet_mask": "1", "router": "3", "dns_server": "6", "domain": "15"}
EXTENSIONS = {"alpn": "tls.alpn", "server_name": "tls.sni"}
#: Field of an event → Garde's attribute, and the value in Garde's words; empty where the event says nothing.
FIELDS: dict[str, tuple[str, Callable[[Event, str], str]]] = {
    "dhcp.hostname": ("hostname", plain),
    "dhcp.vendor_class_identifier": ("dhcp.vendor_class", plain),
    "dhcp.client_id": ("dhcp.client_id", plain),
    "dhcp.client_ip": ("ip", address),
    "dhcp.assigned_ip": ("ip", leased),
    "dns.queries[0].rrname": ("dns.query", lower),
    "dns.rrname": ("dns.query", lower),
    "dns.type": ("dns.role", lambda event, field: "server" if event[field] in ("answer", "response") else ""),
    "http.hostname": ("peer_name", plain),
    "mqtt.connect.client_id": ("mqtt.client_id", plain),
    "mqtt.connect.protocol_version": ("mqtt.version", named(**{"3": "3.1", "4": "3.1.1", "5": "5.0"})),
    "mqtt.publish.topic": ("mqtt.topic", plain),
    "quic.ja4": ("tls.ja4", plain),
    "tls.ja4": ("tls.ja4", plain),
    "rdp.client.build": ("rdp.client_build", named(**{"Windows XP": "2600"})),
    "rdp.client.client_name": ("hostname", plain),
    "rfb.server_protocol_version.major": ("vnc.version", rfb_version),
    "rfb.authentication.security_type": ("vnc.security", named(**{"1": "none", "2": "vnc authentication"})),
    "rfb.framebuffer.name": ("friendly_name", plain),
    "smb.dialect": ("smb.dialect", named(**{"unknown": "", "2.10": "SMB 2.1", "3.00": "SMB 3.0"})),
    "smb.ntlmssp.version": ("os_build", ntlm_version),
    "smb.request.native_os": ("smb.native_os", plain),
    "smb.request.native_lm": ("smb.native_lan_manager", plain),
    "smb.response.native_os": ("smb.native_os", plain),
    "smb.response.native_lm": ("smb.native_lan_manager", plain),
    "smb.server_guid": ("smb.guid", plain),
}
#: (test, field) → why Garde does not say what Suricata says.
DIFFERENCES = {
    ("dns-over-http2", "dns.queries[0].rrname"): "the query is in HTTP/2, which Garde does not open",
    ("dns-over-http2-post", "dns.queries[0].rrname"): "the query is in HTTP/2, which Garde does not open",
    ("http-ipv6", "http.hostname"): "an address in a Host header is no name",
}


def scalar(text: str) -> str:
    """A plain or quoted scalar of YAML; these files use no other kind in ``match``."""
    if text.startswith('"'):
        return str(json.loads(text))
    return text.strip("'")


def events(text: str) -> list[Event]:
    """The events that a test.yaml expects at least once."""
    found = []
    for block in re.split(r"(?m)^\s*- filter:", text)[1:]:
        event = {match[1]: scalar(match[2]) for line in block.splitlines() if (match := _FIELD.match(line))}
        if event.get("count") != "0":
            found.append(event)
    return found


@cache
def folders() -> list[Path]:
    """Folders with one capture and an expectation that can be compared."""
    place = corpus()
    files = sorted(place.glob("suricata-verify/*/tests/*/test.yaml")) if place else []
    return [file.parent for file in files if len(list(file.parent.glob("*.pcap*"))) == 1 and expected(file.parent)]


def expected(folder: Path) -> list[Expected]:
    found = []
    for event in events((folder / "test.yaml").read_text(encoding="utf-8")):
        for field in event:
            if re.fullmatch(r"quic\.extensions\[\d+\]\.values\[0\]", field):
                attribute = EXTENSIONS.get(event[field.replace("values[0]", "name")], "")
                said: Callable[[Event, str], str] = extension
            elif field in FIELDS:
                attribute, said = FIELDS[field]
            else:
                continue
            if value := said(event, field):
                found.append(Expected(field, attribute, value, event))
        found += fingerprint(event)
    return found


def fingerprint(event: Event) -> list[Expected]:
    """The options that a station asks for, as the beginning of Garde's fingerprint."""
    asked = [OPTIONS[event[field]] for number in range(16) if (field := f"dhcp.params[{number}]") in event]
    return [Expected("dhcp.params", "dhcp.fingerprint", ",".join(asked), event)] if asked else []


def says(one: Observation, want: Expected) -> bool:
    if one.attribute != want.attribute:
        return False
    mac = want.event.get("dhcp.client_mac")
    if mac is not None and f"mac:{mac}" not in map(str, one.subject):
        return False
    if want.field == "dhcp.params":
        # Suricata lists only the options that it knows by name.
        asked = one.value.partition("|")[0].split(",")
        return [number for number in asked if number in OPTIONS.values()] == want.value.split(",")
    return one.value == want.value


@pytest.mark.skipif(not folders(), reason=ABSENT)
@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_garde_says_what_suricata_says(folder: Path) -> None:
    (capture,) = folder.glob("*.pcap*")
    seen = observations(capture)
    missing = [want for want in expected(folder) if not any(says(one, want) for one in seen)]
    known = {field for name, field in DIFFERENCES if name == folder.name}
    assert not [(want.field, want.value) for want in missing if want.field not in known]
    assert {want.field for want in missing} == known


@pytest.mark.skipif(not folders(), reason=ABSENT)
def test_every_field_is_met_and_every_difference_is_of_a_test() -> None:
    met = {want.field for folder in folders() for want in expected(folder)}
    assert set(FIELDS) <= met
    assert {name for name, _ in DIFFERENCES} <= {folder.name for folder in folders()}


def test_an_expectation_is_read() -> None:
    text = """
checks:
- filter:
    count: 1
    match:
      event_type: dhcp
      dhcp.hostname: "nas1\\u0000" # with its end
      dhcp.dhcp_type: ack
  - filter:
      count: 0
      match:
        dhcp.hostname: nobody
"""
    (event,) = events(text)
    assert event["dhcp.hostname"] == "nas1\x00" and plain(event, "dhcp.hostname") == "nas1"
    assert (event["dhcp.dhcp_type"], event["count"]) == ("ack", "1")
