"""Infrastructure peers for the tests: snmpd, Mosquitto, slapd, upsd, dnsmasq and Orthanc, from Debian, on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.servers import WAIT, free_port, reachable

#: Where Debian keeps what only root runs.
PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"))


def program(name: str) -> str:
    """The path of a program; without it the test fails and says which."""
    found = shutil.which(name, path=PLACES)
    assert found, f"{name} is not installed: .ci/run installs it"
    return found


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], home: Path, ready: Callable[[subprocess.Popen[bytes]], None]
) -> Iterator[None]:
    """A program, until the block ends."""
    process = subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ready(process)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_datagram_port() -> int:
    """A UDP port that nobody has just now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def heard(port: int, question: bytes) -> Callable[[subprocess.Popen[bytes]], None]:
    """Waits until somebody answers a datagram."""

    def ready(process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, contextlib.suppress(OSError):
                one.settimeout(0.2)
                one.connect(("127.0.0.1", port))
                one.send(question)
                one.recv(4096)
                return
            time.sleep(0.05)
        raise AssertionError(f"{process.args!r} does not answer on port {port}")

    return ready


#: A GetRequest of sysUpTime.0 with the community "public".
UPTIME = bytes.fromhex("302902010104067075626c6963a01c020400000001020100020100300e300c06082b060102010103000500")


@contextlib.contextmanager
def snmpd(extra: str = "") -> Iterator[int]:
    """net-snmp's agent with the community public and the user garde; yields its port."""
    with tempfile.TemporaryDirectory(prefix="garde-snmpd-") as home:
        port = free_datagram_port()
        settings = Path(home) / "snmpd.conf"
        settings.write_text(
            f"agentAddress udp:127.0.0.1:{port}\nrocommunity public 127.0.0.1\n"
            "createUser garde SHA authpassword AES privpassword\nrouser garde priv\n"
            f"[snmp] persistentDir {home}\n" + extra
        )
        command = [program("snmpd"), "-f", "-C", "-c", settings, "-Lo", "-p", Path(home) / "pid"]
        with running(command, Path(home), heard(port, UPTIME)):
            yield port


@contextlib.contextmanager
def mosquitto(anonymous: bool = True) -> Iterator[int]:
    """A Mosquitto; yields its port."""
    with tempfile.TemporaryDirectory(prefix="garde-mosquitto-") as home:
        port = free_port()
        settings = Path(home) / "mosquitto.conf"
        settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous {str(anonymous).lower()}\nuser root\n")
        with running([program("mosquitto"), "-c", settings], Path(home), lambda one: reachable(port, one)):
            yield port


@contextlib.contextmanager
def slapd(rules: str = "") -> Iterator[int]:
    """OpenLDAP over an empty database; yields its port."""
    with tempfile.TemporaryDirectory(prefix="garde-slapd-") as home:
        port = free_port()
        settings = Path(home) / "slapd.conf"
        settings.write_text(f"moduleload back_monitor\nmodulepath /usr/lib/ldap\npidfile {home}/pid\n{rules}\n"
                            "database monitor\n")  # fmt: skip
        command = [program("slapd"), "-d", "0", "-f", settings, "-h", f"ldap://127.0.0.1:{port}/"]
        with running(command, Path(home), lambda one: reachable(port, one)):
            yield port


@contextlib.contextmanager
def upsd(status: str = "OL", charge: str = "100") -> Iterator[int]:
    """upsd in front of NUT's dummy driver, with one supply called rack; yields its port."""
    with tempfile.TemporaryDirectory(prefix="garde-nut-") as home:
        folder, port = Path(home), free_port()
        (folder / "rack.dev").write_text(
            f"ups.status: {status}\nups.model: Dummy\nbattery.charge: {charge}\nbattery.runtime: 1800\nups.load: 20\n"
        )
        (folder / "ups.conf").write_text("[rack]\ndriver = dummy-ups\nport = rack.dev\n")
        (folder / "upsd.conf").write_text(f"LISTEN 127.0.0.1 {port}\nSTATEPATH {home}\n")
        (folder / "upsd.users").write_text("")
        for file in folder.iterdir():
            file.chmod(0o640)
        environment = {**os.environ, "NUT_CONFPATH": home, "NUT_STATEPATH": home, "NUT_ALTPIDPATH": home}
        environment["NUT_PIDPATH"] = home
        # Debian's program in the path is a script that asks /etc whether it may.
        commands = (["/lib/nut/dummy-ups", "-a", "rack", "-u", "root", "-D"], ["/lib/nut/upsd", "-u", "root", "-D"])
        started: list[subprocess.Popen[bytes]] = []
        try:
            for command in commands:
                started.append(
                    subprocess.Popen(
                        command, cwd=home, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                    )
                )
                time.sleep(0.2)
            reachable(port, started[-1])
            until = time.monotonic() + WAIT
            while time.monotonic() < until:
                with socket.create_connection(("127.0.0.1", port), timeout=2) as one:
                    one.sendall(b"GET VAR rack ups.load\n")
                    if one.recv(200).startswith(b"VAR rack"):
                        break
                time.sleep(0.1)
            yield port
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(timeout=10)


@contextlib.contextmanager
def dnsmasq() -> Iterator[int]:
    """A name server that knows pacs.example; yields its port."""
    with tempfile.TemporaryDirectory(prefix="garde-dnsmasq-") as home:
        port = free_port()
        command = [
            program("dnsmasq"), "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root",
            f"--port={port}", "--listen-address=127.0.0.1", "--bind-interfaces", f"--pid-file={home}/pid",
            "--address=/pacs.example/10.0.0.9", "--local=/example/",
        ]  # fmt: skip
        with running(command, Path(home), lambda one: reachable(port, one)):
            yield port


@contextlib.contextmanager
def orthanc() -> Iterator[tuple[int, int]]:
    """An Orthanc that calls itself ORTHANC; yields its DICOM port and its HTTP port."""
    with tempfile.TemporaryDirectory(prefix="garde-orthanc-") as home:
        dicom, http = free_port(), free_port()
        settings = Path(home) / "orthanc.json"
        settings.write_text(
            json.dumps(
                {
                    "Name": "garde",
                    "StorageDirectory": home,
                    "IndexDirectory": home,
                    "DicomAet": "ORTHANC",
                    "DicomPort": dicom,
                    "HttpPort": http,
                    "RemoteAccessAllowed": False,
                    "DicomCheckCalledAet": True,
                    "AuthenticationEnabled": False,
                    "DicomAlwaysAllowStore": True,
                    "Plugins": [],
                }
            )
        )

        def ready(process: subprocess.Popen[bytes]) -> None:
            reachable(http, process)
            reachable(dicom, process)

        with running([program("Orthanc"), settings], Path(home), ready):
            yield dicom, http
