"""Peers of notifications, for the tests: mail relay, webhook receiver and log collector, real servers on loopback.

Each honours the id of what it gets: ``taken`` holds every id once, in order; ``seen`` counts how often each came.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email
import email.policy
import http.server
import ipaddress
import json
import re
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers import free_port

HOST = "127.0.0.1"


class Papers(NamedTuple):
    """An authority's certificate, and a certificate for this machine that it signed."""

    authority: Path
    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.certificate, self.key)
        return made


def papers(folder: Path, name: str = HOST) -> Papers:
    """Make an authority and a certificate for ``name``."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("Authority of the tests", name)]
    now = dt.datetime.now(dt.UTC)

    def certificate(place: int, *extensions: tuple[x509.ExtensionType, bool]) -> x509.Certificate:
        builder = x509.CertificateBuilder(names[0], names[place], keys[place].public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(keys[0], hashes.SHA256())

    alternative: x509.GeneralName = x509.DNSName(name)
    with contextlib.suppress(ValueError):
        alternative = x509.IPAddress(ipaddress.ip_address(name))
    identifier = x509.SubjectKeyIdentifier.from_public_key(keys[0].public_key())
    usage = x509.KeyUsage(
        *(word in ("sign", "crl") for word in ("ds", "cc", "ke", "de", "ka", "sign", "crl", "eo", "do"))
    )
    made = (
        certificate(0, (x509.BasicConstraints(True, None), True), (identifier, False), (usage, True)),
        certificate(
            1,
            (x509.SubjectAlternativeName([alternative]), False),
            (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False),
        ),
    )
    found = Papers(folder / "authority.pem", folder / "peer.pem", folder / "peer.key")
    found.authority.write_bytes(made[0].public_bytes(serialization.Encoding.PEM))
    found.certificate.write_bytes(made[1].public_bytes(serialization.Encoding.PEM))
    found.key.write_bytes(
        keys[1].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return found


class Peer:
    """What every peer remembers, and how it goes up and down."""

    def __init__(self, papers: Papers | None) -> None:
        self.port = free_port()
        self.papers = papers
        self.seen: Counter[str] = Counter()
        self.taken: list[str] = []
        self.raw: list[Any] = []
        #: Answers to give instead of taking, soonest first.
        self.moods: list[int] = []
        self.changed = threading.Condition()

    def take(self, name: str, raw: Any) -> None:
        with self.changed:
            if not self.seen[name]:
                self.taken.append(name)
                self.raw.append(raw)
            self.seen[name] += 1
            self.changed.notify_all()

    def wait(self, count: int) -> None:
        """Until that many were taken."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.taken) >= count, 20), self.taken

    @contextlib.contextmanager
    def up(self) -> Iterator[None]:
        raise NotImplementedError
        yield


class Relay(Peer):
    """A mail relay (aiosmtpd); ``secure`` is ``starttls``, ``tls`` or nothing."""

    def __init__(self, papers: Papers | None, secure: str = "", password: str = "") -> None:
        super().__init__(papers)
        self._secure = secure
        self._password = password
        self.refused: dict[str, str] = {}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.moods:
            return f"{self.moods.pop(0)} not now"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.take(message["Message-ID"].strip("<>").partition("@")[0], message)
        return "250 taken"

    @contextlib.contextmanager
    def up(self) -> Iterator[None]:
        context = self.papers.context() if self.papers and self._secure else None
        options: dict[str, Any] = {"ssl_context": context} if self._secure == "tls" else {"tls_context": context}
        if self._secure == "starttls":
            options["require_starttls"] = True
        if self._password:
            options |= {
                "auth_required": True,
                "authenticator": lambda server, session, envelope, mechanism, data: AuthResult(
                    success=data.password == self._password.encode(), handled=False
                ),
            }
        server = Controller(self, hostname=HOST, port=self.port, ready_timeout=20, **options)
        server.start()
        try:
            yield
        finally:
            server.stop()


class Receiver(Peer):
    """A webhook's receiver (http.server)."""

    @contextlib.contextmanager
    def up(self) -> Iterator[None]:
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = peer.moods.pop(0) if peer.moods else 204
                if answer < 300:
                    peer.take(self.headers["webhook-id"], (dict(self.headers), json.loads(body), body))
                self.send_response(answer)
                if answer == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer((HOST, self.port), Handler)
        server.daemon_threads = True
        if self.papers:
            server.socket = self.papers.context().wrap_socket(server.socket, server_side=True)
        with contextlib.closing(server.socket), _serving(server.serve_forever, server.shutdown):
            yield


class LogCollector(Peer):
    """A log collector over TLS, or TCP without papers; reads octet-counted frames (RFC 6587 §3.4.1)."""

    def __init__(self, papers: Papers | None, cut: bool = False) -> None:
        super().__init__(papers)
        #: Break the connection after the first frame, as a collector that dies.
        self.cut = cut

    def read(self, octets: bytes) -> None:
        while octets:
            size, _, rest = octets.partition(b" ")
            one, octets = rest[: int(size)], rest[int(size) :]
            if len(one) == int(size):
                found = re.search(rb' id="([^"]*)"', one)
                assert found
                self.take(found[1].decode(), one)

    @contextlib.contextmanager
    def up(self) -> Iterator[None]:
        listener = socket.create_server((HOST, self.port))
        listener.settimeout(0.05)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    stream, _ = listener.accept()
                except TimeoutError:
                    continue
                with contextlib.suppress(OSError):
                    self._hear(stream)

        with contextlib.closing(listener), _serving(serve, stop.set):
            yield

    def _hear(self, stream: socket.socket) -> None:
        stream.settimeout(10)
        with contextlib.closing(stream):
            if self.papers:
                stream = self.papers.context().wrap_socket(stream, server_side=True)
            octets = b""
            while piece := stream.recv(4096):
                octets += piece
                if self.cut:
                    self.cut = False
                    # Closing with a time of zero sends RST (RFC 9293 §3.10.4): what a machine that dies looks like.
                    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                    stream.close()
                    return
            self.read(octets)
            if isinstance(stream, ssl.SSLSocket):
                stream.unwrap().close()


class Datagrams(LogCollector):
    """A log collector over UDP."""

    @contextlib.contextmanager
    def up(self) -> Iterator[None]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
            listener.bind((HOST, self.port))
            listener.settimeout(0.05)
            stop = threading.Event()

            def serve() -> None:
                while not stop.is_set():
                    with contextlib.suppress(TimeoutError):
                        one = listener.recv(65536)
                        self.read(str(len(one)).encode() + b" " + one)

            with _serving(serve, stop.set):
                yield


@contextlib.contextmanager
def _serving(serve: Any, stop: Any) -> Iterator[None]:
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join(timeout=10)
