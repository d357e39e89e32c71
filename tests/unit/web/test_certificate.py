"""A certificate that a TLS client accepts for its names, made once and made again before it ends."""

from __future__ import annotations

import socket
import ssl
import stat
import threading
import time
from pathlib import Path

import pytest

from garde.errors import Unreachable
from garde.web.certificate import DAYS, fingerprint, made


def test_openssl_accepts_it_for_its_names_only(tmp_path: Path) -> None:
    certificate, key = made(tmp_path, ["garde.test", "127.0.0.1"], time.time_ns())
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.create_default_context(cafile=str(certificate))
    for name, accepted in (("garde.test", True), ("127.0.0.1", True), ("other.test", False)):
        left, right = socket.socketpair()
        thread = threading.Thread(target=_served, args=(server, left), daemon=True)
        thread.start()
        if accepted:
            client.wrap_socket(right, server_hostname=name).close()
        else:
            with pytest.raises(ssl.SSLCertVerificationError):
                client.wrap_socket(right, server_hostname=name)
        right.close()
        thread.join(5)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def _served(context: ssl.SSLContext, end: socket.socket) -> None:
    try:
        context.wrap_socket(end, server_side=True).close()
    except (ssl.SSLError, OSError):
        end.close()


def test_it_is_kept_while_it_lasts_and_names_the_same(tmp_path: Path) -> None:
    now = time.time_ns()
    first = fingerprint(made(tmp_path, ["a.test"], now)[0])
    assert fingerprint(made(tmp_path, ["a.test"], now)[0]) == first
    other = fingerprint(made(tmp_path, ["a.test", "b.test"], now)[0])
    assert other != first
    later = now + (DAYS - 10) * 86_400 * 10**9
    assert fingerprint(made(tmp_path, ["a.test", "b.test"], later)[0]) != other


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    certificate, _ = made(tmp_path, ["a.test"], time.time_ns())
    certificate.write_text("no certificate")
    assert len(fingerprint(made(tmp_path, ["a.test"], time.time_ns())[0])) == 95


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unreachable):
        made(tmp_path / "file" / "tls", ["a.test"], time.time_ns())
