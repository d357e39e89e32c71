"""Line: the only place of the probes where a socket is opened, and where the policy is asked.

Question: how does a probe reach its target, and why can none reach a target that is forbidden?
Reference: domain note 01 §11, 08 §2; RFC 9293, 768, 792. A probe is given a `Line` to one address. Each way out of it
asks the permit in the same step as it opens the socket, pays the budget for every packet, has one deadline, and reads
bounded octets. An import contract keeps sockets out of the probes themselves.

How a peer fails is told apart here: it refuses (RST), is silent (nothing comes), hangs (connected, not a word), drips
(began, did not end in time), closes, resets, or floods. What fails on our side begins with ``prober.``.

Example::

    access = Access(permit=lambda address, probe: "", packets=500)
    async with access.line("10.0.0.5", "tcp", 104, timeout=3) as line, line.stream() as stream:
        await stream.send(b"hello")
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import os
import socket
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final

from gufo.ping import Ping
from gufo.ping.socket import SelectionPolicy
from gufo.snmp.aio import SnmpSession

from garde.errors import GardeError, Malformed, Refused, Unreachable
from garde.probing.agent import REPEATED, Agent, Credentials
from garde.probing.allow import REASONS
from garde.probing.budget import APART, SEGMENT, Bucket, Pace, segments

#: Probe and address → why it may not be sent, a code of `garde.probing.allow.REASONS`; empty when it may.
Permit = Callable[[str, str], str]
#: Octets that one probe reads at most.
MOST: Final = 1 << 20
#: IPv6 addresses behind which an IPv4 address stands: NAT64, 6to4, IPv4-compatible.
_TRANSLATED: Final = tuple(
    ipaddress.IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96")
)
#: Seconds after which an echo request is forgotten.
_ECHO: Final = 5.0
#: Seconds between two looks at who may go on.
_TICK: Final = 0.002
#: Octets taken from a socket at once.
_PIECE: Final = 16384
#: Failures that are ours: no route here, no permission, no more sockets.
_OWN: Final = {
    errno.ENETUNREACH: "network", errno.EACCES: "permission", errno.EPERM: "permission", errno.EMFILE: "sockets",
    errno.ENFILE: "sockets", errno.EADDRNOTAVAIL: "sockets", errno.ENOBUFS: "sockets", errno.ENETDOWN: "network",
}  # fmt: skip


class Access:
    """What every probe passes: permit, budget, pace and the number that run at once.

    Args:
        permit: asked each time a socket is opened.
        packets: that may leave within a second, over all probes.
        together: probes that run at once.
        apart: seconds between two probes of one address.
    """

    def __init__(self, permit: Permit, packets: float = 200, together: int = 64, apart: float = APART) -> None:
        self.permit = permit
        self.bucket = Bucket(packets)
        self._pace = Pace(apart)
        self._slots = asyncio.Semaphore(together)
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()
        #: One socket for all echoes: each raw socket is given a copy of every reply.
        self.ping = Ping(policy=SelectionPolicy.RAW_DGRAM, timeout=_ECHO)

    @contextlib.asynccontextmanager
    async def line(self, address: str, probe: str, port: int, timeout: float) -> AsyncIterator[Line]:
        """A line to an address, once it is its turn; the deadline begins then.

        Raises:
            Refused: the policy forbids it.
            Malformed: the address is not one.
        """
        address = canonical(address)
        self.ask(address, probe)
        while True:
            # Waiting for one's turn at a device keeps nobody else from theirs.
            await pause(self._pace.wait(address, time.monotonic()))
            async with self._slots:
                if self._pace.take(address, time.monotonic()):
                    yield Line(self, address, probe, port, timeout)
                    return

    def ask(self, address: str, probe: str) -> None:
        """Ask the permit.

        Raises:
            Refused: with the reason.
        """
        reason = self.permit(address.partition("%")[0], probe)
        if reason:
            raise Refused(f"probe.{reason.lower()}", f"{address} is not probed: {REASONS.get(reason, reason)}")

    async def pay(self, packets: int) -> None:
        """Wait until so many packets may leave, behind those who came before."""
        if not self._queue and self.bucket.take(packets, time.monotonic()):
            return
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._queue.append((packets, turn))
        if len(self._queue) == 1:
            loop.call_later(self.bucket.wait(packets, time.monotonic()), self._release)
        await turn

    def _release(self) -> None:
        """Let go whom the budget allows at this moment, and look again when it allows the next."""
        now = time.monotonic()
        while self._queue:
            packets, turn = self._queue[0]
            if not turn.done():
                if not self.bucket.take(packets, now):
                    break
                turn.set_result(None)
            self._queue.popleft()
        if self._queue:
            wait = max(self.bucket.wait(self._queue[0][0], now), _TICK)
            asyncio.get_running_loop().call_later(wait, self._release)


def canonical(address: str) -> str:
    """An address in its one spelling, so that the policy is asked about whom the packets reach.

    Raises:
        Malformed: it is none, or leads to many or to another one.

    >>> canonical("::ffff:10.0.0.5")
    '10.0.0.5'
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        raise Malformed("probe.address", f"{address[:80]!r} is not an IP address") from None
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif not found.is_loopback and any(found in network for network in _TRANSLATED):
            raise Malformed("probe.address", f"{found} leads to another address", where="RFC 6052, RFC 3056")
    if found.is_multicast or found.is_unspecified or str(found) == "255.255.255.255":
        raise Malformed("probe.address", f"{found} is not the address of one device")
    return str(found)


async def pause(seconds: float) -> None:
    """Wait, if there is anything to wait for."""
    if seconds > 0:
        await asyncio.sleep(seconds)


class Line:
    """One probe's way to one address.

    Attributes:
        address, port: of the target.
        laps: name → milliseconds from the moment that the first packet could leave.
    """

    def __init__(self, access: Access, address: str, probe: str, port: int, timeout: float) -> None:
        self.address = address
        self.port = port
        self.probe = probe
        self.timeout = timeout
        self.laps: dict[str, float] = {}
        self._access = access
        self._begun = time.monotonic()
        self._waited = 0.0
        self.began_at = time.time_ns()

    def lap(self, name: str) -> None:
        """Note the time that passed, without that in which the budget made us wait."""
        self.laps[name] = round((time.monotonic() - self._begun - self._waited) * 1000, 3)

    def random(self, octets: int) -> bytes:
        """Octets that a peer cannot foresee."""
        return os.urandom(octets)

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def pay(self, packets: int) -> None:
        """Wait until so many packets may leave; that time is not the peer's."""
        began = time.monotonic()
        await self._access.pay(packets)
        self._waited += time.monotonic() - began

    def owe(self, packets: int) -> None:
        """Pay for packets that left already."""
        if packets:
            self._access.bucket.spend(packets)

    def left(self) -> float:
        """Seconds until the deadline."""
        return max(0.0, self._begun + self._waited + self.timeout - time.monotonic())

    def opens(self) -> None:
        """The policy, asked in the step that opens a socket: nothing runs in between."""
        self._access.ask(self.address, self.probe)

    @contextlib.asynccontextmanager
    async def stream(self, *, tls: bool = False, name: str = "") -> AsyncIterator[Stream]:
        """A TCP connection, with TLS on request; the certificate is read, not judged.

        Args:
            tls: shake hands first.
            name: server name that is asked for (RFC 6066 §3).

        Raises:
            Unreachable: nobody answers, and how.
            Refused: the policy forbids it.
        """
        await self.pay(2)
        with _told():
            self.opens()
            raw = socket.socket(_family(self.address), socket.SOCK_STREAM)
        try:
            raw.setblocking(False)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A silent target gets two SYN, not seven: both are paid for.
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 1)
            with _told():
                try:
                    async with asyncio.timeout(max(self.left(), 1e-3)):
                        await asyncio.get_running_loop().sock_connect(raw, (self.address, self.port))
                except TimeoutError:
                    self._access.bucket.spend(1)
                    raise Unreachable("probe.silent", "Nothing answers") from None
            self.lap("connect_ms")
            stream = Stream(self, raw)
            if tls:
                await stream.shake(name)
            yield stream
            await self.pay(2)
        finally:
            raw.close()

    async def ask(self, data: bytes, *, most: int = 65535, least: float = 1e-3) -> bytes:
        """One datagram there, one back.

        Args:
            data: what is sent.
            most: octets of the answer.
            least: seconds that are waited even when the deadline has passed.

        Raises:
            Unreachable: refused (ICMP port unreachable) or silent.
        """
        await self.pay(1)
        self.owe(segments(len(data)) - 1)
        loop = asyncio.get_running_loop()
        with _told():
            self.opens()
            raw = socket.socket(_family(self.address), socket.SOCK_DGRAM)
        with contextlib.closing(raw), _told():
            raw.setblocking(False)
            raw.connect((self.address, self.port))
            raw.send(data)
            try:
                async with asyncio.timeout(max(self.left(), least)):
                    answer = await loop.sock_recv(raw, most)
            except TimeoutError:
                raise Unreachable("probe.silent", "Nothing answers") from None
        self.lap("answer_ms")
        return answer

    @contextlib.asynccontextmanager
    async def agent(self, credentials: Credentials) -> AsyncIterator[Agent]:
        """An SNMP agent, signed in to where a user is given.

        Raises:
            Unreachable: silent, refused, or the user is not known.
            Malformed: no SNMP.
        """
        person = credentials.person()
        with _told():
            self.opens()
            session = SnmpSession(
                self.address, self.port, credentials.community, user=person, timeout=self.timeout,
                max_repetitions=REPEATED,
            )  # fmt: skip
            made = Agent(session, self.pay, self.left)
            if person is not None:
                await made.begin()
            yield made

    async def echo(self) -> None:
        """One ICMP echo request and its reply (RFC 792, RFC 4443 §4.1).

        Raises:
            Unreachable: silent, or this machine may not send any.
        """
        await self.pay(1)
        self.opens()
        with _told(), socket.socket(_family(self.address), socket.SOCK_DGRAM) as way:
            # Nothing leaves: it only says whether this machine has a way there, which the echo would call silence.
            way.connect((self.address, 9))
        # A reply that comes after the deadline must find somebody: the question is left to end by itself.
        asked = asyncio.get_running_loop().create_task(self._access.ping.ping(self.address))
        done, _ = await asyncio.wait({asked}, timeout=max(self.left(), 1e-3))
        try:
            took = asked.result() if done else None
        except OSError as error:
            raise _named(error) from None
        if took is None:
            raise Unreachable("probe.silent", "Nothing answers")
        self.laps["answer_ms"] = round(took * 1000, 3)


class Stream:
    """A connection whose reads are bounded in time and octets.

    Attributes:
        certificate: of the peer in DER, after a TLS handshake.
        version, cipher: of TLS.
    """

    def __init__(self, line: Line, raw: socket.socket) -> None:
        self._line = line
        self._raw = raw
        self._held = bytearray()
        self._read = 0
        self._tls: ssl.SSLObject | None = None
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.certificate = b""
        self.version = ""
        self.cipher = ""

    async def send(self, data: bytes) -> None:
        """Write all of it.

        Raises:
            Unreachable: the peer closed, or takes nothing.
        """
        if self._tls is not None:
            self._tls.write(data)
            data = self._out.read()
        await self._send(data)

    async def exactly(self, count: int) -> bytes:
        """The next ``count`` octets.

        Raises:
            Unreachable: they did not come.
            Malformed: the peer announces more than a probe reads.
        """
        if count > MOST:
            raise Malformed("probe.flood", f"The peer announces {count} octets")
        while len(self._held) < count:
            await self._more()
        return self._cut(count)

    async def until(self, mark: bytes, most: int = 65536) -> bytes:
        """Everything up to and with the mark.

        Raises:
            Unreachable: it did not come in time.
            Malformed: it did not come within ``most`` octets.
        """
        seen = 0
        while (at := self._held.find(mark, max(0, seen - len(mark) + 1))) < 0:
            seen = len(self._held)
            if seen > most:
                raise Malformed("probe.garbage", f"No end within {most} octets")
            await self._more()
        return self._cut(at + len(mark))

    async def rest(self, most: int = MOST) -> bytes:
        """Everything until the peer closes.

        Raises:
            Malformed: more than ``most`` octets.
        """
        while len(self._held) <= most:
            try:
                await self._more()
            except Unreachable as error:
                if error.code != "probe.closed":
                    raise
                return self._cut(len(self._held))
        raise Malformed("probe.flood", f"More than {most} octets")

    async def shake(self, name: str = "") -> None:
        """The TLS handshake (RFC 8446), whatever the certificate says.

        Raises:
            Malformed: the peer does not speak TLS.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        # The probe reads what old devices show; it neither trusts nor sends anything that is worth hiding.
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with contextlib.suppress(ssl.SSLError):
            context.set_ciphers("ALL:@SECLEVEL=0")
        self._tls = made = context.wrap_bio(self._in, self._out, server_hostname=name or None)
        while True:
            try:
                made.do_handshake()
                break
            except ssl.SSLWantReadError:
                await self._send(self._out.read())
                self._in.write(await self._receive())
            except ssl.SSLError as error:
                code = "tls.refused" if "ALERT" in (error.reason or "") else "probe.garbage"
                raise Malformed(code, f"No TLS: {error.reason or 'handshake failed'}") from None
        await self._send(self._out.read())
        self._line.lap("handshake_ms")
        self.certificate = made.getpeercert(binary_form=True) or b""
        self.version, self.cipher = made.version() or "", (made.cipher() or ("",))[0]

    def _cut(self, count: int) -> bytes:
        found = bytes(self._held[:count])
        del self._held[:count]
        return found

    async def _more(self) -> None:
        if self._tls is None:
            self._held += await self._receive()
            return
        while True:
            try:
                piece = self._tls.read(_PIECE)
            except ssl.SSLWantReadError:
                self._in.write(await self._receive())
                continue
            except ssl.SSLError as error:
                raise Malformed("probe.garbage", f"TLS broke: {error.reason}") from None
            if not piece:
                raise Unreachable("probe.closed", "The peer closed")
            self._held += piece
            return

    async def _send(self, data: bytes) -> None:
        for at in range(0, len(data), SEGMENT):
            await self._line.pay(1)
            with _told():
                try:
                    async with asyncio.timeout(max(self._line.left(), 1e-3)):
                        await asyncio.get_running_loop().sock_sendall(self._raw, data[at : at + SEGMENT])
                except TimeoutError:
                    raise Unreachable("probe.hanging", "The peer takes nothing") from None

    async def _receive(self) -> bytes:
        # The acknowledgement of what comes is a packet of ours.
        await self._line.pay(1)
        with _told():
            try:
                async with asyncio.timeout(max(self._line.left(), 1e-3)):
                    piece = await asyncio.get_running_loop().sock_recv(self._raw, _PIECE)
            except TimeoutError:
                if self._read:
                    raise Unreachable("probe.dripping", f"{self._read} octets came, not the answer") from None
                raise Unreachable("probe.hanging", "Connected, and not a word") from None
        if not piece:
            raise Unreachable("probe.closed", f"The peer closed after {self._read} octets")
        self._read += len(piece)
        # Every second segment is acknowledged (RFC 9293 §3.8.6.3); the first was paid for.
        self._line.owe(segments(len(piece)) // 2)
        if self._read > MOST:
            raise Malformed("probe.flood", f"More than {MOST} octets")
        return piece


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _named(error: OSError) -> GardeError:
    """A failure of a socket by its name."""
    if isinstance(error, ConnectionRefusedError):
        return Unreachable("probe.refused", "The peer refuses")
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return Unreachable("probe.reset", "The peer cut the connection")
    if error.errno == errno.ETIMEDOUT:
        return Unreachable("probe.silent", "Nothing answers")
    own = _OWN.get(error.errno or 0)
    if own:
        return Unreachable(f"prober.{own}", error.strerror or "This machine cannot")
    return Unreachable("probe.unreachable", error.strerror or "There is no way to it")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _named(error) from None
