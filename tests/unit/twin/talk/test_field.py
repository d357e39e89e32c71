"""Controllers and sensors."""

import struct

from garde.twin.talk import field


def test_bacnet_lengths_and_object_are_right(pair, rng):
    (_, frame), *_ = field.bacnet_announce(pair[0], 8001, 8, 0)
    body = frame[46:]
    assert body[0] == 0x81
    assert struct.pack("!I", 8 << 22 | 8001) in body
    frames = list(field.bacnet_read(*pair, 8001, {121: "Delta", 70: "e"}, 0, rng))
    assert len(frames) == 4
    assert b"\x75\x06\0Delta" in frames[1][1]


def test_modbus_identifies_then_reads(rng):
    turns = field.modbus("M", "P", "1", rng, reads=2)
    assert [turn.data[7] for turn in turns] == [0x2B, 0x2B, 3, 3, 3, 3]
    assert all(struct.unpack_from("!H", turn.data, 4)[0] == len(turn.data) - 6 for turn in turns)


def test_opc_ua_messages_are_as_long_as_they_say():
    for turn in field.opcua("opc.tcp://h:4840", "urn:a", "p", "n"):
        assert struct.unpack_from("<I", turn.data, 4)[0] == len(turn.data)


def test_mqtt_connects_then_publishes(rng):
    turns = field.mqtt("c", "t", rng, publications=3)
    assert [turn.data[0] >> 4 for turn in turns] == [1, 2, 3, 3, 3]
    assert turns[0].data[1] == len(turns[0].data) - 2


def test_coap_answers_under_the_same_token(pair, rng):
    (_, ask), (_, tell) = field.coap(*pair, "/.well-known/core", 0, rng)
    assert ask[46 + 2 : 46 + 6] == tell[46 + 2 : 46 + 6]
    assert b".well-known" in ask
