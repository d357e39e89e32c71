"""The octets that FreeRADIUS sends against those that `garde.zones.attributes` says, and who proves them."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator

import pytest

from garde.model.zones.place import Placement
from garde.onboarding.endpoint import unpacked
from garde.zones.attributes import attributes, encoded
from tests.radius import HOST, SECRET, Site, access_request, deciding, device, octets_of, server, site

RULES = """
[[zone]]
name = "Z8"
vlan = 999
onboarding = true
[[zone]]
name = "Z1"
vlan = 120
acl = "IOMT.in"
role = "bed"
dscp = "M1"
session = 3600
cisco = ["ip:inacl#10=permit udp any any eq domain", "ip:inacl#20=deny ip any any"]
[[rule]]
name = "monitors"
kind = "MON_BED"
zone = "Z1"
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = site(tmp_path_factory.mktemp("radius"), RULES, [device(1, kind="MON_BED")])
    with server(made), deciding(made):
        yield made


def asked(made: Site, request: bytes) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.settimeout(20)
        switch.sendto(request, (HOST, made.port))
        return switch.recv(4096)


def decided(made: Site, reply: bytes) -> Placement:
    """What the line of the journal with the same id says was decided."""
    name = next(value for kind, value in octets_of(reply) if kind == 25).decode()
    lines = [json.loads(line) for path in made.journal.glob("*.journal") for line in path.read_text().splitlines()]
    return next(one for line in lines if (one := unpacked(line["content"])).id == name)


@pytest.mark.parametrize("number", [1, 2], ids=["known", "unknown"])
def test_every_octet_of_an_answer(running: Site, number: int) -> None:
    request = access_request(f"00:09:fb:00:00:{number:02x}", 7, nas="sw-1", port="Gi1/0/7")
    reply = asked(running, request)
    assert (reply[0], reply[1], int.from_bytes(reply[2:4], "big")) == (2, 7, len(reply))
    first, *rest = octets_of(reply)
    assert first[0] == 80, "Message-Authenticator comes first (CVE-2024-3596)"
    assert reply[38:] == encoded(attributes(decided(running, reply)))
    assert len(rest) == (11 if number == 1 else 4)
    # RFC 3579 §3.2 and RFC 2865 §3: both are made over the request's authenticator.
    blank = reply[:4] + request[4:20] + b"\x50\x12" + bytes(16) + reply[38:]
    assert hmac.new(SECRET.encode(), blank, "md5").digest() == first[1]
    over = reply[:4] + request[4:20] + reply[20:] + SECRET.encode()
    assert hashlib.md5(over).digest() == reply[4:20]
