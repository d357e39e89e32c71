"""Indicators: three forms of list, and what meets them."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.detect.intelligence.indicators import INDICATORS, read, read_csv
from garde.detect.spec import Setting
from garde.errors import Malformed
from tests.lookouts import Scene, end

C2 = "93.184.216.34"
DIGEST = hashlib.sha256(b"bad").hexdigest()


def stix(pattern: str, **more: object) -> bytes:
    one = {"type": "indicator", "pattern": pattern, "pattern_type": "stix"} | more
    return json.dumps({"type": "bundle", "objects": [one, {"type": "identity"}]}).encode()


def test_stix_patterns_of_one_property() -> None:
    assert read(stix(f"[ipv4-addr:value = '{C2}']"), "l") == [("ip", C2, "l")]
    assert read(stix("[domain-name:value = 'Evil.example'] OR [file:hashes.'SHA-256' = '" + DIGEST + "']"), "l") == [
        ("domain", "evil.example", "l"),
        ("sha256", DIGEST, "l"),
    ]
    assert read(stix(f"[ipv4-addr:value = '{C2}']", revoked=True), "l") == []
    assert read(stix("alert tcp", pattern_type="snort"), "l") == []


def test_misp_attributes_and_objects() -> None:
    event = {
        "Event": {
            "Attribute": [
                {"type": "ip-dst", "value": C2, "to_ids": True},
                {"type": "domain", "value": "benign.example", "to_ids": False},
                {"type": "domain|ip", "value": f"evil.example|{C2}"},
                {"type": "comment", "value": "x"},
            ],
            "Object": [{"Attribute": [{"type": "sha256", "value": DIGEST.upper()}]}],
        }
    }
    found = read(json.dumps(event).encode(), "l")
    assert ("ip", C2, "l") in found and ("sha256", DIGEST, "l") in found
    assert ("domain", "benign.example", "l") not in found


def test_csv_lists_and_what_is_none() -> None:
    assert read_csv("Type,Value\nip,198.51.100.7\nip,nonsense\ndomain,EVIL.example.\n", "l") == [
        ("ip", "198.51.100.7", "l"),
        ("domain", "evil.example", "l"),
    ]
    for bad in (b"a,b\n1,2\n", b"{}", b"{", b"\xff\xfe,\xff"):
        with pytest.raises(Malformed):
            read(bad, "l")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_malformed(data: bytes) -> None:
    for piece in (data, b"{" + data, b"type,value\n" + data):
        try:
            read(piece, "l")
        except Malformed:
            continue


def test_who_speaks_with_what_is_listed() -> None:
    url = read_csv("type,value\nurl,http://evil.example/gate.php\n", "l")[0]
    known = (("ip", C2, "l"), ("domain", "evil.example", "l"), ("sha256", DIGEST, "l"), url)
    scene = Scene(INDICATORS, Setting(indicators=known))
    scene.tried("10.0.0.1", "93.184.216.35", 443)
    scene.tell("dns.ask", end("10.0.0.1"), end("10.0.0.53", 53), name="notevil.example")
    scene.tell("file.seen", end("10.0.0.1"), end("10.0.0.2"), octets=b"good", by="smb")
    assert scene.rules == []
    scene.tried("10.0.0.1", C2, 443)
    scene.tell("dns.ask", end("10.0.0.1"), end("10.0.0.53", 53), name="www.evil.example")
    scene.tell("http.request", end("10.0.0.1"), end("10.0.0.3", 80), host="h", url=url[1])
    scene.tell("file.seen", end("10.0.0.1"), end("10.0.0.2"), octets=b"bad", by="smb")
    expected = {"indicator.address", "indicator.name", "indicator.url", "indicator.file"}
    assert set(scene.rules) == expected
    assert {one.subject[-1].value for one in scene.threats} == {"10.0.0.1", "10.0.0.2"}
