"""FreeRADIUS with Garde beside it, and switches that ask: real programs on loopback, each in its own folder."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from garde import placing
from garde.app import open_store
from garde.model.device import Claim, Device, Source
from garde.model.key import Key
from garde.ports import Store
from tests.servers import WAIT, free_port, reachable

HOST = "127.0.0.1"
SECRET = "a secret of tests".replace(" ", "-")
ROOT = Path(__file__).parents[1]


def udp_port() -> int:
    """A loopback port that nobody receives on just now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    """Where a program is; a test that needs it fails where it is not there."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    assert found, f"{name} is not there: .ci/run installs it"
    return found


def device(number: int, **parts: object) -> Device:
    """A device with claims that are sure: ``maker``, ``serial``… by attribute; ``macs`` are its addresses."""
    macs = parts.pop("macs", (f"00:09:fb:00:00:{number:02x}",))
    more = {name: parts.pop(name) for name in ("kind", "first_at", "last_at", "rivals") if name in parts}
    claims = {
        name: Claim(name, str(value), 0.95, (Source("hl7", "s", 0.9, first_at=1, at=1),))
        for name, value in parts.items()
    }
    keys = tuple(Key("mac", mac) for mac in macs)  # type: ignore[attr-defined]
    return Device(id=f"d-{number}", keys=keys, claims=claims, **more)  # type: ignore[arg-type]


class Site(NamedTuple):
    """A configured folder: the configuration of Garde, its store, and the ports of the server."""

    folder: Path
    config: Path
    store: str
    port: int
    accounting: int
    endpoint: int

    @property
    def journal(self) -> Path:
        return self.folder / "radius" / "journal"

    def kept(self) -> Store:
        return open_store(self.store)


def site(folder: Path, rules: str, devices: Sequence[Device], *, eap: Sequence[Path] = ()) -> Site:
    """Write everything that `garde radius configure` needs, and let it."""
    endpoint, port = free_port(), udp_port()
    accounting = next(found for found in iter(udp_port, 0) if found != port)
    (folder / "places.toml").write_text(rules, "utf-8")
    (folder / "secret").write_text(SECRET, "ascii")
    tls = "".join(f'{key} = "{path}"\n' for key, path in zip(("certificate", "key", "authority"), eap, strict=False))
    config = folder / "garde.toml"
    config.write_text(
        f"""
[zones]
rules = "{folder}/places.toml"
[evidence]
key = "file:{folder}/key.pem"
[radius]
folder = "{folder}/radius"
endpoint = "{HOST}:{endpoint}"
address = "{HOST}"
port = {port}
accounting = {accounting}
{tls}
[[radius.client]]
name = "switches"
address = "{HOST}/32"
secret = "file:{folder}/secret"
""",
        "utf-8",
    )
    made = Site(folder, config, f"sqlite:///{folder}/garde.db", port, accounting, endpoint)
    kept = made.kept()
    with kept.begin() as unit:
        unit.put(devices)
    kept.close()
    placing.configure(store=made.store, config=config, say=lambda text: None)
    return made


@contextlib.contextmanager
def server(made: Site) -> Iterator[subprocess.Popen[bytes]]:
    """FreeRADIUS, ready."""
    folder = made.folder / "radius"
    command = [program("freeradius"), "-f", "-d", str(folder), "-n", "radiusd"]
    with (made.folder / "server.out").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        until = time.monotonic() + WAIT
        log = made.journal / "server.log"
        while not (log.exists() and b"Ready to process requests" in log.read_bytes()):
            if process.poll() is not None or time.monotonic() > until:
                said = log.read_text() if log.exists() else (made.folder / "server.out").read_text()
                raise AssertionError(f"FreeRADIUS does not start: {said[-2000:]}")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def decider(made: Site) -> subprocess.Popen[str]:
    """Garde in a process of its own, ready to decide."""
    command = [sys.executable, "-m", "tests.acceptance.decider", str(made.config), made.store]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None
    while (line := child.stdout.readline().strip()) != "begun":
        assert line or child.poll() is None, "the decider ended"
    reachable(made.endpoint, child)  # type: ignore[arg-type]
    return child


@contextlib.contextmanager
def deciding(made: Site) -> Iterator[subprocess.Popen[str]]:
    """Garde while the block lasts; it may be killed inside."""
    child = decider(made)
    try:
        yield child
    finally:
        stop(child)


def stop(child: subprocess.Popen[str]) -> None:
    """End it as a person would."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
    child.communicate(timeout=30)


class Reply(NamedTuple):
    """What a switch was answered: ``Access-Accept``, ``Access-Reject`` or nothing, and its attributes."""

    code: str
    attributes: tuple[tuple[str, str], ...]

    def value(self, name: str) -> str:
        return dict(self.attributes).get(name, "")


def ask(
    made: Site, requests: Sequence[Sequence[str]], *, secret: str = SECRET, what: str = "auth", parallel: int = 24,
    tries: int = 3, wait: float = 4.0,
) -> list[Reply]:  # fmt: skip
    """Ask everything with one radclient; each request says its number in NAS-Port, from 0."""
    path = made.folder / f"requests-{time.monotonic_ns()}"
    path.write_text(
        "\n".join("\n".join([*lines, f"NAS-Port = {number}", ""]) for number, lines in enumerate(requests)), "utf-8"
    )
    port = made.port if what == "auth" else made.accounting
    done = subprocess.run(
        [program("radclient"), "-x", "-f", path, "-p", str(parallel), "-r", str(tries), "-t", str(wait),
         f"{HOST}:{port}", what, secret],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    return _replies(done.stdout, len(requests))


def _replies(text: str, count: int) -> list[Reply]:
    found = [Reply("", ())] * count
    asked: dict[tuple[str, str], int] = {}
    blocks = re.split(r"\n(?=\S)", text)
    for block in blocks:
        head, *lines = block.splitlines() or [""]
        pairs = tuple((name.strip(), value) for name, _, value in (line.partition(" = ") for line in lines))
        if sent := re.match(r"Sent \S+ Id (\d+) from \S+:(\d+) ", head):
            asked[sent[1], sent[2]] = int(dict(pairs)["NAS-Port"])
        elif got := re.match(r"Received (\S+) Id (\d+) from \S+ to \S+:(\d+) ", head):
            known = tuple((name.removesuffix(":0"), value.strip('"')) for name, value in pairs)
            found[asked[got[2], got[3]]] = Reply(got[1], known)
    return found


def access_request(mac: str, identifier: int, *, nas: str, port: str) -> bytes:
    """An Access-Request of MAB as a switch sends it, with Message-Authenticator (RFC 2865 §3, RFC 3579 §3.2)."""
    secret, authenticator = SECRET.encode(), os.urandom(16)
    station = mac.replace(":", "-").upper().encode()
    name = station.ljust(-(-len(station) // 16) * 16, b"\0")
    hidden, last = b"", authenticator
    for at in range(0, len(name), 16):
        mask = hashlib.md5(secret + last).digest()
        last = bytes(one ^ two for one, two in zip(name[at : at + 16], mask, strict=True))
        hidden += last
    parts = (
        (1, station), (2, hidden), (31, station), (32, nas.encode()), (87, port.encode()),
        (6, struct.pack(">I", 10)), (61, struct.pack(">I", 15)),
    )  # fmt: skip
    body = b"".join(bytes((kind, len(value) + 2)) + value for kind, value in parts)
    head = struct.pack(">BBH", 1, identifier, 20 + len(body) + 18) + authenticator
    return head + body + b"\x50\x12" + hmac.new(secret, head + body + b"\x50\x12" + bytes(16), "md5").digest()


def octets_of(packet: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes of a packet in their order: type and value."""
    at = 20
    while at + 2 <= len(packet):
        kind, size = packet[at], max(packet[at + 1], 2)
        yield kind, packet[at + 2 : at + size]
        at += size


def eapol(made: Site, mac: str, papers: Sequence[Path], *more: str, identity: str = "device") -> tuple[bool, str]:
    """Authenticate with a certificate by eapol_test; whether it was let in, and what the program says."""
    certificate, key, authority = papers
    conf = made.folder / f"eapol-{time.monotonic_ns()}.conf"
    conf.write_text(
        f"""network={{
	ssid="x"
	key_mgmt=IEEE8021X
	eap=TLS
	eapol_flags=0
	identity="{identity}"
	ca_cert="{authority}"
	client_cert="{certificate}"
	private_key="{key}"
}}
""",
        "ascii",
    )
    done = subprocess.run(
        [program("eapol_test"), "-c", conf, "-a", HOST, "-p", str(made.port), "-s", SECRET, "-M", mac, "-t", "20",
         "-r", "0", *more],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode == 0 and done.stdout.rstrip().endswith("SUCCESS"), done.stdout
