"""Playbook: feed a dissector a conversation and read the facts, without capture, kernel or clock.

Example::

    facts = Playbook(ARP).frame(bytes.fromhex("0001..."), protocol=0x0806)
    assert facts["ip"] == ["10.0.0.1"]
"""

from __future__ import annotations

from garde.dissect.spec import Dissector, Fact, Hint
from garde.model.catalogue import attributes, sources
from garde.wire.flow import DATAGRAM, FRAME, STREAM, Endpoint, Flow, Payload

CLIENT = Endpoint("00:00:5e:00:53:01", "192.0.2.1", 40000)
SERVER = Endpoint("00:00:5e:00:53:02", "192.0.2.2", 0)


class Playbook:
    """One flow between a client (direction 0) and a server (direction 1), read by one dissector."""

    def __init__(self, row: Dissector, *, port: int = 0, protocol: int = 0) -> None:
        self.row = row
        self.session = row.session()
        protocol = protocol or {STREAM: 6, DATAGRAM: 17, FRAME: 0}[row.layer]
        server = Endpoint(SERVER.mac, SERVER.ip, port)
        self.flow = Flow(number=0, layer=row.layer, protocol=protocol, ends=(CLIENT, server))
        self.facts: list[Fact] = []
        self._sent = [0, 0]
        self._packet = 0

    def likely(self, data: bytes) -> float:
        """What the dissector thinks of a first payload."""
        return self.row.looks_like(data, Hint(self.flow.ports, self.flow.protocol))

    def client(self, data: bytes, *, gap: int = 0) -> list[Fact]:
        """The client sends; the facts of that payload."""
        return self._send(0, data, gap)

    def server(self, data: bytes, *, gap: int = 0) -> list[Fact]:
        """The server answers; the facts of that payload."""
        return self._send(1, data, gap)

    def _send(self, direction: int, data: bytes, gap: int) -> list[Fact]:
        self._packet += 1
        offset = 0
        if self.row.layer == STREAM:
            self._sent[direction] += max(gap, 0)
            offset = self._sent[direction]
            self._sent[direction] += len(data)
        payload = Payload(
            flow=self.flow,
            direction=direction,
            at=1_700_000_000_000_000_000 + self._packet * 1_000_000,
            data=data,
            packet=self._packet,
            start=54,
            offset=offset,
            gap=gap,
        )
        facts = list(self.session.feed(payload))
        for fact in facts:
            assert fact.attribute in attributes(), f"{fact.attribute} is not in attributes.toml"
            assert fact.attribute in self.row.emits, f"{self.row.name} does not list {fact.attribute} in emits"
            assert (fact.source or self.row.name) in sources(), f"{fact.source or self.row.name} is not in sources.toml"
            assert 0 <= fact.start <= fact.end, fact
        self.facts += facts
        return facts

    def values(self, attribute: str) -> list[str]:
        """All values stated so far for an attribute, in order."""
        return [fact.value for fact in self.facts if fact.attribute == attribute]
