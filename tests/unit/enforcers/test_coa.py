"""CoA: the note's vector octet for octet, what is never sent, and what a real RADIUS peer makes of it."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.enforcers.coa import CAUSES, COMMANDS, Answer, Session, allowed, answer, packet, send
from garde.errors import Malformed, Refused, Unreachable, Untrusted

SECRET = b"testing123"
SESSION = Session(mac="00:09:fb:12:34:56", session="A1B2C3D4")
#: Domain note 04 §2.
VECTOR = bytes.fromhex(
    "28070031cfb748fe019be47c251e817a964f46001f1330302d30392d46422d31322d33342d35362c0a4131423243334434"
)


def reply(request: bytes, code: int, attributes: bytes = b"", secret: bytes = SECRET) -> bytes:
    """An answer, made by hand (RFC 5176 §3.1)."""
    head = bytes([code, request[1]]) + (20 + len(attributes)).to_bytes(2, "big")
    return head + hashlib.md5(head + request[4:20] + attributes + secret).digest() + attributes


def test_the_vector_is_met_octet_for_octet() -> None:
    made = packet("disconnect", SESSION, SECRET, "RP3", identifier=7, authenticated=False)
    assert made.RequestPacket() == VECTOR


def test_every_request_carries_a_message_authenticator_over_the_whole() -> None:
    data = packet("reauthenticate", SESSION, SECRET, "RP0").RequestPacket()
    at = data.index(b"\x50\x12")
    zeroed = data[:4] + bytes(16) + data[20 : at + 2] + bytes(16) + data[at + 18 :]
    assert data[at + 2 : at + 18] == hmac.new(SECRET, zeroed, "md5").digest()
    assert data[4:20] == hashlib.md5(data[:4] + bytes(16) + data[20:] + SECRET).digest()
    assert b"subscriber:command=reauthenticate" in data


@pytest.mark.parametrize("response", ["RP0", "RP1", "", "RP9"])
@pytest.mark.parametrize("command", ["bounce", "disable", "disconnect"])
def test_a_device_that_may_be_in_use_is_never_thrown_off(command: str, response: str) -> None:
    with pytest.raises(Refused, match=r"coa\.safety"):
        packet(command, SESSION, SECRET, response)


@pytest.mark.parametrize("command", list(COMMANDS))
def test_any_other_device_may_be(command: str) -> None:
    for response in ("RP2", "RP3"):
        allowed(command, response)
    allowed("reauthenticate", "RP0")


def test_no_such_command_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="explode"):
        allowed("explode", "RP3")


def test_without_a_secret_or_an_address_nothing_is_made() -> None:
    with pytest.raises(Malformed, match=r"coa\.secret"):
        packet("reauthenticate", SESSION, b"", "RP0")
    with pytest.raises(Malformed, match=r"key\.mac"):
        packet("reauthenticate", Session(mac="x"), SECRET, "RP0")


def test_an_acknowledgement_and_each_cause_of_a_refusal_are_read() -> None:
    asked = packet("reauthenticate", SESSION, SECRET, "RP0")
    data = asked.RequestPacket()
    assert answer(asked, reply(data, 44)) == Answer(done=True)
    for cause, words in CAUSES.items():
        found = answer(asked, reply(data, 45, b"\x65\x06" + cause.to_bytes(4, "big")))
        assert found == Answer(done=False, cause=cause, words=words)
    assert answer(asked, reply(data, 45, b"\x65\x06" + (999).to_bytes(4, "big"))).words == "cause 999"


def test_an_answer_of_another_is_untrusted() -> None:
    asked = packet("reauthenticate", SESSION, SECRET, "RP0", identifier=5)
    data = asked.RequestPacket()
    for forged in (
        reply(data, 44, secret=b"other"),
        reply(bytes([43, 6]) + data[2:], 44),
        reply(data, 44)[:19] + b"\0",
    ):
        with pytest.raises((Untrusted, Malformed)):
            answer(asked, forged)
    with pytest.raises(Malformed, match=r"coa\.code"):
        answer(asked, reply(data, 41))


@given(st.binary(max_size=120))
def test_any_octets_are_malformed_or_untrusted(data: bytes) -> None:
    asked = packet("reauthenticate", SESSION, SECRET, "RP0", identifier=5)
    asked.RequestPacket()
    with pytest.raises((Malformed, Untrusted)):
        answer(asked, data)


@given(st.binary(max_size=60))
def test_any_attributes_that_are_signed_are_read_or_malformed(attributes: bytes) -> None:
    asked = packet("reauthenticate", SESSION, SECRET, "RP0", identifier=5)
    data = asked.RequestPacket()
    try:
        answer(asked, reply(data, 45, attributes))
    except (Malformed, Untrusted) as error:
        assert error.code.startswith("coa.")


def test_packets_of_others_are_passed_over() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.bind(("127.0.0.1", 0))
        switch.settimeout(20)

        def serve() -> None:
            data, where = switch.recvfrom(4096)
            for one in (b"noise", reply(data, 44, secret=b"guess"), reply(data, 45, b"\x65\x06\x00\x00\x01\xf7")):
                switch.sendto(one, where)

        thread = threading.Thread(target=serve)
        thread.start()
        asked = packet("reauthenticate", SESSION, SECRET, "RP1")
        found = send(asked, "127.0.0.1", port=switch.getsockname()[1], patience=20)
        thread.join()
    assert found == Answer(done=False, cause=503, words="session context not found")


def test_a_switch_that_is_silent_is_unreachable() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.bind(("127.0.0.1", 0))
        asked = packet("reauthenticate", SESSION, SECRET, "RP1")
        with pytest.raises(Unreachable, match=r"coa\.silent"):
            send(asked, "127.0.0.1", port=switch.getsockname()[1], patience=0.1)


_SERVER = """
prefix = {folder}
logdir = {folder}
run_dir = {folder}
libdir = /usr/lib/freeradius
security {{ allow_core_dumps = no }}
client local {{
  ipaddr = 127.0.0.1
  secret = testing123
  require_message_authenticator = yes
}}
modules {{
  always ok {{
    rcode = ok
  }}
  always reject {{
    rcode = reject
  }}
}}
server coa {{
  listen {{
    type = coa
    ipaddr = 127.0.0.1
    port = {port}
  }}
  recv-coa {{
    if (&Calling-Station-Id == "00-09-FB-12-34-56") {{
      ok
    }}
    else {{
      update reply {{
        &Error-Cause := Session-Context-Not-Found
      }}
      reject
    }}
  }}
}}
"""


def test_freeradius_takes_the_request_and_its_refusal_is_understood(tmp_path: Path) -> None:
    program = shutil.which("freeradius") or shutil.which("radiusd")
    assert program, "freeradius is not installed"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "radiusd.conf").write_text(_SERVER.format(folder=tmp_path, port=port))
    server = subprocess.Popen(
        [program, "-f", "-l", "stdout", "-d", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        known = None
        for _ in range(100):
            assert server.poll() is None, server.stdout.read() if server.stdout else ""
            try:
                known = send(packet("reauthenticate", SESSION, SECRET, "RP0"), "127.0.0.1", port=port, patience=2)
                break
            except Unreachable:
                time.sleep(0.1)
        assert known == Answer(done=True)
        stranger = packet("reauthenticate", Session(mac="00:09:fb:00:00:01"), SECRET, "RP0")
        found = send(stranger, "127.0.0.1", port=port, patience=5)
        assert found == Answer(done=False, cause=503, words="session context not found")
    finally:
        server.terminate()
        server.communicate(timeout=20)
