"""XML from the network: bounded, without entities, and useful when cut short."""

from __future__ import annotations

import pytest

from garde.dissect.xml10 import DEEPEST, MOST, qualified, read
from garde.errors import Malformed

DOCUMENT = b'<?xml version="1.0"?><e:a xmlns:e="urn:e" xmlns="urn:d"><b k="v">one two</b><c>caf\xc3\xa9</c><d/></e:a>'


def test_elements_come_in_order_with_names_spaces_and_paths() -> None:
    nodes = read(DOCUMENT, "t.xml")
    assert [(node.space, node.name, node.path) for node in nodes] == [
        ("urn:e", "a", ()),
        ("urn:d", "b", ("a",)),
        ("urn:d", "c", ("a",)),
        ("urn:d", "d", ("a",)),
    ]
    assert nodes[1].attributes == {"k": "v"}
    assert [DOCUMENT[node.start : node.end].decode() for node in nodes] == ["", "one two", "café", ""]


def test_qualified_names_in_texts_use_the_prefixes_in_force() -> None:
    (_, node) = read(b'<a xmlns:p="urn:p"><t>p:X Y q:Z</t></a>', "t.xml")
    assert qualified(node.text, node) == [("urn:p", "X"), ("", "Y"), ("", "Z")]


@pytest.mark.parametrize(
    "hostile",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>" * (DEEPEST + 1),
        b"<a>" + b"<b/>" * (MOST + 1) + b"</a>",
        b"not xml",
        b"",
    ],
)
def test_hostile_documents_are_malformed(hostile: bytes) -> None:
    with pytest.raises(Malformed):
        read(hostile, "t.xml")


def test_cut_anywhere_it_gives_what_stands_in_front_or_is_malformed() -> None:
    names = [node.name for node in read(DOCUMENT, "t.xml")]
    for cut in range(len(DOCUMENT)):
        try:
            nodes = read(DOCUMENT[:cut], "t.xml")
        except Malformed:
            assert cut < DOCUMENT.index(b"<b")
            continue
        assert [node.name for node in nodes] == names[: len(nodes)]
