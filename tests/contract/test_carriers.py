"""Every way to carry a notice, against a real server on loopback: in order, at least once, under the same id."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from garde.config import ChannelSection
from garde.errors import GardeError, Refused, Unreachable, Untrusted
from garde.notify.carriers import CARRIERS, Carrier
from garde.notify.parcel import Parcel
from tests.peers import HOST, Datagrams, LogCollector, Papers, Peer, Receiver, Relay, papers
from tests.unit.notify.test_letter import FACTS
from tests.unit.pipeline.test_runner import HandClock


class Way(NamedTuple):
    kind: str
    scheme: str
    peer: Callable[[Papers], Peer]

    def channel(self, peer: Peer, authority: Path | str, host: str = HOST) -> ChannelSection:
        return ChannelSection(
            name="c",
            kind=self.kind,
            address=f"{self.scheme}://{host}:{peer.port}",
            sender="garde@chu.example",
            recipients=("a@chu.example",),
            authority=str(authority),
        )

    def carrier(self, peer: Peer, authority: Path | str, host: str = HOST) -> Carrier:
        return CARRIERS[self.kind].open(self.channel(peer, authority, host), HandClock())


WAYS = [
    Way("mail", "smtp", lambda made: Relay(made, "starttls")),
    Way("mail", "smtps", lambda made: Relay(made, "tls")),
    Way("mail", "smtp+plain", lambda made: Relay(None)),
    Way("webhook", "https", Receiver),
    Way("webhook", "http", lambda made: Receiver(None)),
    Way("syslog", "tls", LogCollector),
    Way("syslog", "tcp", lambda made: LogCollector(None)),
    Way("syslog", "udp", lambda made: Datagrams(None)),
]
SECURE = [way for way in WAYS if way.scheme in ("smtp", "smtps", "https", "tls")]
ANSWERING = [way for way in WAYS if way.kind != "syslog"]
CONNECTED = [way for way in WAYS if way.scheme != "udp"]
PARCELS = [
    Parcel(id=f"n-{number}", at=FACTS.at, facts=msgspec.structs.replace(FACTS, id=f"n-{number}")) for number in range(5)
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return papers(tmp_path_factory.mktemp("papers"))


def name(way: Way) -> str:
    return f"{way.kind}-{way.scheme}"


@pytest.mark.parametrize("way", WAYS, ids=name)
def test_what_is_named_the_peer_has_in_order(way: Way, made: Papers) -> None:
    peer = way.peer(made)
    with peer.up():
        done = [one for one, _ in way.carrier(peer, made.authority).carry(PARCELS)]
        peer.wait(5)
    assert done == peer.taken == [one.id for one in PARCELS]


@pytest.mark.parametrize("way", WAYS, ids=name)
def test_the_same_again_has_the_same_ids(way: Way, made: Papers) -> None:
    peer = way.peer(made)
    carrier = way.carrier(peer, made.authority)
    with peer.up():
        for _ in range(2):
            assert len(list(carrier.carry(PARCELS))) == 5
        peer.wait(5)
    assert peer.taken == [one.id for one in PARCELS]


@pytest.mark.parametrize("way", CONNECTED, ids=name)
def test_a_peer_that_is_down_has_nothing_and_is_unreachable(way: Way, made: Papers) -> None:
    peer = way.peer(made)
    with pytest.raises(Unreachable):
        list(way.carrier(peer, made.authority).carry(PARCELS))
    assert not peer.taken


@pytest.mark.parametrize("way", SECURE, ids=name)
def test_a_certificate_of_another_authority_or_another_name_is_refused(way: Way, made: Papers, tmp_path: Path) -> None:
    strange = papers(tmp_path)
    peer = way.peer(made)
    with peer.up():
        for authority, host in ((strange.authority, HOST), ("", HOST), (made.authority, "localhost")):
            with pytest.raises(Untrusted) as error:
                list(way.carrier(peer, authority, host).carry(PARCELS))
            assert error.value.code == "notify.certificate"
    assert not peer.taken


@pytest.mark.parametrize("way", ANSWERING, ids=name)
@pytest.mark.parametrize("later", [True, False], ids=["later", "never"])
def test_a_peer_says_later_or_never_of_one_and_has_those_before(way: Way, later: bool, made: Papers) -> None:
    peer, done = way.peer(made), []
    answers = {"mail": (451, 554), "webhook": (503, 422)}[way.kind]

    with peer.up():
        carried = way.carrier(peer, made.authority).carry(PARCELS)
        done.append(next(carried)[0])
        peer.moods = [answers[0] if later else answers[1]]
        with pytest.raises(Unreachable if later else Refused):
            next(carried)
    assert done == peer.taken == ["n-0"]


@pytest.mark.parametrize("way", WAYS, ids=name)
def test_a_message_or_nothing_is_carried_only_where_it_belongs(way: Way, made: Papers) -> None:
    peer = way.peer(made)
    with peer.up(), pytest.raises(Refused) as error:
        list(way.carrier(peer, made.authority).carry([Parcel(id="x", at=0)]))
    assert error.value.code == "notify.kind"


@pytest.mark.parametrize("scheme", ["tls", "tcp"])
def test_a_collector_that_dies_while_it_reads_has_nothing(scheme: str, made: Papers) -> None:
    way = next(one for one in WAYS if one.scheme == scheme)
    peer = way.peer(made)
    assert isinstance(peer, LogCollector)
    peer.cut = True
    carrier = way.carrier(peer, made.authority)
    with peer.up():
        with pytest.raises(Unreachable):
            list(carrier.carry(PARCELS))
        assert [one for one, _ in carrier.carry(PARCELS)] == peer.taken


@pytest.mark.parametrize("way", CONNECTED, ids=name)
def test_a_peer_that_speaks_nonsense_is_named_not_crashed(way: Way, made: Papers) -> None:
    peer = way.peer(made)
    with socket.create_server((HOST, peer.port)) as listener:

        def babble() -> None:
            stream, _ = listener.accept()
            with stream:
                stream.sendall(b"\xff\x00 nonsense\r\n" * 2000)

        thread = threading.Thread(target=babble, daemon=True)
        thread.start()
        with pytest.raises(GardeError) as error:
            list(way.carrier(peer, made.authority).carry(PARCELS))
        thread.join(10)
    assert error.value.code.startswith("notify.")
