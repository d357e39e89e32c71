"""TLS, SMB and MQTT: Garde and tshark read the same fields in the same captures, the golden ones and the corpus's."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from garde.dissect.it.hello import NAMES, cipher_name, version_name
from garde.dissect.it.smb import DIALECTS
from garde.model.observation import Observation
from tests.captures.golden import observations
from tests.corpus.place import captures

GOLDEN = Path(__file__).parents[1] / "captures"
#: What a capture holds, by words in its path.
WORDS = {
    "tls": ("/tls/", "dtls", "quic", "ja4", "starttls"),
    "smb": ("/smb/", "shadowbrokers"),
    "mqtt": ("mqtt",),
}
LARGEST = 2 << 20
#: tshark goes by the port here and sees neither IRC's STARTTLS nor MQTT on a port of its own; Garde goes by the bytes.
UNSEEN = ("irc-starttls", "coap_mqtt")
VERSIONS = {"3": "3.1", "4": "3.1.1", "5": "5.0"}


def of(protocol: str) -> list[Path]:
    """Captures that hold the protocol."""
    found = [*sorted(GOLDEN.glob("*/*.pcap")), *captures()]
    chosen = [path for path in found if any(word in str(path).lower() for word in WORDS[protocol])]
    return [path for path in chosen if path.stat().st_size < LARGEST and path.stem not in UNSEEN]


def name(path: Path) -> str:
    return path.parent.name if path.stem in ("input", "test") else path.stem


def rows(path: Path, where: str, *fields: str) -> list[list[list[str]]]:
    """For every frame that tshark finds: per field, all its values."""
    options = [word for field in fields for word in ("-e", field)]
    shape = ("-T", "fields", "-E", "occurrence=a", "-E", "aggregator=\x1f", *options)
    done = subprocess.run(["tshark", "-r", path, "-Y", where, *shape], capture_output=True, check=False)
    # tshark ends with 2 when a capture is cut short, having said what it read.
    assert done.returncode in (0, 2), done.stderr.decode()
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return [[[one for one in field.split("\x1f") if one] for field in line.split("\t")] for line in lines]


def handshakes(path: Path, kind: int, *fields: str) -> list[list[list[str]]]:
    """Fields of hellos, over TCP, UDP and QUIC."""
    found: list[list[list[str]]] = []
    for layer in ("tls", "dtls"):
        where = f"{layer}.handshake.type == {kind}" + (f" && !{layer}.handshake.type == 1" if kind == 2 else "")
        found += rows(path, where, *(f"{layer}.handshake.{field}" for field in fields))
    return found


def all_of(found: list[list[list[str]]], column: int) -> set[str]:
    return {value for row in found for value in row[column]}


def values(seen: list[Observation], attribute: str, *sources: str) -> set[str]:
    return {one.value for one in seen if one.attribute == attribute and (not sources or one.source in sources)}


@pytest.mark.parametrize("path", of("tls"), ids=name)
def test_tls(path: Path) -> None:
    seen = [one for one in observations(path) if one.source == "tls"]
    clients = handshakes(path, 1, "extensions_server_name", "extensions_alpn_str")
    servers = handshakes(path, 2, "ciphersuite", "version", "extensions.supported_version", "extensions_alpn_str")
    assert values(seen, "tls.sni") == all_of(clients, 0)
    assert values(seen, "tls.alpn") == all_of(clients, 1) | all_of(servers, 3)
    assert values(seen, "tls.cipher") == {cipher_name(int(one, 0)) for one in all_of(servers, 0)}
    versions = {one for row in servers for one in (row[2] or row[1])}
    assert values(seen, "tls.version") == {version_name(int(one, 0)) for one in versions}


def names(found: set[str]) -> set[str]:
    """Without what exploits put in the place of a name."""
    return {one for one in found if len(one) > 1 and one.isascii()}


@pytest.mark.parametrize("path", of("smb"), ids=name)
def test_smb(path: Path) -> None:
    seen = observations(path)
    dialects = rows(path, "smb2.cmd == 0 && smb2.flags.response == 1 && smb2.nt_status == 0", "smb2.dialect")
    said = {DIALECTS[int(one, 0)] for one in all_of(dialects, 0) if int(one, 0) in DIALECTS}
    assert values(seen, "smb.dialect") - {"NT LM 0.12"} == said
    native = rows(path, "smb.native_os", "smb.native_os", "smb.native_lanman")
    assert values(seen, "smb.native_os") == names(all_of(native, 0))
    assert values(seen, "smb.native_lan_manager") == names(all_of(native, 1))


@pytest.mark.parametrize("path", of("smb"), ids=name)
def test_ntlm(path: Path) -> None:
    seen = observations(path)
    challenges = rows(
        path,
        "ntlmssp.messagetype == 2",
        "ntlmssp.challenge.target_info.nb_computer_name",
        "ntlmssp.challenge.target_info.dns_computer_name",
        "ntlmssp.challenge.target_info.dns_domain_name",
    )
    clients = rows(path, "ntlmssp.messagetype == 3", "ntlmssp.auth.hostname")
    hosts = {one.lower() for column in (0, 1) for one in all_of(challenges, column)}
    hosts |= {one.lower() for one in all_of(clients, 0) if one != "NULL"}
    assert {one.lower() for one in values(seen, "hostname", "ntlm")} == hosts
    domains = {one.lower() for one in all_of(challenges, 2)} - hosts
    assert domains <= {one.lower() for one in values(seen, "domain", "ntlm")}
    builds = rows(
        path,
        "ntlmssp.version",
        "ntlmssp.version.major",
        "ntlmssp.version.minor",
        "ntlmssp.version.build_number",
    )
    told = {".".join(numbers) for row in builds for numbers in zip(*row, strict=False)} - {"0.0.0"}
    assert values(seen, "os_build", "ntlm") == told


@pytest.mark.parametrize("path", of("mqtt"), ids=name)
def test_mqtt(path: Path) -> None:
    seen = observations(path)
    found = rows(path, "mqtt.msgtype == 1", "mqtt.clientid", "mqtt.ver")
    assert values(seen, "mqtt.client_id") == {one[:256] for one in all_of(found, 0)}
    assert values(seen, "mqtt.version") == {VERSIONS[one] for one in all_of(found, 1)}


def test_something_was_compared() -> None:
    assert all(of(protocol) for protocol in WORDS)
    assert NAMES and re.fullmatch(r"TLS 1\.\d", NAMES[0x0303])
