"""Handshakes."""

from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from garde.twin.talk.tls import Kit, key, prime


@pytest.fixture(scope="module")
def kit():
    return Kit(Random(1))


def records(octets):
    out = []
    while octets:
        size = int.from_bytes(octets[3:5], "big")
        out.append((octets[0], octets[5 : 5 + size]))
        octets = octets[5 + size :]
    return out


def test_keys_come_from_the_seed_and_work():
    assert prime(64, Random(1)) == prime(64, Random(1))
    assert key(Random(2)).public_key().public_numbers() == key(Random(2)).public_key().public_numbers()


@pytest.mark.parametrize("modern", [False, True])
def test_the_same_seed_gives_the_same_octets_from_another_handshake(modern):
    def said():
        kit = Kit(Random(1))
        certificate = kit.certificate("a.fr", "CHU")
        return [turn.data for turn in kit.handshake("a.fr", certificate, Random(2), modern=modern)]

    assert said() == said()


def test_the_certificate_is_seen_in_1_2_and_hidden_in_1_3(kit):
    certificate = kit.certificate("pacs1.chu.fr", "Carestream")
    parsed = x509.load_pem_x509_certificate(certificate.pem)
    der = parsed.public_bytes(Encoding.DER)
    for modern in (False, True):
        turns = kit.handshake("pacs1.chu.fr", certificate, Random(3), modern=modern)
        assert any(der in turn.data for turn in turns) is not modern
        assert b"pacs1.chu.fr" in turns[0].data


def test_randoms_differ_from_one_handshake_to_the_next(kit):
    certificate = kit.certificate("x.fr", "CHU")
    rng = Random(4)
    one, two = (kit.handshake("x.fr", certificate, rng) for _ in range(2))
    assert one[0].data[11:43] != two[0].data[11:43]
    assert [len(turn.data) for turn in one] == [len(turn.data) for turn in two]


def test_records_are_whole(kit):
    for turn in kit.handshake("x.fr", kit.certificate("x.fr", "CHU"), Random(4)):
        assert all(kind in (20, 22, 23) and body for kind, body in records(turn.data))
