"""Devices that announce themselves."""

from xml.etree import ElementTree

from garde.twin.talk import discovery


def test_a_hello_is_well_formed_and_has_type_and_place(pair):
    place = discovery.location("CHU", "Arnaud", "1", "REA-A", "3")
    ((_, frame),) = discovery.hello(pair[0], "b1c2", "70001", place, 0)
    body = frame[46:].decode()
    ElementTree.fromstring(body)
    assert "mdpws:MedicalDevice" in body
    assert "sdc.cdc.type:///70001" in body
    assert "poc=REA-A&amp;bed=3" in body


def test_a_description_is_as_long_as_it_says_and_well_formed(pair):
    turns = discovery.description(pair[0], "u", "k", "Axis", "P3245", "S", "n")
    head, _, body = turns[1].data.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    ElementTree.fromstring(body)


def test_alive_is_said_for_the_root_and_for_the_type(pair):
    frames = [frame for _, frame in discovery.ssdp_alive(pair[0], "u", "urn:x", "s", 0)]
    assert [b"NT: urn:x\r\n" in frame for frame in frames] == [False, True]


def test_an_endpoint_is_kept_with_the_seed(rng):
    from random import Random

    assert discovery.endpoint(rng) == discovery.endpoint(Random(7))


def test_a_camera_says_hello_with_its_hardware(pair):
    ((_, frame),) = discovery.onvif(pair[0], "b1c2", "Hikvision", "DS-2CD", 0)
    body = frame[46:].decode()
    ElementTree.fromstring(body)
    assert "onvif://www.onvif.org/hardware/DS-2CD" in body
