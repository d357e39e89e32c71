"""Acceptance of access to the network: FreeRADIUS, radclient and eapol_test against Garde's decisions.

Issue 4, acceptance 1 (a matrix of stations, switches and spellings; forged requests refused and reported), 5 (Garde is
killed during a storm) and 6 (the switch ignores the VLAN, or the device turns up elsewhere).
"""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import msgspec
import pytest

from garde import config as settings
from garde import placing
from garde.app import open_keys
from garde.errors import Untrusted
from garde.model.device import Claim, Device, Source
from garde.model.finding import Finding
from garde.model.zones.place import Placement, Seat
from garde.placing import verified
from garde.zones.place import SETTLED
from tests import radius
from tests.radius import Reply, Site, ask, deciding, device, eapol, server, site
from tests.stations import Authority

RULES = """
[[zone]]
name = "Z8"
vlan = 999
acl = "STAGE.in"
onboarding = true
[[zone]]
name = "Z0"
vlan = 998
quarantine = true
[[zone]]
name = "Z1"
vlan = 120
dscp = "M1"
session = 3600
[[zone]]
name = "Z2"
vlan = 130
role = "imaging"
cisco = ["ip:inacl#10=permit tcp any host 10.20.0.5 eq 104", "ip:inacl#20=deny ip any any"]

[[rule]]
name = "bed 12"
mac = "00:09:fb:00:00:01"
zone = "Z1"
vlan = 121
[[rule]]
name = "workshop"
nas = "sw-workshop"
port = "Gi1/0/1"
zone = "Z2"
vlan = 140
[[rule]]
name = "hospital certificates"
certificate = "/C=FR/O=CHU/*"
zone = "Z2"
vlan = 131
[[rule]]
name = "scanner 7"
serial = "CT-7"
zone = "Z2"
[[rule]]
name = "monitors"
kind = "MON_BED"
zone = "Z1"
[[rule]]
name = "no consoles"
maker = "toymaker"
refuse = true
"""


def mac(number: int) -> str:
    return f"00:09:fb:00:00:{number:02x}"


def wired(number: int) -> Device:
    """A monitor whose switch names it in LLDP."""
    seen = Claim("switch_port", "Gi1/0/7", 0.9, (Source("lldp", "s", 0.9, first_at=1, at=1),))
    one = device(number, kind="MON_BED")
    return msgspec.structs.replace(one, claims={**one.claims, "switch_port": seen})


#: Of the source that says VxWorks now.
BEFORE = Claim("os", "Windows 11", 0.3, (Source("hl7", "s", 0.5, first_at=0, at=0),))
DEVICES = [
    device(1, kind="MON_BED"),
    device(2, serial="CT-7", kind="CT"),
    device(3, kind="MON_BED"),
    device(4, kind="INF_SYR", last_at=SETTLED),
    device(5, kind="CT", os="VxWorks", rivals={"os": (BEFORE,)}, last_at=SETTLED),
    device(6, manufacturer="toymaker"),
    device(7, kind="PRINT"),
    wired(15),
]
Z1 = (("Session-Timeout", "3600"), ("Termination-Action", "RADIUS-Request"), ("User-Priority-Table", "0x" + "05" * 8))
Z2 = (
    ("Aruba-User-Role", "imaging"),
    ("Cisco-AVPair", "ip:inacl#10=permit tcp any host 10.20.0.5 eq 104"),
    ("Cisco-AVPair", "ip:inacl#20=deny ip any any"),
)
STAGE = (("Filter-Id", "STAGE.in"),)
#: Station → VLAN and further attributes, written by hand: what the rules above mean. None is a refusal.
EXPECTED: dict[int, tuple[int, tuple[tuple[str, str], ...]] | None] = {
    1: (121, Z1),
    2: (130, Z2),
    3: (120, Z1),
    4: (0, ()),
    5: (998, ()),
    6: None,
    7: (999, STAGE),
    8: (999, STAGE),
}
SPELLINGS: dict[str, Callable[[str], str]] = {
    "dashes": lambda text: text.replace(":", "-").upper(),
    "colons": lambda text: text,
    "dots": lambda text: ".".join(text.replace(":", "")[at : at + 4] for at in (0, 4, 8)),
    "bare": lambda text: text.replace(":", "").upper(),
}
SWITCHES = [("sw-1", "Gi1/0/7"), ("sw-1", "Gi1/0/8"), ("sw-2", "Gi1/0/1"), ("sw-workshop", "Gi1/0/1")]
CASES = [
    (number, spelling, switch, port_type)
    for number, spelling, switch, port_type in product(EXPECTED, SPELLINGS, SWITCHES, ("Ethernet", "Virtual"))
]


def request(station: str, nas: str = "sw-1", port: str = "Gi1/0/7", *more: str, signed: bool = True) -> list[str]:
    lines = [
        f'User-Name = "{station}"', f'User-Password = "{station}"', f'Calling-Station-Id = "{station}"',
        f'NAS-Identifier = "{nas}"', f'NAS-Port-Id = "{port}"', "Service-Type = Call-Check", *more,
    ]  # fmt: skip
    return [*lines, *(["Message-Authenticator = 0x00"] if signed else [])]


def expected(number: int, switch: tuple[str, str]) -> tuple[str, list[tuple[str, str]]]:
    """Code and attributes, sorted, without those that are another each time."""
    place = EXPECTED[number]
    if switch == ("sw-workshop", "Gi1/0/1") and number != 1:
        place = (140, Z2)
    if place is None:
        return "Access-Reject", []
    vlan, more = place
    tunnel = [("Tunnel-Type", "VLAN"), ("Tunnel-Medium-Type", "IEEE-802"), ("Tunnel-Private-Group-Id", str(vlan))]
    return "Access-Accept", sorted([*(tunnel if vlan else []), *more])


def shown(reply: Reply) -> tuple[str, list[tuple[str, str]]]:
    return reply.code, sorted(pair for pair in reply.attributes if pair[0] not in ("Class", "Message-Authenticator"))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Site]:
    made = site(tmp_path_factory.mktemp("radius"), RULES, DEVICES, eap=authority.server())
    with server(made), deciding(made):
        yield made


@pytest.fixture(scope="module")
def matrix(running: Site) -> list[Reply]:
    assert len(CASES) >= 200
    return ask(
        running,
        [
            request(SPELLINGS[spelling](mac(number)), *switch, f"NAS-Port-Type = {port_type}")
            for number, spelling, switch, port_type in CASES
        ],
    )


def name_of(number: int) -> str:
    station, spelling, (nas, port), port_type = CASES[number]
    return f"{station}-{spelling}-{nas}-{port.replace('/', '.')}-{port_type}"


@pytest.mark.parametrize("number", range(len(CASES)), ids=name_of)
def test_the_matrix(matrix: list[Reply], number: int) -> None:
    station, _, switch, _ = CASES[number]
    assert shown(matrix[number]) == expected(station, switch)
    assert matrix[number].value("Message-Authenticator"), "every answer is authenticated (CVE-2024-3596)"
    if matrix[number].code == "Access-Accept":
        assert matrix[number].value("Class").startswith("0x706c2d")


def until(made: Site, found: Callable[[list[Finding]], bool]) -> list[Finding]:
    """The findings once they are so."""
    kept = made.kept()
    try:
        limit = time.monotonic() + 20
        while time.monotonic() < limit:
            findings = list(kept.all(Finding))
            if found(findings):
                return findings
            time.sleep(0.1)
        raise AssertionError(findings)
    finally:
        kept.close()


def forged(why: str) -> Callable[[list[Finding]], bool]:
    def there(found: list[Finding]) -> bool:
        return any(one.rule == "nac.forged" and f"why: {why}" in one.reasons for one in found)

    return there


def test_a_request_without_message_authenticator_gets_no_answer_and_is_reported(running: Site) -> None:
    (reply,) = ask(running, [request(mac(1), signed=False)], tries=1, wait=1)
    assert reply.code == ""
    until(running, forged("message-authenticator"))


def test_a_request_under_a_wrong_secret_gets_no_answer_and_is_reported(running: Site) -> None:
    (reply,) = ask(running, [request(mac(1))], secret="another-secret-than-ours", tries=1, wait=1)
    assert reply.code == ""
    until(running, forged("secret"))


def test_a_switch_that_nobody_knows_gets_no_answer_and_is_reported(running: Site) -> None:
    (reply,) = ask(running, [request(mac(1), "sw-1", "7", "Packet-Src-IP-Address = 127.0.0.2")], tries=1, wait=1)
    assert reply.code == ""
    until(running, forged("stranger"))


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (['User-Name = "k.morel"', 'User-Password = "a word"', f'Calling-Station-Id = "{mac(1)}"'], "not-mab"),
        ([f'User-Name = "{mac(1)}"', 'User-Password = "a word"', f'Calling-Station-Id = "{mac(1)}"'], "password"),
        ([f'User-Name = "{mac(2)}"', f'User-Password = "{mac(2)}"', f'Calling-Station-Id = "{mac(1)}"'], "not-mab"),
        ([f'User-Name = "{mac(1)}"', f'User-Password = "{mac(1)}"'], "station"),
    ],
    ids=["name", "password", "other", "nobody"],
)
def test_who_proves_nothing_is_refused_and_reported(running: Site, lines: list[str], why: str) -> None:
    (reply,) = ask(running, [[*lines, "Message-Authenticator = 0x00"]])
    assert shown(reply) == ("Access-Reject", [])
    until(running, forged(why))


def test_a_challenge_with_the_address_as_secret_is_mab_too(running: Site) -> None:
    station = SPELLINGS["bare"](mac(3))
    lines = [f'User-Name = "{station}"', f'CHAP-Password = "{station}"', f'Calling-Station-Id = "{mac(3)}"']
    wrong = [f'User-Name = "{station}"', 'CHAP-Password = "x"', f'Calling-Station-Id = "{mac(3)}"']
    replies = ask(running, [[*one, "Message-Authenticator = 0x00"] for one in (lines, wrong)])
    assert [reply.code for reply in replies] == ["Access-Accept", "Access-Reject"]


def test_a_contradicted_address_is_a_finding_about_its_device(running: Site, matrix: list[Reply]) -> None:
    found = until(running, lambda all_: any(one.rule == "nac.spoofed" and one.device == "d-5" for one in all_))
    (one,) = (one for one in found if one.rule == "nac.spoofed" and one.device == "d-5")
    assert "wire.os: VxWorks, Windows 11" in one.reasons


@pytest.mark.parametrize(
    ("number", "subject", "vlan"),
    [
        (20, ("CHU", "pump-20"), "131"),
        (3, ("CHU", "monitor-3"), "131"),
        (1, ("CHU", "bed-12"), "121"),
        (21, ("X", "s"), "999"),
    ],
    ids=["unknown", "known", "explicit", "elsewhere"],
)
def test_a_certificate(running: Site, authority: Authority, number: int, subject: tuple[str, str], vlan: str) -> None:
    accepted, text = eapol(running, mac(number), authority.station(*subject))
    assert accepted, text[-3000:]
    assert octets(text) == (b"\0\0\0\x0d", b"\0\0\0\x06", vlan.encode())


def octets(text: str) -> tuple[bytes, ...]:
    """The values of Tunnel-Type, Tunnel-Medium-Type and Tunnel-Private-Group-Id that the station's switch got."""
    found = re.findall(r"Attribute (64|65|81) .*\n +Value: ([0-9a-f]+)\n", text)
    return tuple(bytes.fromhex(value) for _, value in found)


def test_a_wired_device_that_asks_through_the_air_is_not_that_device(running: Site) -> None:
    line = "NAS-Port-Type = Wireless-802.11"
    asked = [request(mac(15), "ap-1", "7", line), request(mac(15), "sw-1", "7", "NAS-Port-Type = Ethernet")]
    air, wire = ask(running, asked, parallel=1)
    assert [reply.value("Tunnel-Private-Group-Id") for reply in (air, wire)] == ["998", "120"]
    until(running, lambda all_: any(one.rule == "nac.spoofed" and one.device == "d-15" for one in all_))


def test_a_certificate_of_another_authority_is_refused_and_reported(
    running: Site, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path).station("CHU", "pump-20")
    accepted, _ = eapol(running, mac(20), (*stranger[:2], authority.path))
    assert not accepted
    until(running, forged("certificate"))


def test_every_answer_is_in_the_log_once(running: Site, matrix: list[Reply]) -> None:
    told = {bytes.fromhex(reply.value("Class")[2:]).decode() for reply in matrix if reply.code == "Access-Accept"}
    kept = running.kept()
    limit = time.monotonic() + 20
    while time.monotonic() < limit and (missing := told - kept.messages(told).keys()):
        time.sleep(0.1)
    kept.close()
    assert not missing


def accounting(number: int, vlan: int, port: str = "Gi1/0/7", nas: str = "sw-1", session: str = "a") -> list[str]:
    return [
        "Acct-Status-Type = Start", f'Acct-Session-Id = "{session}"', f'Calling-Station-Id = "{mac(number)}"',
        f'NAS-Identifier = "{nas}"', f'NAS-Port-Id = "{port}"', f'Tunnel-Private-Group-Id = "{vlan}"',
    ]  # fmt: skip


@pytest.fixture
def fresh(tmp_path: Path) -> Site:
    return site(tmp_path, RULES, DEVICES)


def test_a_switch_that_ignores_the_vlan_and_a_device_elsewhere_are_found(fresh: Site) -> None:
    """The hand clock's test says within which time; this one that the switch's own words come through."""
    with server(fresh), deciding(fresh):
        ask(fresh, [request(mac(3)), request(mac(1), "sw-1", "Gi1/0/9")])
        ask(fresh, [accounting(3, 30), accounting(1, 121, "Gi1/0/2", "sw-2")], what="acct")
        kept = fresh.kept()
        limit = time.monotonic() + 20
        while time.monotonic() < limit and sum(seat.seen_at > 0 for seat in kept.all(Seat)) < 2:
            time.sleep(0.1)
        seats = {seat.id: seat for seat in kept.all(Seat)}
        kept.close()
    assert (seats[mac(3)].vlan, seats[mac(3)].seen_vlan) == (120, 30)
    assert (seats[mac(1)].port, seats[mac(1)].seen_port, seats[mac(1)].seen_nas) == ("Gi1/0/9", "Gi1/0/2", "sw-2")


STORM = 600


def test_garde_is_killed_in_a_storm(fresh: Site) -> None:
    """Known devices keep their place, unknown ones go to onboarding, and all of it is in the log afterwards."""
    stations = [number % 12 + 1 for number in range(STORM)]
    asked = [request(mac(number), *SWITCHES[place % 3]) for place, number in enumerate(stations)]
    replies: list[Reply] = []
    with server(fresh):
        child = radius.decider(fresh)
        storm = threading.Thread(target=lambda: replies.extend(ask(fresh, asked, parallel=8)))
        storm.start()
        journal = next(fresh.journal.glob("*.journal"), None)
        while journal is None or journal.read_bytes().count(b"\n") < STORM // 6:
            time.sleep(0.005)
            journal = next(fresh.journal.glob("*.journal"), None)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        storm.join(timeout=120)
        for number, reply in zip(stations, replies, strict=True):
            place = number if number in EXPECTED else 8
            assert shown(reply) == expected(place, ("", "")), number
        before = lines(fresh)
        assert sum('"by":"cache"' in line for line in before) > STORM // 6, "most of the storm met no Garde"
        with deciding(fresh):
            kept = fresh.kept()
            limit = time.monotonic() + 30
            while time.monotonic() < limit:
                placed = [one for _, one in kept.log(0, [Placement], 10_000) if isinstance(one, Placement)]
                if len(placed) >= STORM:
                    break
                time.sleep(0.2)
            kept.close()
            # Garde is back: it decides again, and says so.
            while '"by":"garde"' not in lines(fresh)[-1] and time.monotonic() < limit:
                (again,) = ask(fresh, [request(mac(3))])
                assert shown(again) == expected(3, ("", ""))
    assert len(placed) == STORM, "every answer is in the log, and none of them twice"
    assert {one.by for one in placed} == {"garde", "cache"}
    by_cache = [one for one in placed if one.by == "cache"]
    assert all(one.reasons[0].startswith("cache.") and one.nas and one.port for one in by_cache)
    assert {one.rank for one in by_cache if one.mac == mac(11)} == {"unknown"}
    assert {one.rule for one in by_cache if one.mac == mac(3)} == {"monitors"}
    assert '"by":"garde"' in lines(fresh)[-1]


def test_garde_hangs(fresh: Site) -> None:
    """Nobody waits longer for its place than a switch does."""
    asked = [request(mac(number % 12 + 1)) for number in range(300)]
    with server(fresh), deciding(fresh) as child:
        child.send_signal(signal.SIGSTOP)
        replies = ask(fresh, asked, parallel=200, tries=1, wait=5)
        child.send_signal(signal.SIGCONT)
    for number, reply in enumerate(replies):
        station = number % 12 + 1
        assert shown(reply) == expected(station if station in EXPECTED else 8, ("", ""))


def test_a_certificate_keeps_its_place_while_garde_is_down(tmp_path: Path, authority: Authority) -> None:
    made = site(tmp_path, RULES, DEVICES, eap=authority.server())
    pump, stranger = authority.station("CHU", "pump-20"), authority.station("CHU", "pump-30")
    started = time.time()
    with server(made) as process:
        with deciding(made):
            assert eapol(made, mac(20), pump)[0]
            kept = made.kept()
            limit = time.monotonic() + 20
            while time.monotonic() < limit and not any(seat.certificate for seat in kept.all(Seat)):
                time.sleep(0.1)
        chosen = settings.load(made.config)
        places = placing.Places(placing.rulebook(chosen))
        places.refresh(kept.all(Device), kept.all(Seat))
        kept.close()
        # The server passes over a signal in its first two seconds.
        while time.time() < started + 4:
            time.sleep(0.1)
        placing.offered(places, made.folder / "radius", open_keys(chosen), time.time_ns())
        verified(made.folder / "radius", reload=process.pid, say=lambda text: None)
        log = made.journal / "server.log"
        limit = time.monotonic() + 20
        while time.monotonic() < limit and b'Reloaded module "places"' not in log.read_bytes():
            time.sleep(0.05)
        answers = [eapol(made, mac(20), pump), eapol(made, mac(20), stranger)]
        (bare,) = ask(made, [request(mac(20))])
    assert [octets(text)[-1] for accepted, text in answers if accepted] == [b"131", b"999"]
    assert bare.value("Tunnel-Private-Group-Id") == "999", "the address alone does not get what the certificate got"


def lines(made: Site) -> list[str]:
    return [line for path in sorted(made.journal.glob("*.journal")) for line in path.read_text().splitlines()]


def test_the_server_keeps_the_last_good_file_when_another_is_offered(fresh: Site) -> None:
    folder = fresh.folder / "radius"
    good = (folder / "places").read_bytes()
    offered = folder / "offer" / "places"
    offered.write_bytes(good.replace(b'"120"', b'"666"'))
    with pytest.raises(Untrusted, match="not the one that was signed"):
        verified(folder, say=lambda text: None)
    assert (folder / "places").read_bytes() == good


def test_the_configuration_is_one_that_the_server_accepts(fresh: Site) -> None:
    done = subprocess.run(
        [radius.program("freeradius"), "-C", "-X", "-d", str(fresh.folder / "radius"), "-n", "radiusd"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0 and "Configuration appears to be OK" in done.stdout
