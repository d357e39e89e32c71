"""Conversations as segments."""

import struct
from random import Random

from garde.twin.frames import ACK, FIN, SYN
from garde.twin.tcp import MSS, Turn, converse, knock


def segments(frames):
    """(source port, sequence number, flags, payload) of tagged frames."""
    out = []
    for _, frame in frames:
        ip = frame[18:]
        total = struct.unpack_from("!H", ip, 2)[0]
        tcp = ip[20:total]
        out.append((*struct.unpack_from("!H2xI", tcp), tcp[13], tcp[(tcp[12] >> 4) * 4 :]))
    return out


def assembled(rows, port):
    """The octets of one direction, put in order by sequence number, each counted once."""
    pieces = {seq: data for source, seq, _, data in rows if source == port and data}
    return b"".join(pieces[seq] for seq in sorted(pieces))


def test_a_conversation_opens_speaks_and_closes(pair, rng):
    client, server = pair
    rows = segments(converse(client, server, 104, 0, [Turn(True, b"ask"), Turn(False, b"tell")], rng, sport=50000))
    assert [row[2] for row in rows[:3]] == [SYN, SYN | ACK, ACK]
    assert [row[2] & FIN for row in rows[-3:]] == [FIN, FIN, 0]
    assert assembled(rows, 50000) == b"ask"
    assert assembled(rows, 104) == b"tell"


def test_repeated_and_overtaken_segments_lose_nothing(pair):
    client, server = pair
    # Sequence numbers may pass zero once in so much data: one without that is enough.
    data = Random(1).randbytes(MSS * 2000 + 5)
    rows = segments(converse(client, server, 104, 0, [Turn(True, data)], Random(5), sport=50000, close=False))
    mine = [seq for source, seq, _, payload in rows if source == 50000 and payload]
    assert assembled(rows, 50000) == data
    assert len(mine) > len(set(mine))
    assert mine != sorted(mine)


def test_a_capture_that_begins_later_shows_neither_handshake_nor_set_up(pair, rng):
    client, server = pair
    turns = [Turn(True, b"A" * 10, setup=True), Turn(False, b"B", setup=True), Turn(True, b"data")]
    rows = segments(converse(client, server, 104, 0, turns, rng, sport=50000, started=True, close=False))
    assert not any(row[2] & SYN for row in rows)
    assert [row[3] for row in rows if row[3].strip(b"\0")] == [b"data"]


def test_a_knock_is_heard_by_nobody(pair, rng):
    rows = segments(knock(*pair, 443, 0, rng))
    assert [row[2] for row in rows] == [SYN] * 3
    assert len({row[1] for row in rows}) == 1
