"""XML 1.0, bounded: the elements of a small document from the network.

Question: which elements, attributes and texts does this document hold, and where, when it may be hostile or cut short?
Reference: XML 1.0 (fifth edition), Namespaces in XML 1.0 (third edition). Left out: document type declarations, and
with them entities and external references: a document that has one is `Malformed`.

Example:
    >>> [(e.name, e.text, e.attributes) for e in read(b'<a x="1"><b>hi</b></a>', "demo")]
    [('a', '', {'x': '1'}), ('b', 'hi', {})]
"""

from __future__ import annotations

from typing import Final
from xml.parsers import expat

import msgspec

from garde.errors import Malformed

#: Bounds: octets of a document, elements, nesting, characters of one text.
LARGEST: Final = 1 << 18
MOST: Final = 4096
DEEPEST: Final = 64
LONGEST: Final = 4096


class Node(msgspec.Struct):
    """An element, in the order of start tags.

    Attributes:
        name, space: local name and namespace (empty when none).
        path: local names of the elements around it, the outermost first.
        attributes: local name → value.
        prefixes: namespace prefixes in force, for QNames in its text.
        text: its own text, white space cut.
        start, end: where the text stands, as offsets of the document; equal when there is none, or when it is written
            with entities or in several pieces. For an element without text, where its start tag begins.
    """

    name: str
    space: str
    path: tuple[str, ...]
    attributes: dict[str, str]
    prefixes: dict[str, str]
    text: str = ""
    start: int = 0
    end: int = 0


class _Reading:
    """The state behind expat's callbacks."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.nodes: list[Node] = []
        self.open: list[Node] = []
        self.spaces: list[tuple[str, str]] = []
        self.pieces: list[list[str]] = []
        self.parser = expat.ParserCreate(namespace_separator="\n")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.finish
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartNamespaceDeclHandler = self.declare
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse

    def refuse(self, *_: object) -> None:
        raise Malformed(self.code, "a document type declaration (XML 1.0 §2.8) is not read")

    def declare(self, prefix: str | None, uri: str) -> None:
        if len(self.spaces) < MOST:
            self.spaces.append((prefix or "", uri or ""))

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.nodes) >= MOST or len(self.open) >= DEEPEST:
            raise Malformed(self.code, f"more than {MOST} elements, or nested deeper than {DEEPEST}")
        space, _, local = name.rpartition("\n")
        around = self.open[-1] if self.open else None
        prefixes = around.prefixes if around else {}
        if self.spaces:
            prefixes = {**prefixes, **dict(self.spaces)}
            self.spaces.clear()
        at = self.parser.CurrentByteIndex
        node = Node(
            local,
            space,
            (*around.path, around.name) if around else (),
            {key.rpartition("\n")[2]: value[:LONGEST] for key, value in attributes.items()},
            prefixes,
            start=at,
            end=at,
        )
        self.nodes.append(node)
        self.open.append(node)

    def characters(self, data: str) -> None:
        node = self.open[-1] if self.open else None
        if node is not None and data.strip() and len(node.text) < LONGEST:
            node.text = (node.text + data)[:LONGEST]

    def finish(self, name: str) -> None:
        del name
        node = self.open.pop()
        node.text = node.text.strip()


def read(document: bytes, code: str) -> list[Node]:
    """The elements of a document, as far as it is well-formed.

    Args:
        document: the octets; what is beyond 256 kB is not read.
        code: code of the `Malformed` raised, ``<protocol>.xml``.

    Raises:
        Malformed: not even a root element, a document type declaration, or bounds passed.
    """
    reading = _Reading(code)
    try:
        reading.parser.Parse(document[:LARGEST], True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        # A document cut short, by the capture or by its sender, still says what stands in front.
        if not reading.nodes:
            raise Malformed(code, f"no XML document: {error}") from None
    for node in reading.open:
        node.text = node.text.strip()
    for node in reading.nodes:
        if node.text:
            node.start, node.end = _place(document, node)
    return reading.nodes


def _place(document: bytes, node: Node) -> tuple[int, int]:
    """Where the text of an element stands, looked for behind its start tag."""
    raw = node.text.encode()
    at = document.find(b">", node.start) + 1
    found = document.find(raw, at, at + len(raw) + 256) if at else -1
    return (found, found + len(raw)) if found >= 0 else (node.start, node.start)


def qualified(text: str, node: Node) -> list[tuple[str, str]]:
    """The QNames in a text (``wsdp:Device pub:Computer``) as (namespace, local name)."""
    out: list[tuple[str, str]] = []
    for word in text.split()[:64]:
        prefix, _, local = word.rpartition(":")
        out.append((node.prefixes.get(prefix, ""), local))
    return out
